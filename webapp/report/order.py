"""What a report is made from, as plain data that another process can take: the PDF is a function of it."""

import json
from dataclasses import dataclass

from rubric import load
from rubric.answers import from_content
from rubric.assess import Result, assess
from rubric.model import Rubric
from rubric.peers import Peers
from webapp.report.context import Report, report_of
from webapp.report.edition import Edition
from webapp.report.issue import Earlier, Issue
from webapp.report.pdf import pdf


@dataclass(frozen=True)
class Snapshot:
    """One region's answers, as the canonical JSON of an answers file, and which submission they are."""

    answers: str
    issue: Issue


@dataclass(frozen=True)
class Order:
    """All that a PDF is made from. `rubric` is the canonical JSON of the rubric's content.

    `earlier` is the submission before this one, `peers` how the regions stood when it was submitted.
    """

    snapshot: Snapshot
    rubric: str
    edition: Edition
    earlier: Snapshot | None = None
    peers: Peers | None = None


def make(order: Order) -> bytes:
    """The PDF that `order` asks for. Raises NoPango."""
    return pdf(report(order), order.edition)


def report(order: Order, rubric: Rubric | None = None) -> Report:
    """What the PDF and the page of `order` say; `rubric` saves reading the one in the order."""
    rubric = rubric or load.from_content(json.loads(order.rubric))
    before = order.earlier
    return report_of(
        _result(order.snapshot, rubric),
        order.snapshot.issue,
        order.edition.language,
        Earlier(before.issue, _result(before, rubric)) if before else None,
        order.peers,
    )


def _result(snapshot: Snapshot, rubric: Rubric) -> Result:
    answers, _ = from_content(json.loads(snapshot.answers), "submission", rubric)
    return assess(answers, rubric)
