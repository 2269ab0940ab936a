"""Starting an assessment."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.webapp.assessment.starting import dump, start, words
from webapp.database import Database
from webapp.models import Assessment


def test_a_link_leads_to_the_new_assessment(client: FlaskClient) -> None:
    answer = client.post("/start", data={"region": "  Made-up Åland ", "country": "FI", "contact": "a@example.org"})
    assert answer.status_code == 303
    page = client.get(answer.location)
    assert page.status_code == 200
    assert "Made-up Åland" in page.text
    assert f"http://localhost{answer.location}" in page.text


def test_what_was_given_is_kept(client: FlaskClient, database: Database) -> None:
    client.post("/start", data={"region": " Made-up Åland ", "country": "FI", "contact": "a@example.org"})
    with database.reading() as session:
        assessment = session.scalars(select(Assessment)).one()
        assert (assessment.region, assessment.country) == ("Made-up Åland", "FI")
        assert assessment.contact
        assert assessment.contact.email == "a@example.org"


def test_country_and_contact_may_be_left_out(client: FlaskClient, database: Database) -> None:
    start(client)
    with database.reading() as session:
        assessment = session.scalars(select(Assessment)).one()
        assert (assessment.country, assessment.contact) == (None, None)


def test_the_secret_of_the_link_is_stored_nowhere(client: FlaskClient, database: Database) -> None:
    token = start(client).split("/")[2]
    assert len(token) >= 32
    assert token not in str(dump(database))


def test_two_assessments_have_links_of_their_own(client: FlaskClient) -> None:
    assert start(client) != start(client)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("region", "   ", "Please enter the name of your region."),
        ("region", "x" * 121, "Please use at most 120 characters."),
        ("region", "one\x00two", "has a character in it that cannot be kept"),
        ("region", "one\ntwo", "has a character in it that cannot be kept"),
        ("region", "one\u2028two", "has a character in it that cannot be kept"),
        ("region", "one\u2029two", "has a character in it that cannot be kept"),
        ("country", "ZZ", "Please choose a country from the list."),
        ("contact", "nobody", "Please enter an e-mail address"),
        ("contact", "a" * 250 + "@example.org", "Please use at most 254 characters."),
    ],
)
def test_wrong_input_comes_back_with_what_was_typed(
    client: FlaskClient, database: Database, field: str, value: str, message: str
) -> None:
    given = {"region": "Made-up Åland", "country": "FI", "contact": "a@example.org", field: value}
    answer = client.post("/start", data=given)
    page = words(answer.text)
    assert answer.status_code == 422
    assert message in page
    assert f'href="#{field}"' in page
    assert page.index("<title>Error: ") > 0
    assert 'value="FI" selected' in page or field == "country"
    assert 'value="a@example.org"' in page or field == "contact"
    assert not dump(database)["assessments"]


def test_the_page_shows_nothing_of_what_was_typed_as_markup(client: FlaskClient) -> None:
    page = client.get(start(client, "<script>alert(1)</script>")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_the_first_visitors_may_come_together(app: Flask, database: Database) -> None:
    together = Barrier(4)

    def begin(_: int) -> int:
        together.wait()
        return app.test_client().post("/start", data={"region": "Made-up region"}).status_code

    with ThreadPoolExecutor(4) as visitors:
        assert list(visitors.map(begin, range(4))) == [303] * 4
    assert len(dump(database)["assessments"]) == 4
