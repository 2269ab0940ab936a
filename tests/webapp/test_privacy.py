"""What regions are told about their data follows from the settings, and so does what administrators are reminded of."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from flask.testing import FlaskClient

from rubric.problems import InputError
from tests.webapp.accounts.signing_in import EMAIL, PASSWORD, sign_in
from tests.webapp.assessment.starting import words
from tests.webapp.report.making import in_this_process
from webapp import audit, current
from webapp.accounts import creating
from webapp.app import create_app
from webapp.config import PERIODS, Controller, Retention, Settings
from webapp.report.background import background

pytestmark = pytest.mark.one_database

NAME = "Made-up Agency <b>& Sons</b>, 1 Example Street"


@contextmanager
def visitor(settings: Settings) -> Iterator[FlaskClient]:
    """A visitor of an application with these settings, which has an administrator."""
    app = create_app(settings, in_this_process)
    with app.app_context(), current.database().writing() as session:
        creating.create(session, EMAIL, PASSWORD, "administrator", audit.COMMAND_LINE)
    yield app.test_client()
    with app.app_context():
        background().close()
        current.database().close()


def told(settings: Settings) -> str:
    with visitor(settings) as client:
        answer = client.get("/privacy")
        assert "Set-Cookie" not in answer.headers
        return " ".join(words(answer.text).split())


def test_an_installation_that_names_nobody_says_so(client: FlaskClient) -> None:
    page = words(client.get("/privacy").text)
    assert "This installation has not named who is responsible for personal data." in page
    assert page.count("until it is deleted by hand: no period is set") == 4
    assert "sets no cookie" in page
    assert "No other party" in page


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("privacy@example.org", 'href="mailto:privacy%40example.org"'),
        ("https://example.org/privacy", 'href="https://example.org/privacy"'),
        ("https://user@example.org/privacy", 'href="https://user@example.org/privacy"'),
    ],
)
def test_who_is_responsible_is_named(settings: Settings, address: str, link: str) -> None:
    with visitor(replace(settings, controller=Controller(NAME, address))) as client:
        page = client.get("/privacy").text
    assert "<bdi>Made-up Agency &lt;b&gt;&amp; Sons&lt;/b&gt;, 1 Example Street</bdi>" in page
    assert link in page
    assert "has not named" not in page


def test_a_name_without_an_address_says_whom_to_ask(settings: Settings) -> None:
    assert "To reach them, ask whoever gave you the address" in told(replace(settings, controller=Controller(NAME)))


def test_periods_are_told_in_words(settings: Settings) -> None:
    page = told(replace(settings, retention=Retention(drafts=90, contacts=365, submissions=1825, sessions=1)))
    for said in (
        "<b>90 days</b> after the last change",
        "<b>one year</b> after the last submission or change",
        "<b>5 years</b> after the last submission or change",
        "<b>one day</b> after they were last used",
    ):
        assert said in page
    assert "no period is set" not in page


def test_administrators_are_reminded_to_name_somebody(settings: Settings) -> None:
    with visitor(settings) as client:
        sign_in(client)
        assert "OCTANT_CONTROLLER" in client.get("/admin/").text
        assert "OCTANT_CONTROLLER" not in client.get("/admin/retention").text
    named = replace(settings, controller=Controller(NAME, "privacy@example.org"))
    app = create_app(named, in_this_process)
    client = app.test_client()
    sign_in(client)
    assert "OCTANT_CONTROLLER" not in client.get("/admin/").text
    with app.app_context():
        background().close()
        current.database().close()


def test_settings_are_read() -> None:
    given = {name: str(number) for number, name in enumerate(PERIODS.values(), start=1)}
    given |= {"OCTANT_CONTROLLER": f" {NAME} ", "OCTANT_PRIVACY_CONTACT": "privacy@example.org"}
    settings = Settings.from_environment(given)
    assert settings.retention == Retention(drafts=1, contacts=2, submissions=3, sessions=4)
    assert settings.controller == Controller(NAME, "privacy@example.org")
    empty = Settings.from_environment(dict.fromkeys(given, " "))
    assert (empty.retention, empty.controller) == (Retention(), Controller())


@pytest.mark.parametrize("value", ["0", "-1", "36501", "1.5", "a year", "٣", "1e3", "999999999999"])
def test_periods_that_are_none_are_told(value: str) -> None:
    with pytest.raises(InputError) as caught:
        Settings.from_environment({"OCTANT_KEEP_DRAFTS_DAYS": value})
    (problem,) = caught.value.problems
    assert str(problem).endswith("expected a number of days from 1 to 36500, or nothing: keep")


@pytest.mark.parametrize("value", ["nobody", "javascript:alert(1)", "ftp://example.org", "a@b@c", "https://"])
def test_addresses_that_are_none_are_told(value: str) -> None:
    with pytest.raises(InputError, match="OCTANT_PRIVACY_CONTACT"):
        Settings.from_environment({"OCTANT_PRIVACY_CONTACT": value})


def test_all_settings_that_are_wrong_are_told_at_once() -> None:
    wrong = dict.fromkeys(PERIODS.values(), "x") | {"OCTANT_PRIVACY_CONTACT": "x", "OCTANT_CONTROLLER": "a\nb"}
    wrong |= {"OCTANT_DATABASE_URL": "mysql://x", "OCTANT_MAIL_FROM": "x"}
    with pytest.raises(InputError) as caught:
        Settings.from_environment(wrong)
    assert {problem.where for problem in caught.value.problems} == {*wrong, "OCTANT_SMTP_URL", "OCTANT_SITE_URL"}
