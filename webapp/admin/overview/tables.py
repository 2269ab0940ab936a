"""The figures of an overview as tables, for files that others calculate with."""

from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from rubric.distributions import LEVELS, UNANSWERED, Rates, Spread
from rubric.model import Rubric
from webapp.admin.overview.counting import Figures
from webapp.admin.overview.regions import Resembling
from webapp.listing import OVERALL
from webapp.report.figures import Column, Row, Table

STATES = ("unknown", "undisclosed", UNANSWERED, "not-applicable", "outside-powers")


def series(rubric: Rubric) -> tuple[tuple[str, str], ...]:
    """The overall score and the themes, in rubric order: ids and titles."""
    return (OVERALL, _("Overall")), *((theme.id, theme.title) for theme in rubric.themes)


def themes(figures: Figures, rubric: Rubric) -> Table:
    """How the scores lie."""
    columns = (
        *_series_columns(),
        Column("regions", _("Regions"), _("Those with a score"), 10),
        Column("lowest", _("Lowest"), _("0 to 100"), 10, 1),
        *_quartile_columns(),
        Column("highest", _("Highest"), _("0 to 100"), 10, 1),
    )
    rows = tuple(_theme_row(name, title, figures.spreads.get(name, Spread())) for name, title in series(rubric))
    return Table("themes", _("Scores"), _("A row for each theme, and one for the overall score"), columns, rows)


def _theme_row(name: str, title: str, spread: Spread) -> Row:
    lowest, highest = spread.ends or (None, None)
    return name, title, spread.regions, lowest, *(spread.quartiles or (None, None, None)), highest


def _series_columns() -> tuple[Column, ...]:
    return (
        Column("id", _("Id"), _("The theme’s short name for programs, or overall"), 16),
        Column("theme", _("Theme"), _("Its title"), 34),
    )


def _quartile_columns() -> tuple[Column, ...]:
    return (
        Column("lower_quartile", _("Lower quartile"), _("At most a quarter of regions score less, 0 to 100"), 10, 1),
        Column("median", _("Median"), _("At most half of regions score less, 0 to 100"), 10, 1),
        Column("upper_quartile", _("Upper quartile"), _("At most 3/4 of regions score less, 0 to 100"), 10, 1),
    )


def nearest(figures: Figures, rubric: Rubric) -> Table:
    """How many regions have which country as their nearest."""
    columns = (
        Column("code", _("Code"), _("Of the country; empty where regions resemble none"), 8),
        Column("country", _("Country"), _("Its name"), 22),
        Column("regions", _("Regions"), _("Those to whom it is the nearest"), 10),
        Column("clear", _("Clear"), _("Of these, with a clear verdict"), 10),
        Column("leaning", _("Leaning"), _("Of these, leaning towards it"), 10),
        Column("none", _("Could be chance"), _("Of these, where chance alone could produce it"), 14),
    )
    rows = tuple(
        (n.country, rubric.country_by_code[n.country].name if n.country else "", n.regions, n.clear, n.leaning, n.none)
        for n in figures.nearest
    )
    return Table("nearest", _("Nearest countries"), _("A row for each country"), columns, rows)


def trends(figures: Figures, rubric: Rubric) -> Table:
    """How the scores lay in each period that is told."""
    columns = (
        Column("period", _("Period"), _("Its first day"), 12),
        Column("running", _("Running"), _("yes where it has not ended yet"), 10),
        *_series_columns(),
        Column("regions", _("Regions"), _("Those that submitted in it and have a score"), 10),
        *_quartile_columns(),
    )
    rows = tuple(
        (
            period.start.isoformat(),
            "yes" if period.running else "no",
            name,
            title,
            spread.regions,
            *(spread.quartiles or ()),
        )
        for period in figures.periods
        for name, title in series(rubric)
        if (spread := period.told(name))
    )
    return Table("trends", _("Trends"), _("A row for each period and theme with enough regions"), columns, rows)


def questions(figures: Figures, rubric: Rubric) -> Table:
    """How often each question was answered how."""
    columns = (
        Column("id", _("Id"), _("The question’s short name for programs"), 24),
        Column("question", _("Question"), _("Its name"), 40),
        Column("theme", _("Theme"), _("Title of its theme"), 30),
        Column("regions", _("Regions"), _("Those whose answers were counted"), 10),
        Column("not_known", _("Open"), _("Share that is unknown, undisclosed or unanswered, 0 to 1"), 10, 3),
        Column("left_out", _("Left out"), _("Share that does not apply or is decided elsewhere, 0 to 1"), 10, 3),
        *(Column(f"level_{level}", _("Level %(level)s", level=level), _("Regions at it"), 10) for level in LEVELS),
        *(Column(state.replace("-", "_"), state, _("Regions that answered so"), 12) for state in STATES),
    )
    rows = tuple(_rates_row(rates, rubric) for rates in figures.rates)
    return Table("questions", _("Questions"), _("A row for each question, the worst first"), columns, rows)


def _rates_row(rates: Rates, rubric: Rubric) -> Row:
    question = rubric.question_by_id[rates.question]
    counts = (rates.counts.get(answer, 0) for answer in (*LEVELS, *STATES))
    theme = rubric.theme_by_id[question.theme].title
    return rates.question, question.name, theme, rates.regions, rates.open, rates.left_out, *counts


def map_columns(rubric: Rubric) -> tuple[Column, ...]:
    """The columns of the map of resemblances."""
    return (
        Column("submission_id", _("Id"), _("Of the submission, as in its address"), 10),
        Column("region", _("Region"), _("Its name"), 40),
        Column("country", _("Country"), _("Code, if the region named one"), 10),
        Column("number", _("Submission"), _("Its number within the assessment"), 10),
        Column("verdict", _("Verdict"), _("clear, leaning, or none: could be chance"), 10),
        Column("closest", _("Closest set"), _("Codes of its countries"), 16),
        *(Column(c.code, c.name, _("Resemblance, in standard errors"), 10, 2) for c in rubric.countries),
    )


def map_rows(regions: Iterable[Resembling], rubric: Rubric) -> Iterator[Row]:
    """A row of the map for each of `regions`."""
    for one in regions:
        resemblances = (one.resemblances.get(country.code) for country in rubric.countries)
        closest = " ".join(one.closest)
        yield one.submission, one.region, one.country, one.number, one.verdict, closest, *resemblances
