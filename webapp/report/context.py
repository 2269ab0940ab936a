"""What a report says, page and PDF alike: the figures of a result, rounded as they are given out, without its words."""

import datetime as dt
from dataclasses import dataclass, replace
from functools import cached_property

from rubric.answers import Answers
from rubric.assess import Coverage, Result
from rubric.model import Country, Practice, Question, Rubric, Vignette
from rubric.narrow import Narrowing, narrowing
from rubric.peers import Peers
from rubric.recommend import TOP_PLACES
from rubric.resemblance import TIE
from rubric.rounding import rounded
from rubric.score import WORTH, Range, rounded_score
from rubric.structure import NOISE
from webapp.charts import Bar, Dot
from webapp.report.exemplars import (
    CountryLine,
    FragileLine,
    Headline,
    Portrait,
    closest_lines,
    country_lines,
    fragile_line,
    headline_of,
    per_thousand,
    portraits_of,
)
from webapp.report.issue import Earlier, Issue
from webapp.report.profile import (
    AnswerLine,
    Figures,
    ThemeLine,
    dot_of,
    ends_of,
    figures,
    lines,
    standing_out,
    theme_lines,
    thin,
)
from webapp.report.roadmap import Horizon, Step, Strength, by_horizon, steps_of, strengths_of
from webapp.report.wording import share, signed

MOST_NARROWING = 12
"""How many of the answers that would narrow the result are told."""
FEW_STEPS = 12
"""With so many steps the road map and they stand on one page."""


@dataclass(frozen=True)
class RatingLine:
    """A vignette, and at which level the respondent placed the region that it describes."""

    vignette: Vignette
    level: int

    @property
    def higher(self) -> int:
        """How many levels above the authors' reading it is; below 0, how many under it."""
        return self.level - self.vignette.level


@dataclass(frozen=True)
class Origin:
    """A country's practices in the source, each with the questions that cite it."""

    country: Country
    practices: tuple[tuple[Practice, tuple[Question, ...]], ...]


@dataclass(frozen=True)
class Report:
    """Everything that result page and PDF show. `steps` are all recommendations, most urgent first."""

    region: str
    country: str | None
    issue: Issue
    earlier: Earlier | None
    peers: Peers | None
    date: dt.date | None
    rubric: Rubric
    answers_digest: str
    headline: Headline
    chance: float
    ranking: tuple[CountryLine, ...]
    closest: tuple[CountryLine, ...]
    fragile: FragileLine | None
    portraits: tuple[Portrait, ...]
    score: Figures
    before: float | None
    weightings: Range | None
    left_out_as_zero: float | None
    evidenced: Range | None
    coverage: Coverage
    themes: tuple[ThemeLine, ...]
    strengths: tuple[Strength, ...]
    steps: tuple[Step, ...]
    given: Answers
    ratings: tuple[RatingLine, ...]
    dots: tuple[Dot, ...]
    profile: tuple[Dot, ...]
    bars: tuple[Bar, ...]
    files: dict[str, object]

    @property
    def thin(self) -> bool:
        """Whether the score rests on fewer than half of the questions."""
        return thin(self.coverage)

    @property
    def answers(self) -> tuple[AnswerLine, ...]:
        """Every question with its answer, in rubric order."""
        return tuple(lines(self.themes))

    @property
    def open(self) -> tuple[AnswerLine, ...]:
        """The questions that may stand at any level."""
        return tuple(line for line in self.answers if line.open)

    @property
    def left_out(self) -> tuple[AnswerLine, ...]:
        """The questions that do not apply or are decided elsewhere."""
        return tuple(line for line in self.answers if line.left_out)

    @property
    def backed(self) -> int:
        """How many of the answers with a level name evidence."""
        return sum(line.level is not None and line.evidence not in (None, "none") for line in self.answers)

    @cached_property
    def narrowing(self) -> tuple[Narrowing, ...]:
        """Which answers would narrow the result most; worked out when first asked for, as it takes longest."""
        return narrowing(self.given, self.rubric)

    @property
    def narrowing_shown(self) -> tuple[Narrowing, ...]:
        """As many of the answers that would narrow the result as a table holds."""
        return self.narrowing[:MOST_NARROWING]

    @property
    def narrowest(self) -> tuple[Narrowing, ...]:
        """Those answers that would bring the lowest and the highest score nearest to each other, all equally."""
        return tuple(one for one in self.narrowing if abs(one.bounds - self.narrowing[0].bounds) < TIE)

    @property
    def ends_overlap(self) -> bool:
        """Whether the ranges of the highest and of the lowest themes overlap."""
        highest, lowest = ([theme.score.interval or (0, 100) for theme in ends] for ends in (self.highest, self.lowest))
        return min(low for low, _ in highest) <= max(high for _, high in lowest)

    @property
    def together(self) -> float:
        """In which share of the draws one of the closest set comes first."""
        return sum(line.stability or 0 for line in self.closest)

    @property
    def highest(self) -> tuple[ThemeLine, ...]:
        """The themes with the highest score, if only a few stand out."""
        return standing_out(self.themes, highest=True)

    @property
    def lowest(self) -> tuple[ThemeLine, ...]:
        """The themes with the lowest score, if only a few stand out."""
        return standing_out(self.themes, highest=False)

    @property
    def many_steps(self) -> bool:
        """Whether the steps need pages of their own after the road map."""
        return len(self.steps) > FEW_STEPS

    @property
    def horizons(self) -> tuple[Horizon, ...]:
        """The steps by how long they take."""
        return by_horizon(self.steps)

    @property
    def readings(self) -> tuple[int, int, int]:
        """How many described regions were placed where the authors place them, higher, and lower."""
        ways = [(line.higher > 0) - (line.higher < 0) for line in self.ratings]
        return ways.count(0), ways.count(1), ways.count(-1)

    @property
    def worth(self) -> tuple[int, ...]:
        """What an answer at each level counts for in a score."""
        return tuple(map(round, WORTH))

    @property
    def noise(self) -> float:
        """By how many levels the variations move an answer: a standard deviation."""
        return NOISE

    @property
    def chance_per_thousand(self) -> int:
        """How often in a thousand chance alone reaches such a resemblance."""
        return per_thousand(self.chance)

    @property
    def first_steps(self) -> tuple[Step, ...]:
        """The recommendations that the summary names."""
        return self.steps[:TOP_PLACES]

    @property
    def first_strengths(self) -> tuple[Strength, ...]:
        """The strengths that the summary names."""
        return self.strengths[:TOP_PLACES]

    @property
    def origins(self) -> tuple[Origin, ...]:
        """Where each question comes from: all practices of the source, by country."""
        return tuple(_origin(country, self.rubric) for country in self.rubric.countries)


def report_of(
    result: Result, issue: Issue, language: str, earlier: Earlier | None = None, peers: Peers | None = None
) -> Report:
    """The report on `result`, its figures as they leave the program."""
    ranking = country_lines(result)
    steps = steps_of(result)
    themes = theme_lines(result, earlier, peers)
    headline = headline_of(result, ranking)
    marked = {step.question.theme for step in steps if step.first}
    dots = tuple(dot_of(theme, theme.id in marked) for theme in themes)
    return Report(
        region=result.answers.region,
        country=result.answers.country,
        issue=issue,
        earlier=earlier,
        peers=peers,
        date=issue.at.date() if issue.at else result.answers.date,
        rubric=result.rubric,
        answers_digest=result.answers.digest(result.rubric),
        headline=headline,
        chance=rounded(result.exemplars.p, 3),
        ranking=ranking,
        closest=closest_lines(result, ranking),
        fragile=fragile_line(result),
        portraits=portraits_of(headline, ranking, themes, result.rubric),
        score=figures(result.scores.overall),
        before=rounded_score(earlier.result.scores.overall.value) if earlier else None,
        weightings=ends_of(result.scores.weightings),
        left_out_as_zero=rounded_score(result.scores.left_out_as_zero),
        evidenced=ends_of(result.scores.evidenced),
        coverage=result.coverage,
        themes=themes,
        strengths=strengths_of(result),
        steps=steps,
        given=result.answers,
        ratings=_ratings(result),
        dots=dots,
        profile=tuple(replace(d, before=t.before, peers=t.peers) for d, t in zip(dots, themes, strict=True)),
        bars=tuple(_bar(line, language) for line in ranking),
        files={"answers.json": result.answers.content, "result.json": result.json(issue.digest)},
    )


def _ratings(result: Result) -> tuple[RatingLine, ...]:
    given = result.answers.vignettes
    return tuple(RatingLine(v, given[v.id]) for v in result.rubric.vignettes if v.id in given)


def _origin(country: Country, rubric: Rubric) -> Origin:
    own = (practice for practice in rubric.practices if practice.country == country.code)
    return Origin(country, tuple((p, tuple(q for q in rubric.questions if p.id in q.practices)) for p in own))


def _bar(line: CountryLine, language: str) -> Bar:
    return Bar(
        line.country.name,
        line.resemblance,
        signed(line.resemblance, language),
        share(line.stability, language),
        line.near,
    )
