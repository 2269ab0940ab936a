"""What is held about a person, and the file in which it is handed out."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from rubric.digests import canonical, digest
from webapp import audit, mail
from webapp.accounts.members import is_last
from webapp.governance.places import Person, Place, places, roughly, roughly_in_json, texts
from webapp.models import (
    AccountInvitation,
    Answer,
    Assessment,
    AuditEntry,
    Base,
    Contact,
    Contributor,
    Mailing,
    PendingImport,
    ReviewNote,
    ReviewQuestion,
    ReviewStep,
    SignedIn,
    User,
    now,
)

FORMAT = "octant-person/1"
PERSON = "person"
"""The subject of entries about somebody who has no account: there is no pseudonym that could name them."""
SECRETS = frozenset(
    {
        "credential_id",
        "fs_uniquifier",
        "fs_webauthn_user_handle",
        "key_hash",
        "mf_recovery_codes",
        "password",
        "public_key",
        "tf_totp_secret",
        "token_hash",
        "us_totp_secrets",
    }
)
"""Columns that let somebody in, or tell what does: never handed out."""
WRITTEN: Mapping[str, type[ReviewNote | ReviewQuestion | ReviewStep]] = {
    "review_notes": ReviewNote,
    "review_questions": ReviewQuestion,
    "review_steps": ReviewStep,
}
"""What an account says in reviews; it stays without its author."""
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True)
class Account:
    """What belongs to an account. `last` says that no other is left that may do everything; `entries` are the log's."""

    user: User
    last: bool
    sessions: Sequence[SignedIn]
    reviewing: Sequence[Assessment]
    wrote: Mapping[str, Sequence[Base]]
    entries: int


@dataclass(frozen=True)
class Held:
    """What is held about a person."""

    person: Person
    contacts: Sequence[Contact]
    colleagues: Sequence[Contributor]
    account: Account | None
    invitations: Sequence[AccountInvitation]
    mailings: Sequence[Mailing]
    uploads: Sequence[PendingImport]
    places: Sequence[Place]

    @property
    def in_running(self) -> tuple[Place, ...]:
        """Places in texts that may be changed."""
        return tuple(place for place in self.places if place.number is None)

    @property
    def in_submissions(self) -> tuple[Place, ...]:
        """Places in submissions, which never change."""
        return tuple(place for place in self.places if place.number is not None)

    @property
    def goes(self) -> dict[str, int]:
        """What erasing takes away, by count. Texts are changed, and only where asked: they are not among it."""
        return {
            "contacts": len(self.contacts),
            "colleagues": len(self.colleagues),
            "accounts": 1 if self.account else 0,
            "passkeys": len(self.account.user.webauthn) if self.account else 0,
            "sessions": len(self.account.sessions) if self.account else 0,
            "invitations": len(self.invitations),
            "mailings": len(self.mailings),
            "uploads": len(self.uploads),
        }

    @property
    def going(self) -> int:
        """How much that is in all."""
        return sum(self.goes.values())

    @property
    def anything(self) -> bool:
        """Whether there is anything at all."""
        return bool(self.going or self.places)

    @property
    def state(self) -> str:
        """Digest by which is told whether all that would go is still what was shown."""
        contacts = [contact.assessment_id for contact in self.contacts]
        colleagues = [contributor.id for contributor in self.colleagues]
        texts = [[place.kind, place.assessment_id, place.question, place.text] for place in self.in_running]
        return digest([self.goes, contacts, colleagues, texts])


def held(session: Session, person: Person) -> Held:
    """All that is held about a person, by address and by name."""
    user = _user(session, person)
    named = _all(session, Contributor, roughly(Contributor.name, person.rough))
    own = PendingImport.account_id == (user.id if user else None)
    uploads = _all(session, PendingImport, own | roughly_in_json(PendingImport.content, person.rough))
    return Held(
        person=person,
        contacts=_all(session, Contact, _is(Contact.email, person.email)),
        colleagues=[contributor for contributor in named if person.is_in(contributor.name)],
        account=_account(session, user) if user else None,
        invitations=_all(session, AccountInvitation, _is(AccountInvitation.email, person.email)),
        mailings=_all(session, Mailing, Mailing.address_hash == mail.mailbox(person.email)),
        uploads=[upload for upload in uploads if _is_by_or_about(upload, user, person)],
        places=places(session, person),
    )


def _user(session: Session, person: Person) -> User | None:
    return session.scalar(select(User).where(_is(User.email, person.email)))


def _is_by_or_about(upload: PendingImport, user: User | None, person: Person) -> bool:
    own = user is not None and upload.account_id == user.id
    return own or any(map(person.is_in, texts(json.loads(upload.content))))


def _is(column: InstrumentedAttribute[str], email: str) -> ColumnElement[bool]:
    return (column == email) | (func.lower(column) == email.lower())


def _all(session: Session, table: type[Row], condition: ColumnElement[bool]) -> Sequence[Row]:
    return session.scalars(select(table).where(condition).order_by(*table.__table__.primary_key)).all()


def _account(session: Session, user: User) -> Account:
    count = select(func.count()).select_from(AuditEntry).where(_tells_of(user))
    return Account(
        user=user,
        last=is_last(session, user),
        sessions=_all(session, SignedIn, SignedIn.account_id == user.id),
        reviewing=_all(session, Assessment, Assessment.reviewer_id == user.id),
        wrote={kind: _all(session, table, table.account_id == user.id) for kind, table in WRITTEN.items()},
        entries=session.scalar(count) or 0,
    )


def _tells_of(user: User) -> ColumnElement[bool]:
    name = audit.account(user)
    told = AuditEntry.details.contains(canonical({"to": name})[1:-1], autoescape=True)
    return (AuditEntry.actor == name) | (AuditEntry.subject == name) | told


def hand_out(session: Session, person: Person, by: str) -> dict[str, Any]:
    """All that is held about a person as one JSON object, and an entry in the log that `by` took it out.

    Secrets by which somebody comes in are left out.
    """
    content = _content(session, held(session, person))
    audit.record(session, by, "person-exported", subject(session, person))
    return content


def look_up(session: Session, person: Person, by: str) -> None:
    """Says in the log that `by` looks at what is held about a person; it does not hold by which words."""
    audit.record(session, by, "person-looked-up", subject(session, person))


def subject(session: Session, person: Person) -> str:
    """What the log calls a person: the pseudonym of their account, or PERSON."""
    user = _user(session, person)
    return audit.account(user) if user else PERSON


def _content(session: Session, held: Held) -> dict[str, Any]:
    account = held.account
    return {
        "format": FORMAT,
        "about": vars(held.person),
        "at": now().isoformat(),
        "contacts": [_contact(contact) for contact in held.contacts],
        "colleagues": [_colleague(session, contributor) for contributor in held.colleagues],
        "account": _told_account(session, account) if account else None,
        "invitations": [_columns(invitation) for invitation in held.invitations],
        "mailings": [_columns(mailing) for mailing in held.mailings],
        "uploads": [_upload(upload, held.person) for upload in held.uploads],
        "texts": [_place(place) for place in held.places],
    }


def _told_account(session: Session, account: Account) -> dict[str, Any]:
    user = account.user
    return {
        **_columns(user),
        "roles": sorted(role.name for role in user.roles),
        "passkeys": [_columns(passkey) for passkey in user.webauthn],
        "sessions": [_columns(signed_in) for signed_in in account.sessions],
        "reviews": [audit.assessment(assessment) for assessment in account.reviewing],
        **{kind: [_columns(row) for row in rows] for kind, rows in account.wrote.items()},
        "audit": [_columns(entry) for entry in _all(session, AuditEntry, _tells_of(user))],
    }


def _contact(contact: Contact) -> Mapping[str, Any]:
    return {"email": contact.email, **_of(contact.assessment)}


def _colleague(session: Session, contributor: Contributor) -> Mapping[str, Any]:
    answered = select(Answer.question).where(Answer.contributor_id == contributor.id).order_by(Answer.question)
    return {
        "name": contributor.name,
        "role": contributor.role,
        "themes": contributor.themes,
        "links": [_columns(link) for link in contributor.links],
        "answered": list(session.scalars(answered)),
        **_of(contributor.assessment),
    }


def _of(assessment: Assessment) -> Mapping[str, Any]:
    return {
        "assessment": audit.assessment(assessment),
        "region": assessment.region,
        "started_at": assessment.started_at.isoformat(),
        "changed_at": assessment.changed_at.isoformat(),
        "submissions": [submission.number for submission in assessment.submissions],
    }


def _place(place: Place) -> Mapping[str, Any]:
    return {
        "kind": place.kind,
        "assessment": f"assessment-{place.assessment_id}",
        "submission": place.number,
        "question": place.question or None,
        "text": place.text,
    }


def _upload(upload: PendingImport, person: Person) -> Mapping[str, Any]:
    """When it was made, and those of its texts that the person is in: others are about others."""
    about = [text for text in texts(json.loads(upload.content)) if person.is_in(text)]
    return {"uploaded_at": upload.uploaded_at.isoformat(), "texts": about}


def _columns(row: Base) -> dict[str, Any]:
    return dict(_told(row))


def _told(row: Base) -> Iterator[tuple[str, Any]]:
    """Column and value of all that may be handed out, moments as text."""
    for column in row.__table__.columns:
        value = getattr(row, column.key)
        if column.key not in SECRETS:
            yield column.key, value.isoformat() if hasattr(value, "isoformat") else value
