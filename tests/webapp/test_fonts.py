"""The fonts of the pages: small, complete for our languages, made once."""

from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from webapp import fonts

TEXT = "Größe, naïve, Łódź, Čeština, İstanbul, Þór: “a” – ‘b’ — 1·2×3 ≤ 4 ≥ 5 − 6 → 7 ← 8 ✓ … € «»"
LARGEST = 20_000
"""Bytes: with three of them, a first page on a slow line waits for 60 kB."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the fonts in it."""
    folder = tmp_path_factory.mktemp("fonts")
    assert fonts.make(folder)
    return folder


@pytest.mark.parametrize("name", [face.name for face in fonts.FACES])
def test_each_has_the_characters_of_our_languages_and_a_name_of_its_own(folder: Path, name: str) -> None:
    file = folder / name
    with TTFont(file) as font:
        assert {ord(character) for character in TEXT} <= set(font.getBestCmap())
        assert font["name"].getDebugName(4).startswith("Octant")
        assert "Open Font License" in font["name"].getDebugName(13)
    assert file.stat().st_size <= LARGEST


def test_they_are_made_once_and_again_when_one_is_gone_with_the_same_bytes(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir()}
    assert not fonts.make(folder)
    (folder / fonts.FACES[0].name).unlink()
    assert fonts.make(folder)
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == before


def test_they_are_made_again_from_other_originals(folder: Path) -> None:
    (folder / "made-from").write_text("something older")
    assert fonts.make(folder)
