"""Which submission an address is about: of the assessment that its link opens, the newest or the one it names."""

from flask import abort, redirect, request, url_for
from sqlalchemy.orm import Session

from webapp.assessment import links, service
from webapp.assessment.links import Visit
from webapp.models import Submission


def opened(session: Session, token: str) -> tuple[Visit, Submission | None]:
    """The owner's visit, and the submission whose `number` the address gives, or else the newest, if there is one.

    Raises what `links.owner_visit` raises; answers 404 where no submission has the number.
    """
    visit = links.owner_visit(session, token)
    number = request.args.get("number")
    if number is None:
        return visit, service.latest_submission(session, visit.assessment)
    return visit, next((s for s in visit.assessment.submissions if str(s.number) == number), None) or abort(404)


def submitted(session: Session, token: str) -> tuple[Visit, Submission]:
    """The same where there must be one: whoever has submitted nothing is led to the page where that is done."""
    visit, submission = opened(session, token)
    return visit, submission or abort(redirect(url_for("assessment.check", token=token)))
