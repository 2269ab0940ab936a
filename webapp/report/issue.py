"""Which submission a report is of, and what its figures are set beside."""

import datetime as dt
from dataclasses import dataclass

from rubric.assess import Result


@dataclass(frozen=True)
class Issue:
    """Which submission a report is of. A file that was never submitted has no number and no digest."""

    number: int | None = None
    at: dt.datetime | None = None
    digest: str | None = None

    @property
    def content(self) -> dict[str, object]:
        """As plain JSON."""
        return {"number": self.number, "at": self.at.isoformat() if self.at else None, "digest": self.digest}


@dataclass(frozen=True)
class Earlier:
    """The submission before, whose scores stand beside the new ones."""

    issue: Issue
    result: Result

    @property
    def content(self) -> dict[str, object]:
        """As plain JSON, with what its scores follow from and nothing else: words may have been taken back since."""
        return {**self.issue.content, "answers": dict(self.result.answers.answers)}
