"""Erasing a person, with the figures kept."""

from collections.abc import Iterable, Mapping
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from webapp import audit, listing
from webapp.accounts import invitations
from webapp.accounts.members import LastAdministrator, hold_administrators
from webapp.governance.erasing import Changed, forget_colleague
from webapp.governance.persons import Held, held, subject
from webapp.governance.places import Person, take_out
from webapp.models import Assessment


def erase(session: Session, person: Person, texts: bool, state: str | None, by: str) -> dict[str, int]:
    """Erases a person as they were shown: contacts, names of colleagues, account, sessions, invitations, mailings.

    With `texts` also from all texts that may be changed. Submissions stay as they are, and so do entries of the log,
    which know nobody by name. Gives what went, by count. Raises Changed where it is no longer what was shown with
    `state` (None: whatever there is), and LastAdministrator.
    """
    locked(session, _ids(held(session, person)))
    hold_administrators(session)
    session.expire_all()  # others may have changed what was read before they had to wait
    found = held(session, person)
    if found.account and found.account.last:
        raise LastAdministrator
    if state is not None and found.state != state:
        raise Changed
    known_as = subject(session, person)
    touched = _take_away(session, found, by)
    in_texts = take_out(session, person) if texts else {}
    assessments = locked(session, touched.keys() | in_texts.keys())
    for assessment in assessments:
        listing.refresh(session, assessment)
    for assessment in assessments:
        gone = touched.get(assessment.id, {}) | {"texts": in_texts.get(assessment.id, 0)}
        _record(session, by, "personal-data-erased", audit.assessment(assessment), gone)
    gone = found.goes | {"texts": sum(in_texts.values())}
    _record(session, by, "person-erased", known_as, gone)
    return gone


def _record(
    session: Session,
    by: str,
    action: Literal["personal-data-erased", "person-erased"],
    subject: str,
    gone: Mapping[str, int],
) -> None:
    audit.record(session, by, action, subject, **{kind: count for kind, count in gone.items() if count})


def _ids(found: Held) -> set[int]:
    """Assessments that erasing changes."""
    of_contacts = {contact.assessment_id for contact in found.contacts}
    of_colleagues = {contributor.assessment_id for contributor in found.colleagues}
    return of_contacts | of_colleagues | {place.assessment_id for place in found.in_running}


def locked(session: Session, ids: Iterable[int]) -> list[Assessment]:
    """Those of the assessments that are there; nobody else changes them until the transaction ends."""
    query = select(Assessment).where(Assessment.id.in_(ids)).order_by(Assessment.id)
    query = query.with_for_update(of=Assessment).execution_options(populate_existing=True)
    return list(session.scalars(query))


def _take_away(session: Session, found: Held, by: str) -> dict[int, dict[str, int]]:
    """Takes away all but texts; gives what went, by kind, for each assessment that has to be drawn anew."""
    touched: dict[int, dict[str, int]] = {}
    for contact in found.contacts:
        touched.setdefault(contact.assessment_id, {})["contacts"] = 1
        contact.assessment.contact = None
    for contributor in found.colleagues:
        here = touched.setdefault(contributor.assessment_id, {})
        here["colleagues"] = here.get("colleagues", 0) + 1
        forget_colleague(session, contributor)
    if found.account:
        for assessment in found.account.reviewing:
            touched.setdefault(assessment.id, {})
            assessment.reviewer_id = None
        invitations.revoke_given_by(session, found.account.user, by)
        session.delete(found.account.user)
    for row in (*found.invitations, *found.mailings, *found.uploads):
        session.delete(row)
    session.flush()
    return touched
