"""What trends look like: the median and the middle half of many regions, period by period."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from webapp.charts import GRID, LINE, SOFT, TEAL, Axis, fitted, svg, tag, text

PANEL = (176, 118)
"""Width and height of one chart among several trends."""


@dataclass(frozen=True)
class Point:
    """A period of a trend with its quartiles, None where too few regions have a score."""

    label: str
    quartiles: tuple[float, float, float] | None


@dataclass(frozen=True)
class Panel:
    """A trend among others."""

    label: str
    points: Sequence[Point]


def trend_row(panel: Panel, title: str, width: int = 240, height: int = 150) -> Markup:
    """The median as a line with a dot for each period, and the middle half of the regions as a band."""
    return fitted(title, width, _trend(panel, 0, 0, width, height), height=height)


def trend_plot(panels: Sequence[Panel], title: str, across: int = 3) -> Markup:
    """Several trends side by side, all on the same scale, each under its name."""
    wide, high = PANEL[0] + 16, PANEL[1] + 30
    parts: list[Markup] = []
    for number, panel in enumerate(panels):
        left, top = wide * (number % across), high * (number // across)
        parts += [text(left, top + 12, panel.label, bold=True), *_trend(panel, left, top + 18, *PANEL)]
    lines = -(-len(panels) // across)
    return svg(wide * min(across, len(panels)) - 16, high * lines - 8, title, parts)


def _trend(panel: Panel, left: float, top: float, width: float, height: float) -> Iterator[Markup]:
    across = Axis(left + 38, width - 50, 0, max(len(panel.points) - 1, 1))
    up = Axis(top + height - 22, 30 - height, 0, 100)  # px grow downwards
    for at in GRID:
        y, wide = up.x(at), 1 if at in (GRID[0], GRID[-1]) else 0.6
        yield tag("path", "grid", d=f"M{left + 28:.1f} {y:.1f}H{left + width:.1f}", stroke=LINE, stroke_width=wide)
        yield text(left + 23, y + 4, str(at), anchor="end", fill=SOFT)
    yield from _periods(panel.points, across, top + height - 4)
    for run in _runs(panel.points):
        yield from _run([(across.x(place), *map(up.x, quartiles)) for place, quartiles in run])


def _periods(points: Sequence[Point], across: Axis, y: float) -> Iterator[Markup]:
    for place in sorted({0, len(points) - 1}):
        anchor = "middle" if len(points) == 1 else "start" if place == 0 else "end"
        aside = {"start": -6, "end": 10, "middle": 0}[anchor]
        yield text(across.x(place) + aside, y, points[place].label, anchor=anchor, fill=SOFT)


def _runs(points: Iterable[Point]) -> Iterator[list[tuple[int, tuple[float, float, float]]]]:
    """Periods that follow each other and have quartiles: a line leaps over none."""
    run: list[tuple[int, tuple[float, float, float]]] = []
    for place, point in enumerate(points):
        if point.quartiles:
            run.append((place, point.quartiles))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _run(places: Sequence[tuple[float, ...]]) -> Iterator[Markup]:
    low = [f"{x:.1f} {y:.1f}" for x, y, _, _ in places]
    high = [f"{x:.1f} {y:.1f}" for x, _, _, y in reversed(places)]
    middle = [f"{x:.1f} {y:.1f}" for x, _, y, _ in places]
    band = f"M{'L'.join([*low, *high])}Z"
    # The stroke shows a period that stands alone.
    yield tag("path", "between", d=band, fill=TEAL, stroke=TEAL, stroke_width=3, opacity=0.22)
    yield tag("path", "middle", d=f"M{'L'.join(middle)}", stroke=TEAL, stroke_width=2, fill="none")
    for x, _, y, _ in places:
        yield tag("circle", "plain", cx=x, cy=y, r=2.8, fill=TEAL)
