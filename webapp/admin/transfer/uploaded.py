"""Many answers files in one upload: an archive of them, or one JSON object a line. Each is read by itself."""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

from flask_babel import gettext as _

from rubric.model import Rubric
from rubric.problems import InputError, Problem
from webapp.assessment import uploads
from webapp.assessment.cells import ZIP, too_costly
from webapp.assessment.uploads import LARGEST_UPLOAD

LARGEST = 10_000_000
"""Bytes of an upload."""
LARGEST_CONTENT = 100_000_000
"""Bytes of all files of an archive, unpacked."""
MOST_FILES = 1000
MOST_PROBLEMS = 1000
"""After so many the rest of an upload is not read: nothing will be imported, and nobody mends more in one go."""
WORKBOOK = "[Content_Types].xml"
"""What an archive holds that is itself one answers file."""
OF_MACOS, OF_WINDOWS = "__MACOSX", "Thumbs.db"
"""What systems put into archives beside the files."""
LINES = (".ndjson", ".jsonl")


@dataclass(frozen=True)
class File:
    """One region's answers file: where it stood, and its content as plain data, or what is wrong with it."""

    place: str
    content: dict[str, Any] | None
    problems: tuple[Problem, ...] = ()


def read(data: bytes, name: str, rubric: Rubric) -> tuple[File, ...]:
    """The answers files in an upload that was called `name`; each may have problems of its own.

    Raises InputError where the upload as a whole cannot be read, or holds too much.
    """
    if len(data) > LARGEST:
        raise _refusal(name, _("is larger than %(max)d MB", max=LARGEST // 1_000_000))
    files = tuple(_read_all(data, uploads.readable(name), rubric))
    if not files:
        raise _refusal(name, _("holds no answers file"))
    return files


def _read_all(data: bytes, name: str, rubric: Rubric) -> list[File]:
    files, found = list[File](), 0
    for place, content in _parts(data, name):
        file = _read(content, place, rubric)
        files.append(replace(file, problems=file.problems[: MOST_PROBLEMS - found]))
        found += len(file.problems)
        if found > MOST_PROBLEMS:
            what = _("has more than %(max)d problems; the rest was not read", max=MOST_PROBLEMS)
            return [File(name, None, (Problem(name, what, _("answers files without a problem")),)), *files]
    return files


def _refusal(name: str, what: str) -> InputError:
    expected = _("a ZIP archive of answers files, or one JSON object a line, at most %(max)d of them", max=MOST_FILES)
    return InputError([Problem(uploads.readable(name), what, expected)])


def _parts(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """Each answers file in `data`, and what messages call it."""
    if data.startswith(ZIP):
        yield from _members(data, name)
    elif name.lower().endswith(LINES) or _has_lines(data):
        yield from _lines(data, name)
    else:
        yield name, data


def _has_lines(data: bytes) -> bool:
    lines = [line for line in data.splitlines()[:2] if line.strip()]
    return len(lines) == 2 and all(line.startswith(b"{") and line.rstrip().endswith(b"}") for line in lines)


def _lines(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    lines = [(number, line) for number, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    if len(lines) > MOST_FILES:
        raise _refusal(name, _("has more than %(max)d lines", max=MOST_FILES))
    for number, line in lines:
        yield _("line %(number)d of %(file)s", file=name, number=number), line


def _members(data: bytes, name: str) -> Iterator[tuple[str, bytes]]:
    """The files in an archive. Their names are only shown: nothing is ever unpacked to where they lead."""
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
            if any(member.filename == WORKBOOK for member in members):
                yield name, data
                return
            wanted = [member for member in members if _counts(member)]
            _refuse_costly(wanted, name)
            for member in wanted:
                with archive.open(member) as part:
                    content = part.read(LARGEST_UPLOAD + 1)  # no more, whatever its directory says
                yield uploads.readable(member.filename), content
    except InputError:
        raise
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, ValueError, zlib.error):
        raise _refusal(name, _("cannot be unpacked: it is damaged, or has a password")) from None


def _counts(member: ZipInfo) -> bool:
    """Whether a file is meant as answers: systems put others into archives."""
    parts = member.filename.split("/")
    return not member.is_dir() and OF_MACOS not in parts and not parts[-1].startswith(".") and parts[-1] != OF_WINDOWS


def _refuse_costly(members: list[ZipInfo], name: str) -> None:
    if reason := too_costly(members, MOST_FILES, LARGEST_CONTENT):
        raise _refusal(name, reason)


def _read(content: bytes, place: str, rubric: Rubric) -> File:
    try:
        return File(place, uploads.parse(content, place, rubric).content)
    except InputError as error:
        return File(place, None, error.problems)
