"""PDFs that tests put together by hand: with attachments of every kind, and changed after they were made."""

import io
import json
import zlib
from collections.abc import Callable

from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, StreamObject, TextStringObject

from webapp.attachments import NAMES

Change = Callable[[PdfWriter], object]


def written(writer: PdfWriter) -> bytes:
    """The PDF in `writer`."""
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def altered(data: bytes, *changes: Change) -> bytes:
    """The PDF in `data` with something changed, saved by another program."""
    writer = PdfWriter(clone_from=io.BytesIO(data))
    for change in changes:
        change(writer)
    return written(writer)


def carrying(*files: tuple[str, bytes]) -> bytes:
    """A PDF of one empty page with these files attached, by name."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for name, content in files:
        writer.add_attachment(name, content)
    return written(writer)


def answering(content: object) -> bytes:
    """A PDF with an answers file attached, as far as an upload looks at it like a report."""
    return carrying(("answers.json", json.dumps(content).encode()))


def attaching(name: str, change: Callable[[str], str]) -> Change:
    """Replaces the content of an attachment that is there once."""

    def changed(writer: PdfWriter) -> None:
        (entry,) = (entry for entry in writer.attachment_list if entry.name == name)
        entry.content = change(entry.content.decode()).encode()

    return changed


def drawing(page: int, change: Callable[[bytes], bytes]) -> Change:
    """Changes the instructions of a page, from 0, which must make a difference."""

    def changed(writer: PdfWriter) -> None:
        contents = writer.pages[page]["/Contents"].get_object()
        assert isinstance(contents, StreamObject)
        before = contents.get_data()
        after = change(before)
        assert after != before
        contents.set_data(after)

    return changed


def packed_bomb(times: int = 1) -> bytes:
    """A PDF whose answers.json unpacks to 50 MB, or again and again to that."""
    data = bytes(50_000_000)
    for _ in range(times):
        data = zlib.compress(data, 9)
    filters = ArrayObject([NameObject("/FlateDecode")] * times)
    return _with_stream(data, DictionaryObject({NameObject("/Filter"): filters}))


def odd_filter(name: str) -> bytes:
    """A PDF whose answers.json is packed in a way that takes another program."""
    return _with_stream(b"\0" * 100, DictionaryObject({NameObject("/Filter"): NameObject(name)}))


def _with_stream(data: bytes, about: DictionaryObject) -> bytes:
    plain = carrying(*((name, b"@@@") for name in NAMES[:1]))
    writer = PdfWriter(clone_from=io.BytesIO(plain))
    (entry,) = writer.attachment_list
    stream = StreamObject()
    stream._data = data
    stream.update(about)
    entry.pdf_object["/EF"][NameObject("/F")] = writer._add_object(stream)  # type: ignore[index]  # a dictionary
    return written(writer)


def renamed(data: bytes, name: str) -> bytes:
    """The PDF in `data` with its first attachment under another name in the file's own list."""

    def change(writer: PdfWriter) -> None:
        names = writer.root_object["/Names"]["/EmbeddedFiles"]["/Names"]  # type: ignore[index]  # dictionaries
        names[0] = TextStringObject(name)

    return altered(data, change)


def locked(data: bytes, algorithm: str) -> bytes:
    """The PDF in `data` with a password."""
    return altered(data, lambda writer: writer.encrypt("secret", algorithm=algorithm))
