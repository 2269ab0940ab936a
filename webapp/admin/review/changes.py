"""What changed between two submissions that answer the same rubric, and what that did to the score."""

from dataclasses import dataclass

from rubric.answers import Answer, Answers
from rubric.assess import assess
from rubric.model import Rubric
from rubric.score import rounded_score
from webapp.report.profile import AnswerLine
from webapp.report.what_if import ThemeMove, WhatIf, moves


@dataclass(frozen=True)
class ChangedAnswer:
    """An answer that changed, or what stands beside it did.

    `score` is the overall score, 0 to 100, if of all answers only this one had changed; `moved` by how much that
    differs from the score before. None where the answer itself did not change, or where nothing defines a score.
    """

    before: AnswerLine
    after: AnswerLine
    score: float | None
    moved: float | None

    @property
    def answer(self) -> bool:
        """Whether the answer itself changed."""
        return self.before.answer != self.after.answer


@dataclass(frozen=True)
class Changes:
    """What differs: `answers` in rubric order, how many questions stayed as they were, and what follows from it.

    `priorities` counts the themes that matter more or less than before.
    """

    answers: tuple[ChangedAnswer, ...]
    unchanged: int
    priorities: int
    outcome: WhatIf

    @property
    def moved(self) -> tuple[ThemeMove, ...]:
        """The themes whose score is another than before."""
        return tuple(theme for theme in self.outcome.themes if theme.line.before != theme.line.score.value)


def changes(before: Answers, after: Answers, rubric: Rubric) -> Changes:
    """What changed from one submission to another; both answer `rubric`."""
    now, then = assess(before, rubric), assess(after, rubric)
    outcome = moves(now, then)
    pairs = [(asked.before, asked.after) for theme in outcome.themes for asked in theme.asked]
    start = now.scores.overall.value
    changed = tuple(_changed(old, new, before, after, start, rubric) for old, new in pairs if old != new)
    weighed = sum(old.priority != new.priority for old, new in zip(now.themes, then.themes, strict=True))
    return Changes(changed, len(pairs) - len(changed), weighed, outcome)


def _changed(
    old: AnswerLine, new: AnswerLine, before: Answers, after: Answers, start: float | None, rubric: Rubric
) -> ChangedAnswer:
    if old.answer == new.answer:
        return ChangedAnswer(old, new, None, None)
    one = before.model_copy(update={"answers": _with(new.question.id, before, after)})
    score = assess(one, rubric).scores.overall.value
    moved = None if start is None or score is None else rounded_score(score - start)
    return ChangedAnswer(old, new, rounded_score(score), moved)


def _with(question: str, before: Answers, after: Answers) -> dict[str, Answer]:
    """The answers of `before`, with that of `after` to one question."""
    given = {name: answer for name, answer in before.answers.items() if name != question}
    return given | {name: answer for name, answer in after.answers.items() if name == question}
