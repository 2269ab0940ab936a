"""Several submissions are assigned or exported at once: those that were seen, and no others."""

import csv
import io
import json
import re
from zipfile import ZipFile

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from tests.webapp.accounts.signing_in import csrf_token
from tests.webapp.admin.review.reviewing import reviewer
from tests.webapp.admin.submissions.listing import account_id, rows, whole
from webapp import demo
from webapp.admin.submissions import assigning
from webapp.database import Database
from webapp.models import Assessment, AuditEntry

ANNA = "anna@example.org"


@pytest.fixture
def anna(app: Flask, database: Database) -> FlaskClient:
    """A reviewer, and a dozen made-up submissions to review."""
    list(demo.fill(database, 12))
    return reviewer(app, database, ANNA)


def press(client: FlaskClient, address: str, to: int | str, page: str = "") -> TestResponse:
    """Presses the button of the page that asks whom to assign to."""
    page = page or client.get(address).text
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    assert mark
    return client.post(address, data={"csrf_token": csrf_token(page), "mark": mark[1], "reviewer": str(to)})


def test_all_that_fit_go_to_a_reviewer(anna: FlaskClient, database: Database) -> None:
    to = account_id(database, ANNA)
    accepted = whole(anna, "status=accepted")
    own = {row.assessment_id for row in rows(database) if row.submission_id in accepted}
    page = anna.get("/admin/assign?status=accepted").text
    assert page.count(f"Assign {len(accepted)} submissions") >= 3
    answer = press(anna, "/admin/assign?status=accepted", to)
    assert (answer.status_code, answer.location) == (303, f"/admin/?status=accepted&assigned={len(own)}")
    assert f"{len(own)} assessments were assigned." in anna.get(answer.location).text
    assert {row.assessment_id for row in rows(database) if row.reviewer_id == to} == own
    with database.reading() as session:
        assessments = {f"assessment-{each.id}": each for each in session.scalars(select(Assessment)) if each.id in own}
        entries = session.scalars(select(AuditEntry).where(AuditEntry.action == "reviewer-assigned")).all()
        assert {entry.subject for entry in entries} == set(assessments)
        for entry in entries:
            assessment, details = assessments[entry.subject], json.loads(entry.details)
            numbers = [submission.number for submission in assessment.submissions]
            assert details["to"] == entry.actor
            assert (details["revision"], details["number"]) == (assessment.revision, max(numbers))
    (first, *_) = accepted
    assert re.search(
        r"Assigned the review</b>\s*<span class=\"beside\">to <bdi>anna", anna.get(f"/admin/submissions/{first}").text
    )
    press(anna, "/admin/assign?status=accepted", to)
    with database.reading() as session:
        again = session.scalars(select(AuditEntry).where(AuditEntry.action == "reviewer-assigned")).all()
    assert len(again) == len(entries)  # nothing changed, nothing is told
    assert press(anna, "/admin/assign?status=accepted", 0).status_code == 303
    assert all(row.reviewer_id == 0 for row in rows(database))


def test_it_is_said_how_many_change_hands_or_are_done(anna: FlaskClient, database: Database) -> None:
    page = anna.get("/admin/assign?status=accepted").text
    assert "assigned to somebody now" not in page
    press(anna, "/admin/assign?status=accepted", account_id(database, ANNA))
    own = {row.assessment_id for row in rows(database) if row.reviewer_id}
    page = anna.get("/admin/assign").text
    assert f"{len(own)} are assigned to somebody now." in page
    with database.reading() as session:
        closed = [a for a in session.scalars(select(Assessment)) if a.status in ("accepted", "withdrawn")]
    assert f"{len(closed)} are accepted or withdrawn." in page


def test_ticked_ones_are_assigned_or_exported(anna: FlaskClient, database: Database) -> None:
    some = whole(anna, "")[2:5]
    ticked = "&".join(f"id={number}" for number in some)
    to_assign = anna.get(f"/admin/chosen?sort=oldest&do=assign&{ticked}").location
    assert "Assign 3 submissions" in anna.get(to_assign).text
    assert press(anna, to_assign, account_id(database, ANNA)).location.startswith("/admin/?sort=oldest&assigned=")
    to_export = anna.get(f"/admin/chosen?do=export&{ticked}").location
    assert exported(anna, to_export) == some
    to_compare = anna.get(f"/admin/chosen?do=compare&status=accepted&{ticked}").location
    assert to_compare == f"/admin/comparison?{ticked.replace('id=', 'of=')}"
    nothing = anna.get("/admin/chosen?do=assign&status=accepted")
    assert nothing.status_code == 422 and "No submission is ticked." in nothing.text
    assert "status: accepted" in nothing.text
    for wrong in ("do=assign&id=x", "do=assign&id=0", "do=nonsense&id=1", "id=1"):
        assert anna.get(f"/admin/chosen?{wrong}").status_code == 404


def exported(client: FlaskClient, address: str) -> list[int]:
    """The submissions in the file that a page offers."""
    page = client.get(address).text
    mark = re.search(r'name="mark" value="([^"]+)"', page)
    assert mark
    answer = client.post(address, data={"csrf_token": csrf_token(page), "mark": mark[1], "format": "csv"})
    with ZipFile(io.BytesIO(answer.data)) as archive:
        text = archive.read("submissions.csv").decode("utf-8-sig")
    answer.close()
    return [int(row["submission"]) for row in csv.DictReader(io.StringIO(text, newline=""))]


def test_an_export_has_what_the_list_shows(anna: FlaskClient) -> None:
    for query in ("search=made-up", "latest=yes&verdict=none", "theme=skills&quarter=1", "quarter=2&sort=high"):
        way = re.search(r'href="(/admin/export/[^"]*)"', anna.get(f"/admin/?{query}").text)
        assert way
        found = exported(anna, way[1].replace("&amp;", "&"))
        assert found and set(found) == set(whole(anna, query)), query


def test_what_has_changed_meanwhile_is_counted_anew(anna: FlaskClient, database: Database) -> None:
    page = anna.get("/admin/assign?search=made-up").text
    assert "Assign 12 submissions" in page
    list(demo.fill(database, 14))
    answer = press(anna, "/admin/assign?search=made-up", account_id(database, ANNA), page)
    assert answer.status_code == 409
    assert "Assign 14 submissions" in answer.text and "nothing was assigned" in answer.text
    assert " selected>anna@example.org" in answer.text
    assert all(row.reviewer_id == 0 for row in rows(database))
    again = press(anna, "/admin/assign?search=made-up", account_id(database, ANNA), answer.text)
    assert again.status_code == 303
    assert all(row.reviewer_id for row in rows(database))


def test_what_cannot_be_assigned_is_said(
    app: Flask, anna: FlaskClient, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    viewer = reviewer(app, database, "viewer@example.org", "viewer")
    assert viewer.get("/admin/assign?status=accepted").status_code == 403
    assert "Assign" not in viewer.get("/admin/").text
    for wrong in ("", "x", account_id(database, "viewer@example.org")):
        answer = press(anna, "/admin/assign?status=accepted", wrong)
        assert answer.status_code == 422 and "Please choose an account from the list." in answer.text
    assert anna.get("/admin/assign?status=nonsense").status_code == 422
    assert anna.get("/admin/assign?id=x").status_code == 404
    assert "No submission fits" in anna.get("/admin/assign?country=JP").text
    monkeypatch.setattr(assigning, "MOST", 11)
    many = anna.get("/admin/assign").text
    assert "more than 11 submissions" in many and "csrf" not in many.partition("<main")[2]
