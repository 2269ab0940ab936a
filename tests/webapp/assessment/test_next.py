"""The next assessment begins with the answers of the one before, and leaves that as it was."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.webapp.assessment.acting import invite
from tests.webapp.assessment.starting import DECLARED, SKILLS, dump, words
from webapp.database import Database
from webapp.models import Answer, Assessment, Contact, Priority, Submission
from webapp.report.wording import day

FIRST, SECOND, THIRD = SKILLS[:3]
SENT = {
    FIRST: "3",
    f"note-{FIRST}": "A note.",
    f"evidence-{FIRST}": "document",
    f"reference-{FIRST}": "Decision 12/2019",
    SECOND: "not-applicable",
    f"reason-{SECOND}": "No such body.",
    f"note-{THIRD}": "Only a note.",
    "priority-skills": "3",
}


@pytest.fixture
def submitted(client: FlaskClient) -> str:
    """The path to an assessment that was submitted, and changed since."""
    sent = {"region": "Made-up Åland", "country": "FI", "contact": "a@example.org"}
    link: str = client.post("/start", data=sent).location
    theirs = invite(client, link)
    client.post(theirs + "skills", data=SENT)
    client.post(link + "check", data=DECLARED)
    client.post(link + "skills", data={FIRST: "0"})
    return link


def test_it_says_all_that_was_submitted(client: FlaskClient, submitted: str, database: Database) -> None:
    new = client.post(submitted + "next").location
    with database.reading() as session:
        old, draft = session.scalars(select(Assessment).order_by(Assessment.id))
        answers = session.scalars(select(Answer).where(Answer.assessment_id == draft.id))
        given = {a.question: (a.answer, a.reason, a.note, a.evidence, a.reference, a.contributor_id) for a in answers}
        assert given == {
            FIRST: ("3", None, "A note.", "document", "Decision 12/2019", None),
            SECOND: ("not-applicable", "No such body.", None, None, None, None),
            THIRD: (None, None, "Only a note.", None, None, None),
        }
        assert session.get_one(Priority, (draft.id, "skills")).priority == 3
        assert session.get_one(Contact, draft.id).email == "a@example.org"
        assert (draft.region, draft.country, draft.submissions) == ("Made-up Åland", "FI", [])
        assert draft.contributors == []
        assert draft.previous == old.submissions[0].digest
    assert new != submitted


def test_each_question_shows_what_was_said_last_time(client: FlaskClient, submitted: str) -> None:
    new = client.post(submitted + "next").location
    client.post(new + "skills", data={FIRST: "4"})
    page = words(client.get(new + "skills").text)
    assert page.count("Last time, on ") == len(SKILLS)
    assert "<b>Reaching most</b>" in page
    check = words(client.get(new + "check").text)
    assert "As it was on " in check
    assert ": Reaching most." in check
    assert "A new draft: it began with the answers of submission 1 of" in words(client.get(new).text)
    assert "Last time" not in client.get(submitted + "skills").text


def test_it_leaves_the_one_before_as_it_was(client: FlaskClient, submitted: str, database: Database) -> None:
    before = dump(database)
    new = client.post(submitted + "next").location
    client.post(new + "skills", data={FIRST: "1"})
    client.post(new + "check", data=DECLARED)
    after = dump(database)
    for table, rows in before.items():
        assert set(map(str, rows)) <= set(map(str, after[table])), table
    with database.reading() as session:
        numbers = session.scalars(select(Submission.number).order_by(Submission.id)).all()
    assert numbers == [1, 1]
    assert client.post(submitted + "skills", data={FIRST: "2"}).status_code == 303


def test_it_can_be_deleted_and_the_one_before_stays(client: FlaskClient, submitted: str) -> None:
    new = client.post(submitted + "next").location
    client.post(new + "delete")
    assert client.get(new).status_code == 410
    assert client.get(submitted + "result").status_code == 200


def test_it_is_begun_only_after_a_question(client: FlaskClient, submitted: str, database: Database) -> None:
    before = dump(database)
    page = client.get(submitted + "next")
    assert "Start the next assessment?" in page.text
    assert "A new draft begins with the answers of submission 1 of" in page.text
    assert f'method="post" action="{submitted}next"' in page.text
    assert dump(database) == before


def test_the_one_before_says_when_the_next_was_begun(client: FlaskClient, submitted: str, database: Database) -> None:
    assert "Begun on " not in client.get(submitted).text
    new = client.post(submitted + "next").location
    with database.reading() as session:
        begun = session.scalars(select(Assessment.started_at).order_by(Assessment.id.desc())).first()
    assert begun
    assert f"Begun on {day(begun, 'en')}" in client.get(submitted).text
    assert "Begun on " not in client.get(new).text


def test_there_is_none_before_anything_was_submitted(client: FlaskClient, link: str, database: Database) -> None:
    client.post(link + "skills", data=SENT)
    before = dump(database)
    answer = client.post(link + "next")
    assert (answer.status_code, answer.location) == (303, link)
    asked = client.get(link + "next")
    assert (asked.status_code, asked.location) == (302, link)
    assert "Start the next assessment" not in client.get(link).text
    assert dump(database) == before
