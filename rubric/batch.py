"""Many answers, one line each: lines in, lines out, in order, nothing kept."""

import json
from collections.abc import Iterable, Iterator
from typing import BinaryIO

from rubric.answers import LARGEST_FILE, from_content, parse_json
from rubric.assess import assess
from rubric.digests import canonical
from rubric.problems import InputError, Problem


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """The lines of `stream`, those that are too large cut short, so that none can fill the memory."""
    while line := stream.readline(LARGEST_FILE + 1):
        yield line
        while len(line) > LARGEST_FILE and not line.endswith(b"\n"):
            line = stream.readline(LARGEST_FILE + 1)


def assess_lines(lines: Iterable[bytes]) -> Iterator[tuple[str, bool]]:
    """For each line of NDJSON its result, or `{"line": n, "error": …}`, as JSON text, and whether it went well.

    Blank lines are passed over; lines count from 1.
    """
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield _assess_line(number, line)


def _assess_line(number: int, line: bytes) -> tuple[str, bool]:
    place = f"line {number}"
    try:
        return canonical(assess(*from_content(_parsed(line, place), place)).json()), True
    except InputError as error:
        told = "; ".join(map(str, error.problems))
        return json.dumps({"line": number, "error": told}, ensure_ascii=False), False


def _parsed(line: bytes, place: str) -> object:
    if len(line) > LARGEST_FILE:
        raise InputError([Problem(place, "larger than 2 MB", "one region's answers")])
    try:
        return parse_json(line.decode("utf-8-sig"), place)
    except UnicodeDecodeError:
        raise InputError([Problem(place, "not UTF-8", "text in UTF-8")]) from None
