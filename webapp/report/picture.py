"""Charts as SVG files of their own: what explains them and where they come from stands under them."""

import textwrap
from collections.abc import Iterable
from xml.etree import ElementTree

from webapp.charts import FONT, LETTER, LINE_PITCH, PAPER, SOFT, TEXT

SVG = "http://www.w3.org/2000/svg"
FONTS = f"{FONT}, Source Sans Pro, Arial, sans-serif"
"""Our own is on no reader's machine; the second is the same."""
MARGIN = 12
"""Around a chart, in px."""


def picture(chart: str, notes: Iterable[str]) -> bytes:
    """`chart` as an SVG file on white ground, a line or more for each of `notes` under it."""
    drawn = ElementTree.fromstring(chart)  # noqa: S314  # our own drawing
    width, height = float(drawn.get("width", 0)), float(drawn.get("height", 0))
    texts = [line for note in notes for line in textwrap.wrap(note, int(width / LETTER))]
    whole = height + LINE_PITCH * (len(texts) + 1) if texts else height
    _fit(drawn, width, whole)
    for place, text in enumerate(texts, 2):
        drawn.append(_line(text, height + LINE_PITCH * place - LINE_PITCH / 2))
    for text_element in drawn.iter("text"):
        text_element.set("font-family", FONTS)
    return bytes(ElementTree.tostring(drawn, encoding="utf-8", xml_declaration=True))


def _fit(drawn: ElementTree.Element, width: float, height: float) -> None:
    """Gives a drawing of this size its ground and margin."""
    left, whole = -MARGIN, {"width": f"{width + 2 * MARGIN:g}", "height": f"{height + 2 * MARGIN:g}"}
    view = f"{left} {left} {whole['width']} {whole['height']}"
    for name, value in {"xmlns": SVG, "viewBox": view, **whole}.items():
        drawn.set(name, value)
    title = next(place for place, part in enumerate(drawn) if part.tag == "title")
    ground = {"x": str(left), "y": str(left), **whole, "fill": PAPER}
    drawn.insert(title + 1, ElementTree.Element("rect", ground))


def _line(text: str, y: float) -> ElementTree.Element:
    line = ElementTree.Element("text", {"x": "0", "y": f"{y:g}", "fill": SOFT, "font-size": str(TEXT)})
    line.text = text
    return line
