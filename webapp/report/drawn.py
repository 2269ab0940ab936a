"""What the pages of a PDF show, as its instructions draw it, and where two PDFs differ in it.

The one that was made here is trusted; the other may come from anybody and is read only as far as it is like a report.
"""

import difflib
import hashlib
import io
import re
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, zip_longest
from typing import Any, Literal

from fontTools.pens.recordingPen import RecordingPen
from fontTools.ttLib import TTFont
from pypdf import PageObject, PdfReader
from pypdf.errors import LimitReachedError
from pypdf.generic import ArrayObject, ContentStream, DictionaryObject, IndirectObject, NameObject, StreamObject

Kind = Literal[
    "text", "shapes", "letters", "fonts", "parts", "paper", "annotations", "absent", "added", "overfull", "unseen"
]
TEXT = frozenset(
    {"BT", "ET", "Tc", "Tw", "Tz", "TL", "Tf", "Tr", "Ts", "Td", "TD", "Tm", "T*", "Tj", "TJ", "'", '"'}
    | {"BMC", "BDC", "EMC", "MP", "DP"}
)
"""Operators that set text or say what it belongs to; all others draw shapes."""
MOST_TOLD = 20
"""Differences of one kind that are told of one page, or of what is spoken."""
LONGEST_PAGE = 20_000
"""Characters of a page's text: three times what fits on paper."""
ROOM = 50_000
"""Bytes that the instructions of a page may be longer than twice those of the page that was expected."""
MOST_SECONDS = 60.0
"""For the text of a whole PDF: a report takes two."""
MOST_OBJECTS, MOST_BYTES = 300_000, 60_000_000
"""What a PDF's pages may refer to, and how much of it unpacked: a few times what a report has."""
LEFT_ASIDE = frozenset({"/Parent", "/P", "/StructParent", "/StructParents", "/Length", "/Filter", "/DecodeParms"})
"""Keys that say how a part is stored or what it belongs to, not what it looks like."""
FONT = ("/W", "/DW", "/CIDToGIDMap")
"""What a font says of its letters beside their outlines: how wide they are, and which is which."""
PAPER = ("/MediaBox", "/CropBox", "/Rotate", "/UserUnit")
_NAME = re.compile(rb"/[^\s/<>\[\]()]+")
UNSEEN = ("/Alt", "/ActualText", "/E")
"""What is read out instead of a part, such as a chart."""


@dataclass(frozen=True)
class Difference:
    """Something that differs: on which `page`, from 1 (None: on none); what is `printed` there and what was `expected`.

    `near`: the line of text before it, as expected.
    """

    kind: Kind
    page: int | None
    near: str = ""
    printed: str = ""
    expected: str = ""


def differences(printed: PdfReader, expected: PdfReader) -> list[Difference]:
    """Where what `printed` shows is not what `expected`, which was made here, shows.

    Raises what pypdf raises, such as LimitReachedError for what is far more than a report.
    """
    compared = _Comparison()
    found: list[Difference] = []
    for number, (there, here) in enumerate(_paired(printed, expected), 1):
        found += compared.of_pages(number, there, here)
    return [*found, *_unseen(printed, expected)]


def _lines(page: PageObject, ends: float) -> list[str]:
    """The text of a page as it is drawn, line by line, white space as single blanks.

    Raises LimitReachedError once the monotonic clock is past `ends`, and where there is more than fits on paper.
    """

    def in_time(*_: object) -> None:
        if time.monotonic() > ends:
            raise LimitReachedError("a report takes far less time")

    text = page.extract_text(visitor_operand_before=in_time)
    if len(text) > LONGEST_PAGE:
        raise LimitReachedError("no page holds so much text")
    return [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]


def _paired(printed: PdfReader, expected: PdfReader) -> Iterator[tuple[PageObject | None, PageObject | None]]:
    """The pages that belong together: by their place, or where there are more or fewer, by what they draw."""
    there, here = list(printed.pages), list(expected.pages)
    if len(there) == len(here):
        yield from zip(there, here, strict=True)
        return
    drawn, wanted = [_instructions(page) for page in there], [_instructions(page) for page in here]
    for _tag, start, end, begin, stop in difflib.SequenceMatcher(None, drawn, wanted, autojunk=False).get_opcodes():
        yield from zip_longest(there[start:end], here[begin:stop])


def _instructions(page: PageObject) -> bytes:
    contents = page.get_contents()
    return b"" if contents is None else contents.get_data()


class _Comparison:
    """Compares pages, within one time and one budget for all of them."""

    def __init__(self) -> None:
        self.ends = time.monotonic() + MOST_SECONDS
        self.theirs, self.ours = Looks(), Looks()

    def of_pages(self, number: int, there: PageObject | None, here: PageObject | None) -> Iterator[Difference]:
        if there is None or here is None:
            yield self._single(number, there, here)
            return
        drawn, expected = _instructions(there), _instructions(here)
        if len(drawn) > 2 * len(expected) + ROOM:
            yield Difference("overfull", number, self._first(here))
            return
        others = list(_others(there, here, self.theirs, self.ours))
        if drawn != expected or others:
            yield from _by_text(number, _lines(there, self.ends), _lines(here, self.ends))
            yield from (Difference(kind, number, self._first(here)) for kind in others)
        if drawn != expected:
            yield from self._by_strokes(number, there, here)

    def _single(self, number: int, there: PageObject | None, here: PageObject | None) -> Difference:
        """A page that only one of the two has."""
        if here is not None:
            return Difference("absent", number, expected=self._first(here))
        return Difference("added", number, printed=self._first(there) if there is not None else "")

    def _first(self, page: PageObject) -> str:
        return next(iter(_lines(page, self.ends)), "")

    def _by_strokes(self, number: int, there: PageObject, here: PageObject) -> Iterator[Difference]:
        """Shapes that differ, by the line before each; or else letters that stand elsewhere or look otherwise."""
        printed, expected = _strokes(there), _strokes(here)
        places = list(_unlike(printed, expected))
        nears = dict.fromkeys(self._before(here, place) for place in places)
        yield from (Difference("shapes", number, near) for near in nears)
        if not places and printed != expected and _lines(there, self.ends) == _lines(here, self.ends):
            yield Difference("letters", number, self._first(here))

    def _before(self, page: PageObject, place: int) -> str:
        """The last line that a page of ours draws before the instruction at `place`."""
        begun = ContentStream(None, page.pdf, "bytes")
        begun.operations = _operations(page)[:place]
        cut = PageObject(page.pdf)
        cut.update({**page, NameObject("/Contents"): begun})
        return next(reversed(_lines(cut, self.ends)), "")


def _by_text(number: int, printed: list[str], expected: list[str]) -> Iterator[Difference]:
    for there, here, before in _changes(printed, expected):
        yield Difference("text", number, before, there, here)


def _changes(printed: list[str], expected: list[str]) -> Iterator[tuple[str, str, str]]:
    """What stands in the one instead of what in the other, and the line before it."""
    matcher = difflib.SequenceMatcher(None, printed, expected, autojunk=False)
    changed = (codes for codes in matcher.get_opcodes() if codes[0] != "equal")
    for _tag, start, end, begin, stop in islice(changed, MOST_TOLD):
        before = expected[begin - 1] if begin else ""
        yield " / ".join(printed[start:end]), " / ".join(expected[begin:stop]), before


def _strokes(page: PageObject) -> list[tuple[str, str]]:
    """The instructions of a page: the operator of each, and all that it is given."""
    return [(operator.decode("latin-1"), repr(operands)) for operands, operator in _operations(page)]


def _operations(page: PageObject) -> list[tuple[Any, bytes]]:
    """The same as pypdf has them, texts left as the bytes that a font turns into letters."""
    return list(ContentStream(page.get("/Contents"), page.pdf, "bytes").operations)


def _unlike(printed: list[tuple[str, str]], expected: list[tuple[str, str]]) -> Iterator[int]:
    """Places in `expected` of shapes that are drawn otherwise; only the first where there are more or fewer of them."""
    there = [stroke for stroke in printed if stroke[0] not in TEXT]
    here = [(place, stroke) for place, stroke in enumerate(expected) if stroke[0] not in TEXT]
    pairs = zip(there, here, strict=False)
    found = (place for stroke, (place, ours) in pairs if stroke != ours)
    if len(there) == len(here):
        yield from islice(found, MOST_TOLD)
    else:
        yield next(found, len(expected))


def _others(there: PageObject, here: PageObject, theirs: "Looks", ours: "Looks") -> Iterator[Kind]:
    """In what two pages differ beside their instructions."""
    if theirs.of([there.get(key) for key in PAPER]) != ours.of([here.get(key) for key in PAPER]):
        yield "paper"
    if theirs.of(there.get("/Annots")) != ours.of(here.get("/Annots")):
        yield "annotations"
    for kind in ("fonts", "parts"):
        if theirs.of(_means(there, kind == "fonts")) != ours.of(_means(here, kind == "fonts")):
            yield kind


def _means(page: PageObject, fonts: bool) -> dict[str, object]:
    """What the instructions of a page refer to by name, of what all pages may share: its fonts, or all else."""
    resources: Any = page.get("/Resources")
    held = resources.get_object() if resources is not None else {}
    used = {name.decode("latin-1") for name in _NAME.findall(_instructions(page))}
    kinds = {kind: held[kind] for kind in held if (kind == "/Font") == fonts and isinstance(held[kind], dict)}
    return {kind: {name: all_.raw_get(name) for name in all_ if name in used} for kind, all_ in kinds.items()}


class Looks:
    """Digests of what parts of one PDF look like, however they are stored.

    Raises LimitReachedError for far more than a report.
    """

    def __init__(self) -> None:
        self.objects, self.bytes = MOST_OBJECTS, MOST_BYTES
        self.known: dict[int, str] = {}

    def of(self, part: Any) -> str:
        """Equal digests, equal looks. `part`: an object of pypdf, or plain lists and dictionaries of them."""
        self._spend(1, 0)
        if not isinstance(part, IndirectObject):
            return self._direct(part)
        if part.idnum not in self.known:
            self.known[part.idnum] = "in itself"  # until it is known: parts may refer to each other in a circle
            self.known[part.idnum] = self._direct(part.get_object())
        return self.known[part.idnum]

    def _spend(self, objects: int, unpacked: int) -> None:
        self.objects, self.bytes = self.objects - objects, self.bytes - unpacked
        if self.objects < 0 or self.bytes < 0:
            raise LimitReachedError("a report refers to far less")

    def _direct(self, part: Any) -> str:
        if isinstance(part, dict):
            return _digest(self._held(part))
        if isinstance(part, list):
            return _digest(self.of(item) for item in part)
        return _digest([type(part).__name__, repr(part)])

    def _held(self, part: Mapping[str, Any]) -> Iterator[str]:
        if part.get("/Type") == "/Page":
            yield "page"  # that a link leads to; each is compared by itself
            return
        if "/DescendantFonts" in part:
            yield from self._font(part)
            return
        for key in sorted(part.keys() - LEFT_ASIDE):
            yield from (key, self.of(part.raw_get(key) if isinstance(part, DictionaryObject) else part[key]))
        if isinstance(part, StreamObject):
            yield hashlib.sha256(self._data(part)).hexdigest()

    def _data(self, part: Any) -> bytes:
        data = part.get_object().get_data()
        self._spend(0, len(data))
        return bytes(data)

    def _font(self, font: Any) -> Iterator[str]:
        """A font by its letters: which ones a file holds besides, and under which name, depends on the machine."""
        below = font["/DescendantFonts"][0].get_object()
        about = below["/FontDescriptor"]
        yield from (self.of(below.get(key)) for key in FONT)
        yield hashlib.sha256(self._data(font["/ToUnicode"])).hexdigest() if "/ToUnicode" in font else ""
        yield self.of(font.get("/Encoding"))
        yield from _outlines(self._data(about["/FontFile2"])) if "/FontFile2" in about else [self.of(about)]


def _outlines(data: bytes) -> Iterator[str]:
    """The number of each letter that a TrueType font draws, and how it draws it."""
    font = TTFont(io.BytesIO(data), lazy=True)
    letters = font.getGlyphSet()
    for number, name in enumerate(font.getGlyphOrder()):
        pen = RecordingPen()
        letters[name].draw(pen)
        if pen.value:
            yield f"{number} {pen.value}"


def _digest(parts: Iterable[str]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(f"{len(part)} {part}".encode("utf-8", "backslashreplace"))
    return total.hexdigest()


def _unseen(printed: PdfReader, expected: PdfReader) -> Iterator[Difference]:
    """Where what is read out, or what stands in the list of chapters, differs."""
    ours = _spoken(expected)
    theirs = _spoken(printed)[: 2 * len(ours) + MOST_TOLD]  # of endless ones, as many as show that they are
    for there, here, _before in _changes(theirs, ours):
        yield Difference("unseen", None, "", there, here)


def _spoken(reader: PdfReader) -> list[str]:
    """Texts that stand on no page, in order: those that are read out, and the titles of chapters."""
    catalog = reader.root_object
    parts = _below(catalog.get("/StructTreeRoot"), ("/K",))
    chapters = _below(catalog.get("/Outlines"), ("/First", "/Next"))
    said = [str(part[key]) for part in parts for key in UNSEEN if key in part]
    return said + [str(chapter["/Title"]) for chapter in chapters if "/Title" in chapter]


def _below(root: Any, ways: tuple[str, ...]) -> Iterator[DictionaryObject]:
    """All dictionaries that are reached from `root` by these keys, each once, in order."""
    waiting, met = [root], set[int]()
    while waiting:
        part = waiting.pop()
        if isinstance(part, IndirectObject):
            if part.idnum in met:
                continue
            met.add(part.idnum)
            part = part.get_object()
        if isinstance(part, ArrayObject):
            waiting += reversed(part)
        elif isinstance(part, DictionaryObject):
            yield part
            waiting += [part.raw_get(way) for way in reversed(ways) if way in part]
        if len(waiting) > MOST_OBJECTS:
            raise LimitReachedError("a report has far fewer parts")
