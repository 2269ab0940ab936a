"""Tells people by e-mail what became of an assessment, or says why it could not, so that somebody else tells them."""

from typing import Literal

from sqlalchemy.orm import Session

from webapp import mail

Fate = Literal["mailed", "not-mailed", "lately", "no-mail", "no-address"]
"""What becomes of a notice. `lately`: the address or the site has had its share for now."""


def plan(session: Session, to: str | None) -> Fate:
    """What may become of a notice to an address; counted as sent if it may be, together with what it tells of."""
    if to is None:
        return "no-address"
    if not mail.configured():
        return "no-mail"
    return "mailed" if mail.may_send(session, to) else "lately"


def carry_out(planned: Fate, to: str | None, template: str, path: str = "/") -> Fate:
    """Sends what was planned, once what it tells of is committed. `template` quotes nothing that anybody typed."""
    if planned != "mailed" or to is None:
        return planned
    try:
        mail.send(to, template, path)
    except mail.NotSent:
        return "not-mailed"
    return planned
