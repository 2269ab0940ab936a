"""What the workbook for answering offline looks like: its sheets, their columns, and the words to choose from."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask_babel import gettext as _

from rubric.answers import LINE_LENGTH, NOTE_LENGTH
from rubric.model import Rubric

Words = Mapping[str, int | str]
"""What may be chosen: the words that people read, and what an answers file says for each."""

TO_FILL_IN = ("choice", "prose")
"""Styles of the cells that respondents write in."""
KEY_ROW, HEADER_ROW, FIRST_ROW = 1, 2, 3
"""The hidden row of machine keys, the row of titles, and the first row of content."""


@dataclass(frozen=True)
class Column:
    """A column: `key` is what programs find it by, `title` what people read, `width` in characters.

    `style` is one of those in `sheet_design`. `hint` stands under the title. `words` are what may be chosen, `longest`
    is how many characters may be typed.
    """

    key: str
    title: str
    width: int
    style: str
    hint: str = ""
    words: Words | None = None
    longest: int | None = None

    @property
    def to_fill_in(self) -> bool:
        """Whether respondents write here."""
        return self.style in TO_FILL_IN


@dataclass(frozen=True)
class Layout:
    """A sheet with one row for each thing asked, whose id stands in the column `ids`, which no other sheet has."""

    title: str
    ids: str
    columns: tuple[Column, ...]

    def column(self, key: str) -> Column:
        """The column with this key."""
        return next(column for column in self.columns if column.key == key)


def answer_words(rubric: Rubric) -> Words:
    """Levels and states by the names that respondents read."""
    levels = {level.name: number for number, level in enumerate(rubric.levels)}
    return {**levels, **{state.label: state.id for state in rubric.states}}


def evidence_words() -> Words:
    """Grades of evidence."""
    return {
        _("Nothing written"): "none",
        _("An internal document"): "document",
        _("A published document"): "published",
        _("An independent evaluation"): "evaluated",
    }


def priority_words() -> Words:
    """How much a theme matters."""
    return {_("Less than other themes"): 1, _("As much as others"): 2, _("More than other themes"): 3}


def answers_layout(rubric: Rubric) -> Layout:
    """The sheet with a row for each question."""
    asked = (
        Column("theme", _("Theme"), 15, "label"),
        Column("question", _("Id"), 12, "id"),
        Column("text", _("Question"), 34, "strong"),
        *(Column(f"level-{number}", level.name, 23, "label") for number, level in enumerate(rubric.levels)),
    )
    return Layout(_("Answers"), "question", asked + _to_fill_in(rubric))


def _to_fill_in(rubric: Rubric) -> tuple[Column, ...]:
    return (
        Column("answer", _("Answer"), 20, "choice", _("choose from the list"), words=answer_words(rubric)),
        Column("reason", _("Reason"), 26, "prose", _("if it doesn’t apply: why?"), longest=NOTE_LENGTH),
        Column("note", _("Note"), 34, "prose", _("for whoever reads the report"), longest=NOTE_LENGTH),
        Column("evidence", _("Evidence"), 20, "choice", _("what could you show?"), words=evidence_words()),
        Column("reference", _("Reference"), 28, "prose", _("its title, date or address"), longest=LINE_LENGTH),
    )


def themes_layout() -> Layout:
    """The sheet with a row for each theme."""
    columns = (
        Column("theme-id", _("Id"), 16, "id"),
        Column("title", _("Theme"), 36, "strong"),
        Column("sentence", _("What it is about"), 60, "label"),
        Column("priority", _("Priority"), 30, "choice", _("in the next years"), words=priority_words()),
    )
    return Layout(_("Themes"), "theme-id", columns)


def region_layout() -> Layout:
    """The sheet that says whose answers they are, a row for each field."""
    columns = (
        Column("field", _("Id"), 12, "id"),
        Column("label", _("About"), 30, "strong"),
        Column("value", _("Content"), 44, "prose", _("please fill in")),
        Column("hint", _("How"), 60, "label"),
    )
    return Layout(_("Region"), "field", columns)
