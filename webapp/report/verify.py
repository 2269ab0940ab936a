"""Whether all that a report prints follows from the answers attached to it, and if not, what does not.

Answers, rubric version and edition are all that a report is made from; so it is made again and compared. Nothing is
believed that the file says of its own figures. What cannot be made again, as another version of Octant made it, is
neither right nor wrong: only its attachments can be computed.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby, islice, zip_longest
from typing import Any, Literal

from pypdf import PdfReader

from rubric.assess import assess
from rubric.digests import canonical
from rubric.model import Rubric
from webapp.attachments import ANSWERS, NAMES, REPORT, RESULT, Attached, attached, attachments_of, opened
from webapp.report import claims
from webapp.report.claims import Claims, Kept
from webapp.report.drawn import Difference, differences
from webapp.report.issue import Issue
from webapp.report.order import Order, Snapshot, make
from webapp.report.pdf import NoPango
from webapp.report.version import template_version

Outcome = Literal["follows", "does-not-follow", "not-comparable"]
"""Whether everything follows from the answers: yes, no, or the pages could not be compared and the rest follows."""
Way = Literal["bytes", "pages"]
"""How what is printed was compared: byte for byte, or page by page."""
MOST_VALUES = 500
"""Values of one attachment that are told to differ."""
LONGEST_TEXT = 300
TOLD_TOGETHER = frozenset({"letters", "fonts", "parts", "paper", "annotations", "overfull"})
"""Kinds of differences of which no more can be said than on which pages they are."""
NAMED_BY = ("id", "country", "question")
"""Keys by which an item of a list is named."""
_NOTHING = object()


@dataclass(frozen=True)
class Finding:
    """One thing that does not follow. `kind`: `value`, or one of drawn.Kind.

    `where`: its path in an attachment or its name; in print, on which `pages`, from 1, and after which line, `near` it.
    """

    kind: str
    where: str = ""
    pages: tuple[int, ...] = ()
    near: str = ""
    printed: str = ""
    expected: str = ""


@dataclass(frozen=True)
class Note:
    """What could not be checked, or is unusual though no figure depends on it. `kind` stands for the words."""

    kind: str
    detail: str = ""


@dataclass(frozen=True)
class Print:
    """Which way how many `pages` were compared, and what was found. No way: they could not be, as a note tells."""

    way: Way | None
    pages: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Verification:
    """What was compared, and what was found.

    `values`: how many of the attachments were computed again; `pages`: how many were compared, and which `way`.
    """

    region: str
    rubric: Rubric
    issue: Issue
    values: int
    way: Way | None
    pages: int
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]

    @property
    def outcome(self) -> Outcome:
        """What all of it comes to: one thing that does not follow is enough, whatever could not be compared.

        Only the same file to the last byte is sure to show everywhere what was compared: of a file that another program
        saved, two viewers may show different pages.
        """
        if self.findings:
            return "does-not-follow"
        return "follows" if self.way == "bytes" else "not-comparable"

    @property
    def content(self) -> dict[str, object]:
        """As plain JSON."""
        return {
            "format": "octant-verification/1",
            "outcome": self.outcome,
            "region": self.region,
            "rubric": {"version": self.rubric.version, "digest": self.rubric.digest},
            "submission": self.issue.content,
            "compared": {"values": self.values, "pages": self.pages, "by": self.way},
            "findings": [{**vars(finding), "pages": list(finding.pages)} for finding in self.findings],
            "notes": [vars(note) for note in self.notes],
        }


def verify(data: bytes, file: str, kept: Kept = lambda _digest: None) -> Verification:
    """Whether what the PDF in `data` prints follows from its answers and its rubric: one of ours or `kept`.

    Raises InputError, which calls it `file`, where it is no report, or answers a rubric that is not here.
    """
    parts = attached(data, file)
    said = claims.read(parts, file, kept)
    compared = list(_computed(said))
    unequal = [finding for path, attached_, follows in compared for finding in _unequal(path, attached_, follows)]
    printed = _printed(data, file, said)
    return Verification(
        region=said.answers.region,
        rubric=said.rubric,
        issue=said.issue,
        values=sum(_leaves(computed) for _path, _attached, computed in compared),
        way=printed.way,
        pages=printed.pages,
        findings=tuple(dict.fromkeys([*unequal, *printed.findings])),
        notes=(*_notes(said, parts), *printed.notes),
    )


def _computed(said: Claims) -> Iterator[tuple[str, object, object]]:
    """What can be computed of the attachments: its path, what is attached, and what follows from the answers."""
    result = assess(said.answers, said.rubric).json(said.issue.digest)
    yield f"{RESULT}: ", said.result, result
    yield f"{REPORT}: submission", said.about.get("submission"), said.issue.content
    if said.earlier:
        answers, issue = said.earlier
        yield f"{REPORT}: earlier", said.about.get("earlier"), {**issue.content, "answers": dict(answers.answers)}
    if said.answers.rubric is not None:
        yield f"{ANSWERS}: rubric", said.answers.rubric, said.rubric.version


def _unequal(path: str, attached: object, computed: object) -> Iterator[Finding]:
    found = _differing(path, attached, json.loads(canonical(computed)))
    for where, there, here in islice(found, MOST_VALUES):
        yield Finding("value", plain(where), printed=_shown(there), expected=_shown(here))


def _differing(path: str, attached: Any, computed: Any) -> Iterator[tuple[str, object, object]]:
    """Path, attached and computed value, leaf by leaf; only as deep as what was computed."""
    if isinstance(attached, Mapping) and isinstance(computed, Mapping):
        for key in dict.fromkeys([*computed, *attached]):
            below = f"{path}{key}" if path.endswith(" ") else f"{path}.{key}"
            yield from _differing(below, attached.get(key, _NOTHING), computed.get(key, _NOTHING))
    elif isinstance(attached, list) and isinstance(computed, list):
        for number, (there, here) in enumerate(zip_longest(attached, computed, fillvalue=_NOTHING)):
            yield from _differing(f"{path}[{_label(here, number)}]", there, here)
    elif isinstance(attached, bool) != isinstance(computed, bool) or attached != computed:
        yield path, attached, computed


def _label(item: object, number: int) -> str:
    """How a path names an item of a list: by what it is about, or else by its place, from 0."""
    named = [item[key] for key in NAMED_BY if key in item] if isinstance(item, Mapping) else []
    return str(next(iter(named), number))


def _shown(value: object) -> str:
    if value is _NOTHING:
        return "nothing"
    if isinstance(value, list | Mapping):
        return "a list" if isinstance(value, list) else "a table"
    return plain(json.dumps(value, ensure_ascii=False))


def plain(text: str) -> str:
    """`text` of a stranger's file as a terminal can show it: on one line, not too long."""
    shown = "".join(c if c.isprintable() else "�" for c in text[: LONGEST_TEXT + 1])
    return shown if len(shown) <= LONGEST_TEXT else f"{shown[:LONGEST_TEXT]}…"


def _leaves(value: Any) -> int:
    """How many values are in `value` that hold no others."""
    if isinstance(value, dict | list | tuple):
        return sum(map(_leaves, value.values() if isinstance(value, dict) else value))
    return 1


def _printed(data: bytes, file: str, said: Claims) -> Print:
    """The report made again and compared, where that can be."""
    if said.template != template_version(said.edition):
        return Print(None, 0, notes=(Note("other-template", plain(said.template)),))
    try:
        made = make(_order(said))
    except NoPango as error:
        return Print(None, 0, notes=(Note("no-pango", error.command),))
    return _by_pages(data, file, made)


def _order(said: Claims) -> Order:
    answers, issue = said.earlier or (None, None)
    earlier = Snapshot(canonical(answers.content), issue) if answers and issue else None
    now = Snapshot(canonical(said.answers.content), said.issue)
    return Order(now, said.rubric.text, said.edition, earlier, said.peers)


def _by_pages(data: bytes, file: str, made: bytes) -> Print:
    with opened(data, file) as printed, opened(made, "the report made again") as expected:
        count = len(expected.pages)
        if data == made:
            return Print("bytes", count)
        parts = [(attachments_of(reader, file).files) for reader in (printed, expected)]
        unequal = [
            finding
            for name in NAMES
            for finding in _unequal(f"{name}: ", *(json.loads(files[name]) for files in parts))
        ]
        found = list(_in_print(differences(printed, expected)))
        return Print("pages", count, (*unequal, *found), tuple(_storage(data, printed, expected)))


def _in_print(found: Iterable[Difference]) -> Iterator[Finding]:
    """The same as findings, those that say no more than on which page they are taken together by their kind."""
    by_kind = groupby(sorted(found, key=_bare), key=_bare)
    for kind, group in by_kind:
        those = list(group)
        if kind:
            yield Finding(kind, pages=tuple(each.page for each in those if each.page))
        else:
            yield from map(_finding, those)


def _bare(found: Difference) -> str:
    """The kind of a difference that is told of all its pages at once."""
    return found.kind if found.kind in TOLD_TOGETHER else ""


def _finding(found: Difference) -> Finding:
    pages = (found.page,) if found.page else ()
    return Finding(found.kind, "", pages, plain(found.near), plain(found.printed), plain(found.expected))


def _storage(data: bytes, printed: PdfReader, expected: PdfReader) -> Iterator[Note]:
    """What is unusual in how the file is made up, beside what its pages show."""
    if data.count(b"startxref") > 1:
        yield Note("updated", str(data.count(b"startxref")))
    theirs, ours = (dict(reader.metadata or {}) for reader in (printed, expected))
    if unlike := sorted(key for key in theirs.keys() | ours.keys() if theirs.get(key) != ours.get(key)):
        yield Note("information", plain(", ".join(key.removeprefix("/") for key in unlike)))
    if more := sorted(printed.root_object.keys() - expected.root_object.keys()):
        yield Note("abilities", plain(", ".join(key.removeprefix("/") for key in more)))


def _notes(said: Claims, parts: Attached) -> Iterator[Note]:
    """What no computation can tell, and what else is attached."""
    yield Note("origin", said.issue.digest or "")
    if said.earlier:
        _answers, issue = said.earlier
        yield Note("earlier", issue.digest or "")
    if said.peers:
        yield Note("peers", str(said.peers.regions))
    if parts.others:
        yield Note("attached", plain(", ".join(parts.others)))
