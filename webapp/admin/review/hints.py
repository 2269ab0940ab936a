"""What a reviewer may look at twice in a set of answers. Hints, not verdicts: each of them may turn out to be right."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from rubric.answers import Answers
from rubric.model import Question, Rubric, Theme

Kind = Literal["same-everywhere", "same-in-theme", "prerequisite", "bare", "unknown", "same-note", "quick"]

FEWEST_IN_THEME = 4
"""Answers with a level that a theme must have before their being alike says anything."""
FEWEST, NEARLY_ALL = 10, 0.9
"""The same for all themes together, and the share of them at one level."""
HIGH, MET = 3, 2
"""From which level on an answer is high, and from which a prerequisite is met."""
MANY_UNKNOWN = 0.25
"""Share of the questions."""
SHORTEST_NOTE = 20
"""In characters: shorter ones, such as "see above", may well stand twice."""
MANY_ALIKE = 3
"""At so many answers a note stands before that says anything: two may well have the same story."""
FEW_MINUTES, MANY_ANSWERS = 10, 20
"""So many answers within so few minutes take less than reading the questions."""


@dataclass(frozen=True)
class Hint:
    """Something to look at: `questions` are the answers that it is about, in rubric order.

    `level` is the one at which they all stand (`same-…`), `other` the prerequisite that stands lower, `text` the note
    that they share, `minutes` the time in which they were given.
    """

    kind: Kind
    questions: tuple[Question, ...]
    theme: Theme | None = None
    level: int | None = None
    other: Question | None = None
    text: str = ""
    minutes: int | None = None

    @property
    def key(self) -> str:
        """What tells it from other hints about the same answer."""
        return f"{self.kind}.{self.other.id}" if self.other else self.kind


def hints(answers: Answers, rubric: Rubric, minutes: float | None = None) -> tuple[Hint, ...]:
    """All hints on `answers`; `minutes` lie between the first and the last of them, None where that is not known."""
    found = (_contradictions, _straight, _bare, _unknown, _notes)
    quick = _quick(answers, rubric, minutes)
    return tuple(hint for look in found for hint in look(answers, rubric)) + quick


def _levels(questions: Iterable[Question], answers: Answers) -> dict[str, int]:
    """The levels that were given, by question id, in rubric order."""
    given = ((question.id, answers.answers.get(question.id)) for question in questions)
    return {question: answer for question, answer in given if isinstance(answer, int)}


def _named(ids: Iterable[str], rubric: Rubric) -> tuple[Question, ...]:
    return tuple(rubric.question_by_id[question] for question in ids)


def _straight(answers: Answers, rubric: Rubric) -> Iterator[Hint]:
    levels = _levels(rubric.questions, answers)
    for level, times in Counter(levels.values()).most_common(1):
        if len(levels) >= FEWEST and times >= NEARLY_ALL * len(levels):
            yield Hint("same-everywhere", _named((q for q in levels if levels[q] == level), rubric), level=level)
            return
    for theme in rubric.themes:
        here = _levels(rubric.questions_by_theme[theme.id], answers)
        if len(here) >= FEWEST_IN_THEME and len(set(here.values())) == 1:
            yield Hint("same-in-theme", _named(here, rubric), theme, level=next(iter(here.values())))


def _contradictions(answers: Answers, rubric: Rubric) -> Iterator[Hint]:
    levels = _levels(rubric.questions, answers)
    for question in _named((q for q in levels if levels[q] >= HIGH), rubric):
        for other in _named(question.requires, rubric):
            if levels.get(other.id, MET) < MET:
                yield Hint("prerequisite", (question,), level=levels[other.id], other=other)


def _bare(answers: Answers, rubric: Rubric) -> Iterator[Hint]:
    """High answers with nothing beside them that shows it."""
    high = (question for question, level in _levels(rubric.questions, answers).items() if level >= HIGH)
    if bare := _named((question for question in high if not _is_shown(question, answers)), rubric):
        yield Hint("bare", bare)


def _is_shown(question: str, answers: Answers) -> bool:
    graded = answers.evidence.get(question, "none") != "none"
    return graded or question in answers.notes or question in answers.references


def _unknown(answers: Answers, rubric: Rubric) -> Iterator[Hint]:
    given = answers.answers
    unknown = tuple(question for question in rubric.questions if given.get(question.id, "unknown") == "unknown")
    if len(unknown) >= MANY_UNKNOWN * len(rubric.questions):
        yield Hint("unknown", unknown)


def _notes(answers: Answers, rubric: Rubric) -> Iterator[Hint]:
    by_text: dict[str, list[Question]] = {}
    for question in rubric.questions:
        text = " ".join(answers.notes.get(question.id, "").split())
        if len(text) >= SHORTEST_NOTE:
            by_text.setdefault(text.casefold(), []).append(question)
    for questions in by_text.values():
        if len(questions) >= MANY_ALIKE:
            yield Hint("same-note", tuple(questions), text=answers.notes[questions[0].id])


def _quick(answers: Answers, rubric: Rubric, minutes: float | None) -> tuple[Hint, ...]:
    given = tuple(question for question in rubric.questions if question.id in answers.answers)
    if minutes is None or minutes >= FEW_MINUTES or len(given) < MANY_ANSWERS:
        return ()
    return (Hint("quick", given, minutes=max(1, round(minutes))),)
