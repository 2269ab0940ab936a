"""Charts as SVG, from plain figures to markup. They hold no words of their own: every text comes in from the caller.

A PDF's inline SVG sees no stylesheet, so each mark carries its look as attributes. On a page the classes win over them.
Shapes differ as well as colours: a chart means the same printed in grey.
"""

import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

INK, SOFT, LINE, TEAL, RUST, GREY, PAPER = ("#14232e", "#55646e", "#c9d2d6", "#0b6e6e", "#a8471a", "#8a979f", "#ffffff")
FONT = "Octant Sans"
TEXT = 11
"""Font size in px: 8.25 pt on paper."""
LETTER = 0.5 * TEXT
"""Width in px of a letter, on average, with a little to spare."""
GRID = (0, 25, 50, 75, 100)
PITCH, WIDE_PITCH, LINE_PITCH = 23, 26, 13
"""Height of a row, of one with others' scores under it, and what each further line of its label adds, in px."""
ROW_WIDTH = 240
"""Width in px of a chart in a row of a table, which the table scales to its column."""
SHORTEST_AXIS = 2.0
"""How far a resemblance chart reaches at least to each side, so that small differences look small."""


@dataclass(frozen=True)
class Dot:
    """A score on the axis 0-100, with its range and as it is printed; `marked` ones are drawn as a diamond.

    `before`: an earlier score, a hollow dot. `peers`: quartiles of others, a thin line with a tick at the median.
    """

    label: str
    value: float | None
    interval: tuple[float, float] | None
    printed: str
    marked: bool = False
    before: float | None = None
    peers: tuple[float, float, float] | None = None


@dataclass(frozen=True)
class Bar:
    """A deviation from zero, with the texts printed beside it; `near` ones are drawn solid, the others hollow."""

    label: str
    value: float | None
    printed: str
    share: str
    near: bool = False


def dot_plot(dots: Sequence[Dot], title: str, missing: str, width: int = 438, labels: int = 178) -> Markup:
    """One row for each dot under a common axis; `missing` stands where there is no value."""
    axis = Axis(labels + 10, width - labels - 10 - 34, 0, 100)
    pitch = WIDE_PITCH if any(dot.peers for dot in dots) else PITCH
    rows = list(laid_out([dot.label for dot in dots], labels, top=24, pitch=pitch))
    bottom = rows[-1].bottom if rows else 24
    parts = [grid_line(axis.x(at), 18, bottom, at) for at in GRID]
    parts += [text(axis.x(at), 11, str(at), anchor="middle", fill=SOFT) for at in GRID]
    for row, dot in zip(rows, dots, strict=True):
        parts += [row_label(row, dot.marked), *_dot(dot, axis, row.middle), _dot_text(dot, axis, row.middle, missing)]
    return svg(width, bottom + 2, title, parts)


def dot_row(dot: Dot, title: str, width: int = ROW_WIDTH) -> Markup:
    """The same marks for one row of a table, where label and value are text of the table."""
    axis = _row_axis(width)
    parts = [grid_line(axis.x(at), 0, 24, at) for at in GRID]
    return fitted(title, width, [*parts, *_dot(dot, axis, 12)])


def scale(title: str, width: int = ROW_WIDTH) -> Markup:
    """What such rows are measured by, for the head of their column."""
    axis, ends = _row_axis(width), {GRID[0]: ("start", -6), GRID[-1]: ("end", 6)}
    placed = [(at, *ends.get(at, ("middle", 0))) for at in GRID]
    parts = [text(axis.x(at) + aside, 11, str(at), anchor=anchor, fill=SOFT) for at, anchor, aside in placed]
    return fitted(title, width, parts, height=14)


def _row_axis(width: int) -> "Axis":
    return Axis(9, width - 18, 0, 100)


def bar_chart(
    bars: Sequence[Bar],
    title: str,
    less: str,
    more: str,
    share: str,
    missing: str,
    width: int = 438,
    labels: int = 112,
) -> Markup:
    """One row for each bar, from zero to the left or right. `less`, `more` and `share` are the headings."""
    axis = _bar_axis(bars, start=labels + 44, length=width - labels - 44 - 112)
    rows = list(laid_out([bar.label for bar in bars], labels, top=24))
    bottom = rows[-1].bottom if rows else 24
    parts = [
        text(axis.x(0) - 7, 11, less, anchor="end", fill=SOFT),
        text(axis.x(0) + 7, 11, more, fill=SOFT),
        text(width, 11, share, anchor="end", fill=SOFT),
    ]
    for row, bar in zip(rows, bars, strict=True):
        parts += [row_label(row, bar.near), *_bar(bar, axis, row.middle), _bar_text(bar, axis, row.middle, missing)]
        parts.append(text(width, row.middle + 4, bar.share, anchor="end", bold=bar.near))
    parts.append(_zero(axis, 18, bottom))
    return svg(width, bottom + 2, title, parts)


def pips(level: int, title: str, highest: int = 4) -> Markup:
    """A level as steps of a stair, those reached filled."""
    parts = [_pip(step, step <= level) for step in range(1, highest + 1)]
    return svg(2 + 6 * highest, 11, title, parts)


def _pip(step: int, reached: bool) -> Markup:
    fill, stroke = (TEAL, TEAL) if reached else (PAPER, GREY)
    return tag(
        "rect",
        x=6 * step - 5,
        y=9 - 2 * step,
        width=4,
        height=1 + 2 * step,
        fill=fill,
        stroke=stroke,
        stroke_width=0.8,
    )


def key(name: str, title: str) -> Markup:
    """What a mark looks like, for a legend: `score`, `marked`, `before`, `peers`, `near` or `far`."""
    axis = Axis(1, 64, 0, 100)
    if name in ("score", "marked"):
        marks = _dot(Dot("", 32, (0, 64), "", name == "marked"), axis, 9)
    elif name == "before":
        marks = _dot(Dot("", None, None, "", before=32), axis, 9)
    elif name == "peers":
        marks = _peers((0, 32, 64), axis, 9)
    else:
        marks = _bar(Bar("", 64, "", "", name == "near"), axis, 9)
    return svg(72, 18, title, marks)


def bar_row(bar: Bar, bars: Sequence[Bar], title: str, width: int = ROW_WIDTH) -> Markup:
    """The same bar for one row of a table, on the scale of all `bars`."""
    axis = _row_bar_axis(bars, width)
    return fitted(title, width, [*_bar(bar, axis, 12), _zero(axis, 0, 24)])


def sides(bars: Sequence[Bar], less: str, more: str, title: str, width: int = ROW_WIDTH) -> Markup:
    """What lies to the left and to the right of zero in such rows, for the head of their column."""
    zero = _row_bar_axis(bars, width).x(0)
    parts = [text(zero - 7, 11, less, anchor="end", fill=SOFT), text(zero + 7, 11, more, fill=SOFT)]
    return fitted(title, width, parts, height=14)


def _row_bar_axis(bars: Sequence[Bar], width: int) -> "Axis":
    return _bar_axis(bars, start=6, length=width - 12)


@dataclass(frozen=True)
class Axis:
    """Where values from `low` to `high` lie: `length` px from `start` on."""

    start: float
    length: float
    low: float
    high: float

    def x(self, value: float) -> float:
        return self.start + self.length * (value - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class _Row:
    lines: tuple[str, ...]
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


def laid_out(labels: Iterable[str], width: int, top: float, pitch: float = PITCH) -> Iterable[_Row]:
    """Rows one below the other, each as high as its label needs in a column of `width` px."""
    for label in labels:
        lines = tuple(textwrap.wrap(label, int(width / LETTER))) or ("",)
        bottom = top + pitch + LINE_PITCH * (len(lines) - 1)
        yield _Row(lines, top, bottom)
        top = bottom


def _bar_axis(bars: Iterable[Bar], start: float, length: float) -> Axis:
    values = [bar.value for bar in bars if bar.value is not None]
    return Axis(start, length, min([-SHORTEST_AXIS, *values]), max([SHORTEST_AXIS, *values]))


def _dot(dot: Dot, axis: Axis, y: float) -> list[Markup]:
    """The band of a score's range, on it a dot or a diamond, and what it is compared with."""
    kind, colour = ("marked", RUST) if dot.marked else ("plain", TEAL)
    parts = _peers(dot.peers, axis, y + 8) if dot.peers else []
    if dot.interval:
        left, right = (axis.x(end) for end in dot.interval)
        long = max(right - left, 1)
        parts.append(
            tag("rect", f"band {kind}", x=left, y=y - 2.5, width=long, height=5, rx=2.5, fill=colour, fill_opacity=0.32)
        )
    if dot.before is not None:
        parts.append(
            tag("circle", "before", cx=axis.x(dot.before), cy=y, r=3.4, fill=PAPER, stroke=INK, stroke_width=1.1)
        )
    if dot.value is not None:
        parts.append(_point(dot, axis.x(dot.value), y, kind, colour))
    return parts


def _peers(quartiles: tuple[float, float, float], axis: Axis, y: float) -> list[Markup]:
    low, median, high = (axis.x(value) for value in quartiles)
    line = f"M{low:.1f} {y:.1f}H{high:.1f}M{median:.1f} {y - 3:.1f}v6"
    return [tag("path", "peers", d=line, stroke=SOFT, stroke_width=1.3, fill="none")]


def _point(dot: Dot, x: float, y: float, kind: str, colour: str) -> Markup:
    if dot.marked:
        return tag("path", kind, d=f"M{x:.1f} {y - 5.6:.1f}l5.6 5.6l-5.6 5.6l-5.6 -5.6z", fill=colour)
    return tag("circle", kind, cx=x, cy=y, r=4.6, fill=colour)


def _dot_text(dot: Dot, axis: Axis, y: float, missing: str) -> Markup:
    if dot.value is None and dot.interval:
        return _beside(axis.x(dot.interval[1]) + 6, y, dot.printed, TEAL)
    if dot.value is None:
        return _plate(axis.start + 4, y, missing) + text(axis.start + 6, y + 4, missing, fill=SOFT)
    right = max(value for value in (dot.value, dot.before, *(dot.interval or ())) if value is not None)
    x = max(axis.x(dot.value) + 5, axis.x(right)) + 6
    return _beside(x, y, dot.printed, RUST if dot.marked else TEAL)


def _beside(x: float, y: float, printed: str, colour: str) -> Markup:
    return _plate(x - 2, y, printed) + text(x, y + 4, printed, bold=True, fill=colour)


def _plate(x: float, y: float, text: str) -> Markup:
    """White behind a text, so that no grid line runs through it."""
    return tag("rect", x=x, y=y - 6.5, width=4 + len(text) * LETTER, height=13, fill=PAPER)


def _bar(bar: Bar, axis: Axis, y: float) -> list[Markup]:
    if bar.value is None:
        return []
    left, right = sorted((axis.x(0), axis.x(bar.value)))
    kind, fill, stroke = ("near", TEAL, TEAL) if bar.near else ("far", PAPER, GREY)
    long = max(right - left, 0.5)
    return [tag("rect", kind, x=left, y=y - 5, width=long, height=10, fill=fill, stroke=stroke, stroke_width=1.2)]


def _bar_text(bar: Bar, axis: Axis, y: float, missing: str) -> Markup:
    if bar.value is None:
        return text(axis.x(0) + 7, y + 4, missing, fill=SOFT)
    side, anchor = (-6, "end") if bar.value < 0 else (6, "start")
    colour = TEAL if bar.near else SOFT
    return text(axis.x(bar.value) + side, y + 4, bar.printed, anchor=anchor, fill=colour, bold=bar.near)


def _zero(axis: Axis, top: float, bottom: float) -> Markup:
    return tag("path", "zero", d=f"M{axis.x(0):.1f} {top:.1f}V{bottom:.1f}", stroke=INK, stroke_width=1.4)


def grid_line(x: float, top: float, bottom: float, at: int) -> Markup:
    """The line of a grid over all rows, at the value `at` of GRID."""
    width = 1 if at in (GRID[0], GRID[-1]) else 0.6
    return tag("path", "grid", d=f"M{x:.1f} {top:.1f}V{bottom:.1f}", stroke=LINE, stroke_width=width)


def row_label(row: _Row, bold: bool) -> Markup:
    """The lines of a row's label."""
    first = row.middle + 4 - LINE_PITCH * (len(row.lines) - 1) / 2
    lines = (text(0, first + LINE_PITCH * n, line, bold=bold) for n, line in enumerate(row.lines))
    return Markup("").join(lines)


def text(x: float, y: float, text: str, anchor: str = "start", fill: str = INK, bold: bool = False) -> Markup:
    """`text` on the base line `y`."""
    weight = 600 if bold else 400
    look = _look(x=x, y=y, text_anchor=anchor, fill=fill, font_family=FONT, font_size=TEXT, font_weight=weight)
    return Markup("<text{}>{}</text>").format(look, text)


def tag(name: str, kind: str = "", **look: float | str) -> Markup:
    """An SVG shape of the class `kind`."""
    return Markup("<{}{}{}/>").format(name, Markup(' class="{}"').format(kind) if kind else "", _look(**look))


def _look(**look: float | str) -> Markup:
    """Attributes of an element; underscores stand for hyphens."""
    written = (
        Markup(' {}="{}"').format(key.replace("_", "-"), f"{value:.4g}" if isinstance(value, float) else value)
        for key, value in look.items()
    )
    return Markup("").join(written)


def fitted(title: str, width: float, parts: Iterable[Markup], height: float = 24) -> Markup:
    """A chart as wide as the column that it stands in."""
    return svg(width, height, title, parts, sized=False)


def svg(width: float, height: float, title: str, parts: Iterable[Markup], sized: bool = True) -> Markup:
    """A chart of these parts; `title` says what it shows to whoever does not see it."""
    size = Markup(' width="{:g}" height="{:g}"').format(width, height) if sized else Markup("")
    content = Markup("<title>{}</title>").format(title) + Markup("").join(parts)
    return Markup('<svg class="chart" role="img" viewBox="0 0 {:g} {:g}"{}>{}</svg>').format(
        width, height, size, content
    )
