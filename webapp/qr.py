"""QR codes, as SVG paths: so that an address on paper need not be typed."""

from dataclasses import dataclass

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode


@dataclass(frozen=True)
class Drawing:
    """`path` draws the dark squares, each one unit wide, in a square of `size` units with its quiet zone."""

    size: int
    path: str


def drawing(text: str) -> Drawing:
    """The QR code that says `text`."""
    code = QRCode(error_correction=ERROR_CORRECT_M, border=4)
    code.add_data(text)
    rows = code.get_matrix()
    dark = (f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, is_dark in enumerate(row) if is_dark)
    return Drawing(len(rows), "".join(dark))
