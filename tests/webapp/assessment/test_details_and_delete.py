"""Whose assessment it is can be changed, and a draft deleted with everything in it."""

import json

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.webapp.assessment.acting import as_sent, invite
from tests.webapp.assessment.starting import DECLARED, RUBRIC, SKILLS, dump, start, words
from webapp.database import Database
from webapp.models import Assessment, Link, Submission

OF_AN_ASSESSMENT = ("assessments", "contacts", "answers", "priorities", "ratings", "contributors")
BARE = {"token_hash", "serial", "made_at", "ended", "ended_at"}
"""All that is kept of a link: the fingerprint, that it worked once, and when."""


def described(database: Database) -> tuple[str, str | None, str | None]:
    with database.reading() as session:
        assessment = session.scalars(select(Assessment)).one()
        contact = assessment.contact
        return assessment.region, assessment.country, contact.email if contact else None


def filled(link: Link) -> set[str]:
    return {name for name in Link.__table__.columns.keys() if getattr(link, name) is not None}  # noqa: SIM118


def test_details_are_changed_and_cleared(client: FlaskClient, link: str, database: Database) -> None:
    for region, country, contact in (
        ("Made-up Åland", "FI", "first@example.org"),
        ("Made-up Åland", "SE", "second@example.org"),
        ("Made-up region", "", ""),
        ("Made-up region", "PT", "third@example.org"),
    ):
        answer = client.post(link + "details", data={"region": f" {region} ", "country": country, "contact": contact})
        assert (answer.status_code, answer.location) == (303, link)
        assert described(database) == (region, country or None, contact or None)
        page = client.get(link + "details").text
        assert as_sent(page) == {"region": region, "contact": contact}
        assert (f'<option value="{country}" selected>' in page) == bool(country)
        assert region in words(client.get(link).text)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"region": " "}, "Please enter the name of your region."),
        ({"country": "ZZ"}, "Please choose a country from the list."),
        ({"contact": "nobody"}, "Please enter an e-mail address"),
        ({"contact": "a@example.org\r\nBcc: b@example.org"}, "Please enter an e-mail address"),
    ],
)
def test_wrong_details_change_nothing(
    client: FlaskClient, link: str, database: Database, wrong: dict[str, str], told: str
) -> None:
    before = dump(database)
    right = {"region": "Changed", "country": "PT", "contact": "changed@example.org"}
    answer = client.post(link + "details", data=right | wrong)
    assert answer.status_code == 422
    assert "<title>Error: " in answer.text
    assert told in answer.text
    assert dump(database) == before


def test_a_submission_keeps_the_name_that_it_was_made_with(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data={SKILLS[0]: "3"})
    client.post(link + "check", data=DECLARED)
    client.post(link + "details", data={"region": "Made-up Åland"})
    with database.reading() as session:
        content = json.loads(session.scalars(select(Submission.answers)).one())
    assert content["region"] == "Made-up region Aldermoor"
    assert "You changed something since" in words(client.get(link).text)


def test_a_deleted_draft_leaves_only_fingerprints_of_links_and_the_log(client: FlaskClient, database: Database) -> None:
    start(client)
    kept = dump(database)
    link = client.post("/start", data={"region": "Made-up Åland", "contact": "a@example.org"}).location
    theirs = invite(client, link)
    client.post(theirs + "skills", data={SKILLS[0]: "3", "priority-skills": "3"})
    client.post(link + "vignettes", data={RUBRIC.vignettes[0].id: "1"})
    full = dump(database)
    assert {table: len(full[table]) - len(kept[table]) for table in OF_AN_ASSESSMENT} == dict.fromkeys(
        OF_AN_ASSESSMENT, 1
    )
    assert "Delete this draft?" in client.get(link + "delete").text

    answer = client.post(link + "delete")
    assert answer.status_code == 200
    assert "The draft of “Made-up Åland” and everything in it is gone." in words(answer.text)
    after = dump(database)
    grown = ("audit", "links")
    assert {table: rows for table, rows in after.items() if table not in grown} == {
        table: rows for table, rows in kept.items() if table not in grown
    }
    assert not any(said in str(after["audit"]) for said in ("Åland", "a@example.org", "Ada"))
    assert len(after["links"]) == 3
    with database.reading() as session:
        told = [filled(link) for link in session.scalars(select(Link).where(Link.ended == "deleted"))]
    assert sorted(told, key=len) == [BARE, BARE | {"expires_at"}]


def test_what_was_submitted_is_not_deleted(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data={SKILLS[0]: "3"})
    client.post(link + "check", data=DECLARED)
    before = dump(database)
    assert f'href="{link}delete"' not in client.get(link).text
    page = client.get(client.post(link + "delete").location).text
    assert "This assessment was submitted" in page
    assert "Delete everything" not in page
    assert dump(database) == before
