"""What a report says, page and PDF alike: the figures of a result, rounded as they are given out, without its words."""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from rubric.assess import Coverage, Result, ThemeResult
from rubric.model import HORIZONS, Country, Question, Rubric, Vignette
from rubric.recommend import PREREQUISITE_LEVEL, TOP_PLACES, Recommendation
from rubric.resemblance import FEWEST_ANSWERED, Exemplar
from rubric.rounding import rounded
from rubric.score import WORTH, Range, Score, rounded_score
from webapp.charts import Bar, Dot
from webapp.report.issue import Earlier, Issue, Peers
from webapp.report.wording import share, signed, whole

Kind = Literal["clear", "leaning", "none", "few-answers", "all-equal", "few-countries"]
NEAREST_NAMED = 3
"""How many countries are named where the answers fit several."""
MOST_STANDING_OUT = 2
LASTING_LEVEL = 2
"""The first level that stands for more than words or a single try."""
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


@dataclass(frozen=True)
class CountryLine:
    """A country's place among the eight. `near`: in the closest set."""

    country: Country
    resemblance: float | None
    stability: float | None
    answered: int
    questions: int
    near: bool


@dataclass(frozen=True)
class Headline:
    """The verdict, or why there is none, with the countries that it names: the `nearest` first, `others` after it."""

    kind: Kind
    nearest: Country | None = None
    others: tuple[Country, ...] = ()

    @property
    def named(self) -> tuple[Country, ...]:
        """All countries that the headline names."""
        return (self.nearest, *self.others) if self.nearest else ()

    @property
    def undefined(self) -> bool:
        """Whether no country can be compared at all."""
        return self.nearest is None


@dataclass(frozen=True)
class FragileLine:
    """The one answer that would make another country the first."""

    question: Question
    before: int
    after: int
    becomes: Country


@dataclass(frozen=True)
class Doing:
    """What a country does about the thing that a question asks for. `near`: in the closest set."""

    country: Country
    near: bool
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Strength:
    """A question that stands at level 3 or 4."""

    question: Question
    level: int
    countries: tuple[Country, ...]


@dataclass(frozen=True)
class Step:
    """A gap with its next step. `unmet`: what ought to stand first; `alternatives`: rival choices."""

    place: int
    question: Question
    theme: str
    level: int
    gap: int
    urgency: int
    doing: tuple[Doing, ...]
    unmet: tuple[Question, ...]
    alternatives: tuple[Question, ...]

    @property
    def next_level(self) -> str:
        """The description of the next level up."""
        return self.question.levels[self.level + 1]

    @property
    def then(self) -> str | None:
        """Where nothing is in place yet, the level after the next: the first that lasts."""
        return self.question.levels[LASTING_LEVEL] if self.level == 0 else None

    @property
    def countries(self) -> tuple[Country, ...]:
        """Who practises it, those of the closest set first."""
        return tuple(doing.country for doing in self.doing)


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
    def long(self) -> bool:
        """Whether so much was written that it may run over the end of a page."""
        return len(self.note or "") + len(self.reason or "") > LONG_TEXT


@dataclass(frozen=True)
class ThemeLine:
    """A theme with its figures and its answers."""

    id: str
    title: str
    sentence: str
    priority: int
    score: Figures
    coverage: Coverage
    answers: tuple[AnswerLine, ...]


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
class Portrait:
    """A country that the answers are near to, and where this region stands on each of its questions."""

    line: CountryLine
    rows: tuple[tuple[AnswerLine, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Report:
    """Everything that result page and PDF show. `steps` are all recommendations, most urgent first."""

    region: str
    country: str | None
    issue: Issue
    date: dt.date | None
    rubric: Rubric
    answers_digest: str
    headline: Headline
    chance: float
    ranking: tuple[CountryLine, ...]
    closest: tuple[CountryLine, ...]
    fragile: FragileLine | None
    score: Figures
    weightings: Range | None
    left_out_as_zero: float | None
    evidenced: Range | None
    coverage: Coverage
    themes: tuple[ThemeLine, ...]
    strengths: tuple[Strength, ...]
    steps: tuple[Step, ...]
    horizons: tuple[tuple[str, tuple[Step, ...]], ...]
    portraits: tuple[Portrait, ...]
    ratings: tuple[RatingLine, ...]
    dots: tuple[Dot, ...]
    bars: tuple[Bar, ...]
    files: dict[str, object]
    earlier: Earlier | None = None
    peers: Peers | None = None

    @property
    def together(self) -> float:
        """In which share of the draws one of the closest set comes first."""
        return sum(line.stability or 0 for line in self.closest)

    @property
    def highest(self) -> tuple[ThemeLine, ...]:
        """The themes with the highest score, if only a few stand out."""
        return self._standing_out(max)

    @property
    def lowest(self) -> tuple[ThemeLine, ...]:
        """The themes with the lowest score, if only a few stand out."""
        return self._standing_out(min)

    def _standing_out(self, end: Callable[[Iterable[float]], float]) -> tuple[ThemeLine, ...]:
        known = [theme for theme in self.themes if 2 * theme.coverage.answered >= theme.coverage.questions]
        values = [theme.score.value for theme in known if theme.score.value is not None]
        there = tuple(theme for theme in known if values and theme.score.value == end(values))
        return there if len(there) <= MOST_STANDING_OUT and len(set(values)) > 1 else ()

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
    def chance_per_thousand(self) -> int:
        """How often in a thousand chance alone reaches such a resemblance."""
        return round(1000 * self.chance)

    @property
    def first_steps(self) -> tuple[Step, ...]:
        """The recommendations that the summary names."""
        return self.steps[:TOP_PLACES]

    @property
    def first_strengths(self) -> tuple[Strength, ...]:
        """The strengths that the summary names."""
        return self.strengths[:TOP_PLACES]


def report_of(
    result: Result, issue: Issue, language: str, earlier: Earlier | None = None, peers: Peers | None = None
) -> Report:
    """The report on `result`, its figures as they leave the program."""
    ranking = tuple(_country_line(exemplar, result) for exemplar in result.exemplars.ranking)
    steps = tuple(_step(place, r, result) for place, r in enumerate(result.recommendations, 1))
    themes = tuple(_theme_line(theme, result) for theme in result.themes)
    headline = _headline(result, ranking)
    return Report(
        region=result.answers.region,
        country=result.answers.country,
        issue=issue,
        date=issue.at.date() if issue.at else result.answers.date,
        rubric=result.rubric,
        answers_digest=result.answers.digest(result.rubric),
        headline=headline,
        chance=rounded(result.exemplars.p, 3),
        ranking=ranking,
        closest=_closest(result, ranking),
        fragile=_fragile(result),
        score=_figures(result.scores.overall),
        weightings=_range(result.scores.weightings),
        left_out_as_zero=rounded_score(result.scores.left_out_as_zero),
        evidenced=_range(result.scores.evidenced),
        coverage=result.coverage,
        themes=themes,
        strengths=tuple(_strength(question, result) for question in result.strengths),
        steps=steps,
        horizons=_by_horizon(steps),
        portraits=tuple(_portrait(line, themes, result.rubric) for line in _shown(headline, ranking)),
        ratings=_ratings(result),
        dots=_dots(themes, {step.question.theme for step in steps[:TOP_PLACES]}),
        bars=tuple(_bar(line, language) for line in ranking),
        files={"answers.json": result.answers.content, "result.json": result.json(issue.digest)},
        earlier=earlier,
        peers=peers,
    )


def _headline(result: Result, ranking: tuple[CountryLine, ...]) -> Headline:
    placed = [line.country for line in ranking if line.resemblance is not None]
    verdict = result.exemplars.verdict
    if not placed:
        return Headline(_why_undefined(result))
    if verdict == "clear":
        return Headline(verdict, placed[0])
    if verdict == "leaning":
        rest = (result.rubric.country_by_code[code] for code in result.exemplars.closest if code != placed[0].code)
        return Headline(verdict, placed[0], tuple(rest))
    return Headline(verdict, placed[0], tuple(placed[1:NEAREST_NAMED]))


def _why_undefined(result: Result) -> Kind:
    levels = [answer for answer in result.answers.answers.values() if isinstance(answer, int)]
    if len(levels) < FEWEST_ANSWERED:
        return "few-answers"
    return "all-equal" if len(set(levels)) == 1 else "few-countries"


def _country_line(exemplar: Exemplar, result: Result) -> CountryLine:
    return CountryLine(
        country=result.rubric.country_by_code[exemplar.country],
        resemblance=None if exemplar.resemblance is None else rounded(exemplar.resemblance, 2),
        stability=None if exemplar.stability is None else rounded(exemplar.stability, 3),
        answered=exemplar.answered,
        questions=exemplar.questions,
        near=exemplar.country in result.exemplars.closest,
    )


def _closest(result: Result, ranking: Iterable[CountryLine]) -> tuple[CountryLine, ...]:
    by_code: dict[str, CountryLine] = {line.country.code: line for line in ranking}
    return tuple(by_code[code] for code in result.exemplars.closest)


def _shown(headline: Headline, ranking: Iterable[CountryLine]) -> list[CountryLine]:
    """The countries whose portraits are shown: those that the headline names."""
    return [line for line in ranking if line.country in headline.named]


def _fragile(result: Result) -> FragileLine | None:
    found, rubric = result.exemplars.fragile, result.rubric
    if found is None:
        return None
    becomes = rubric.country_by_code[found.becomes]
    return FragileLine(rubric.question_by_id[found.question], found.before, found.after, becomes)


def _figures(score: Score) -> Figures:
    return Figures(
        rounded_score(score.value), rounded_score(score.low), rounded_score(score.high), _range(score.interval)
    )


def _range(ends: Range | None) -> Range | None:
    return (rounded(ends[0], 1), rounded(ends[1], 1)) if ends else None


def _theme_line(theme: ThemeResult, result: Result) -> ThemeLine:
    questions = result.rubric.questions_by_theme[theme.theme.id]
    return ThemeLine(
        id=theme.theme.id,
        title=theme.theme.title,
        sentence=theme.theme.sentence,
        priority=theme.priority,
        score=_figures(theme.score),
        coverage=theme.coverage,
        answers=tuple(_answer_line(question, result) for question in questions),
    )


def _answer_line(question: Question, result: Result) -> AnswerLine:
    given, name = result.answers, question.id
    return AnswerLine(
        question=question,
        answer=given.answers.get(name),
        reason=given.reasons.get(name),
        note=given.notes.get(name),
        evidence=given.evidence.get(name),
        reference=given.references.get(name),
    )


def _strength(question: Question, result: Result) -> Strength:
    level = result.answers.answers[question.id]
    countries = (result.rubric.country_by_code[code] for code in result.rubric.countries_of(question))
    return Strength(question, int(level), tuple(countries))


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
        alternatives=tuple(rubric.question_by_id[name] for name in recommendation.alternatives),
    )


def _met(question: str, result: Result) -> bool:
    answer = result.answers.answers.get(question)
    return isinstance(answer, int) and answer >= PREREQUISITE_LEVEL


def _doing(code: str, question: Question, result: Result) -> Doing:
    country = result.rubric.country_by_code[code]
    return Doing(country, code in result.exemplars.closest, _does(question, country, result.rubric))


def _does(question: Question, country: Country, rubric: Rubric) -> tuple[str, ...]:
    """What `country` does about the thing that `question` asks for; nothing if it is not cited."""
    practices = rubric.practice_by_id
    return tuple(does for name, does in question.does.items() if practices[name].country == country.code)


def _by_horizon(steps: Iterable[Step]) -> tuple[tuple[str, tuple[Step, ...]], ...]:
    """The steps by how long they take, the soonest first; times without a step are left out."""
    held = {horizon: tuple(step for step in steps if step.question.horizon == horizon) for horizon in HORIZONS.values()}
    return tuple((horizon, those) for horizon, those in held.items() if those)


def _portrait(line: CountryLine, themes: Iterable[ThemeLine], rubric: Rubric) -> Portrait:
    rows = ((answer, _does(answer.question, line.country, rubric)) for theme in themes for answer in theme.answers)
    return Portrait(line, tuple((answer, does) for answer, does in rows if does))


def _ratings(result: Result) -> tuple[RatingLine, ...]:
    given = result.answers.vignettes
    return tuple(RatingLine(v, given[v.id]) for v in result.rubric.vignettes if v.id in given)


def _dots(themes: Iterable[ThemeLine], marked: set[str]) -> tuple[Dot, ...]:
    return tuple(
        Dot(theme.title, theme.score.value, theme.score.interval, whole(theme.score.value), theme.id in marked)
        for theme in themes
    )


def _bar(line: CountryLine, language: str) -> Bar:
    return Bar(
        line.country.name, line.resemblance, signed(line.resemblance, language), share(line.stability), line.near
    )
