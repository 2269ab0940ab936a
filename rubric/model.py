"""What a rubric is: countries, practices, themes and questions, frozen once read."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
)

from rubric.digests import canonical, digest

PREFIXES = ("reason-", "note-", "evidence-", "reference-", "priority-", "revision-", "reply-")
"""Beginnings of the form's other field names; no id may begin with one of them."""

TOP_LEVEL = 4
HORIZONS = {
    "document": "6 months",
    "person": "6 months",
    "agreement": "18 months",
    "budget": "18 months",
    "law": "3 years",
    "works": "3 years",
}
"""How long a first step of each kind takes, by the authors' judgement."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*$")]
CountryCode = Literal["IE", "US", "CA", "AU", "DK", "FR", "DE", "GB"]
FirstStep = Literal["document", "person", "agreement", "budget", "law", "works"]


class Frozen(BaseModel):
    """A value that is checked when made, refuses unknown keys and never changes."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Country(Frozen):
    """A country seen as a model, with a summary of the source's portrait of it."""

    code: CountryCode
    name: Text
    portrait: Text


class Practice(Frozen):
    """One of the source's best practices."""

    id: Id
    country: CountryCode
    title: Text
    theme: Id


class Theme(Frozen):
    """A group of questions; `weight` is its share in the overall score relative to the other themes."""

    id: Id
    title: Text
    sentence: Text
    weight: Annotated[float, Field(gt=0, allow_inf_nan=False, strict=False)] = 1.0


class Level(Frozen):
    """A step of the scale 0-4: the name shown above each question's own sentence, and what it means in general."""

    name: Text
    meaning: Text


class Term(Frozen):
    """A word or rule that respondents need in order to choose alike."""

    name: Text
    meaning: Text


class State(Frozen):
    """An off-scale answer, as the respondent reads it."""

    id: Literal["not-applicable", "outside-powers", "unknown", "undisclosed"]
    label: Text
    meaning: Text


class Vignette(Frozen):
    """A described, made-up region to be placed on the levels of `question`: shows how a respondent reads the scale.

    `level` is where the authors place it, `because` says why. It never enters a figure.
    """

    id: Id
    question: Id
    text: Text
    level: Annotated[int, Field(ge=0, le=TOP_LEVEL)]
    because: Text


class Source(Frozen):
    """The document that the practices come from."""

    title: Text
    date: Text
    about: Text


class Question(Frozen):
    """One thing asked, with an observable sentence for each level and what each cited country does.

    `requires`: questions that must stand at level 2 for this one to make sense. `tension`: rival choices.
    `first_step`: what the first step up is mainly made of. These three are the authors' judgement.
    """

    id: Id
    theme: Id
    name: Text
    text: Text
    why: Text
    evidence: Text
    levels: tuple[Text, Text, Text, Text, Text]
    requires: tuple[Id, ...] = ()
    tension: tuple[Id, ...] = ()
    first_step: FirstStep
    does: Annotated[dict[Id, Text], Field(min_length=1)]

    @property
    def practices(self) -> tuple[str, ...]:
        """Ids of the cited practices, in the file's order."""
        return tuple(self.does)

    @property
    def horizon(self) -> str:
        """How long the first step takes: `6 months`, `18 months` or `3 years`."""
        return HORIZONS[self.first_step]


class Head(Frozen):
    """What stands in a rubric's first file: name, source, scale, `guide` to it, `vignettes`, and `norms`, if measured.

    `norms` holds the typical level of each question, or None as long as nobody has measured one.
    """

    version: Annotated[str, StringConstraints(pattern=r"^[0-9]{4}\.[0-9]+(-[a-z][a-z0-9-]*)?$", max_length=20)]
    title: Text
    source: Source
    levels: tuple[Level, Level, Level, Level, Level]
    states: tuple[State, State, State, State]
    guide: tuple[Term, ...] = ()
    vignettes: tuple[Vignette, ...] = ()
    norms: dict[Id, Annotated[float, Field(ge=0, le=TOP_LEVEL, strict=False)]] | None = None


class Rubric(Head):
    """One version of the rubric. Questions stand in rubric order: by theme, then as in the file."""

    countries: tuple[Country, ...]
    themes: tuple[Theme, ...]
    practices: tuple[Practice, ...]
    questions: tuple[Question, ...]

    @cached_property
    def country_by_code(self) -> dict[str, Country]:
        return {country.code: country for country in self.countries}

    @cached_property
    def theme_by_id(self) -> dict[str, Theme]:
        return {theme.id: theme for theme in self.themes}

    @cached_property
    def practice_by_id(self) -> dict[str, Practice]:
        return {practice.id: practice for practice in self.practices}

    @cached_property
    def question_by_id(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    @cached_property
    def number_by_question(self) -> dict[str, int]:
        """The place of each question in rubric order, from 1."""
        return {question.id: number for number, question in enumerate(self.questions, start=1)}

    @cached_property
    def number_by_theme(self) -> dict[str, int]:
        """The place of each theme, from 1."""
        return {theme.id: number for number, theme in enumerate(self.themes, start=1)}

    @cached_property
    def questions_by_theme(self) -> dict[str, tuple[Question, ...]]:
        """The questions of each theme, in rubric order."""
        return {t.id: tuple(q for q in self.questions if q.theme == t.id) for t in self.themes}

    def countries_of(self, question: Question) -> tuple[str, ...]:
        """Codes of the countries whose practices `question` cites, each once, in the order of citation."""
        return self._countries_by_question[question.id]

    @cached_property
    def _countries_by_question(self) -> dict[str, tuple[str, ...]]:
        country = {practice.id: practice.country for practice in self.practices}
        return {q.id: tuple(dict.fromkeys(country[p] for p in q.practices)) for q in self.questions}

    @cached_property
    def questions_by_country(self) -> dict[str, int]:
        """How many questions cite each country, in the rubric's order of countries."""
        return {c.code: sum(c.code in self.countries_of(q) for q in self.questions) for c in self.countries}

    @cached_property
    def content(self) -> dict[str, JsonValue]:
        """Everything the rubric holds, as plain JSON, with each question's practices and countries spelled out."""
        without = {"vignettes"} if not self.vignettes else set()  # as in rubrics that never knew them: same digest
        content = self.model_dump(mode="json", exclude_none=True, exclude=without)
        for plain, question in zip(content["questions"], self.questions, strict=True):
            plain |= {"practices": list(question.practices), "countries": list(self.countries_of(question))}
        return content

    @cached_property
    def text(self) -> str:
        """`content` as canonical JSON: how a rubric is kept, and goes to other processes."""
        return canonical(self.content)

    @cached_property
    def digest(self) -> str:
        """SHA-256 over the canonical JSON of `content`."""
        return digest(self.content)

    def __hash__(self) -> int:
        return hash(self.digest)
