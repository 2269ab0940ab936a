"""Whom to learn from: the verdict in plain data, the eight countries, and the portraits of the nearest."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from rubric.assess import Result
from rubric.model import Country, Question, Rubric
from rubric.recommend import STRENGTH_LEVEL
from rubric.resemblance import FEWEST_ANSWERED, Exemplar
from rubric.rounding import rounded
from webapp.report.profile import AnswerLine, ThemeLine, lines

Kind = Literal["clear", "leaning", "none", "few-answers", "all-equal", "few-countries"]
NEAREST_NAMED = 3
"""How many countries are named where the answers fit several."""
PORTRAITS = 2
"""How many of the nearest countries get a page of their own."""


@dataclass(frozen=True)
class CountryLine:
    """A country's place among the eight. `near`: in the closest set. One that has no resemblance has no stability."""

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
class Trait:
    """A question that a country's portrait bears on: how it stands here, and what the country does about it."""

    line: AnswerLine
    does: tuple[str, ...]


@dataclass(frozen=True)
class Portrait:
    """A country that the answers are near to, and where this region stands on each of its questions."""

    place: CountryLine
    traits: tuple[Trait, ...]

    @property
    def shared(self) -> tuple[Trait, ...]:
        """What the region has as well: level 3 or 4."""
        return tuple(t for t in self.traits if t.line.level is not None and t.line.level >= STRENGTH_LEVEL)

    @property
    def ahead(self) -> tuple[Trait, ...]:
        """What the region has not yet, and could have: levels 0 to 2, the largest gap first."""
        found = (t for t in self.traits if t.line.level is not None and t.line.level < STRENGTH_LEVEL)
        return tuple(sorted(found, key=lambda trait: trait.line.level or 0))

    @property
    def beyond(self) -> tuple[Trait, ...]:
        """What is not for the region to bring about, as it is decided elsewhere."""
        return tuple(t for t in self.traits if t.line.answer == "outside-powers")

    @property
    def foreign(self) -> tuple[Trait, ...]:
        """What does not apply to the region."""
        return tuple(t for t in self.traits if t.line.answer == "not-applicable")

    @property
    def open(self) -> tuple[Trait, ...]:
        """Where it is not known how the region stands."""
        return tuple(t for t in self.traits if t.line.open)


def country_lines(result: Result) -> tuple[CountryLine, ...]:
    """The eight countries, nearest first."""
    return tuple(_country_line(exemplar, result) for exemplar in result.exemplars.ranking)


def _country_line(exemplar: Exemplar, result: Result) -> CountryLine:
    return CountryLine(
        country=result.rubric.country_by_code[exemplar.country],
        resemblance=None if exemplar.resemblance is None else rounded(exemplar.resemblance, 2),
        stability=None if exemplar.resemblance is None else rounded(exemplar.stability or 0, 3),
        answered=exemplar.answered,
        questions=exemplar.questions,
        near=exemplar.country in result.exemplars.closest,
    )


def headline_of(result: Result, ranking: Iterable[CountryLine]) -> Headline:
    """The verdict with its countries, or why no country can be compared."""
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


def closest_lines(result: Result, ranking: Iterable[CountryLine]) -> tuple[CountryLine, ...]:
    """The closest set, by falling stability."""
    by_code: dict[str, CountryLine] = {line.country.code: line for line in ranking}
    return tuple(by_code[code] for code in result.exemplars.closest)


def fragile_line(result: Result) -> FragileLine | None:
    """The first answer whose move by one level changes the first country, if there is one."""
    found, rubric = result.exemplars.fragile, result.rubric
    if found is None:
        return None
    becomes = rubric.country_by_code[found.becomes]
    return FragileLine(rubric.question_by_id[found.question], found.before, found.after, becomes)


def portraits_of(
    headline: Headline, ranking: Iterable[CountryLine], themes: Iterable[ThemeLine], rubric: Rubric
) -> tuple[Portrait, ...]:
    """The two nearest countries, with what their portraits say; none where no country can be compared."""
    nearest = [line for line in ranking if line.resemblance is not None][:PORTRAITS]
    answers = tuple(lines(themes))
    return tuple(_portrait(line, answers, rubric) for line in nearest) if not headline.undefined else ()


def _portrait(place: CountryLine, answers: Iterable[AnswerLine], rubric: Rubric) -> Portrait:
    traits = (Trait(line, does(line.question, place.country, rubric)) for line in answers)
    return Portrait(place, tuple(trait for trait in traits if trait.does))


def per_thousand(chance: float) -> int:
    """A chance level, from 0 to 1, as cases of 1,000."""
    return round(1000 * rounded(chance, 3))


def does(question: Question, country: Country, rubric: Rubric) -> tuple[str, ...]:
    """What `country` does about the thing that `question` asks for; nothing if it is not cited."""
    practices = rubric.practice_by_id
    return tuple(said for name, said in question.does.items() if practices[name].country == country.code)
