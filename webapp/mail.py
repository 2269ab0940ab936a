"""E-mail, where a mail server is configured; elsewhere pages say what to copy instead."""

import datetime as dt
import hashlib
import smtplib
import ssl
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote

from flask import render_template
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from webapp.config import SMTP_PORTS, Mail
from webapp.current import settings
from webapp.models import Mailing, now

SECONDS_TO_ANSWER = 10
BETWEEN_MAILS = dt.timedelta(minutes=5)
"""To the same address."""
A_WHILE = dt.timedelta(hours=1)
MOST_IN_A_WHILE = 60
"""How many messages the whole site sends in that time."""


class NotSent(Exception):
    """The mail server did not take the message. The cause says why; whoever asked is told only that it did not."""


def configured() -> bool:
    """Whether e-mail can be sent at all."""
    return settings().mail is not None


def may_send(session: Session, to: str) -> bool:
    """Whether a message may go to an address now; if so, none may for a while, whoever asks.

    Anybody may begin any number of assessments in another's name: nobody is to be flooded from here.
    """
    at, whom = now(), mailbox(to)
    # What another transaction is deleting is left to it: it may wait in turn for what this one holds.
    old = select(Mailing.id).where(Mailing.at < at - A_WHILE).with_for_update(skip_locked=True)
    session.execute(delete(Mailing).where(Mailing.id.in_(old)).execution_options(synchronize_session=False))
    lately = select(func.count()).select_from(Mailing)
    to_them = session.scalar(lately.where(Mailing.address_hash == whom, Mailing.at > at - BETWEEN_MAILS))
    if to_them or (session.scalar(lately) or 0) >= MOST_IN_A_WHILE:
        return False
    session.add(Mailing(address_hash=whom, at=at))
    return True


def mailbox(address: str) -> str:
    """SHA-256 of the mailbox that an address leads to: in one spelling, and without what follows a plus sign."""
    name, _, domain = unicodedata.normalize("NFKC", address).casefold().rpartition("@")
    return hashlib.sha256(f"{name.partition('+')[0]}@{domain}".encode()).hexdigest()


def send_link(to: str, token: str) -> None:
    """Sends the owner's link of an assessment. Raises NotSent."""
    send(to, "assessment/link-mail.txt", f"/a/{token}/")


def send(to: str, template: str, path: str = "/") -> None:
    """Sends what `template` says: a line with the subject, then the text; its `address` leads to `path` on this site.

    Raises NotSent.
    """
    mail = settings().mail
    if mail is None:
        raise NotSent
    # Nothing that anybody typed stands in it: a stranger could make the site say what they like.
    subject, _, text = render_template(template, address=mail.site + path).partition("\n")
    message = EmailMessage()
    message["From"], message["To"] = mail.sender, to
    message["Subject"] = subject
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=mail.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.strip() + "\n")
    try:
        _deliver(mail, message)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise NotSent from error


def _deliver(mail: Mail, message: EmailMessage) -> None:
    with connected(mail) as connection:
        connection.send_message(message)


@contextmanager
def connected(mail: Mail) -> Iterator[smtplib.SMTP]:
    """The mail server, where we have told who we are. Raises OSError, ValueError, SMTPException."""
    server, context = mail.server, ssl.create_default_context()
    host, port = server.hostname or "", server.port or SMTP_PORTS[server.scheme]
    at_once = server.scheme == "smtps"
    with (
        smtplib.SMTP_SSL(host, port, timeout=SECONDS_TO_ANSWER, context=context)
        if at_once
        else smtplib.SMTP(host, port, timeout=SECONDS_TO_ANSWER)
    ) as connection:
        connection.ehlo_or_helo_if_needed()  # only then it is known what the server can
        if not at_once and (server.username or connection.has_extn("starttls")):
            connection.starttls(context=context)  # a password never goes out in the open
        if server.username:
            connection.login(unquote(server.username), unquote(server.password or ""))
        yield connection
