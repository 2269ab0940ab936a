"""What an export says of each submission: its columns, and the dictionary that explains them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask_babel import gettext as _

from rubric.answers import GRADES, STATES
from rubric.model import Question, Rubric
from webapp import listing
from webapp.status import STATUSES, SUPERSEDED

Cell = str | int | float | None
Record = Mapping[str, Any]
"""A submission as a line of JSON Lines has it; beside it, themes and countries of its result by name."""
POINTS = "0–100"
TEXTS = ("reasons", "notes", "references")
"""What regions wrote, in an answers file."""
COUNTS = ("questions", "answered", "unknown", "undisclosed", "unanswered", "not_applicable", "outside_powers")


@dataclass(frozen=True)
class Wanted:
    """What is exported only when asked for: what regions wrote, and whom to ask."""

    notes: bool = False
    contacts: bool = False


@dataclass(frozen=True)
class Column:
    """A column: its name in tables, "" for what only JSON Lines has; its place in a line of JSON Lines; its meaning.

    `span` is the range of its values, `empty` what it means that there is none, `versions` which rubrics have it.
    """

    name: str
    place: str
    value: Callable[[Record], Cell]
    meaning: str
    unit: str = ""
    span: str = ""
    empty: str = ""
    versions: tuple[str, ...] = ()


def columns(rubrics: Sequence[Rubric], wanted: Wanted) -> tuple[Column, ...]:
    """The columns of submissions to all of `rubrics`, those of the first in front, each name once."""
    named: dict[str, Column] = {}
    for column in _all(rubrics, wanted):
        named.setdefault(column.name, column)
    return tuple(column for name, column in named.items() if name)


def dictionary(rubrics: Sequence[Rubric], wanted: Wanted) -> tuple[tuple[str, ...], ...]:
    """The rows that explain the columns, below a row of headings.

    What rubrics mean by one name in different words has a row for each.
    """
    told: dict[tuple[str, ...], list[str]] = {}
    for column in _all(rubrics, wanted):
        key = (column.name, column.place, column.meaning, column.unit, column.span, column.empty)
        told.setdefault(key, []).extend(column.versions)
    every = _("all")
    heads = ("column", "json_lines", "meaning", "unit", "range", "empty", "rubrics")
    return (heads, *((*key, ", ".join(versions) or every) for key, versions in told.items()))


def versions(rubrics: Sequence[Rubric]) -> dict[str, str]:
    """What to call each of `rubrics`, by digest: its version, with the digest's beginning where two share a name."""
    names = [rubric.version for rubric in rubrics]
    return {r.digest: r.version if names.count(r.version) == 1 else f"{r.version} ({r.digest[7:15]})" for r in rubrics}


def _all(rubrics: Sequence[Rubric], wanted: Wanted) -> list[Column]:
    """The columns of each rubric in turn, the same name as often as rubrics have it."""
    called = versions(rubrics)
    of_rubrics = (
        replace(column, versions=(called[rubric.digest],)) for rubric in rubrics for column in _of(rubric, wanted)
    )
    return [*_identity(wanted), *_figures(), *of_rubrics, *_only_json()]


def _at(*keys: str | int) -> Callable[[Record], Cell]:
    """Follows `keys` into a record; None where it does not lead on."""

    def value(record: Record) -> Cell:
        found: Any = record
        for key in keys:
            if found is None or (isinstance(found, Mapping) and key not in found):
                return None
            found = found[key]
        cell: Cell = found
        return cell

    return value


def _plain(
    name: str, keys: tuple[str | int, ...], meaning: str, unit: str = "", span: str = "", empty: str = ""
) -> Column:
    return Column(name, _dotted(keys), _at(*keys), meaning, unit, span, empty)


def _dotted(keys: Sequence[str | int]) -> str:
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in keys)[1:]


def _identity(wanted: Wanted) -> Iterator[Column]:
    digest = _("sha256: and 64 hexadecimal digits")
    statuses = ", ".join((*STATUSES[1:], SUPERSEDED))
    said = _("not said")
    yield _plain("submission", ("submission",), _("Number of the submission in this Octant; each has its own"))
    number = _("Number of its assessment; a region that begins its next assessment gets another")
    yield _plain("assessment", ("assessment",), number)
    first = _("Number of the region’s first assessment, the same in all that continue it")
    yield _plain("first_assessment", ("first_assessment",), first)
    yield _plain("number", ("number",), _("How manyth submission of the assessment"), "", _("1 and up"))
    yield _plain("at", ("at",), _("When it was submitted"), _("ISO 8601, in UTC"))
    yield _plain("status", ("status",), _("Where its review stands"), "", statuses)
    yield _plain("region", ("result", "region"), _("Name of the region, as it was submitted"))
    yield _plain("country", ("result", "country"), _("Country of the region"), _("code of ISO 3166-1"), "", said)
    version = _("Version of the rubric that was answered")
    yield Column("rubric", "result.rubric.version", _at("rubric"), version)
    yield _plain("rubric_digest", ("result", "rubric", "digest"), _("Digest of the rubric’s texts"), digest)
    yield _plain("submission_digest", ("digest",), _("Digest of this submission, as its report has it"), digest)
    continues = _("Submission with whose answers its assessment began, by digest; it may be erased by now")
    yield _plain("continues", ("continues",), continues, digest, "", _("it began with none"))
    answers = _("Digest of answers, priorities and evidence; the same where these are")
    yield _plain("answers_digest", ("result", "answers_digest"), answers, digest)
    if wanted.contacts:
        meaning = _("Whom the region named for questions; personal data")
        yield _plain("contact", ("contact",), meaning, _("e-mail address"), "", _("nobody was named, or it was erased"))


def _figures() -> Iterator[Column]:
    points, none = _("points"), _("nothing that it follows from was answered")
    for name, keys, meaning in (
        ("score", ("value",), _("Overall score")),
        ("score_low", ("low",), _("Overall score if all open questions stood at level 0")),
        ("score_high", ("high",), _("Overall score if all open questions stood at level 4")),
        ("score_interval_low", ("interval", 0), _("Overall score, lower end of the 5–95 % range")),
        ("score_interval_high", ("interval", 1), _("Overall score, upper end of the 5–95 % range")),
        ("score_weightings_low", ("weightings", 0), _("Lower end of the 5–95 % range if themes weighed otherwise")),
        ("score_weightings_high", ("weightings", 1), _("Upper end of the 5–95 % range if themes weighed otherwise")),
    ):
        yield _plain(name, ("result", "score", *keys), meaning, points, POINTS, none)
    few = _("at most a tenth of the questions is left out")
    left_out = ("result", "score", "left_out_as_zero")
    yield _plain("score_left_out_as_zero", left_out, _("Score if questions left out were 0"), points, POINTS, few)
    graded = _("no answer names evidence")
    for end, meaning in (("low", _("Score as far as evidence shows, at least")), ("high", _("… and at most"))):
        yield _plain(f"evidenced_{end}", ("result", "evidenced", end), meaning, points, POINTS, graded)
    for count, meaning in zip(COUNTS, _counted(), strict=True):
        name = count if count == "questions" else f"questions_{count}"
        yield _plain(name, ("result", "coverage", count), meaning, _("questions"), _("0 and up"))
    yield from _resemblance()


def _counted() -> tuple[str, ...]:
    return (
        _("Questions of the rubric"),
        _("Questions answered with a level"),
        _("Questions answered “unknown”"),
        _("Questions answered “not disclosed”"),
        _("Questions without an answer"),
        _("Questions answered “not applicable”"),
        _("Questions answered “decided elsewhere”"),
    )


def _resemblance() -> Iterator[Column]:
    kept = ("result", "exemplars")
    yield _plain("verdict", (*kept, "verdict"), _("How sure the resemblance is"), "", "clear, leaning, none")
    chance = _("How often chance alone would reach such a resemblance")
    yield _plain("p", (*kept, "p"), chance, _("share"), "0–1")
    joined = _("The countries that are nearest in nine of ten variations, the likeliest first")
    few = _("too few answers for a resemblance")
    closest = ("result", "exemplars", "closest")
    yield Column("closest_set", _dotted(closest), _closest, joined, _("codes with spaces between"), "", few)
    first = _("The country that ranks first")
    yield Column("nearest", f"{_dotted(kept)}.ranking[0].country", _nearest, first, _("code"), "", few)


def _closest(record: Record) -> Cell:
    return " ".join(record["result"]["exemplars"]["closest"]) or None


def _nearest(record: Record) -> Cell:
    return listing.nearest(record["result"]["exemplars"]["ranking"]) or None


def _of(rubric: Rubric, wanted: Wanted) -> Iterator[Column]:
    """The columns that follow from the countries, themes and questions of `rubric`."""
    few = _("too few answers for a resemblance")
    for country in rubric.countries:
        where = f"result.exemplars.ranking[country={country.code}]"
        name = f"country.{country.code}"
        for key, meaning, unit, span in (
            ("resemblance", _("z"), _("standard errors above chance"), ""),
            ("stability", _("Stability"), _("share of draws in which it ranks first"), "0–1"),
        ):
            value = _at("countries", country.code, key)
            yield Column(f"{name}.{key}", f"{where}.{key}", value, f"{country.name}: {meaning}", unit, span, few)
    yield from _of_themes(rubric)
    for question in rubric.questions:
        yield from _of_question(question, wanted)


def _of_themes(rubric: Rubric) -> Iterator[Column]:
    none = _("no question of it was answered with a level")
    for theme in rubric.themes:
        where, name = f"result.themes[id={theme.id}]", f"theme.{theme.id}"
        for key, keys, meaning in (
            ("score", ("score", "value"), _("score")),
            ("interval_low", ("score", "interval", 0), _("lower end of the 5–95 % range")),
            ("interval_high", ("score", "interval", 1), _("upper end of the 5–95 % range")),
        ):
            place, value = f"{where}.{_dotted(keys)}", _at("themes", theme.id, *keys)
            yield Column(f"{name}.{key}", place, value, f"{theme.title}: {meaning}", _("points"), POINTS, none)
        meaning = f"{theme.title}: " + _("how much it matters to the region; 2 where it did not say")
        yield Column(f"{name}.priority", f"{where}.priority", _at("themes", theme.id, "priority"), meaning, "", "1–3")


def _of_question(question: Question, wanted: Wanted) -> Iterator[Column]:
    levels = ", ".join(("0", "1", "2", "3", "4", *STATES))
    yield _said(question, "answers", "answer", question.text, _("level or state"), levels, _("not answered"))
    evidence = f"{question.name}: " + _("what shows it")
    yield _said(question, "evidence", "evidence", evidence, "", ", ".join(GRADES), _("no grade was given"))
    if wanted.notes:
        words = (_("why it does not apply"), _("note"), _("reference"))
        for table, word in zip(TEXTS, words, strict=True):
            yield _said(question, table, table[:-1], f"{question.name}: {word}", _("text"), "", _("nothing written"))


def _said(question: Question, table: str, kind: str, meaning: str, *other: str) -> Column:
    return _plain(f"{kind}.{question.id}", ("answers", table, question.id), meaning, *other)


def _only_json() -> Iterator[Column]:
    """What JSON Lines have beyond the columns."""
    for place, meaning in (
        ("answers", _("The answers file as it was submitted; what was written only if asked for")),
        ("answers.vignettes", _("Where the respondent placed the described regions, 0–4")),
        ("result", _("The result as its report has it; figures are rounded")),
        ("result.themes[].coverage", _("How the questions of the theme were answered")),
        ("result.exemplars.ranking[].answered", _("Questions that cite the country, answered with a level")),
        ("result.exemplars.ranking[].questions", _("Questions that cite the country")),
        ("result.exemplars.fragile", _("One answer that, moved by one level, changes the first country; or null")),
        ("result.strengths", _("Ids of questions that stand high, the foremost first")),
        ("result.recommendations", _("What to do next, the most urgent first")),
    ):
        yield Column("", place, _at(place), meaning)
