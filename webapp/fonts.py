"""Makes the fonts of the pages, small WOFF2 files, from the packages of the whole faces: `python -m webapp.fonts`.

The faces are Adobe's Source Sans and Source Serif under the SIL Open Font License, which reserves their name for
whole copies: the cut ones get names of our own.
"""

import hashlib
import os
import sys
import tempfile
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from webapp.config import ROOT

FOLDER = ROOT / "static" / "fonts"
LATIN = (range(0x20, 0x7F), range(0xA0, 0x180))
"""Basic Latin, Latin-1 and Latin Extended-A."""
SIGNS = "–—‘’‚“”„†•…‹›€−≤≥←↑→↓✓"
FEATURES = ("ccmp", "kern", "liga", "lnum", "locl", "mark", "mkmk", "tnum")
RENAMED = (("Source Sans Pro", "Octant Sans"), ("Source Serif Pro", "Octant Serif"))
NAME_IDS = (1, 3, 4, 6, 16)
"""Entries of a font's name table that hold its name, as against its makers, copyright and licence."""


@dataclass(frozen=True)
class Face:
    """One file of a font package, and the name of the file made from it."""

    package: str
    original: str
    name: str

    def content(self) -> bytes:
        """The whole face."""
        return (files(self.package) / "files" / f"{self.original}.ttf").read_bytes()


FACES = (
    Face("font_source_sans_pro", "SourceSansPro-Regular", "octant-sans-regular.woff2"),
    Face("font_source_sans_pro", "SourceSansPro-Semibold", "octant-sans-semibold.woff2"),
    Face("font_source_serif_pro", "SourceSerifPro-Semibold", "octant-serif-semibold.woff2"),
)


def make(folder: Path = FOLDER) -> bool:
    """Makes the fonts in `folder`; gives False where they are there already and made from the same originals."""
    made_from = folder / "made-from"
    origin = _origin()
    complete = all((folder / face.name).exists() for face in FACES)
    if complete and made_from.exists() and made_from.read_text(encoding="ascii") == origin:
        return False
    folder.mkdir(parents=True, exist_ok=True)
    for face in FACES:
        _write(folder / face.name, _subset(face))
    _write(made_from, origin.encode("ascii"))
    return True


def _origin() -> str:
    """Digest of everything that the fonts are made from: the originals and this file."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for face in FACES:
        digest.update(face.content())
    return digest.hexdigest()


def _subset(face: Face) -> bytes:
    """`face` with nothing but the characters of our languages, as WOFF2; the same bytes each time."""
    from fontTools import subset  # slow to import, and rarely needed

    options = subset.Options(
        flavor="woff2",
        hinting=False,
        layout_features=list(FEATURES),
        name_IDs=["*"],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    cut = subset.Subsetter(options)
    cut.populate(unicodes=[code for block in LATIN for code in block], text=SIGNS)
    with (
        as_file(files(face.package) / "files" / f"{face.original}.ttf") as original,
        subset.load_font(original, options) as font,
        tempfile.TemporaryDirectory() as folder,
    ):
        cut.subset(font)
        _rename(font)
        result = Path(folder) / face.name
        subset.save_font(font, result, options)
        return result.read_bytes()


def _rename(font: Any) -> None:
    for record in font["name"].names:
        if record.nameID in NAME_IDS:
            text = str(record)
            for old, new in RENAMED:
                text = text.replace(old, new).replace(old.replace(" ", ""), new.replace(" ", ""))
            record.string = text


def _write(file: Path, content: bytes) -> None:
    """Puts `content` into `file` in one step, so that nobody ever reads half of it."""
    handle, name = tempfile.mkstemp(dir=file.parent)
    with os.fdopen(handle, "wb") as new:
        new.write(content)
    new_file = Path(name)
    new_file.chmod(0o644)
    new_file.replace(file)


if __name__ == "__main__" and make():
    print("octant: made the fonts of the pages", file=sys.stderr)
