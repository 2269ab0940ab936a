"""Reports for an archive of many: those that are kept, and the others made behind it, one after the other."""

import time
from collections.abc import Callable

from flask_babel import gettext as _

from webapp.admin.transfer.export import NotMade
from webapp.assessment import service
from webapp.assessment.rubrics import rubric_of
from webapp.database import Database
from webapp.report.background import NotReady
from webapp.report.pool import LONGEST, TRIES, Closed
from webapp.report.store import Reports, edition_of

PATIENCE = TRIES * LONGEST + 60
"""Seconds to wait for one report: for as long as it may take, and for what is being made before it."""
PAUSE = 0.2


def maker(database: Database, reports: Reports, language: str) -> Callable[[int], bytes]:
    """What gives the report on the submission with an id, on the paper of its country. It raises NotMade.

    Made where a request is handled, as its words are in the reader's language; called anywhere.
    """
    gone, late = _("the submission was deleted meanwhile"), _("it took too long")
    failed = _("it could not be made; the log says why")

    def report(submission_id: int) -> bytes:
        with database.reading() as session:
            chosen = service.submission(session, submission_id)
            if chosen is None:
                raise NotMade(gone)
            rubric, edition = rubric_of(session, chosen.rubric_digest), edition_of(chosen, language)
        try:
            return _awaited(lambda: reports.pdf(chosen, rubric, edition))
        except NotReady:
            raise NotMade(late) from None
        except Closed:
            raise  # the server stops, and with it the archive
        except Exception:  # the log says why; one report that cannot be made must not take all others with it
            raise NotMade(failed) from None

    return report


def _awaited(ask: Callable[[], bytes]) -> bytes:
    """What `ask` gives as soon as it is made. Raises NotReady where it is not within PATIENCE."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except NotReady:
            if time.monotonic() > until:
                raise
            time.sleep(PAUSE)
