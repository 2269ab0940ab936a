"""ZIP archives that are sent while they are made."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

from webapp.models import now

PIECE = 64_000
"""Bytes that are sent together."""


@dataclass(frozen=True)
class Member:
    """A file in an archive."""

    name: str
    content: Iterable[bytes]
    packed: bool = True


class _Sink(io.RawIOBase):
    """Takes what is written to it until it is sent on."""

    def __init__(self) -> None:
        self._held = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, content: Any) -> int:
        self._held += content
        return len(content)

    def taken(self, least: int = 1) -> Iterator[bytes]:
        """What is held, if it is so many bytes or more; it is held no longer."""
        if len(self._held) >= least:
            sent = bytes(self._held)
            self._held.clear()
            yield sent


def archive(members: Iterable[Member], large: bool) -> Iterator[bytes]:
    """A ZIP archive in pieces; `large` if members may be larger than two gigabytes."""
    sink, at = _Sink(), now().timetuple()[:6]
    with ZipFile(sink, "w") as target:
        for member in members:
            header = ZipInfo(member.name, at)
            header.compress_type = ZIP_DEFLATED if member.packed else ZIP_STORED
            with target.open(header, "w", force_zip64=large) as file:
                for content in member.content:
                    file.write(content)
                    yield from sink.taken(PIECE)
    yield from sink.taken()
