"""The printable questionnaires: each made by the first who asks for it, and kept in this process from then on."""

from collections.abc import Callable
from functools import lru_cache
from threading import BoundedSemaphore

from rubric.model import Rubric
from webapp.report.pdf import questionnaire
from webapp.report.store import PATIENCE, held


class Questionnaires:
    """The questionnaires of one process. `make` makes the PDF of a rubric in a language."""

    def __init__(self, make: Callable[[Rubric, str], bytes] = questionnaire, patience: float = PATIENCE) -> None:
        self._make = make
        self._patience = patience
        self._making = BoundedSemaphore(1)
        self._kept: dict[tuple[str, str], bytes] = {}

    def pdf(self, rubric: Rubric, language: str) -> bytes:
        """The PDF of `rubric`. Raises NoPango, and Busy where another one takes longer than `patience` seconds."""
        key = (rubric.digest, language)
        return self._kept.get(key) or self._made(key, rubric)

    def _made(self, key: tuple[str, str], rubric: Rubric) -> bytes:
        """One at a time: it takes seconds of a core, and whoever waits for the same one finds it made."""
        with held(self._making, self._patience):
            if key not in self._kept:
                self._kept[key] = self._make(rubric, key[1])
            return self._kept[key]


@lru_cache
def questionnaires() -> Questionnaires:
    """The ones that the pages give out."""
    return Questionnaires()
