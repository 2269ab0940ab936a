"""What a comparison is made from, as plain data that another process can take: page and PDF are functions of it."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache

from rubric import load
from rubric.digests import digest
from rubric.model import Rubric
from webapp.config import ROOT
from webapp.report import small_profiles
from webapp.report.comparison import Comparison, comparison_of
from webapp.report.edition import Edition
from webapp.report.order import Order, Snapshot, report
from webapp.report.pdf import printed, rendered
from webapp.report.version import template_version

FORMAT = "octant-comparison/1"
TEMPLATES = ("comparison.css", "comparison.html", "comparison-parts.html")
MODULES = ("comparison", "comparison_order", "small_profiles")
"""What shapes the PDF beside all that shapes reports: those of the folder `report`, and the modules beside this one."""


@dataclass(frozen=True)
class ComparisonOrder:
    """All that the PDF of a comparison is made from.

    Each of `snapshots` stands with the digest of its rubric; `rubrics` are these rubrics by digest, as the canonical
    JSON of their content. All of them ask alike.
    """

    snapshots: tuple[tuple[Snapshot, str], ...]
    rubrics: Mapping[str, str]
    edition: Edition

    @property
    def digest(self) -> str:
        """Stands for the submissions that are compared, in whatever order they were chosen."""
        return digest({"compared": sorted(snapshot.issue.digest or "" for snapshot, _ in self.snapshots)})


def make_comparison(order: ComparisonOrder) -> bytes:
    """The PDF that `order` asks for. Raises NoPango."""
    compared, version = comparison(order), comparison_version(order.edition)
    made_at = compared.at.astimezone(dt.UTC).replace(tzinfo=None)
    said = " ".join(member.report.region for member in compared.members)
    html = rendered(
        "report/comparison.html",
        order.edition.language,
        made_at,
        said,
        compared=compared,
        edition=order.edition,
        version=version,
        small_profiles=small_profiles,
    )
    about = {"format": FORMAT, "template": version, **asdict(order.edition), **compared.content}
    return printed(html, {"comparison.json": about}, made_at)


def comparison(order: ComparisonOrder, rubrics: Mapping[str, Rubric] | None = None) -> Comparison:
    """What the PDF and the page of `order` say; `rubrics` by digest saves reading those in the order."""
    read = rubrics or {name: load.from_content(json.loads(text)) for name, text in order.rubrics.items()}
    return comparison_of(
        report(Order(snapshot, order.rubrics[name], order.edition), read[name]) for snapshot, name in order.snapshots
    )


@lru_cache
def comparison_version(edition: Edition) -> str:
    """Digest over everything that shapes such a PDF apart from its submissions and language."""
    return digest({"report": template_version(edition), "sources": _sources()})


def _sources() -> dict[str, str]:
    files = [ROOT / "templates" / "report" / name for name in TEMPLATES]
    files += [ROOT / "webapp" / "report" / f"{name}.py" for name in MODULES]
    return {str(file.relative_to(ROOT)): hashlib.sha256(file.read_bytes()).hexdigest() for file in files}
