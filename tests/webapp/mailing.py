"""How tests let the application send e-mail: by a mail server of their own, from an address that is made up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from flask.testing import FlaskClient

from tests.webapp.report.making import in_this_process
from webapp import current
from webapp.app import create_app
from webapp.config import Settings
from webapp.report.background import background

SENDER, SITE = "octant@example.org", "https://octant.example.org/cluster"
SUBJECT = "Your link to a self-assessment of cluster policy"


def mailing(settings: Settings, server: str) -> Settings:
    """The same settings with a mail server, by its address."""
    given = {"OCTANT_SMTP_URL": server, "OCTANT_MAIL_FROM": SENDER, "OCTANT_SITE_URL": SITE + "/"}
    return replace(settings, mail=Settings.from_environment(given).mail)


@contextmanager
def mailing_app(settings: Settings, server: str) -> Iterator[FlaskClient]:
    """A visitor of an application on the same data that sends e-mail by a server."""
    app = create_app(mailing(settings, server), in_this_process)
    yield app.test_client()
    with app.app_context():
        background().close()
        current.database().close()
