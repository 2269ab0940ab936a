"""Small charts for many regions side by side, in the manner of webapp.charts: plain figures in, SVG out, no words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.charts import GRID, INK, LINE, ROW_WIDTH, SOFT, TEAL, Axis, fitted, grid_line, svg, tag, text

SIZE = (196, 128)
"""Width and height of a small profile, in px: three stand side by side on a page of paper."""
MARKED = (0, 50, 100)
"""The scores at which a small profile has lines."""
ROW = 24
"""Height of a row of dots, in px."""
ROW_MARGIN = 9 / ROW_WIDTH
"""Share of a row's width that lies to each side of its axis, as in webapp.charts."""
SHADES = (0.0, 0.5, 1.0, 1.5, 2.0)
"""From which resemblance on each of five shades is taken, from the palest."""


@dataclass(frozen=True)
class Place:
    """A theme in a small profile, 0 to 100: the score, its range, and the median of all that are compared."""

    score: float | None
    interval: tuple[float, float] | None
    middle: float | None


def small_profile(places: Sequence[Place], title: str, sized: bool = True) -> Markup:
    """A column for each theme, numbered from 1: the range as a band, the score as a dot, the median as a tick."""
    width, height = SIZE
    up = Axis(height - 20, 28 - height, 0, 100)  # px grow downwards
    across = Axis(34, width - 44, 0, max(len(places) - 1, 1))
    parts = [*_lines(up, width), *_columns(places, across, up, height)]
    return svg(width, height, title, parts) if sized else fitted(title, width, parts, height=height)


def _lines(up: Axis, width: float) -> Iterator[Markup]:
    for at in MARKED:
        y = up.x(at)
        yield tag("path", "grid", d=f"M{25} {y:.1f}H{width}", stroke=LINE, stroke_width=1 if at != 50 else 0.6)
        yield text(21, y + 4, str(at), anchor="end", fill=SOFT)


def _columns(places: Sequence[Place], across: Axis, up: Axis, height: float) -> Iterator[Markup]:
    for number, place in enumerate(places):
        yield text(across.x(number), height - 3, str(number + 1), anchor="middle", fill=SOFT)
        yield from _marks(place, across.x(number), up)


def _marks(place: Place, x: float, up: Axis) -> Iterator[Markup]:
    if place.interval:
        low, high = map(up.x, place.interval)
        long = max(low - high, 1)
        yield tag("rect", "band plain", x=x - 2.5, y=high, width=5, height=long, fill=TEAL, fill_opacity=0.32)
    if place.middle is not None:
        line = f"M{x - 6:.1f} {up.x(place.middle):.1f}h12"
        yield tag("path", "quartiles", d=line, stroke=INK, stroke_width=1.3, fill="none")
    if place.score is not None:
        yield tag("circle", "plain", cx=x, cy=up.x(place.score), r=3.6, fill=TEAL)


def dots_row(scores: Sequence[float], title: str, width: int = ROW_WIDTH) -> Markup:
    """A dot for each score, and a line from the lowest to the highest, for one row of a table."""
    margin = ROW_MARGIN * width
    axis, middle = Axis(margin, width - 2 * margin, 0, 100), ROW / 2
    parts = [grid_line(axis.x(at), 0, ROW, at) for at in GRID]
    if scores:
        line = f"M{axis.x(min(scores)):.1f} {middle:g}H{axis.x(max(scores)):.1f}"
        parts.append(tag("path", "quartiles", d=line, stroke=INK, stroke_width=1.3, fill="none"))
    parts += [tag("circle", "plain", cx=axis.x(score), cy=middle, r=4, fill=TEAL) for score in scores]
    return fitted(title, width, parts, height=ROW)


def shade(resemblance: float | None) -> int | None:
    """Which of the shades lies under a resemblance, from 0; None where it is below what chance gives, or undefined."""
    if resemblance is None or resemblance <= 0:
        return None
    return sum(resemblance >= start for start in SHADES) - 1


def key(name: str, title: str) -> Markup:
    """What a mark of a small profile looks like, for a legend: `score`, or `middle` for the median of all."""
    place = Place(50, (0, 100), None) if name == "score" else Place(None, None, 50)
    return svg(26, 26, title, _marks(place, 13, Axis(24, -22, 0, 100)))
