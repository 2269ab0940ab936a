"""Browsers that have signed in to an account: which of them still are, and which have been in it before.

A session is a row: ending it makes every copy of its cookie worthless. Besides, a browser keeps a signed note of the
accounts that it has been in, which outlives the session: see webapp.accounts.limits for what that is good for.
"""

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from flask import Response, after_this_request, current_app, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from webapp.current import database
from webapp.models import SignedIn, User, now

_KEY = "browser"
"""What the secret of a session is called in its cookie."""
COOKIE, PATH = "known-browser", "/admin"
SIGNED_IN_FOR = dt.timedelta(hours=12)
"""However often a session is used."""
KNOWN_FOR = dt.timedelta(days=180)
MOST_KNOWN = 5
"""Accounts that one browser keeps a note of."""
SEEN_EVERY = dt.timedelta(minutes=5)
"""A session that is in use is marked as seen so often, not at every request."""
NAMES = {
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
"""Browsers by what they call themselves; the first that is found counts, as each also claims to be others."""
SYSTEMS = {
    "iPhone": "iOS",
    "iPad": "iPadOS",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@dataclass(frozen=True)
class Browser:
    """One session, as its owner sees it: `mark` names it, `name` is "" where the browser says nothing of itself."""

    mark: str
    name: str
    made_at: dt.datetime
    seen_at: dt.datetime
    this: bool


def sign_in(user: User) -> None:
    """Begins a session of an account in this browser; another one that it may have had there ends."""
    end_this()
    key = session[_KEY] = secrets.token_urlsafe(24)
    agent = request.headers.get("User-Agent", "")
    with database().writing() as writing:
        over = SignedIn.made_at <= now() - SIGNED_IN_FOR
        writing.execute(delete(SignedIn).where(SignedIn.account_id == user.id, over))
        writing.add(SignedIn(key_hash=_hash(key), account_id=user.id, browser=name_of(agent)))
        writing.execute(update(User).where(User.id == user.id).values(seen_at=now()))
    remember(user.email)


def is_signed_in(user: User) -> bool:
    """Whether this browser has a session of an account that nobody has ended; it is marked as seen."""
    here = _here()
    with database().reading() as reading:
        row = reading.get(SignedIn, here) if here else None
        mine = row and row.account_id == user.id and row.made_at > now() - SIGNED_IN_FOR
        seen_at = row.seen_at if row and mine else None
    if seen_at is None:
        return False
    if now() - seen_at >= SEEN_EVERY:
        with database().writing() as writing:
            writing.execute(update(SignedIn).where(SignedIn.key_hash == here).values(seen_at=now()))
            writing.execute(update(User).where(User.id == user.id).values(seen_at=now()))
    return True


def end_this() -> None:
    """Ends the session of this browser, if it has one."""
    here = _here()
    session.pop(_KEY, None)
    if here:
        with database().writing() as writing:
            writing.execute(delete(SignedIn).where(SignedIn.key_hash == here))


def of(reading: Session, account_id: int) -> tuple[Browser, ...]:
    """All sessions of an account, the one that was seen last first."""
    query = select(SignedIn).where(SignedIn.account_id == account_id, SignedIn.made_at > now() - SIGNED_IN_FOR)
    rows = reading.scalars(query.order_by(SignedIn.seen_at.desc(), SignedIn.made_at.desc(), SignedIn.key_hash))
    here = _here()
    return tuple(Browser(row.key_hash, row.browser, row.made_at, row.seen_at, row.key_hash == here) for row in rows)


def end(writing: Session, account_id: int, mark: str) -> int:
    """Ends one session of an account, by its mark; 0 where there is none such."""
    return _end(writing, SignedIn.account_id == account_id, SignedIn.key_hash == mark)


def end_others(writing: Session, account_id: int) -> int:
    """Ends all sessions of an account but the one in this browser, where there is one; how many."""
    return _end(writing, SignedIn.account_id == account_id, SignedIn.key_hash != _here())


def _end(writing: Session, *conditions: ColumnElement[bool]) -> int:
    return len(writing.scalars(delete(SignedIn).where(*conditions).returning(SignedIn.account_id)).all())


def end_all(writing: Session, account_id: int) -> None:
    """Ends all sessions of an account."""
    writing.execute(delete(SignedIn).where(SignedIn.account_id == account_id))


def remember(email: str) -> None:
    """Notes in this browser that it has been in the account with this address."""
    noted = dict(_noted())
    noted.pop(_initials(email), None)
    noted[_initials(email)] = secrets.token_urlsafe(12)
    value = _signer().dumps(dict(tuple(noted.items())[-MOST_KNOWN:]))

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            COOKIE, value, KNOWN_FOR, path=PATH, secure=request.is_secure, httponly=True, samesite="Lax"
        )
        return response


def known(email: str) -> str | None:
    """What tells this browser from others that have been in the account with this address; None where it has not."""
    return _noted().get(_initials(email))


def name_of(agent: str) -> str:
    """The browser and the system that a User-Agent header names, "" where it names neither that is known."""
    browser = next((name for part, name in NAMES.items() if f"{part}/" in agent), "")
    system = next((name for part, name in SYSTEMS.items() if part in agent), "")
    return f"{browser} ({system})" if browser and system else browser or system


def _noted() -> Mapping[str, str]:
    try:
        noted: dict[str, str] = _signer().loads(request.cookies.get(COOKIE, ""), max_age=int(KNOWN_FOR.total_seconds()))
    except BadData:
        return {}
    return noted


def _initials(email: str) -> str:
    """Stands for an address in the note, which tells whoever finds it no name."""
    secret = str(current_app.secret_key).encode()
    return hmac.new(secret, email.strip().casefold().encode(), "sha256").hexdigest()[:16]


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=COOKIE)


def _here() -> str:
    key = session.get(_KEY)
    return _hash(key) if isinstance(key, str) else ""


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
