"""E-mail, where a mail server is configured; elsewhere pages say what to copy instead."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import unquote

from flask import render_template

from webapp.config import SMTP_PORTS, Mail
from webapp.current import settings

SECONDS_TO_ANSWER = 10


class NotSent(Exception):
    """The mail server did not take the message. The cause says why; whoever asked is told only that it did not."""


def configured() -> bool:
    """Whether e-mail can be sent at all."""
    return settings().mail is not None


def send_link(to: str, region: str, token: str) -> None:
    """Sends the owner's link of an assessment. Raises NotSent."""
    mail = settings().mail
    if mail is None:
        raise NotSent
    subject, _, text = render_template(
        "assessment/link-mail.txt", region=region, address=f"{mail.site}/a/{token}/"
    ).partition("\n")
    message = EmailMessage()
    message["From"], message["To"] = mail.sender, to
    message["Subject"] = " ".join(subject.split())  # a header is one line, also where Unicode has others
    message["Date"], message["Message-ID"] = formatdate(), make_msgid(domain=mail.sender.rpartition("@")[2])
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text.strip() + "\n")
    try:
        _deliver(mail, message)
    except (OSError, ValueError, smtplib.SMTPException) as error:
        raise NotSent from error


def _deliver(mail: Mail, message: EmailMessage) -> None:
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
        connection.send_message(message)
