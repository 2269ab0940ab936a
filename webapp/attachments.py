"""What a report's PDF carries with it, taken out of a file that may come from anybody.

pypdf trusts its files more than we do: it is given bounds for all that it unpacks, and whatever it trips over is told
as what it is, a PDF that cannot be read.
"""

import io
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask_babel import gettext as _
from pypdf import PdfReader, apply_configuration
from pypdf.errors import DependencyError, LimitReachedError
from pypdf.generic import EmbeddedFile

from rubric.problems import InputError, Problem, quote

PDF = b"%PDF-"
"""How PDFs begin."""
ANSWERS, RESULT, REPORT = NAMES = ("answers.json", "result.json", "report.json")
"""What every report has attached: what was said, what follows from it, and what else the PDF is made from."""
LARGEST_PDF = 10_000_000
"""Bytes of a file: many times the longest report."""
LARGEST_PART = 4_000_000
"""Bytes of one attachment, picture or font, unpacked."""
LARGEST_TABLE = 150_000
"""Bytes of the table of a file's objects, unpacked: each two of them may cost as much time as an object."""
MOST_ATTACHED = 50
TALKATIVE = ("pypdf", "fontTools")
"""Packages that tell all that is odd in a stranger's file."""
BOUNDS: dict[str, Any] = {
    "maximum_declared_stream_length": LARGEST_PDF,
    "array_based_stream_maximum_output_length": LARGEST_PART,
    "array_maximum_element_count": 50_000,
    "dictionary_maximum_element_count": 50_000,
    "jbig2_maximum_output_length": 0,
    "lzw_maximum_output_length": LARGEST_PART,
    "run_length_maximum_output_length": LARGEST_PART,
    "brotli_maximum_output_length": LARGEST_PART,
    "zlib_maximum_output_length": LARGEST_PART,
    "zlib_maximum_recovery_input_length": 100_000,
    "stream_filters_maximum_length": 2,
    "stream_decoding_work_maximum_length": 2 * LARGEST_PART,
    "stream_parsing_work_maximum_count": 1_000_000,
    "page_tree_maximum_entries": 1_000,
    "page_tree_maximum_depth": 20,
    "page_tree_maximum_page_entries": 20_000,
    "xform_maximum_invocations_per_extraction": 100,
    "jbig2dec_binary": None,
    "disable_legacy_handling": True,
}
"""What pypdf may unpack and follow: a few times what a report needs, so that no file keeps it busy."""


@dataclass(frozen=True)
class Attached:
    """What a report carries: the text of each of NAMES, and the names of what else is attached."""

    files: Mapping[str, str]
    others: tuple[str, ...]


def read(file: Path) -> bytes:
    """The bytes of a report's file. Raises InputError where it cannot be read or is larger than any report."""
    try:
        with file.open("rb") as opened:
            data = opened.read(LARGEST_PDF + 1)  # no more, also of a device that never ends
    except OSError as error:
        raise InputError([Problem(str(file), error.strerror or str(error), _("a file that can be read"))]) from None
    _refuse_large(data, str(file))
    return data


def _refuse_large(data: bytes, file: str) -> None:
    if len(data) > LARGEST_PDF:
        raise refusal(file, _("is larger than %(max)d MB", max=LARGEST_PDF // 1_000_000))


@contextmanager
def opened(data: bytes, file: str) -> Iterator[PdfReader]:
    """The PDF in `data`, to be read within bounds. Raises InputError, which calls it `file`, also for what is read."""
    _refuse_large(data, file)
    if not data.startswith(PDF):
        raise refusal(file, _("is no PDF"))
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        with apply_configuration(**BOUNDS):
            with apply_configuration(zlib_maximum_output_length=LARGEST_TABLE):
                reader = PdfReader(io.BytesIO(data))
            _refuse_encrypted(reader, file)
            yield reader
    except InputError:
        raise
    except LimitReachedError:
        raise refusal(file, _("unpacks to far more than a report")) from None
    except DependencyError:  # a cipher that needs one more package
        raise _locked(file) from None
    except Exception:  # a stranger's file may break pypdf in any way
        raise refusal(file, _("cannot be read: the PDF is damaged")) from None


def refusal(file: str, what: str) -> InputError:
    """That `file` is no report, because of `what`."""
    return InputError([Problem(file, what, _("a report as Octant made it, a PDF with the answers attached"))])


def _refuse_encrypted(reader: PdfReader, file: str) -> None:
    if "/Encrypt" in reader.trailer:
        raise _locked(file)


def _locked(file: str) -> InputError:
    return refusal(file, _("has a password or is otherwise locked"))


def attached(data: bytes, file: str, names: tuple[str, ...] = NAMES) -> Attached:
    """The attachments called `names`, and what else is attached to the PDF in `data`.

    Raises InputError, which calls it `file`: with all of them where attachments are missing, stand there twice or are
    no text; with one where the PDF is broken, locked, or larger than any report.
    """
    with opened(data, file) as reader:
        return attachments_of(reader, file, names)


def attachments_of(reader: PdfReader, file: str, names: tuple[str, ...] = NAMES) -> Attached:
    """The same of a PDF that is open."""
    entries = _entries(reader, file)
    found = {name: [entry for entry, called in entries if name in called] for name in names}
    if problems := [_not_one(f"{file}: {name}", len(held)) for name, held in found.items() if len(held) != 1]:
        raise InputError(problems)
    texts = {name: _text(held[0], f"{file}: {name}") for name, held in found.items()}
    others = tuple(quote(min(called)) for _entry, called in entries if not called & set(NAMES))
    return Attached(texts, others)


def _entries(reader: PdfReader, file: str) -> list[tuple[EmbeddedFile, set[str]]]:
    """All that is attached, with the names by which it is called."""
    entries = []
    for entry in reader.attachment_list:
        entries.append((entry, {str(entry.name), str(entry.alternative_name or entry.name)}))
        if len(entries) > MOST_ATTACHED:
            raise refusal(file, _("has more than %(max)d files attached", max=MOST_ATTACHED))
    return entries


def _not_one(where: str, number: int) -> Problem:
    what = _("is attached more than once") if number else _("is not attached")
    return Problem(where, what, _("exactly one file of this name, as Octant attaches it"))


def _text(entry: EmbeddedFile, where: str) -> str:
    try:
        return entry.content.decode()
    except UnicodeDecodeError:
        raise InputError([Problem(where, _("is no text in UTF-8"), _("JSON as it was attached"))]) from None
