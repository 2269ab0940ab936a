"""Reports and the like as PDFs: accessible (PDF/UA-1), archivable (PDF/A-3a), the same bytes each time.

The only module that knows WeasyPrint, which is imported late: it needs Pango, which no Python package brings.
"""

import contextlib
import datetime as dt
import io
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from functools import lru_cache
from importlib import resources
from threading import Lock
from typing import TYPE_CHECKING, Any

from babel.support import Translations
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rubric.digests import canonical
from rubric.model import Rubric
from webapp import charts
from webapp.config import ROOT, TRANSLATIONS
from webapp.report import scripts, wording
from webapp.report.context import Report
from webapp.report.edition import Edition
from webapp.report.version import template_version

if TYPE_CHECKING:
    import pydyf
    from weasyprint.document import Document

FILES = {
    "report.css": ("report", "text/css"),
    "comparison.css": ("report", "text/css"),
    "cover.svg": ("report", "image/svg+xml"),
    "questionnaire.css": ("assessment", "text/css"),
}
"""The stylesheets and what they draw on, by the name that the templates use: their folder and type."""
FONTS = {
    "sans-light.ttf": ("font_source_sans_pro", "SourceSansPro-Light.ttf"),
    "sans-regular.ttf": ("font_source_sans_pro", "SourceSansPro-Regular.ttf"),
    "sans-semibold.ttf": ("font_source_sans_pro", "SourceSansPro-Semibold.ttf"),
    "serif-regular.ttf": ("font_source_serif_pro", "SourceSerifPro-Regular.ttf"),
    "serif-semibold.ttf": ("font_source_serif_pro", "SourceSerifPro-Semibold.ttf"),
}
"""The fonts of the stylesheet, by the name that it uses, and the package that each comes from."""
MARK = ROOT / "templates" / "report" / "pdfua.xmp"
"""Says in the metadata that the file is PDF/UA-1, with the declaration that PDF/A asks for."""
SCHEME = "octant"
FORMAT = "octant-report/1"
UNDATED = dt.datetime(2000, 1, 1)
"""Stands for the time of a document that has no date: a time of today would change the bytes."""

INSTALLERS = {
    "apt-get": "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0",
    "dnf": "dnf install pango",
    "apk": "apk add pango fontconfig",
    "brew": "brew install pango",
}
"""What brings Pango, by the package manager of the machine."""
_PROBE = Lock()
PRINTED = 4
"""The flag of a PDF's annotation that is also printed."""


class NoPango(Exception):
    """The PDF cannot be made because Pango is missing or too old. `command` would install it on this machine."""

    def __init__(self) -> None:
        found = (command for tool, command in INSTALLERS.items() if shutil.which(tool))
        super().__init__()  # without arguments, as it is made anew where it comes from another process
        self.command = next(found, INSTALLERS["apt-get"])


def works() -> bool:
    """Whether this machine can make a PDF: tried once, with one line, as an old Pango fails only at work."""
    with _PROBE:  # which turns standard output aside, for all threads
        return _tried()


@lru_cache
def _tried() -> bool:
    noise = io.StringIO()  # WeasyPrint prints a banner where it finds no Pango
    try:
        with contextlib.redirect_stdout(noise):
            _trial("Octant").write_pdf()
    except (OSError, AttributeError):
        return False
    return True


def _trial(text: str) -> Any:
    """A page that says `text`, in fonts of our own: Pango ends the process where a machine has none at all."""
    from weasyprint import HTML

    style = f'<link rel="stylesheet" href="{SCHEME}:report.css"><style>{_faces(text)}</style>'
    return HTML(string=f"{style}<h1><bdi>{text}</bdi></h1><p><bdi>{text}</bdi></p>", url_fetcher=fetcher())


def pdf(report: Report, edition: Edition) -> bytes:
    """`report` as a PDF, its data attached. Raises NoPango."""
    files = report.files | {"report.json": _about(report, edition)}
    return printed(page(report, edition), files, _made_at(report))


def page(report: Report, edition: Edition) -> str:
    """The HTML that the report's PDF is made from."""
    return rendered(
        "report/report.html",
        edition.language,
        _made_at(report),
        canonical(report.files["answers.json"]),
        report=report,
        edition=edition,
        version=template_version(edition),
    )


def _about(report: Report, edition: Edition) -> dict[str, object]:
    """What this PDF is made from apart from the answers: enough to make it again."""
    return {
        "format": FORMAT,
        "template": template_version(edition),
        **asdict(edition),
        "submission": report.issue.content,
        "earlier": report.earlier.content if report.earlier else None,
        "peers": report.peers.content if report.peers else None,
    }


def questionnaire(rubric: Rubric, language: str) -> bytes:
    """All questions of `rubric` as a PDF to fill in by pen. Raises NoPango."""
    return printed(rendered("assessment/questionnaire.html", language, UNDATED, rubric=rubric), {}, UNDATED)


def printed(html: str, files: Mapping[str, object], day: dt.datetime) -> bytes:
    """`html` as a PDF with `files` attached, by name, as of `day`. Raises NoPango."""
    if not works():
        raise NoPango
    from weasyprint import HTML

    made = HTML(string=html, url_fetcher=fetcher()).write_pdf(
        pdf_variant="pdf/a-3a", attachments=_attachments(files, day), finisher=_finish
    )
    return bytes(made)


def rendered(template: str, language: str, day: dt.datetime, said: str = "", **shown: object) -> str:
    """The HTML of a document that counts as made on `day` and holds what regions have `said`, in whatever script."""
    always = {
        "made_at": day.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "language": language,
        "faces": _faces(said),
        "cut": bool(unprintable(scripts.shown(said))),
    }
    return _environment(language).get_template(template).render(**always, **shown)


@lru_cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(ROOT / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translations = Translations.load(TRANSLATIONS, [language])
    environment.install_gettext_translations(translations, newstyle=True)  # type: ignore[attr-defined]  # by the extension
    environment.globals["charts"] = charts
    wording.install(environment, lambda: language)
    environment.filters["own"] = lambda text: scripts.own(text, unprintable(text))
    return environment


def unprintable(text: str) -> frozenset[str]:
    """Those characters of `text` that nothing can print here, neither our fonts nor the machine's.

    Each character is asked about once, for as long as the process lives. Where no PDF can be made, nothing is.
    """
    known, characters = _printable(), frozenset(character for character in text if not character.isascii())
    if (new := characters - known.keys()) and works():
        for alike in scripts.alike(new):
            lost = _lost_in_print(alike)
            known.update({character: character not in lost for character in alike})
    return frozenset(character for character in characters if not known.get(character, True))


@lru_cache
def _printable() -> dict[str, bool]:
    """What is known so far: whether a character can be printed."""
    return {}


def _lost_in_print(characters: str) -> frozenset[str]:
    """Those that come out of a print on trial as a box, or as a coloured picture, which has no place in an archive."""
    lost = {character for character in characters if scripts.never_printed(character)}

    def look(document: "Document", _pdf: "pydyf.PDF") -> None:
        for font in document.fonts.values():
            lost.update(map(chr, font.missing))
            if font.png or font.svg or font.colr or font.bitmap:
                lost.update("".join(font.to_unicode.values()))

    _trial(" ".join(characters)).write_pdf(finisher=look)
    return frozenset(lost)


def _faces(text: str) -> Markup:
    """The rules that bring the further fonts which `text` needs."""
    return scripts.style(scripts.needed(text), SCHEME)


def _made_at(report: Report) -> dt.datetime:
    """When the report counts as made: a property of the submission, not of the day on which it is printed."""
    if report.issue.at:
        return report.issue.at.astimezone(dt.UTC).replace(tzinfo=None)
    return dt.datetime.combine(report.date, dt.time()) if report.date else UNDATED


def _attachments(files: Mapping[str, object], day: dt.datetime) -> list[Any]:
    from weasyprint import Attachment

    return [
        Attachment(
            string=canonical(content),
            name=name,
            description=name,
            created=day,
            modified=day,
            relationship="Data",
            url_fetcher=fetcher(),
        )
        for name, content in files.items()
    ]


@lru_cache
def _assets() -> dict[str, tuple[bytes, str]]:
    """All that a document may fetch, by exact address: content and type."""
    fonts = {f"{SCHEME}:{name}": (_font(*file), "font/ttf") for name, file in FONTS.items()}
    return {f"{SCHEME}:{name}": (_file(folder, name), kind) for name, (folder, kind) in FILES.items()} | fonts


@lru_cache
def _further_fonts() -> dict[str, tuple[str, int]]:
    """The fonts for other scripts, made only when asked for: script and weight by exact address."""
    return scripts.addresses(SCHEME)


def _file(folder: str, name: str) -> bytes:
    return (ROOT / "templates" / folder / name).read_bytes()


def _font(package: str, file: str) -> bytes:
    return resources.files(package).joinpath("files", file).read_bytes()


def fetcher() -> Any:
    """Fetches nothing but our own assets, whatever the text of a region asks for."""
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class OnlyOurs(URLFetcher):  # type: ignore[misc]  # WeasyPrint has no types
        """WeasyPrint takes a subclass only, and may be imported only where Pango is."""

        def fetch(self, url: str, headers: object = None) -> Any:
            if url not in _assets() and url not in _further_fonts():
                raise ValueError("refused")
            content, kind = _assets().get(url) or (scripts.font(*_further_fonts()[url]), "font/ttf")
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    return OnlyOurs(allowed_protocols=(SCHEME,), allow_redirects=False)


def _finish(document: "Document", pdf: "pydyf.PDF") -> None:
    """Adds what the standards ask for and WeasyPrint leaves out."""
    import pydyf

    objects: dict[Any, Any] = {o.reference: o for o in pdf.objects if isinstance(o, pydyf.Dictionary)}
    for item in list(objects.values()):
        if item.get("S") == "/TH" and "A" in item:
            item["A"]["Scope"] = "/Column" if "/THead" in _ancestors(item, objects) else "/Row"
        if item.get("Type") == "/Annot":
            item["F"] = PRINTED
    _mark_as_accessible(pdf)
    pdf.catalog["PageLabels"] = _page_labels()


def _ancestors(item: dict[str, Any], objects: dict[Any, dict[str, Any]]) -> Iterator[str]:
    """The tags around a cell, inside its table."""
    while (above := objects.get(item.get("P"))) is not None and above.get("S") != "/Table":
        yield above.get("S", "")
        item = above


def _mark_as_accessible(pdf: "pydyf.PDF") -> None:
    """Puts the PDF/UA mark into the metadata, which an archive wants to be able to read without unpacking."""
    data: Any = pdf.objects[int(pdf.catalog["Metadata"].split()[0])]
    data.compress = False
    for key in ("Length", "Filter"):
        data.extra.pop(key, None)
    end = b"</rdf:RDF>"
    data.stream = [data.stream[0].replace(end, MARK.read_bytes() + end)]


def _page_labels() -> "pydyf.Dictionary":
    """The cover has no number; the page after it is 2, as printed on it."""
    import pydyf

    cover, numbered = pydyf.Dictionary(), pydyf.Dictionary({"S": "/D", "St": 2})
    return pydyf.Dictionary({"Nums": pydyf.Array([0, cover, 1, numbered])})
