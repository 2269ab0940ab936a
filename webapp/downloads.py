"""Files that visitors save, under names that every system takes; tables among them, safe for spreadsheet programs."""

import codecs
import csv
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from flask import Response

LONGEST_NAME = 60
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""A cell of text in a CSV file that begins so is a formula to spreadsheet programs."""


def attachment(content: bytes | Iterable[bytes], media_type: str, name: str) -> Response:
    """`content` as a file to be saved under `name`; in pieces where it is made while it is sent.

    What goes wrong in the middle then breaks the connection, so that nobody takes it for a whole file.
    """
    response = Response(content, mimetype=media_type)
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def file_name(about: str, what: object, kind: str) -> str:
    """`octant-<about>-<what>.<kind>`, in ASCII letters, digits and hyphens alone."""
    folded = unicodedata.normalize("NFKD", about).encode("ascii", "ignore").decode().lower()
    words = "".join(character if character.isalnum() else " " for character in folded).split()
    return "-".join(["octant", *words])[:LONGEST_NAME].rstrip("-") + f"-{what}.{kind}"


class _Line:
    """What a CSV writer writes to, and gives back."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Sequence[str | float | Decimal | None]]) -> Iterator[bytes]:
    """The lines of a CSV file (RFC 4180) in UTF-8, each made only when it is asked for.

    Before them comes the mark by which spreadsheet programs know the encoding. Text that they would take for a formula
    has an apostrophe in front.
    """
    writer = csv.writer(_Line())
    yield codecs.BOM_UTF8
    for row in rows:
        yield writer.writerow([_no_formula(cell) if isinstance(cell, str) else cell for cell in row]).encode()


def _no_formula(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text
