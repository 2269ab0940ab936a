"""How tests read pages, PDFs and the HTML of PDFs: as text, as somebody sees it."""

import io
import re
from functools import lru_cache
from html.parser import HTMLParser

from pypdf import PdfReader

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


@lru_cache(maxsize=32)  # reading takes as long as making, and many tests look at the same
def printed(pdf: bytes) -> tuple[str, ...]:
    """The text on each page of a PDF."""
    return tuple(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
