"""What charts of many regions look like, in the manner of webapp.charts: plain figures in, SVG out, and no words.

Each comes as a row of a table and as a picture of its own. Shades differ as well as shapes: a chart means the same
printed in grey.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup

from rubric.distributions import Spread
from webapp.charts import (
    GREY,
    GRID,
    INK,
    LINE,
    PAPER,
    ROW_WIDTH,
    SOFT,
    TEAL,
    Axis,
    fitted,
    grid_line,
    laid_out,
    row_label,
    svg,
    tag,
    text,
)
from webapp.report.small_profiles import ROW_MARGIN, shade

MOST_DOTS = 200
"""Of more regions, bars are drawn instead of a dot for each."""
STEP = 2
"""Points of the scale between stacks of dots, and between bars."""
STRIP, PILE, RADIUS = 46, 29, 2.0
"""Height of a strip, of the highest pile in it, and radius of a dot, in px."""
PARTS, PARTS_PITCH = 16, 24
"""Height of a bar of parts, and of its row."""
CELL, CELL_PITCH = 42, 22
"""Width and height of a field of the map."""
TINTS = ("#e3eeed", "#bcd8d6", "#8dbcba", "#347371", "#0b5c5c")
"""From the least to the most."""
DARK = 3
"""From this tint on, words on it are white."""
Kind = Literal["level-0", "level-1", "level-2", "level-3", "level-4", "left-out", "open", "clear", "leaning", "none"]
LOOKS: dict[Kind, str] = {
    "level-0": TINTS[0],
    "level-1": TINTS[1],
    "level-2": TINTS[2],
    "level-3": TINTS[3],
    "level-4": TINTS[4],
    "left-out": PAPER,
    "open": PAPER,
    "clear": TEAL,
    "leaning": TINTS[2],
    "none": PAPER,
}


@dataclass(frozen=True)
class Strip:
    """How the scores of many regions lie, with what is printed beside them."""

    label: str
    spread: Spread
    printed: str


@dataclass(frozen=True)
class Parts:
    """Parts of a whole, side by side: how large each is, by what it looks like."""

    label: str
    sizes: Sequence[tuple[Kind, float]]
    printed: str = ""


@dataclass(frozen=True)
class Line:
    """A region on the map: its resemblances as printed, and which of them are the closest set; or a heading."""

    label: str
    fields: Sequence[tuple[float | None, str, bool]] = ()


def strip_row(spread: Spread, title: str, width: int = ROW_WIDTH) -> Markup:
    """A dot for each region, or bars where there are many; below them the quartiles."""
    margin = ROW_MARGIN * width
    axis = Axis(margin, width - 2 * margin, 0, 100)
    lines = [grid_line(axis.x(at), 0, STRIP, at) for at in GRID]
    return fitted(title, width, [*lines, *_strip(spread, axis, 0)], height=STRIP)


def strip_plot(strips: Sequence[Strip], title: str, width: int = 560, labels: int = 150, printed: int = 86) -> Markup:
    """One strip below the other under a common axis."""
    axis = Axis(labels + 10, width - labels - printed - 20, 0, 100)
    bottom = 22 + STRIP * len(strips)
    parts = [grid_line(axis.x(at), 18, bottom, at) for at in GRID]
    parts += [text(axis.x(at), 11, str(at), anchor="middle", fill=SOFT) for at in GRID]
    for row, strip in zip(laid_out((s.label for s in strips), labels, 22, STRIP), strips, strict=True):
        parts += [row_label(row, False), *_strip(strip.spread, axis, row.top)]
        parts.append(text(width, row.middle + 4, strip.printed, anchor="end"))
    return svg(width, bottom + 2, title, parts)


def _strip(spread: Spread, axis: Axis, top: float) -> Iterator[Markup]:
    ground = top + STRIP - 13
    piles = spread.steps(STEP) if spread.values else ()
    draw = _dots if spread.regions <= MOST_DOTS else _bars
    yield from draw(piles, axis, ground)
    if spread.quartiles:
        low, median, high = (axis.x(value) for value in spread.quartiles)
        line = f"M{low:.1f} {ground + 6:.1f}H{high:.1f}"
        yield tag("path", "quartiles", d=line, stroke=INK, stroke_width=2.6, fill="none")
        tick = f"M{median:.1f} {ground + 1.5:.1f}v9"
        yield tag("path", "quartiles", d=tick, stroke=INK, stroke_width=2, fill="none")


def _dots(piles: Sequence[int], axis: Axis, ground: float) -> Iterator[Markup]:
    pitch = min(2 * RADIUS + 0.3, PILE / max(piles, default=1))
    for step, pile in enumerate(piles):
        for place in range(pile):
            height = ground - RADIUS - pitch * place
            yield tag("circle", "plain", cx=axis.x(STEP * step), cy=height, r=RADIUS, fill=TEAL)


def _bars(piles: Sequence[int], axis: Axis, ground: float) -> Iterator[Markup]:
    wide, highest = axis.x(STEP) - axis.x(0), max(piles)
    for step, pile in enumerate(piles):
        high = PILE * pile / highest
        if pile:
            left = axis.x(STEP * step) - wide / 2 + 0.4
            yield tag("rect", "plain", x=left, y=ground - high, width=wide - 0.8, height=high, fill=TEAL)


def parts_row(parts: Parts, whole: float, title: str, width: int = ROW_WIDTH) -> Markup:
    """The parts of one row; `whole` is how much would fill it."""
    drawn = _parts(parts, Axis(1, width - 2, 0, whole or 1), (PARTS_PITCH - PARTS) / 2)
    return fitted(title, width, drawn, height=PARTS_PITCH)


def parts_plot(
    rows: Sequence[Parts], whole: float, title: str, width: int = 560, labels: int = 210, printed: int = 70
) -> Markup:
    """The parts of each row, one below the other."""
    axis = Axis(labels + 10, width - labels - printed - 12, 0, whole or 1)
    parts: list[Markup] = []
    bottom = 2.0
    for row, each in zip(laid_out((each.label for each in rows), labels, 2, PARTS_PITCH), rows, strict=True):
        parts += [row_label(row, False), *_parts(each, axis, row.middle - PARTS / 2)]
        parts.append(text(width, row.middle + 4, each.printed, anchor="end"))
        bottom = row.bottom
    return svg(width, bottom + 2, title, parts)


def _parts(parts: Parts, axis: Axis, top: float) -> Iterator[Markup]:
    so_far = 0.0
    for kind, size in parts.sizes:
        if size:
            yield from _part(kind, axis.x(so_far), axis.x(so_far + size), top)
        so_far += size


def _part(kind: Kind, left: float, right: float, top: float) -> Iterator[Markup]:
    edge = GREY if LOOKS[kind] == PAPER else LOOKS[kind]
    wide = max(right - left - 1, 0.4)
    yield tag("rect", kind, x=left + 0.5, y=top + 0.5, width=wide, height=PARTS - 1, fill=LOOKS[kind], stroke=edge)
    if kind == "left-out":
        lines = "".join(f"M{left + at:.1f} {top + 1:g}v{PARTS - 2}" for at in range(3, int(right - left), 3))
        yield tag("path", "hatch", d=lines or "M0 0", stroke=GREY, stroke_width=0.9, fill="none")


def part_key(kind: Kind, title: str) -> Markup:
    """What a part looks like, for a legend."""
    return svg(26, PARTS, title, _part(kind, 0, 26, 0))


def resemblance_map(lines: Sequence[Line], heads: Sequence[str], title: str, labels: int = 250) -> Markup:
    """A row for each region, a field for each country: the darker the more alike, the closest set in a box."""
    width = labels + 10 + CELL * len(heads)
    parts = [text(_middle(place, labels), 12, head, anchor="middle", bold=True) for place, head in enumerate(heads)]
    bottom = 20.0
    for row, line in zip(laid_out((each.label for each in lines), labels, 20, CELL_PITCH), lines, strict=True):
        parts.append(row_label(row, not line.fields))
        for place, (value, printed, near) in enumerate(line.fields):
            parts += _field(shade(value), printed, near, labels + 10 + CELL * place, row.middle)
        bottom = row.bottom
    return svg(width, bottom + 2, title, parts)


def _middle(place: int, labels: float) -> float:
    return labels + 10 + CELL * (place + 0.5)


def _field(tint: int | None, printed: str, near: bool, left: float, middle: float) -> Iterator[Markup]:
    yield tag(
        "rect",
        x=left + 1.5,
        y=middle - CELL_PITCH / 2 + 1.5,
        width=CELL - 3,
        height=CELL_PITCH - 3,
        fill=PAPER if tint is None else TINTS[tint],
        stroke=INK if near else LINE,
        stroke_width=1.8 if near else 0.8,
    )
    ink = SOFT if tint is None else PAPER if tint >= DARK else INK
    yield text(left + CELL / 2, middle + 4, printed, anchor="middle", fill=ink, bold=near)
