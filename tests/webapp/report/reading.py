"""How tests read pages and the HTML of PDFs: as blocks of text, as somebody sees them."""

import re
from html.parser import HTMLParser

BLOCKS = {"p", "li", "td", "th", "h1", "h2", "h3", "h4", "caption", "dt", "dd", "section", "div", "summary", "br"}
BLOCK_CLASSES = {"asked", "place"}
"""Of elements that are set on lines of their own."""
UNSEEN = {"head", "style", "svg"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.blocks = [""]
        self._unseen = 0
        self._spans: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in UNSEEN
        if tag == "span":
            self._spans.append(dict(attrs).get("class"))
        if tag in BLOCKS or dict(attrs).get("class") in BLOCK_CLASSES:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in UNSEEN
        if tag in BLOCKS or (tag == "span" and self._spans.pop() in BLOCK_CLASSES):
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.blocks[-1] += data


def blocks(page: str) -> list[str]:
    """The paragraphs, headings, cells and items of a page, in order, without charts and empty ones."""
    reader = _Reader()
    reader.feed(page)
    return [" ".join(block.split()) for block in reader.blocks if block.strip()]


def sentences(block: str) -> list[str]:
    """The sentences of a block."""
    return re.split(r"(?<=[.?!]) (?=\S)", block)
