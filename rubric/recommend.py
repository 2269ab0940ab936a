"""What to do next, and what to build on."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from rubric.answers import DEFAULT_PRIORITY
from rubric.model import TOP_LEVEL, Question, Rubric

PREREQUISITE_LEVEL = 2
STRENGTH_LEVEL = 3
TOP_PLACES = 3
"""How many first places go to different themes where possible."""


@dataclass(frozen=True)
class Recommendation:
    """A gap to close: `gap` = 4 - level, `urgency` = gap x priority, `horizon` of the first step.

    `countries` practise it, those of the closest set first; `alternatives` are rival choices not listed for its sake.
    """

    question: Question
    level: int
    gap: int
    urgency: int
    countries: tuple[str, ...]
    alternatives: tuple[str, ...]


@dataclass(frozen=True)
class Standing:
    """What the ordering needs to know of a region: levels by question id, priorities and theme scores by theme id."""

    levels: Mapping[str, int]
    priorities: Mapping[str, int]
    theme_scores: Mapping[str, float]
    closest: Sequence[str]


def recommendations(rubric: Rubric, standing: Standing) -> tuple[Recommendation, ...]:
    """Every gap of a level or more, most urgent first; of rival choices only the one that comes first."""
    gaps = [q for q in rubric.questions if standing.levels.get(q.id, TOP_LEVEL) < TOP_LEVEL]
    ordered = sorted(gaps, key=_urgency_key(rubric, standing))
    return tuple(
        _recommendation(question, rubric, standing, [rival.id for rival in barred])
        for question, barred in _spread(ordered, _rivals(rubric))
    )


def strengths(rubric: Rubric, standing: Standing) -> tuple[Question, ...]:
    """Questions at level 3 or 4, the best first."""

    def key(question: Question) -> tuple[float, ...]:
        countries = rubric.countries_of(question)
        return (
            -standing.levels[question.id],
            not set(countries) & set(standing.closest),
            -len(countries),
            -standing.theme_scores[question.theme],
        )

    strong = [q for q in rubric.questions if standing.levels.get(q.id, 0) >= STRENGTH_LEVEL]
    return tuple(question for question, _ in _spread(sorted(strong, key=key), rivals={}))


def _urgency_key(rubric: Rubric, standing: Standing) -> Callable[[Question], tuple[float, ...]]:
    """Urgency, prerequisites, closest set, countries, theme score; equals keep rubric order."""

    def key(question: Question) -> tuple[float, ...]:
        countries = rubric.countries_of(question)
        return (
            -_urgency(question, standing),
            any(standing.levels.get(r, 0) < PREREQUISITE_LEVEL for r in question.requires),
            not set(countries) & set(standing.closest),
            -len(countries),
            standing.theme_scores[question.theme],
        )

    return key


def _urgency(question: Question, standing: Standing) -> int:
    gap = TOP_LEVEL - standing.levels[question.id]
    return gap * standing.priorities.get(question.theme, DEFAULT_PRIORITY)


def _spread(
    ordered: Iterable[Question], rivals: Mapping[str, Set[str]]
) -> Iterator[tuple[Question, tuple[Question, ...]]]:
    """`ordered`, the first places going to different themes if they can, each with its rivals, which are dropped."""
    themes: list[str] = []
    left = list(ordered)
    while left:
        taken = themes if len(themes) < TOP_PLACES else []
        choice = next((q for q in left if q.theme not in taken), left[0])
        barred = rivals.get(choice.id, frozenset())
        yield choice, tuple(q for q in left if q.id in barred)
        left = [q for q in left if q is not choice and q.id not in barred]
        themes.append(choice.theme)


def _rivals(rubric: Rubric) -> dict[str, set[str]]:
    """The rival choices of each question, whichever of the two names the other."""
    rivals: dict[str, set[str]] = {q.id: set(q.tension) for q in rubric.questions}
    for question in rubric.questions:
        for other in question.tension:
            rivals[other].add(question.id)
    return rivals


def _recommendation(
    question: Question, rubric: Rubric, standing: Standing, alternatives: Iterable[str]
) -> Recommendation:
    level = standing.levels[question.id]
    countries = rubric.countries_of(question)
    near = [c for c in standing.closest if c in countries]
    return Recommendation(
        question=question,
        level=level,
        gap=TOP_LEVEL - level,
        urgency=_urgency(question, standing),
        countries=(*near, *sorted(set(countries) - set(near))),
        alternatives=tuple(alternatives),
    )
