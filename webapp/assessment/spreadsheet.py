"""Answers as an XLSX workbook: written to be filled in offline, and read back."""

import datetime as dt
import difflib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from openpyxl import Workbook
from pydantic import ValidationError

from rubric.answers import LINE_LENGTH, NOTE_LENGTH, REGION_LENGTH, Line, Note, Region, adapter, territories
from rubric.model import Rubric
from rubric.problems import InputError, Problem, from_pydantic, place, quote
from rubric.versions import questions_name
from webapp.assessment import sheet_design
from webapp.assessment.cells import NoValue, Sheet, Value, sheets
from webapp.assessment.layout import (
    FIRST_ROW,
    HEADER_ROW,
    KEY_ROW,
    Layout,
    Words,
    answer_words,
    answers_layout,
    evidence_words,
    priority_words,
    region_layout,
    themes_layout,
)
from webapp.assessment.sheet_design import Content

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TABLES = {"answer": "answers", "reason": "reasons", "note": "notes", "evidence": "evidence", "reference": "references"}
"""For each column to fill in, the table of an answers file that it becomes."""
FIELDS = ("region", "country", "date", "rubric")
"""Rows of the sheet that says whose answers they are."""
FIRST_YEAR = 1901
"""From here on all spreadsheet programs count days alike; earlier dates are written as text."""


def write(rubric: Rubric, content: Mapping[str, Any]) -> bytes:
    """The workbook to fill in for `rubric`, with what `content` says already filled in: an answers file, or nothing.

    The same bytes for the same input. Vignettes have no place in it.
    """
    book = sheet_design.new_book(rubric.title)
    sheet_design.add_page(book, _("How to fill this in"), _guide(rubric))
    sheet_design.add_table(book, answers_layout(rubric), _answer_rows(rubric, content), frozen=f"D{FIRST_ROW}")
    sheet_design.add_table(book, themes_layout(), _theme_rows(rubric, content), frozen=f"A{FIRST_ROW}")
    _add_region(book, rubric, content)
    return sheet_design.packed(book)


def _guide(rubric: Rubric) -> Iterator[tuple[str, str, str]]:
    yield "title", _("How to fill this in"), ""
    yield from _steps(answers_layout(rubric).title)
    yield "section", _("Answers"), ""
    yield from (("strong", level.name, level.meaning) for level in rubric.levels)
    yield "section", _("Or, if none of these fits"), ""
    yield from (("strong", state.label, state.meaning) for state in rubric.states)
    if rubric.guide:
        yield "section", _("Words and rules"), ""
        yield from (("strong", term.name, term.meaning) for term in rubric.guide)


def _steps(answers: str) -> Iterator[tuple[str, str, str]]:
    yield (
        "strong",
        _("Sheet “%(title)s”", title=answers),
        _(
            "One row for each question. Read the five descriptions from left to right and choose in the column "
            "“Answer” the name of the one that you could show. You may leave any cell empty and come back to it."
        ),
    )
    yield (
        "strong",
        _("Sheet “%(title)s”", title=themes_layout().title),
        _(
            "How much each theme matters to your region in the next years. It changes the order of recommendations, "
            "not the score. Left empty, a theme matters as much as others."
        ),
    )
    yield (
        "strong",
        _("Sheet “%(title)s”", title=region_layout().title),
        _("The name of your region, its country and a date."),
    )
    yield (
        "strong",
        _("Which cells"),
        _("Those with a light green ground, under the headings in rust. All others are locked; there is no password."),
    )
    yield "strong", _("When you are done"), _("Save the file as .xlsx and upload it where you downloaded it.")


def _answer_rows(rubric: Rubric, content: Mapping[str, Any]) -> Iterator[dict[str, Content]]:
    layout = answers_layout(rubric)
    for question in rubric.questions:
        yield {
            "theme": rubric.theme_by_id[question.theme].title,
            "question": question.id,
            "text": question.text,
            **{f"level-{number}": sentence for number, sentence in enumerate(question.levels)},
            **{key: _shown(layout.column(key).words, content.get(t, {}).get(question.id)) for key, t in TABLES.items()},
        }


def _theme_rows(rubric: Rubric, content: Mapping[str, Any]) -> Iterator[dict[str, Content]]:
    given = content.get("priorities", {})
    for theme in rubric.themes:
        chosen = _shown(priority_words(), given.get(theme.id))
        yield {"theme-id": theme.id, "title": theme.title, "sentence": theme.sentence, "priority": chosen}


def _shown(words: Words | None, given: Any) -> str | None:
    """What stands in a cell for what an answers file says."""
    if words is None or given is None:
        return given  # type: ignore[no-any-return]  # text of an answers file, or nothing
    return next(word for word, value in words.items() if value == given)


def _add_region(book: Workbook, rubric: Rubric, content: Mapping[str, Any]) -> None:
    rows = dict(zip(FIELDS, _region_rows(rubric, content), strict=True))
    sheet = sheet_design.add_table(book, region_layout(), rows.values(), frozen=None)
    region, country, date, version = (f"C{number}" for number in range(FIRST_ROW, FIRST_ROW + len(FIELDS)))
    sheet_design.limit_length(sheet, region, REGION_LENGTH)
    sheet_design.fix_length(sheet, country, 2, _("Please type two letters, such as PT, or leave the cell empty."))
    sheet_design.require_day(sheet, date)
    sheet_design.lock_away(sheet, sheet[version].row)


def _region_rows(rubric: Rubric, content: Mapping[str, Any]) -> Iterator[dict[str, Content]]:
    told: dict[str, tuple[str, str, Content]] = {
        "region": (_("Region"), _("Its name, as it should stand on the report."), content.get("region")),
        "country": (_("Country"), _("Two letters as in ISO 3166-1, such as PT."), content.get("country")),
        "date": (_("Date"), _("Of the answers, such as 2026-03-31."), _day_to_show(content.get("date"))),
        "rubric": (_("Rubric"), "", rubric.version),
    }
    for field, (label, hint, value) in told.items():
        yield {"field": field, "label": label, "value": value, "hint": hint}


def _day_to_show(given: dt.date | str | None) -> Content:
    day = dt.date.fromisoformat(given) if isinstance(given, str) else given
    return day.isoformat() if day and day.year < FIRST_YEAR else day


def read(data: bytes, file: str, rubric: Rubric) -> dict[str, Any]:
    """What is filled in, shaped like an answers file: only what was given, and the rubric that the workbook names.

    Raises InputError with all problems, each placed by `file`, sheet, row and column; with one alone where `data` is
    no workbook, or one for another rubric than `rubric`.
    """
    found, problems = sheets(data, file), list[Problem]()
    content = _region(_table(found, region_layout(), file, problems), problems)
    require_version(content, file, rubric)
    content |= _answers(_table(found, answers_layout(rubric), file, problems), rubric, problems)
    content["priorities"] = _priorities(_table(found, themes_layout(), file, problems), rubric, problems)
    if problems:
        raise InputError(problems)
    return {key: value for key, value in content.items() if value != {} or key == "answers"}


def require_version(content: Mapping[str, Any], file: str, rubric: Rubric) -> None:
    """Raises InputError where `content` names a rubric version with other questions than those of `rubric`."""
    named = content.get("rubric")
    if isinstance(named, str) and questions_name(named) != questions_name(rubric.version):
        expected = _("%(version)s, the questions that this assessment answers", version=rubric.version)
        raise InputError(
            [Problem(place(file, "rubric"), _("answers the questions of %(named)s", named=quote(named)), expected)]
        )


@dataclass(frozen=True)
class _Table:
    """A sheet of ours in a workbook: where its columns stand by key, and its rows."""

    file: str
    sheet: Sheet
    layout: Layout
    place_by_key: Mapping[str, int]

    def where(self, row: int, key: str) -> str:
        told = {"sheet": self.sheet.title, "row": row, "column": self.layout.column(key).title}
        return f"{self.file}: {_('sheet %(sheet)s, row %(row)d, column %(column)s', **told)}"

    def cell(self, row: int, key: str) -> Value | None:
        """What stands there; None where it is nothing but spaces."""
        value = self.sheet.rows[row].get(self.place_by_key.get(key, 0))
        return (value.strip() or None) if isinstance(value, str) else value

    def is_filled_in(self, row: int) -> bool:
        return any(column.to_fill_in and self.cell(row, column.key) is not None for column in self.layout.columns)


def _table(found: Collection[Sheet], layout: Layout, file: str, problems: list[Problem]) -> _Table | None:
    """The sheet laid out like `layout`, whatever its title; None with problems where it is not there just once."""
    alike = [sheet for sheet in found if layout.ids in sheet.rows.get(KEY_ROW, {}).values()]
    if len(alike) != 1:
        what = _("is missing") if not alike else _("is there %(count)d times", count=len(alike))
        expected = _("one sheet with the hidden first row that it had when it was downloaded")
        problems.append(Problem(f"{file}: " + _("sheet %(sheet)s", sheet=layout.title), what, expected))
        return None
    places = {key: number for number, key in alike[0].rows[KEY_ROW].items() if isinstance(key, str)}
    problems += _missing_columns(alike[0], layout, file)
    return _Table(file, alike[0], layout, places)


def _missing_columns(sheet: Sheet, layout: Layout, file: str) -> Iterator[Problem]:
    keys = list(sheet.rows[KEY_ROW].values())
    for column in layout.columns:
        if (column.to_fill_in or column.key == layout.ids) and keys.count(column.key) != 1:
            what = _("is there twice") if column.key in keys else _("is missing")
            where = _("sheet %(sheet)s, column %(column)s", sheet=sheet.title, column=column.title)
            yield Problem(f"{file}: {where}", what, _("“%(key)s” once in the hidden first row", key=column.key))


def _rows(table: _Table, known: Collection[str], problems: list[Problem]) -> Iterator[tuple[str, int]]:
    """The ids that stand in a table, each with its row; what belongs to no id, or stands twice, is a problem."""
    seen: dict[object, int] = {}
    for row in sorted(table.sheet.rows):
        name = table.cell(row, table.layout.ids)
        if row == KEY_ROW or (row == HEADER_ROW and name not in known):
            continue
        where = table.where(row, table.layout.ids)
        if name is None and table.is_filled_in(row):
            problems.append(Problem(where, _("is empty"), _("the id that stood there")))
        elif name in seen:
            problems.append(
                Problem(where, _("%(id)s stands in row %(row)d too", id=name, row=seen[name]), _("each once"))
            )
        elif isinstance(name, str) and name in known:
            yield name, row
        elif name is not None:
            problems.append(Problem(where, _("unknown id %(id)s", id=_named(name)), _one_of(name, known)))
        seen.setdefault(name, row)


def _one_of(name: Value, known: Collection[str]) -> str:
    near = difflib.get_close_matches(str(name)[:80], known, n=1)
    hint = " " + _("(did you mean %(id)s?)", id=near[0]) if near else ""
    return f"{_('an id as it was downloaded')}{hint}"


def _answers(table: _Table | None, rubric: Rubric, problems: list[Problem]) -> dict[str, Any]:
    content: dict[str, dict[str, Any]] = {name: {} for name in TABLES.values()}
    if table is None:
        return content
    read: dict[str, Callable[[Value, str], object]] = {
        "answer": lambda value, where: _chosen(value, answer_words(rubric), where),
        "reason": lambda value, where: _typed(value, Note, NOTE_LENGTH, where),
        "note": lambda value, where: _typed(value, Note, NOTE_LENGTH, where),
        "evidence": lambda value, where: _chosen(value, evidence_words(), where),
        "reference": lambda value, where: _typed(value, Line, LINE_LENGTH, where),
    }
    for question, row in _rows(table, rubric.question_by_id, problems):
        for key, name in TABLES.items():
            given = _taken(table, row, key, read[key], problems)
            if given is not None:
                content[name][question] = given
    return content


def _priorities(table: _Table | None, rubric: Rubric, problems: list[Problem]) -> dict[str, object]:
    if table is None:
        return {}
    given = {
        theme: _taken(table, row, "priority", lambda value, where: _chosen(value, priority_words(), where), problems)
        for theme, row in _rows(table, rubric.theme_by_id, problems)
    }
    return {theme: priority for theme, priority in given.items() if priority is not None}


def _region(table: _Table | None, problems: list[Problem]) -> dict[str, Any]:
    if table is None:
        return {}
    read: dict[str, Callable[[Value, str], object]] = {
        "region": lambda value, where: _typed(value, Region, REGION_LENGTH, where),
        "country": _territory,
        "date": _day,
        "rubric": lambda value, where: _typed(value, Line, LINE_LENGTH, where),
    }
    given = {field: _taken(table, row, "value", read[field], problems) for field, row in _rows(table, FIELDS, problems)}
    return {field: value for field, value in given.items() if value is not None}


def _taken(
    table: _Table, row: int, key: str, read: Callable[[Value, str], object], problems: list[Problem]
) -> object | None:
    """What a cell says, as `read` makes it out; None where it is empty or, with a problem, cannot be taken."""
    value = table.cell(row, key)
    try:
        return None if value is None else read(value, table.where(row, key))
    except InputError as error:
        problems += error.problems
        return None


def _chosen(value: Value, words: Words, where: str) -> int | str:
    """What an answers file says for a word of a list, in any case, or for its number or id."""
    told = {_folded(str(said)): said for said in words.values()} | {_folded(w): said for w, said in words.items()}
    found = told.get(_folded(_text(value)))
    if found is None:
        raise InputError([Problem(where, _found(value), _("one of: %(words)s", words="; ".join(words)))])
    return found


def _folded(text: str) -> str:
    """What is left of a text where case, spaces and the form of apostrophes do not matter."""
    return " ".join(text.split()).replace("’", "'").casefold()


def _typed(value: Value, kind: Any, longest: int, where: str) -> str:
    """A text that an answers file may hold."""
    text = _text(value)
    if not text:
        raise InputError([Problem(where, _found(value), _("text"))])
    if len(text) > longest:
        raise InputError([Problem(where, _found(text), _("at most %(max)d characters", max=longest))])
    try:
        return adapter(kind).validate_python(text)
    except ValidationError as error:
        raise InputError(from_pydantic(error, where)) from None


def _text(value: Value) -> str:
    """`value` as somebody typed it; empty for what is no text."""
    return value if isinstance(value, str) else ""


def _territory(value: Value, where: str) -> str:
    code = _text(value).upper()
    if code not in territories():
        raise InputError([Problem(where, _found(value), _("a country code of ISO 3166-1, two letters"))])
    return code


def _day(value: Value, where: str) -> str:
    try:
        day = value if isinstance(value, dt.date) else dt.datetime.strptime(_text(value), "%Y-%m-%d").date()
    except ValueError:
        raise InputError([Problem(where, _found(value), _("a day as YYYY-MM-DD"))]) from None
    return day.isoformat()


def _found(value: Value) -> str:
    return str(_("found %(value)s", value=_named(value)))


def _named(value: Value) -> str:
    """`value` as a person would recognise it in a message."""
    if isinstance(value, NoValue):
        return value.what
    if isinstance(value, dt.date):
        return str(_("a date, %(day)s", day=value.isoformat()))
    return quote(value)
