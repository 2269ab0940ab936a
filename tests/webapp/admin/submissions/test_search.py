"""Words find the same submissions on both databases, contacts only for whoever may see them, and no text is a query."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.admin.review.reviewing import reviewer
from tests.webapp.admin.submissions.listing import add, whole
from tests.webapp.admin.transfer.answers_files import RUBRIC
from webapp import listing
from webapp.database import Database
from webapp.models import Assessment

FIRST, SECOND = (question.id for question in RUBRIC.questions[:2])


@pytest.fixture
def regions(database: Database) -> dict[int, str]:
    """Submissions by their ids, with what they are called here."""
    return {
        add(
            database,
            contact="joao.silva@evora.example.org",
            region="Made-up region Évora",
            country="PT",
            notes={FIRST: "Adopted in 2019, with the port of Łódź and Straße 7; 100% of firms."},
        ): "evora",
        add(
            database,
            region="Made-up region Ærø",
            country="DK",
            notes={SECOND: "Hafenstrategie für Ostsee"},
            references={SECOND: "Council decision 12/2019"},
        ): "aero",
        add(database, contact="office@other.example.org", region="Made-up region 東京", country="JP"): "tokyo",
    }


FOUND = {
    "evora": "evora",
    "ÉVORA": "evora",
    "évo": "evora",
    "vora": "",
    "lodz strasse": "evora",
    "aero": "aero",
    "ærø": "aero",
    "region made": "evora aero tokyo",
    "portugal": "evora",
    "pt": "evora",
    "denm": "aero",
    "東": "tokyo",
    "2019": "evora aero",
    "2019 decision": "aero",
    "hafen ostsee": "aero",
    "hafen lodz": "",
    "12/2019": "aero",
    "100%": "evora",
    "joao": "evora",
    "joao.silva@evora.example.org": "evora",
    "office@other": "tokyo",
    "example.org": "evora tokyo",
    "nothing-such": "",
    "evora OR aero": "",
    "evora | aero": "",
    "evora NOT lodz": "",
    '"evora" AND aero*': "",
    "words:evora": "",
    "NEAR(evora lodz)": "",
    "evora:*": "evora",
    "'evora' <-> 'pt'": "evora",
    "evora'); DROP TABLE search; --": "",
    "\\": None,
    "@": None,
    "_": None,
}


def test_words_find_the_same_everywhere(administrator: FlaskClient, regions: dict[int, str]) -> None:
    for typed, expected in FOUND.items():
        answer = administrator.get("/admin/", query_string={"search": typed})
        if expected is None:
            assert answer.status_code == 422, typed
        else:
            found = {regions[number] for number in whole(administrator, "", first=answer.request.full_path)}
            assert found == set(expected.split()), typed


def test_a_contact_is_found_by_whoever_may_see_it(app: Flask, database: Database, regions: dict[int, str]) -> None:
    viewer = reviewer(app, database, "viewer@example.org", "viewer")
    own = reviewer(app, database, "reviewer@example.org")
    for typed in ("joao", "joao.silva@evora.example.org", "office"):
        assert whole(viewer, f"search={typed}") == []
        assert len(whole(own, f"search={typed}")) == 1
    assert len(whole(viewer, "search=evora")) == 1
    assert "contact" not in viewer.get("/admin/").text.partition('id="search-hint"')[2].partition("</p>")[0]


def test_what_was_erased_is_not_found(administrator: FlaskClient, database: Database, regions: dict[int, str]) -> None:
    with database.writing() as session:
        assessment = session.get_one(Assessment, 1)
        assessment.contact = None
        listing.refresh(session, assessment)
    assert whole(administrator, "search=joao") == []
    with database.writing() as session:
        session.delete(session.get_one(Assessment, 1))
    assert whole(administrator, "search=evora") == []
    assert len(whole(administrator, "search=made-up")) == 2
