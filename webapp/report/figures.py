"""The figures of a report as tables, for files that others calculate with: rounded as the result's JSON gives them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flask_babel import gettext as _

from rubric.model import TOP_LEVEL, Question, Rubric
from rubric.rounding import rounded
from webapp import downloads
from webapp.report.context import Report
from webapp.report.profile import AnswerLine, ThemeLine
from webapp.report.roadmap import Step, Strength

Cell = str | int | float | None
Row = tuple[Cell, ...]
COUNTS = ("answered", "unknown", "undisclosed", "unanswered", "not_applicable", "outside_powers", "questions")
"""Names in a coverage, in the order in which they stand in tables."""


@dataclass(frozen=True)
class Column:
    """A column: `key` is its name in CSV files, `title` and `meaning` are for people, `width` is in characters.

    Numbers are given out to `decimals` decimals; None where each row has its own.
    """

    key: str
    title: str
    meaning: str
    width: int = 12
    decimals: int | None = 0


@dataclass(frozen=True)
class Table:
    """A table of figures. `name` is the one that addresses and files give it; `about` says what a row is."""

    name: str
    title: str
    about: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def tables(report: Report) -> tuple[Table, ...]:
    """All figures of `report`."""
    made = (scores, themes, countries, strengths, recommendations, answers, narrowing, practices, readings)
    return tuple(each(report) for each in made)


def as_csv(table: Table) -> bytes:
    """`table` as a CSV file."""
    return b"".join(csv_lines(table.columns, table.rows))


def csv_lines(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[bytes]:
    """The lines of such a file, each made only when it is asked for."""
    yield from downloads.csv_lines(_written(columns, rows))


def _written(columns: Sequence[Column], rows: Iterable[Row]) -> Iterator[Sequence[Cell | Decimal]]:
    yield [column.key for column in columns]
    for row in rows:
        yield [_rounded(cell, column) for cell, column in zip(row, columns, strict=True)]


def _rounded(cell: Cell, column: Column) -> Cell | Decimal:
    if cell is None or isinstance(cell, str) or column.decimals is None:
        return cell
    return Decimal(f"{cell:.{column.decimals}f}")  # which keeps zeros at the end


def scores(report: Report) -> Table:
    """The overall score and what else it could be, and what was counted."""
    columns = (
        Column("id", _("Id"), _("Short name for programs"), 26),
        Column("figure", _("Figure"), _("What the row gives"), 60),
        Column("value", _("Value"), _("The figure itself; empty where it is undefined or a range alone"), 10, None),
        Column("low", _("From"), _("Lower end of its range"), 10, 1),
        Column("high", _("To"), _("Upper end of its range"), 10, 1),
        Column("unit", _("Unit"), _("What it is counted in"), 16),
    )
    rows = (*_points(report), *_counted(report))
    return Table("scores", _("Scores"), _("A row for each figure on the whole region"), columns, rows)


def _points(report: Report) -> Iterator[Row]:
    points = _("points of 100")
    yield from ((*row, points) for row in other_scores(report).rows)
    if report.earlier:
        yield "before", _("The submission before"), report.before, None, None, points
    if report.peers:
        low, median, high = report.peers.overall
        regions = _("All regions: the median, and the middle half of them")
        yield "regions", regions, median, low, high, points


def _counted(report: Report) -> Iterator[Row]:
    questions = _("questions")
    for name, words in _count_words().items():
        yield name, words, getattr(report.coverage, name), None, None, questions
    yield "evidence_named", _("Answered, with evidence named"), report.backed, None, None, questions
    undefined = report.headline.undefined
    chance = _("How often chance alone reaches such a resemblance")
    yield "chance", chance, None if undefined else report.chance, None, None, _("share of cases")


def _count_words() -> dict[str, str]:
    words = (
        _("Answered with a level"),
        _("Unknown"),
        _("Not disclosed"),
        _("Not answered"),
        _("Not applicable"),
        _("Decided elsewhere"),
        _("All questions"),
    )
    return dict(zip(COUNTS, words, strict=True))


def other_scores(report: Report) -> Table:
    """The overall score under each assumption that the report tells of."""
    columns = (
        Column("id", _("Id"), _("Short name for programs"), 26),
        Column("assumption", _("Under which assumption"), _("What the score is worked out from"), 60),
        Column("score", _("Score"), _("0 to 100; empty where the assumption gives a range alone"), 10, 1),
        Column("low", _("From"), _("Lower end of the range"), 10, 1),
        Column("high", _("To"), _("Upper end of the range"), 10, 1),
    )
    rows = tuple(_assumptions(report))
    about = _("A row for each assumption under which the overall score can be worked out")
    return Table("other-scores", _("What else the overall score could be"), about, columns, rows)


def _assumptions(report: Report) -> Iterator[Row]:
    score = report.score
    yield "as_answered", _("As answered, with its range"), score.value, *(score.interval or (None, None))
    if score.open and score.low is not None:
        open_ends = _("If every open question stood at the lowest, or at the highest level")
        yield "open", open_ends, None, score.low, score.high
    if report.weightings:
        weighed = _("If the themes weighed differently, in 1,000 random weightings")
        yield "weightings", weighed, None, *report.weightings
    if report.left_out_as_zero is not None:
        counted = _("If the questions left out counted as not in place")
        yield "left_out_as_zero", counted, report.left_out_as_zero, None, None
    if report.evidenced:
        supported = _(
            "As far as the evidence given supports the answers; the lower end counts answers without evidence as said "
            "or tried once at most"
        )
        yield "evidenced", supported, None, *report.evidenced


def themes(report: Report) -> Table:
    """The themes with their scores, and how their questions were answered."""
    columns = (
        Column("id", _("Id"), _("Short name for programs"), 14),
        Column("theme", _("Theme"), _("Its title"), 40),
        Column("score", _("Score"), _("0 to 100; empty where no question is answered with a level"), 10, 1),
        Column("range_low", _("Range from"), _("Nine of ten varied scores lie from here"), 10, 1),
        Column("range_high", _("Range to"), _("to here"), 10, 1),
        Column("lowest", _("At the lowest"), _("The score if all that is open stood at the lowest level"), 10, 1),
        Column("highest", _("At the highest"), _("The score if all that is open stood at the highest level"), 10, 1),
        Column("before", _("Before"), _("The score of the submission before, if there is one"), 10, 1),
        Column("regions_low", _("Regions from"), _("The middle half of all regions lies from here"), 10, 1),
        Column("regions_median", _("Regions, median"), _("The median of all regions"), 10, 1),
        Column("regions_high", _("Regions to"), _("to here"), 10, 1),
        Column("priority", _("Matters"), _("To the region: 1 less than others, 2 as much, 3 more"), 10),
        *(Column(name, words, _("How many questions"), 10) for name, words in _count_words().items()),
    )
    rows = tuple(_theme_row(theme) for theme in report.themes)
    return Table("themes", _("Themes"), _("A row for each theme"), columns, rows)


def _theme_row(theme: ThemeLine) -> Row:
    score = theme.score
    return (
        theme.id,
        theme.title,
        score.value,
        *(score.interval or (None, None)),
        score.low,
        score.high,
        theme.before,
        *(theme.peers or (None, None, None)),
        theme.priority,
        *(getattr(theme.coverage, name) for name in COUNTS),
    )


def countries(report: Report) -> Table:
    """The eight countries, nearest first."""
    columns = (
        Column("code", _("Code"), _("The country’s, as in ISO 3166-1"), 8),
        Column("country", _("Country"), _("Its name"), 22),
        Column("resemblance", _("Resemblance"), _("Standard errors above or below what chance gives"), 14, 2),
        Column("stability", _("First in"), _("Share of 1,000 variations in which it comes first, 0 to 1"), 12, 3),
        Column("closest", _("Closest set"), _("1 if it belongs to the closest set, 0 if not"), 12),
        Column("answered", _("Answered"), _("Questions on its practices answered with a level"), 12),
        Column("questions", _("Questions"), _("Questions on its practices"), 12),
    )
    rows = tuple(
        (c.country.code, c.country.name, c.resemblance, c.stability, int(c.near), c.answered, c.questions)
        for c in report.ranking
    )
    return Table("countries", _("Countries"), _("A row for each country, nearest first"), columns, rows)


def strengths(report: Report) -> Table:
    """What the region can build on, the best first."""
    columns = (
        Column("place", _("Place"), _("1 is the best"), 8),
        *_question_columns(),
        Column("level", _("Level"), _("3 or 4"), 8),
        Column("countries", _("Countries"), _("Codes of those whose practices the question cites"), 20),
    )
    rows = tuple(_strength_row(place, item, report) for place, item in enumerate(report.strengths, 1))
    return Table("strengths", _("Strengths"), _("A row for each strength, the best first"), columns, rows)


def _strength_row(place: int, item: Strength, report: Report) -> Row:
    return place, *_question_cells(item.question, report.rubric), item.level, _codes(c.code for c in item.countries)


def _question_columns() -> tuple[Column, ...]:
    return (
        Column("id", _("Id"), _("The question’s short name for programs"), 24),
        Column("question", _("Question"), _("Its name"), 36),
        Column("theme", _("Theme"), _("Title of its theme"), 28),
    )


def _question_cells(question: Question, rubric: Rubric) -> tuple[str, ...]:
    return question.id, question.name, rubric.theme_by_id[question.theme].title


def _codes(names: Iterable[str]) -> str:
    return ", ".join(names)


def recommendations(report: Report) -> Table:
    """All steps, most urgent first."""
    columns = (
        Column("place", _("Place"), _("1 is the most urgent"), 8),
        *_question_columns(),
        Column("level", _("Level"), _("Where it stands now, 0 to 3"), 8),
        Column("gap", _("Gap"), _("Levels up to the highest"), 8),
        Column("urgency", _("Urgency"), _("Gap times how much the theme matters"), 9),
        Column("horizon", _("Within"), _("How long a first step takes, by the authors’ judgement"), 12),
        Column("countries", _("Countries"), _("Codes of those that practise it, the closest set first"), 16),
        Column("needs", _("Needs first"), _("Ids of questions that ought to stand at level 2 first"), 24),
        Column("rivals", _("A choice against"), _("Ids of questions that pull on the same money and attention"), 24),
        Column("now", _("Now"), _("Description of the level where it stands"), 50),
        Column("next", _("Next"), _("Description of the next level"), 50),
    )
    rows = tuple(_step_row(step, report.rubric) for step in report.steps)
    about = _("A row for each step, most urgent first")
    return Table("recommendations", _("Recommendations"), about, columns, rows)


def _step_row(step: Step, rubric: Rubric) -> Row:
    return (
        step.place,
        *_question_cells(step.question, rubric),
        step.level,
        step.gap,
        step.urgency,
        step.question.horizon,
        _codes(country.code for country in step.countries),
        _codes(question.id for question in step.unmet),
        _codes(rival.question.id for rival in step.rivals),
        step.question.levels[step.level],
        step.next_level,
    )


def answers(report: Report) -> Table:
    """Every question with all that was said to it."""
    columns = (
        Column("number", _("Number"), _("In the order of the questionnaire"), 9),
        *_question_columns(),
        Column("level", _("Level"), _("0 to 4; empty where the answer is none of the levels"), 8),
        Column("state", _("State"), _("Where the answer is no level: its name in answers files, or unanswered"), 16),
        Column("answer", _("Answer"), _("As the respondent read it"), 28),
        Column("gap", _("Gap"), _("Levels up to the highest"), 8),
        Column("evidence", _("Evidence"), _("none, document, published or evaluated; empty if not said"), 12),
        Column("reason", _("Reason"), _("Of the region, for a question that does not apply"), 40),
        Column("note", _("Note"), _("Of the region"), 60),
        Column("reference", _("Reference"), _("Of the region"), 40),
    )
    rows = tuple(_answer_row(number, line, report.rubric) for number, line in enumerate(report.answers, 1))
    return Table("answers", _("Answers"), _("A row for each question"), columns, rows)


def _answer_row(number: int, line: AnswerLine, rubric: Rubric) -> Row:
    return (
        number,
        *_question_cells(line.question, rubric),
        line.level,
        None if line.level is not None else line.answer or "unanswered",
        _answer_words(line, rubric),
        None if line.level is None else TOP_LEVEL - line.level,
        line.evidence,
        line.reason,
        line.note,
        line.reference,
    )


def _answer_words(line: AnswerLine, rubric: Rubric) -> str:
    if line.level is not None:
        return rubric.levels[line.level].name
    return next((state.label for state in rubric.states if state.id == line.answer), _("Not answered"))


def narrowing(report: Report) -> Table:
    """Which answers would narrow the result most, those first."""
    columns = (
        Column("place", _("Place"), _("1 would narrow it most"), 8),
        *_question_columns(),
        Column("bounds", _("Lowest to highest"), _("Points by which the two would come nearer"), 12, 1),
        Column("range", _("Range"), _("Points by which it would become narrower, as is to be expected"), 12, 1),
        Column("closest", _("Closest set"), _("Countries by which it would shrink, as is to be expected"), 12, 1),
    )
    rows = tuple(
        (place, *_question_cells(n.question, report.rubric), *map(_tenth, (n.bounds, n.interval, n.closest)))
        for place, n in enumerate(report.narrowing, 1)
    )
    about = _("A row for each question that is unknown or not answered")
    return Table("narrowing", _("Narrowing"), about, columns, rows)


def _tenth(value: float | None) -> float | None:
    return None if value is None else rounded(value, 1)


def practices(report: Report) -> Table:
    """The source's practices, with the questions that cite them."""
    columns = (
        Column("id", _("Id"), _("The practice’s short name for programs"), 28),
        Column("code", _("Country"), _("Its code"), 10),
        Column("practice", _("Practice"), _("By its name in the source"), 50),
        Column("theme", _("Theme"), _("Title of its theme"), 30),
        Column("questions", _("Questions"), _("Ids of those that cite it"), 40),
    )
    rows = tuple(
        (p.id, p.country, p.title, report.rubric.theme_by_id[p.theme].title, _codes(q.id for q in asked))
        for origin in report.origins
        for p, asked in origin.practices
    )
    return Table("practices", _("Practices"), _("A row for each practice of the source"), columns, rows)


def readings(report: Report) -> Table:
    """How whoever answered placed the described, made-up regions."""
    columns = (
        Column("id", _("Id"), _("The described region’s short name for programs"), 24),
        Column("text", _("Described region"), _("As the respondent read it"), 80),
        Column("level", _("Rated here"), _("Level, 0 to 4"), 12),
        Column("authors", _("By the authors"), _("Level, 0 to 4"), 12),
    )
    rows = tuple((r.vignette.id, r.vignette.text, r.level, r.vignette.level) for r in report.ratings)
    return Table("readings", _("Readings"), _("A row for each described region that was rated"), columns, rows)
