"""What a comparison of some submissions says, page and PDF alike: their reports side by side, and what lies between."""

import datetime as dt
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from string import ascii_uppercase

from rubric.model import TOP_LEVEL, Question, Rubric
from rubric.recommend import STRENGTH_LEVEL
from rubric.rounding import rounded
from rubric.score import Range
from webapp.report.context import Report
from webapp.report.exemplars import CountryLine
from webapp.report.profile import Figures
from webapp.report.small_profiles import Place

FEWEST, MOST = 2, 12
"""How many submissions a comparison may hold."""
WIDEST = 10
"""How many of the questions on which regions differ most are told."""


@dataclass(frozen=True)
class Member:
    """One of the submissions that are compared, by the letter that stands for it everywhere."""

    letter: str
    report: Report
    profile: tuple[Place, ...]

    @property
    def nearest(self) -> tuple[CountryLine, ...]:
        """The eight countries in rubric order, as far as they stand in the ranking."""
        order = {country.code: place for place, country in enumerate(self.report.rubric.countries)}
        return tuple(sorted(self.report.ranking, key=lambda line: order[line.country.code]))


@dataclass(frozen=True)
class ThemeSpread:
    """A theme, or the overall score (`id` is ""), with the scores of all members in their order, None where undefined.

    `lowest` and `highest` are letters; `apart` says whether the ranges of the two ends do not even touch.
    """

    id: str
    title: str
    scores: tuple[float | None, ...]
    lowest: tuple[str, ...]
    highest: tuple[str, ...]
    apart: bool

    @property
    def there(self) -> tuple[float, ...]:
        """The scores that are defined."""
        return tuple(score for score in self.scores if score is not None)

    @property
    def difference(self) -> float | None:
        """Points from the lowest score to the highest; None where fewer than two are defined."""
        return rounded(max(self.there) - min(self.there), 1) if len(self.there) >= FEWEST else None


@dataclass(frozen=True)
class QuestionSpread:
    """A question, with the letters of the members at each level, and of those without one."""

    question: Question
    theme: str
    by_level: tuple[tuple[str, ...], ...]
    without: tuple[str, ...]

    @property
    def levels(self) -> tuple[int, ...]:
        """The level of each member that has one, rising."""
        return tuple(level for level, letters in enumerate(self.by_level) for _ in letters)

    @property
    def width(self) -> int:
        """Levels from the lowest to the highest, 0 where fewer than two members have one."""
        return max(self.levels) - min(self.levels) if len(self.levels) >= FEWEST else 0

    @property
    def deviation(self) -> float:
        """Population standard deviation of the levels."""
        return statistics.pstdev(self.levels) if self.levels else 0.0


@dataclass(frozen=True)
class Comparison:
    """All that is compared. Members are in the order of their names; `rubrics` are those that they answer."""

    members: tuple[Member, ...]
    rubrics: tuple[Rubric, ...]
    overall: ThemeSpread
    themes: tuple[ThemeSpread, ...]
    questions: tuple[QuestionSpread, ...]

    @property
    def rubric(self) -> Rubric:
        """The rubric by whose names things are called: the first."""
        return self.rubrics[0]

    @property
    def at(self) -> dt.datetime:
        """When the newest of the submissions was made."""
        return max(member.report.issue.at for member in self.members if member.report.issue.at)

    @property
    def many(self) -> bool:
        """Whether more than two are compared: then the extremes are picked, and stand apart by chance more often."""
        return len(self.members) > FEWEST

    @property
    def repeated(self) -> frozenset[str]:
        """The names, case folded, that more than one member has."""
        names = Counter(member.report.region.casefold() for member in self.members)
        return frozenset(name for name, times in names.items() if times > 1)

    @property
    def thin(self) -> tuple[str, ...]:
        """Letters of the members that answered few questions."""
        return tuple(member.letter for member in self.members if member.report.thin)

    @property
    def farthest(self) -> tuple[ThemeSpread, ...]:
        """The themes in which members differ, the farthest apart first."""
        differing = (theme for theme in self.themes if theme.difference)
        return tuple(sorted(differing, key=lambda theme: -(theme.difference or 0)))

    @property
    def widest(self) -> tuple[QuestionSpread, ...]:
        """The questions on which members differ by most levels, those that part them most evenly first."""
        differing = (question for question in self.questions if question.width)
        return tuple(sorted(differing, key=lambda question: (-question.width, -question.deviation)))[:WIDEST]

    @property
    def common(self) -> tuple[QuestionSpread, ...]:
        """What all members do well: questions that each answers with level 3 or 4."""
        everyone = len(self.members)
        return tuple(
            question for question in self.questions if sum(map(len, question.by_level[STRENGTH_LEVEL:])) == everyone
        )

    @property
    def content(self) -> dict[str, object]:
        """The figures as plain JSON."""
        return {
            "submissions": [_member_content(member) for member in self.members],
            "themes": [{"id": t.id, "scores": list(t.scores), "difference": t.difference} for t in self.themes],
            "questions": [
                {"id": q.question.id, "levels": {letter: n for n, some in enumerate(q.by_level) for letter in some}}
                for q in self.questions
            ],
        }


def _member_content(member: Member) -> dict[str, object]:
    report = member.report
    result = report.files["result.json"]
    assert isinstance(result, dict)  # noqa: S101  # as the report has made it
    kept = ("region", "country", "date", "rubric", "answers_digest", "score", "coverage", "exemplars")
    return {"letter": member.letter, **report.issue.content, **{key: result[key] for key in kept}}


def asks_alike(one: Rubric, other: Rubric) -> bool:
    """Whether two rubrics ask the same questions and count them alike: then scores and levels can be compared.

    Norms may differ, and what is cited; resemblance then goes by each region's own rubric.
    """
    return _asked(one) == _asked(other)


def _asked(rubric: Rubric) -> tuple[object, ...]:
    return (
        tuple((theme.id, theme.weight) for theme in rubric.themes),
        tuple((q.id, q.theme, q.text, tuple(q.levels)) for q in rubric.questions),
    )


def comparison_of(reports: Iterable[Report]) -> Comparison:
    """The comparison of these reports, whose rubrics ask alike (see `asks_alike`)."""
    ordered = sorted(reports, key=_order)
    letters = ascii_uppercase[: len(ordered)]
    themes = tuple(
        _spread(theme.id, theme.title, letters, [report.themes[place].score for report in ordered])
        for place, theme in enumerate(ordered[0].themes)
    )
    middles = [statistics.median(theme.there) if theme.there else None for theme in themes]
    return Comparison(
        members=tuple(Member(n, r, _profile(r, middles)) for n, r in zip(letters, ordered, strict=True)),
        rubrics=tuple({report.rubric.digest: report.rubric for report in ordered}.values()),
        overall=_spread("", "", letters, [report.score for report in ordered]),
        themes=themes,
        questions=tuple(_questions(ordered, letters)),
    )


def _order(report: Report) -> tuple[str, int, str]:
    return report.region.casefold(), report.issue.number or 0, report.issue.digest or ""


def _profile(report: Report, middles: Iterable[float | None]) -> tuple[Place, ...]:
    scores = (theme.score for theme in report.themes)
    return tuple(
        Place(score.value, score.interval if score.value is not None else None, middle)
        for score, middle in zip(scores, middles, strict=True)
    )


def _spread(id: str, title: str, letters: str, scores: Sequence[Figures]) -> ThemeSpread:
    there = [(letter, score) for letter, score in zip(letters, scores, strict=True) if score.value is not None]
    low, high = (end((s.value for _, s in there if s.value is not None), default=None) for end in (min, max))
    lowest, highest = ([(letter, s) for letter, s in there if s.value == end] for end in (low, high))
    return ThemeSpread(
        id=id,
        title=title,
        scores=tuple(score.value for score in scores),
        lowest=tuple(letter for letter, _ in lowest),
        highest=tuple(letter for letter, _ in highest),
        apart=_apart([s.interval for _, s in lowest], [s.interval for _, s in highest]),
    )


def _apart(lower: Sequence[Range | None], higher: Sequence[Range | None]) -> bool:
    """Whether no range of the ones reaches any of the others."""
    tops, bottoms = [end[1] for end in lower if end], [end[0] for end in higher if end]
    return bool(tops and bottoms) and max(tops) < min(bottoms)


def _questions(reports: Sequence[Report], letters: str) -> Iterator[QuestionSpread]:
    for lines in zip(*(report.answers for report in reports), strict=True):
        question = lines[0].question
        at = {letter: line.level for letter, line in zip(letters, lines, strict=True)}
        yield QuestionSpread(
            question=question,
            theme=reports[0].rubric.theme_by_id[question.theme].title,
            by_level=tuple(tuple(n for n in letters if at[n] == level) for level in range(TOP_LEVEL + 1)),
            without=tuple(letter for letter in letters if at[letter] is None),
        )
