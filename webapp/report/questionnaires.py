"""The printable questionnaires: each made once, and kept in this process from then on."""

import json
from collections.abc import Callable
from typing import cast

from flask import Flask, current_app

from rubric import load
from rubric.model import Rubric
from webapp.report.background import Background
from webapp.report.pdf import questionnaire

_EXTENSION = "octant-questionnaires"
Maker = Callable[[Rubric, str], bytes]


def _made_from(content: str, language: str) -> bytes:
    """Runs in the other process; JSON goes between them faster than the rubric."""
    return questionnaire(load.from_content(json.loads(content)), language)


class Questionnaires:
    """Those of one application, made in `background`. `make` makes one: by default in another process."""

    def __init__(self, background: Background, make: Maker | None = None) -> None:
        self._background = background
        self._make = make or self._made_elsewhere
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

    def _made_elsewhere(self, rubric: Rubric, language: str) -> bytes:
        return self._background.run(_made_from, rubric.text, language)


def init_app(app: Flask, made: Questionnaires) -> None:
    """Gives `app` its questionnaires."""
    app.extensions[_EXTENSION] = made


def questionnaires() -> Questionnaires:
    """The questionnaires of the application that handles this request."""
    return cast(Questionnaires, current_app.extensions[_EXTENSION])
