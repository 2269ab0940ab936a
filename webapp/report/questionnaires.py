"""The printable questionnaires: each made once, and kept in this process from then on."""

import json
from collections.abc import Callable
from functools import lru_cache

from rubric import load
from rubric.model import Rubric
from webapp.report.background import PATIENCE, Background
from webapp.report.pdf import questionnaire
from webapp.report.pool import pool


def elsewhere(rubric: Rubric, language: str) -> bytes:
    """The questionnaire of `rubric`, made in another process. Raises NoPango, and as Pool.run does."""
    return pool().run(_made_from, rubric.text, language)


def _made_from(content: str, language: str) -> bytes:
    """Runs in the other process; JSON goes between them faster than the rubric."""
    return questionnaire(load.from_content(json.loads(content)), language)


class Questionnaires:
    """The questionnaires of one process. `make` makes the PDF of a rubric in a language."""

    def __init__(self, make: Callable[[Rubric, str], bytes] = elsewhere, patience: float = PATIENCE) -> None:
        self._make = make
        self._background = Background(patience)
        self._kept: dict[tuple[str, str], bytes] = {}

    def pdf(self, rubric: Rubric, language: str) -> bytes:
        """The PDF of `rubric`: the kept one, or else a new one is begun. Raises NotReady, NoPango."""
        key = (rubric.digest, language)
        if key not in self._kept:
            self._background.wait(key, lambda: self._keep(rubric, language))
        return self._kept[key]

    def _keep(self, rubric: Rubric, language: str) -> None:
        if (rubric.digest, language) not in self._kept:  # it may have been made since somebody looked
            self._kept[rubric.digest, language] = self._make(rubric, language)


@lru_cache
def questionnaires() -> Questionnaires:
    """The ones that the pages give out."""
    return Questionnaires()
