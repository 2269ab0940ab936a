"""Links: the only keys to an assessment. The owner's opens all of it, a contributor's the themes chosen for it."""

import base64
import datetime as dt
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from rubric.model import Rubric, Theme
from webapp import audit
from webapp.assessment.rubrics import rubric_of
from webapp.models import Assessment, Contributor, Link, now

TOKEN_BYTES = 24
MOST_CONTRIBUTORS = 50
"""For one assessment: more than any region asks, and few enough to read on a page."""
ROLES = ("government", "business", "academia", "civil-society")

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}", re.ASCII)

End = Literal["renewed", "withdrawn"]


class NoSuchLink(Exception):
    """Nobody was ever given this link here."""


class LinkEnded(Exception):
    """The link worked once. `end`: `renewed`, `withdrawn`, `deleted` or `expired`; `at`: since when."""

    def __init__(self, end: str, at: dt.datetime | None) -> None:
        super().__init__(end)
        self.end = end
        self.at = at


class NotForThisLink(Exception):
    """A contributor's link, `token`, was used for something that only the owner or another contributor may do."""

    def __init__(self, token: str) -> None:
        super().__init__("not for this link")
        self.token = token


@dataclass(frozen=True)
class Invitation:
    """Whom the owner asks to answer the themes with these ids, and until when (None: until withdrawn)."""

    name: str
    role: str
    themes: tuple[str, ...]
    until: dt.datetime | None


@dataclass(frozen=True)
class Visit:
    """Somebody who came with a link, which works `until` then. `contributor` is None for the owner."""

    token: str
    assessment: Assessment
    rubric: Rubric
    contributor: Contributor | None
    until: dt.datetime | None = None

    @property
    def themes(self) -> tuple[Theme, ...]:
        """The themes that this link is for, in rubric order."""
        return themes_of(self.contributor, self.rubric) if self.contributor else self.rubric.themes

    def allows(self, theme: str) -> bool:
        """Whether this link is for the theme with this id."""
        return self.contributor is None or theme in self.contributor.themes

    def require_owner(self) -> None:
        """Raises NotForThisLink for a contributor."""
        if self.contributor:
            raise NotForThisLink(self.token)


def themes_of(contributor: Contributor, rubric: Rubric) -> tuple[Theme, ...]:
    """The themes that a contributor was asked to answer, in rubric order."""
    return tuple(theme for theme in rubric.themes if theme.id in contributor.themes)


def in_days(days: int) -> dt.datetime | None:
    """When a link made now stops to work; None for 0 days, where only the owner can end it."""
    return now() + dt.timedelta(days=days) if days else None


def make(session: Session, assessment: Assessment) -> str:
    """Makes the owner's link and gives back its secret, which is stored nowhere."""
    token = fresh_token()
    session.add(Link(token_hash=_hash(token), assessment=assessment))
    return token


def fresh_token() -> str:
    """A secret that nobody can guess: 192 random bits."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def visit(session: Session, token: str, lock: bool = False) -> Visit:
    """Whom a link lets in, and to what; with `lock`, nobody else changes the assessment until the transaction ends.

    Raises NoSuchLink and LinkEnded.
    """
    wanted = Link.token_hash == _hash(token)
    query = select(Link, Assessment, Contributor).join(Link.assessment).outerjoin(Link.contributor).where(wanted)
    found = session.execute(query.with_for_update(of=Assessment) if lock else query).one_or_none()
    if lock and found:
        session.refresh(found.Link)  # it may have ended while this transaction waited for another
    link = found.Link if found else session.scalar(select(Link).where(wanted))
    if link is None:
        raise NoSuchLink
    if found is None or link.ended:
        raise LinkEnded(link.ended or "deleted", link.ended_at)
    if link.expires_at and link.expires_at <= now():
        raise LinkEnded("expired", link.expires_at)
    rubric = rubric_of(session, found.Assessment.rubric_digest)
    return Visit(token, found.Assessment, rubric, found.Contributor, link.expires_at)


def owner_visit(session: Session, token: str, lock: bool = False) -> Visit:
    """The same for pages of the owner alone. Raises NotForThisLink for a contributor."""
    found = visit(session, token, lock)
    found.require_owner()
    return found


def renew(session: Session, assessment: Assessment) -> str:
    """Ends the owner's link, and contributors' that could be worked out from it; gives back the secret of a new one."""
    _end(session, "renewed", Link.assessment_id == assessment.id)
    return make(session, assessment)


def replace(session: Session, token: str, new: str, colleagues_too: bool) -> None:
    """Ends the owner's link `token` in favour of `new`, a fresh token; said twice, nothing more happens.

    Whoever held the old one can still work out contributors' links made from it; with `colleagues_too` these end too.
    Raises ValueError where `new` is no token or in use, and what `visit` raises.
    """
    try:
        assessment = owner_visit(session, token, lock=True).assessment
    except LinkEnded:
        if _follows(session, new, token):
            return
        raise
    if not _TOKEN.fullmatch(new) or session.get(Link, _hash(new)) is not None:
        raise ValueError("not a fresh token")
    whose = () if colleagues_too else (Link.contributor_id.is_(None),)
    _end(session, "renewed", Link.assessment_id == assessment.id, *whose)
    session.add(Link(token_hash=_hash(new), assessment=assessment))
    subject = audit.assessment(assessment)
    audit.record(session, audit.REGION, "link-renewed", subject, colleagues_too=colleagues_too)


def _follows(session: Session, new: str, old: str) -> bool:
    """Whether one link, which works, was made in place of another."""
    first, second = session.get(Link, _hash(old)), session.get(Link, _hash(new))
    if first is None or second is None:
        return False
    return first.assessment_id == second.assessment_id and first.ended == "renewed" and not second.ended


def _end(session: Session, end: End, *which: ColumnElement[bool]) -> None:
    session.execute(update(Link).where(*which, Link.ended.is_(None)).values(ended=end, ended_at=now()))


def invite(session: Session, owner: Visit, invitation: Invitation) -> Contributor:
    """Makes a contributor with a link of their own. Raises ValueError where there are as many as there may be."""
    if len(owner.assessment.contributors) >= MOST_CONTRIBUTORS:
        raise ValueError("no more contributors")
    contributor = Contributor(name=invitation.name, role=invitation.role, themes=list(invitation.themes))
    owner.assessment.contributors.append(contributor)
    session.flush()  # the link is made from the contributor's number
    _make_for(contributor, owner, invitation.until)
    subject = audit.assessment(owner.assessment)
    audit.record(
        session, audit.REGION, "colleague-invited", subject, colleague=contributor.id, themes=contributor.themes
    )
    return contributor


def invite_again(session: Session, owner: Visit, contributor: Contributor, until: dt.datetime | None) -> None:
    """Gives a contributor a new link and ends the one they had."""
    _end(session, "renewed", Link.contributor_id == contributor.id)
    _make_for(contributor, owner, until)
    subject = audit.assessment(owner.assessment)
    audit.record(session, audit.REGION, "colleague-invited-again", subject, colleague=contributor.id)


def _make_for(contributor: Contributor, owner: Visit, until: dt.datetime | None) -> None:
    serial = len(contributor.links) + 1
    token_hash = _hash(_derived(owner.token, contributor, serial))
    link = Link(token_hash=token_hash, assessment=owner.assessment, serial=serial, expires_at=until)
    contributor.links.append(link)


def _derived(owner_token: str, contributor: Contributor, serial: int) -> str:
    # Made from the owner's secret instead of by chance, so that the owner's pages can show it again though it is
    # stored nowhere. Nobody can work back from it to the owner's (HMAC, RFC 2104).
    made = hmac.digest(owner_token.encode(), f"{contributor.id}:{serial}".encode(), "sha256")
    return base64.urlsafe_b64encode(made[:TOKEN_BYTES]).decode()


def token_of(owner: Visit, contributor: Contributor) -> str | None:
    """The secret of a contributor's link; None where it was made under an earlier link of the owner's."""
    link = contributor.links[-1]
    token = _derived(owner.token, contributor, link.serial)
    return token if _hash(token) == link.token_hash else None


def state(contributor: Contributor) -> str:
    """`works`, or why a contributor's link no longer does."""
    link = contributor.links[-1]
    expired = link.expires_at is not None and link.expires_at <= now()
    return link.ended or ("expired" if expired else "works")


def withdraw(session: Session, contributor: Contributor) -> None:
    """Ends a contributor's link. What they answered stays, with their name."""
    _end(session, "withdrawn", Link.contributor_id == contributor.id)
    subject = audit.assessment(contributor.assessment)
    audit.record(session, audit.REGION, "colleague-withdrawn", subject, colleague=contributor.id)


def forget(session: Session, assessment: Assessment) -> None:
    """Ends every link of an assessment that is about to be deleted, and keeps of them that they once worked."""
    bare = {"assessment_id": None, "contributor_id": None, "ended": "deleted", "ended_at": now()}
    session.execute(update(Link).where(Link.assessment_id == assessment.id).values(bare))


def forget_contributor(session: Session, contributor: Contributor) -> None:
    """Ends every link of a contributor who is about to be deleted, and keeps of them that they once worked."""
    bare = {"assessment_id": None, "contributor_id": None, "ended": "withdrawn", "ended_at": now()}
    session.execute(update(Link).where(Link.contributor_id == contributor.id).values(bare))
    session.expire(contributor, ["links"])
