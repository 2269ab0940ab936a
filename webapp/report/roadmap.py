"""What to build on and what to do next: strengths, steps in three horizons, and choices between rivals."""

from collections.abc import Iterable
from dataclasses import dataclass

from rubric.assess import Result
from rubric.model import HORIZONS, Country, Question
from rubric.recommend import PREREQUISITE_LEVEL, TOP_PLACES, Recommendation
from webapp.report.exemplars import does
from webapp.report.profile import AnswerLine, answer_line

LASTING_LEVEL = 2
"""The first level that stands for more than words or a single try."""


@dataclass(frozen=True)
class Doing:
    """What a country does about the thing that a question asks for. `near`: in the closest set."""

    country: Country
    near: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Strength:
    """A question that stands at level 3 or 4, and what was said to it."""

    line: AnswerLine
    level: int
    countries: tuple[Country, ...]

    @property
    def question(self) -> Question:
        """The question itself."""
        return self.line.question


@dataclass(frozen=True)
class Step:
    """A gap with its next step. `unmet`: what ought to stand first; `rivals`: what could be done instead."""

    place: int
    question: Question
    theme: str
    level: int
    gap: int
    urgency: int
    doing: tuple[Doing, ...]
    unmet: tuple[Question, ...]
    rivals: tuple[AnswerLine, ...]

    @property
    def next_level(self) -> str:
        """The description of the next level up."""
        return self.question.levels[self.level + 1]

    @property
    def then(self) -> str | None:
        """Where nothing is in place yet, the level after the next: the first that lasts."""
        return self.question.levels[LASTING_LEVEL] if self.level == 0 else None

    @property
    def first(self) -> bool:
        """Whether the summary names it."""
        return self.place <= TOP_PLACES

    @property
    def countries(self) -> tuple[Country, ...]:
        """Who practises it, those of the closest set first."""
        return tuple(doing.country for doing in self.doing)


@dataclass(frozen=True)
class Horizon:
    """The steps that take about as long, `within` which time the first of each can be taken; most urgent first."""

    within: str
    steps: tuple[Step, ...]


def strengths_of(result: Result) -> tuple[Strength, ...]:
    """What the region can build on, the best first."""
    return tuple(_strength(question, result) for question in result.strengths)


def _strength(question: Question, result: Result) -> Strength:
    level = result.answers.answers[question.id]
    countries = (result.rubric.country_by_code[code] for code in result.rubric.countries_of(question))
    return Strength(answer_line(question, result), int(level), tuple(countries))


def steps_of(result: Result) -> tuple[Step, ...]:
    """All recommendations, most urgent first."""
    return tuple(_step(place, r, result) for place, r in enumerate(result.recommendations, 1))


def _step(place: int, recommendation: Recommendation, result: Result) -> Step:
    question, rubric = recommendation.question, result.rubric
    return Step(
        place=place,
        question=question,
        theme=rubric.theme_by_id[question.theme].title,
        level=recommendation.level,
        gap=recommendation.gap,
        urgency=recommendation.urgency,
        doing=tuple(_doing(code, question, result) for code in recommendation.countries),
        unmet=tuple(rubric.question_by_id[name] for name in question.requires if not _met(name, result)),
        rivals=tuple(answer_line(rubric.question_by_id[name], result) for name in recommendation.alternatives),
    )


def _met(question: str, result: Result) -> bool:
    answer = result.answers.answers.get(question)
    return isinstance(answer, int) and answer >= PREREQUISITE_LEVEL


def _doing(code: str, question: Question, result: Result) -> Doing:
    country = result.rubric.country_by_code[code]
    return Doing(country, code in result.exemplars.closest, does(question, country, result.rubric))


def by_horizon(steps: Iterable[Step]) -> tuple[Horizon, ...]:
    """The steps by how long they take, the soonest first; times without a step are left out."""
    held = list(steps)
    found = (Horizon(w, tuple(s for s in held if s.question.horizon == w)) for w in dict.fromkeys(HORIZONS.values()))
    return tuple(horizon for horizon in found if horizon.steps)
