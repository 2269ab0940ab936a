"""How far an assessment is, how long the rest may take, and what stands in the way of submitting it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from rubric.model import Question, Rubric, Theme
from webapp.assessment.entries import Entry, lacks_reason

WORDS_A_SECOND = 3.0
"""How fast somebody reads carefully in a second language: 180 words a minute."""
SECONDS_TO_DECIDE = (15, 40)
"""How long an answer may take once its question is read: without looking anything up, and with a short note."""


@dataclass(frozen=True)
class Progress:
    """How far a theme is: `answered` counts levels and off-scale answers, `lacking` reasons that are missing."""

    theme: Theme
    answered: int
    questions: int
    lacking: int


@dataclass(frozen=True)
class Minutes:
    """A range of time."""

    least: int
    most: int


def progress(themes: Iterable[Theme], rubric: Rubric, given: Mapping[str, Entry]) -> tuple[Progress, ...]:
    """How far each of `themes` is."""
    return tuple(_progress(theme, rubric.questions_by_theme[theme.id], given) for theme in themes)


def _progress(theme: Theme, asked: Sequence[Question], given: Mapping[str, Entry]) -> Progress:
    said = [given.get(question.id, Entry()) for question in asked]
    answered = sum(entry.answer is not None for entry in said)
    return Progress(theme, answered, len(asked), sum(map(lacks_reason, said)))


def minutes_left(rubric: Rubric, themes: Iterable[Theme], given: Mapping[str, Entry]) -> Minutes | None:
    """How long the questions of `themes` without an answer may take; None where all are answered.

    Counts the words to read, and the time to decide, which nobody has measured yet: it is our estimate.
    """
    asked = (question for theme in themes for question in rubric.questions_by_theme[theme.id])
    still = [question for question in asked if given.get(question.id, Entry()).answer is None]
    if not still:
        return None
    reading = sum(len(" ".join((q.text, *q.levels)).split()) for q in still) / WORDS_A_SECOND
    least, most = (reading + len(still) * seconds for seconds in SECONDS_TO_DECIDE)
    return Minutes(_whole_minutes(least), _whole_minutes(most))


def _whole_minutes(seconds: float) -> int:
    """Up to ten to the minute, from there on to five: nobody knows better."""
    minutes = max(1, round(seconds / 60))
    return minutes if minutes < 10 else 5 * round(minutes / 5)
