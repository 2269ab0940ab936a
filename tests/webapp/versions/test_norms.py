"""From thirty accepted regions on an administrator makes norms, and sees beforehand what they would change."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.webapp.admin.review.reviewing import reviewer
from tests.webapp.assessment.starting import dump, words
from tests.webapp.governance.governing import log, send
from tests.webapp.versions.versioning import ACCEPTED, BASE, RUBRIC, continuing, deposited, kept, levels, stored
from webapp.database import Database
from webapp.governance.erasing import erase
from webapp.models import Assessment, Submission

NORMS = f"{BASE}/norms"


def seen(page: str) -> str:
    """What the form says that was looked at."""
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return found[1]


def test_twenty_nine_regions_are_one_too_few(administrator: FlaskClient, database: Database) -> None:
    deposited(database, range(29))
    answer = administrator.get(NORMS)
    assert answer.status_code == 200
    assert "One more region with an accepted submission is needed. Norms take 30; there are 29." in words(answer.text)
    assert 'name="seen"' not in answer.text
    before = dump(database)
    refused = send(administrator, NORMS, confirm="yes", seen="sha256:x")
    assert refused.status_code == 409 and "No version was made" in refused.text
    assert dump(database) == before


def test_with_thirty_norms_are_shown_and_made(app: Flask, administrator: FlaskClient, database: Database) -> None:
    deposited(database, range(30))
    submissions = stored(database)
    page = administrator.get(NORMS, query_string={"all": "yes"})
    text = words(page.text)
    assert "30 regions have an accepted submission, so norms can be made of them: version 2026.1-norms-1." in text
    for question in RUBRIC.questions[:3]:
        mean = sum(int(levels(n)[question.id]) for n in range(30)) / 30
        assert f'{question.name}</th><td class="number">30</td><td class="number">{mean:.2f}</td>' in text
    assert len(re.findall(r'href="/admin/submissions/\d+"><bdi>Made-up region \d+', text)) == 30
    told = re.search(r"Of 30 regions, (\d+) would have another verdict or first country", text)
    assert told
    changed = administrator.get(NORMS).text
    assert len(re.findall(r'href="/admin/submissions/\d+"', changed)) == int(told[1]) > 0

    viewer = reviewer(app, database, "viewer@example.org", "viewer").get(NORMS)
    assert viewer.status_code == 200 and 'name="seen"' not in viewer.text
    assert send(administrator, NORMS, seen=seen(changed)).status_code == 422
    assert set(kept(database)) == {"2026.1"}
    made = send(administrator, NORMS, seen=seen(changed), confirm="yes")
    assert made.status_code == 303
    new = kept(database)["2026.1-norms-1"]
    assert made.location.startswith(f"/admin/rubrics/{new.digest}/choose")
    assert new.digest == seen(changed) and new.norms_from == list(range(1, 31)) and new.chosen_at is None
    assert ("rubric-kept", "rubric-2026.1-norms-1") in [(action, subject) for _, action, subject in log(database)]
    assert stored(database) == submissions
    assert "with norms from 30 regions" in words(administrator.get("/admin/rubrics").text)


def test_each_region_counts_once_by_what_was_accepted_last(administrator: FlaskClient, database: Database) -> None:
    plain, low, high = deposited(database, range(27)), dict.fromkeys(levels(0), 0), dict.fromkeys(levels(0), 4)
    deposited(database, range(40, 45), ("submit", "withdraw"))
    deposited(database, range(45, 50), ("submit", "begin"))
    deposited(database, range(50, 55), (*ACCEPTED[:2], "return"))
    deposited(database, range(60, 100), made_up=True)
    again, *_ = deposited(database, range(100, 102), (*ACCEPTED, "submit"), said=low)  # counts, by its first submission
    (follower,) = deposited(database, range(102, 103), said=high)
    continuing(database, follower, plain[0])
    page = words(administrator.get(NORMS).text)
    assert "One more region with an accepted submission is needed. Norms take 30; there are 29." in page
    assert "No made-up region: 40 are left out." in page
    deposited(database, range(103, 104))
    page = words(administrator.get(NORMS).text)
    question = RUBRIC.questions[0]
    counted = [int(levels(n)[question.id]) for n in (*range(1, 27), 103)] + [0, 0, 4]
    assert f'{question.name}</th><td class="number">30</td><td class="number">{sum(counted) / 30:.2f}</td>' in page
    with database.reading() as session:
        assert session.get_one(Assessment, again).status == "resubmitted"
        assert session.scalars(select(Submission).where(Submission.assessment_id == again)).all()[1].number == 2


def test_made_up_regions_count_as_long_as_there_are_no_others(administrator: FlaskClient, database: Database) -> None:
    deposited(database, range(30), made_up=True)
    page = words(administrator.get(NORMS).text)
    assert "All of these are made-up regions." in page
    assert "Make version 2026.1-demo-norms-1" in page
    deposited(database, range(30, 31), ("submit",))
    page = words(administrator.get(NORMS).text)
    assert "30 more regions with an accepted submission are needed. Norms take 30; there is none." in page
    assert "No made-up region: 30 are left out." in page


def test_five_more_regions_must_come_before_norms_again(administrator: FlaskClient, database: Database) -> None:
    deposited(database, range(30))
    assert send(administrator, NORMS, seen=seen(administrator.get(NORMS).text), confirm="yes").status_code == 303
    deposited(database, range(30, 34))
    page = words(administrator.get(NORMS).text)
    assert "Since version 2026.1-norms-1 only 4 regions have come that count. It takes 5" in page
    deposited(database, range(34, 35))
    assert "Make version 2026.1-norms-2" in words(administrator.get(NORMS).text)


def test_what_one_of_five_newcomers_answers_is_not_told(administrator: FlaskClient, database: Database) -> None:
    question = RUBRIC.questions[0].id
    deposited(database, range(30))
    assert send(administrator, NORMS, seen=seen(administrator.get(NORMS).text), confirm="yes").status_code == 303
    deposited(database, range(30, 34), said={q: level for q, level in levels(30).items() if q != question})
    deposited(database, range(34, 35), said=dict.fromkeys(levels(30), 4))
    page = administrator.get(NORMS).text
    assert words(page).count("as before") == 1
    assert send(administrator, NORMS, seen=seen(page), confirm="yes").status_code == 303
    first, second = (json.loads(kept(database)[f"2026.1-norms-{number}"].content)["norms"] for number in (1, 2))
    assert [q for q in first if first[q] == second[q]].count(question) == 1
    other = RUBRIC.questions[1].id
    assert second[other] == round(sum(int(levels(n)[other]) for n in [*range(30), *[30] * 4]) / 35 + 4 / 35, 2)


def test_an_old_region_is_no_newcomer_once_its_first_assessment_is_erased(
    administrator: FlaskClient, database: Database
) -> None:
    first = deposited(database, range(30))
    assert send(administrator, NORMS, seen=seen(administrator.get(NORMS).text), confirm="yes").status_code == 303
    for before, after in zip(first[:6], deposited(database, range(30, 36)), strict=True):
        continuing(database, after, before)
    with database.writing() as session:
        erase(session, session.scalars(select(Assessment).where(Assessment.id.in_(first[:6]))).all())
    page = words(administrator.get(NORMS).text)
    assert "Since version 2026.1-norms-1 no region has come that counts." in page


def test_what_was_not_seen_is_not_made(administrator: FlaskClient, database: Database) -> None:
    deposited(database, range(30))
    looked_at = seen(administrator.get(NORMS).text)
    deposited(database, range(30, 31))
    answer = send(administrator, NORMS, seen=looked_at, confirm="yes")
    assert answer.status_code == 409 and "No version was made" in answer.text
    assert seen(answer.text) != looked_at
    assert set(kept(database)) == {"2026.1"}


@pytest.mark.parametrize("path", ["norms", "changes", "choose"])
def test_no_page_for_a_version_that_is_not_there(administrator: FlaskClient, path: str) -> None:
    assert administrator.get(f"/admin/rubrics/sha256:0/{path}").status_code == 404
