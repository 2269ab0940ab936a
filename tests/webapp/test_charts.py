"""Charts: what they say, where they draw, and what they let through."""

from xml.etree import ElementTree

import pytest

from webapp.charts import Bar, Dot, bar_chart, bar_row, dot_plot, dot_row, key, pips, scale, sides

SVG = "{http://www.w3.org/2000/svg}"
SMALLEST = 8 * 96 / 72
"""8 pt in px."""
DOTS = [
    Dot("Lowest", 0, (0, 4), "0"),
    Dot("Highest", 100, (97, 100), "100"),
    Dot("A range", None, (20, 80), "20 to 80"),
    Dot("Nothing", None, None, "–"),
    Dot("A gap", 50, (40, 60), "50", marked=True),
]
BARS = [
    Bar("Near", 4.2, "+4.20", "98 %", near=True),
    Bar("Far", -3.1, "−3.10", "0 %"),
    Bar("Undefined", None, "–", "–"),
]


def _parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(str(svg).replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1))  # ours


def _plot() -> ElementTree.Element:
    return _parsed(dot_plot(DOTS, title="Scores", missing="no answer"))


def _bars() -> ElementTree.Element:
    return _parsed(bar_chart(BARS, title="Nearness", less="less", more="more", share="first", missing="too few"))


@pytest.mark.parametrize(
    "svg",
    [
        dot_plot(DOTS, "Said", "missing"),
        dot_row(DOTS[0], "Said"),
        bar_chart(BARS, "Said", "less", "more", "share", "missing"),
        bar_row(BARS[0], BARS, "Said"),
        scale("Said"),
        sides(BARS, "less", "more", "Said"),
        pips(2, "Said"),
        key("near", "Said"),
    ],
)
def test_every_chart_begins_with_its_text_alternative(svg: str) -> None:
    first = _parsed(svg)[0]
    assert (first.tag, first.text) == (f"{SVG}title", "Said")


def test_labels_and_values_are_printed_beside_the_marks() -> None:
    texts = [text.text for text in _plot().iter(f"{SVG}text")]
    assert texts == ["0", "25", "50", "75", "100", *_printed()]
    assert [t.text for t in _bars().iter(f"{SVG}text")] == [
        *("less", "more", "first", "Near", "+4.20", "98 %"),
        *("Far", "−3.10", "0 %", "Undefined", "too few", "–"),
    ]


def _printed() -> list[str]:
    return ["Lowest", "0", "Highest", "100", "A range", "20 to 80", "Nothing", "no answer", "A gap", "50"]


def test_a_gap_differs_in_shape_and_not_only_in_colour() -> None:
    marks = [mark.tag for mark in _plot().iter() if mark.get("class") in ("plain", "marked")]
    assert marks == [f"{SVG}circle", f"{SVG}circle", f"{SVG}path"]
    fills = {bar.get("class"): bar.get("fill") for bar in _bars().iter(f"{SVG}rect")}
    assert fills["far"] == "#ffffff" != fills["near"]


@pytest.mark.parametrize("chart", [_plot(), _bars()])
def test_nothing_is_drawn_outside_the_picture(chart: ElementTree.Element) -> None:
    _, _, width, height = map(float, chart.get("viewBox", "").split())
    for mark in chart.iter():
        if mark.get("class") and mark.get("x"):
            left, top = float(mark.get("x", 0)), float(mark.get("y", 0))
            assert 0 <= left <= left + float(mark.get("width", 0)) <= width
            assert 0 <= top <= top + float(mark.get("height", 0)) <= height


@pytest.mark.parametrize("chart", [_plot(), _bars()])
def test_no_text_is_smaller_than_eight_points(chart: ElementTree.Element) -> None:
    assert all(float(text.get("font-size", 0)) >= SMALLEST for text in chart.iter(f"{SVG}text"))


def test_a_score_lies_on_the_axis_in_proportion() -> None:
    row = _parsed(dot_row(Dot("", 25, None, "25"), "Quarter"))
    grid = [float(mark.get("d", "")[1:].split()[0]) for mark in row.iter(f"{SVG}path")]
    (dot,) = row.iter(f"{SVG}circle")
    assert float(dot.get("cx", 0)) == pytest.approx(grid[1], abs=0.1)


def test_a_bar_begins_at_zero_and_its_length_tells_the_value() -> None:
    rects = {rect.get("class"): rect for rect in _bars().iter(f"{SVG}rect")}
    (zero,) = (float(p.get("d", "")[1:].split()[0]) for p in _bars().iter(f"{SVG}path") if p.get("class") == "zero")
    near, far = (float(rects[kind].get("width", 0)) for kind in ("near", "far"))
    assert float(rects["near"].get("x", 0)) == pytest.approx(zero, abs=0.1)
    assert near / far == pytest.approx(4.2 / 3.1, rel=0.01)


def test_a_long_label_takes_more_lines_and_a_higher_row() -> None:
    long = Dot("Place, infrastructure and transition of everything else", 50, None, "50")
    short, tall = dot_plot([DOTS[0]], "t", "m"), dot_plot([long], "t", "m")
    heights = [float(_parsed(svg).get("height", 0)) for svg in (short, tall)]
    assert heights[0] < heights[1]


def test_text_from_outside_stays_text() -> None:
    evil = '"><script>alert(1)</script>'
    svg = dot_plot([Dot(evil, 1, None, evil)], evil, evil) + bar_chart(
        [Bar(evil, 1, evil, evil)], title=evil, less=evil, more=evil, share=evil, missing=evil
    )
    assert "<script" not in svg


def test_an_earlier_score_and_those_of_others_have_marks_of_their_own() -> None:
    compared = Dot("Compared", 50, (40, 60), "50", before=30, peers=(20, 45, 70))
    marks = {mark.get("class"): mark for mark in _parsed(dot_plot([compared], "Said", "")).iter() if mark.get("class")}
    assert {"plain", "band plain", "before", "peers"} <= marks.keys()
    assert marks["before"].get("fill") == "#ffffff" != marks["plain"].get("fill")
    assert float(marks["before"].get("cx", 0)) < float(marks["plain"].get("cx", 0))


def test_the_scale_stands_over_the_places_of_the_scores() -> None:
    zero, hundred = (float(_parsed(dot_row(Dot("", at, None, ""), ""))[-1].get("cx", 0)) for at in (0, 100))
    texts = {text.text: float(text.get("x", 0)) for text in _parsed(scale("")).iter(f"{SVG}text")}
    assert texts["25"] == pytest.approx(zero + (hundred - zero) / 4)
