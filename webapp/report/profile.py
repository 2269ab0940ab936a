"""Where a region stands: themes with their scores, and every answer with all that was said to it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rubric.answers import LEFT_OUT
from rubric.assess import Coverage, Result, ThemeResult
from rubric.model import Question
from rubric.peers import Peers, Quartiles
from rubric.rounding import rounded
from rubric.score import Range, Score, rounded_score
from webapp.charts import Dot
from webapp.report.issue import Earlier
from webapp.report.wording import whole

MOST_STANDING_OUT = 2
LONG_TEXT = 600
"""Characters of free text that still fit beside their question without leaving half a page empty."""


@dataclass(frozen=True)
class Figures:
    """A score and what stands beside it, each to one decimal; None where undefined."""

    value: float | None
    low: float | None
    high: float | None
    interval: Range | None

    @property
    def open(self) -> bool:
        """Whether unknown answers could change the score."""
        return self.low != self.high

    @property
    def outside(self) -> bool:
        """Whether the value lies outside its own range, as it may where much is open."""
        if self.value is None or self.interval is None:
            return False
        return not self.interval[0] <= self.value <= self.interval[1]


@dataclass(frozen=True)
class AnswerLine:
    """A question with all that was said to it. `answer`: a level, a state, or None if it has no answer."""

    question: Question
    answer: int | str | None
    reason: str | None
    note: str | None
    evidence: str | None
    reference: str | None

    @property
    def level(self) -> int | None:
        """The level, if that is the answer."""
        return self.answer if isinstance(self.answer, int) else None

    @property
    def next_level(self) -> str | None:
        """The description of the level above, unless there is none, or no level."""
        levels = self.question.levels
        return levels[self.level + 1] if self.level is not None and self.level + 1 < len(levels) else None

    @property
    def left_out(self) -> bool:
        """Whether the question does not apply or is decided elsewhere."""
        return self.answer in LEFT_OUT

    @property
    def open(self) -> bool:
        """Whether it may stand at any level: unknown, undisclosed or unanswered."""
        return self.level is None and not self.left_out

    @property
    def long(self) -> bool:
        """Whether so much was written that it may run over the end of a page."""
        return len(self.note or "") + len(self.reason or "") > LONG_TEXT


@dataclass(frozen=True)
class ThemeLine:
    """A theme with its figures and its answers; `before`: its score in the earlier submission; `peers`: of regions."""

    id: str
    title: str
    sentence: str
    priority: int
    score: Figures
    coverage: Coverage
    answers: tuple[AnswerLine, ...]
    before: float | None
    peers: Quartiles | None

    @property
    def thin(self) -> bool:
        """Whether its score rests on fewer than half of its questions."""
        return thin(self.coverage)

    @property
    def open(self) -> tuple[tuple[AnswerLine, ...], ...]:
        """The questions that may stand at any level, those together that are open for the same reason."""
        reasons = dict.fromkeys(line.answer for line in self.answers if line.open)
        return tuple(tuple(line for line in self.answers if line.open and line.answer == why) for why in reasons)


def thin(coverage: Coverage) -> bool:
    """Whether fewer than half of the questions are answered with a level."""
    return 2 * coverage.answered < coverage.questions


def theme_lines(result: Result, earlier: Earlier | None, peers: Peers | None) -> tuple[ThemeLine, ...]:
    """The themes of `result` in rubric order."""
    before = {theme.theme.id: rounded_score(theme.score.value) for theme in earlier.result.themes} if earlier else {}
    beside = peers.themes if peers else {}
    return tuple(_theme_line(t, result, before.get(t.theme.id), beside.get(t.theme.id)) for t in result.themes)


def _theme_line(theme: ThemeResult, result: Result, before: float | None, peers: Quartiles | None) -> ThemeLine:
    questions = result.rubric.questions_by_theme[theme.theme.id]
    return ThemeLine(
        id=theme.theme.id,
        title=theme.theme.title,
        sentence=theme.theme.sentence,
        priority=theme.priority,
        score=figures(theme.score),
        coverage=theme.coverage,
        answers=tuple(answer_line(question, result) for question in questions),
        before=before,
        peers=peers,
    )


def answer_line(question: Question, result: Result) -> AnswerLine:
    """What was said to `question`."""
    given, name = result.answers, question.id
    return AnswerLine(
        question=question,
        answer=given.answers.get(name),
        reason=given.reasons.get(name),
        note=given.notes.get(name),
        evidence=given.evidence.get(name),
        reference=given.references.get(name),
    )


def figures(score: Score) -> Figures:
    """`score` as it is given out."""
    return Figures(
        rounded_score(score.value), rounded_score(score.low), rounded_score(score.high), ends_of(score.interval)
    )


def ends_of(ends: Range | None) -> Range | None:
    """A range of scores as it is given out."""
    return (rounded(ends[0], 1), rounded(ends[1], 1)) if ends else None


def standing_out(themes: Iterable[ThemeLine], highest: bool) -> tuple[ThemeLine, ...]:
    """The themes with the highest score, or the lowest, if only a few stand out."""
    scored = [(theme, theme.score.value) for theme in themes if theme.score.value is not None]
    values = {value for _, value in scored}
    if len(values) < 2:
        return ()
    end = max(values) if highest else min(values)
    there = tuple(theme for theme, value in scored if value == end)
    return there if len(there) <= MOST_STANDING_OUT else ()


def dot_of(theme: ThemeLine, marked: bool = False) -> Dot:
    """`theme` as a chart draws it; without a score it has no range either."""
    return Dot(
        label=theme.title,
        value=theme.score.value,
        interval=theme.score.interval if theme.score.value is not None else None,
        printed=whole(theme.score.value),
        marked=marked,
    )


def lines(themes: Iterable[ThemeLine]) -> Iterator[AnswerLine]:
    """Every question with its answer, in rubric order."""
    return (line for theme in themes for line in theme.answers)
