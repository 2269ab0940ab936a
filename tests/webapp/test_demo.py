import datetime as dt
import json
from collections import Counter

import pytest
from sqlalchemy import func, select

from rubric.peers import Peers
from tests.commands import run_on
from webapp import demo, made_up
from webapp.assessment import deposit, links, service
from webapp.assessment.entries import Change, Entry, entries, save
from webapp.config import Settings
from webapp.database import Database
from webapp.models import (
    Answer,
    Assessment,
    AuditEntry,
    Listing,
    ReviewNote,
    ReviewQuestion,
    Submission,
    ThemeScore,
    now,
)


def kept(database: Database) -> list[dict[str, object]]:
    """The answers of every submission, in the order in which they came, without the day."""
    with database.reading() as session:
        answers = [json.loads(text) for text in session.scalars(select(Submission.answers).order_by(Submission.id))]
    return [{key: value for key, value in content.items() if key != "date"} for content in answers]


@pytest.mark.one_database
def test_regions_are_marked_as_made_up(database: Database) -> None:
    list(demo.fill(database, 300))
    with database.reading() as session:
        regions = list(session.scalars(select(Assessment.region)))
    assert len(regions) == len(set(regions))
    assert all(region.startswith("Made-up region ") for region in regions)


@pytest.mark.one_database
def test_there_is_something_of_everything(database: Database) -> None:
    list(demo.fill(database, 12))
    submissions = kept(database)
    assert len(submissions) == 12
    assert sorted(Counter(s["region"] for s in submissions).values()) == [1] * 8 + [2] * 2
    for part in ("answers", "reasons", "notes", "evidence", "references", "priorities"):
        assert any(s.get(part) for s in submissions), part
    with database.reading() as session:
        results = [json.loads(text) for text in session.scalars(select(Submission.result))]
    assert {result["exemplars"]["verdict"] for result in results} >= {"clear", "none"}
    coverage = Counter[str]()
    for result in results:
        coverage.update(result["coverage"])
    assert all(coverage.values())


def test_the_same_regions_every_time_and_each_once(database: Database) -> None:
    first = list(demo.fill(database, 5))
    before = kept(database)
    assert list(demo.fill(database, 5)) == []
    more = list(demo.fill(database, 12))
    assert len(first) + len(more) == len(kept(database)) == 12
    assert kept(database)[:5] == before


@pytest.mark.parametrize("stopped_at", [3, 9])
def test_goes_on_where_it_stopped(database: Database, stopped_at: int) -> None:
    list(demo.fill(database, stopped_at))
    assert [made.number for made in demo.fill(database, stopped_at + 1)] == [2]
    with database.reading() as session:
        region = session.scalar(select(func.max(Assessment.made_up))) or 0
        assessment = session.scalars(select(Assessment).where(Assessment.made_up == region)).one()
        listed = session.scalars(select(Listing.status).where(Listing.assessment_id == assessment.id)).all()
        assert set(session.scalars(select(AuditEntry.action))) == {"made-up"}
    assert (assessment.status, assessment.accepted) == deposit.reviewed(made_up.steps(region, 2))
    assert len(listed) == 2 and assessment.status in listed


@pytest.mark.one_database
def test_a_second_submission_stands_higher(database: Database) -> None:
    list(demo.fill(database, 4))
    with database.reading() as session:
        second, first = (
            json.loads(s) for s in session.scalars(select(Submission.result).order_by(Submission.id.desc()).limit(2))
        )
    assert second["region"] == first["region"]
    assert second["score"]["value"] > first["score"]["value"]


def test_all_that_can_become_of_an_assessment_is_there(database: Database) -> None:
    list(demo.fill(database, 300))
    with database.reading() as session:
        statuses = Counter(session.scalars(select(Assessment.status)))
        listed = Counter(session.scalars(select(Listing.status)))
        assert session.scalar(select(func.count(ReviewNote.id))) and session.scalar(
            select(func.count(ReviewQuestion.id))
        )
        replied = session.scalars(select(ReviewQuestion.reply).where(ReviewQuestion.reply.is_not(None))).all()
        accepted = session.execute(select(Assessment.status, Assessment.accepted)).all()
    assert set(statuses) == {"received", "in-review", "returned", "resubmitted", "accepted", "withdrawn"}
    assert statuses["accepted"] >= 30  # so many a rubric's norms take
    assert set(listed) == {*statuses, "superseded"}
    assert replied
    assert all(number for status, number in accepted if status == "accepted")


@pytest.mark.one_database
def test_submissions_are_spread_over_three_years(database: Database) -> None:
    list(demo.fill(database, 200))
    with database.reading() as session:
        rows = session.execute(select(Submission.assessment_id, Submission.number, Submission.at)).all()
        dated = session.scalars(select(Submission.answers)).all()
    ages = sorted((now() - at).days for _id, _number, at in rows)
    assert ages[0] < 30 and 1000 < ages[-1] <= 3 * 365
    assert {json.loads(answers)["date"] for answers in dated} == {at.date().isoformat() for _i, _n, at in rows}
    first = {assessment: at for assessment, number, at in rows if number == 1}
    assert all(at > first[assessment] for assessment, number, at in rows if number == 2)


def test_a_later_run_keeps_to_the_same_three_years(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    list(demo.fill(database, 12))
    before = times(database)
    monkeypatch.setattr(demo, "now", lambda: now() + dt.timedelta(days=400))
    list(demo.fill(database, 24))
    assert times(database)[:12] == before
    assert max(times(database)) <= now()


def times(database: Database) -> list[dt.datetime]:
    with database.reading() as session:
        return list(session.scalars(select(Submission.at).order_by(Submission.id)))


def test_the_list_and_the_answers_go_with_the_submissions(database: Database) -> None:
    list(demo.fill(database, 12))
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Listing)) == 12
        assert session.scalar(select(func.count(ThemeScore.submission_id.distinct()))) == 12
        assert session.scalar(select(func.count()).select_from(Answer))
        for assessment in session.scalars(select(Assessment)):
            last = assessment.submissions[-1]
            said = json.loads(last.answers)["answers"]
            assert {question: str(answer) for question, answer in said.items()} == {
                question: entry.answer for question, entry in entries(assessment).items()
            }


def test_a_region_of_the_same_name_is_not_taken_for_a_made_up_one(database: Database) -> None:
    with database.writing() as session:
        service.start(session, "Made-up region Aldermoor", None, None)
    assert len(list(demo.fill(database, 3))) == 3
    with database.reading() as session:
        own = session.scalars(select(Assessment).where(Assessment.made_up.is_(None))).one()
        assert own.submissions == [] and own.answers == []
        assert session.scalars(select(Assessment.made_up).where(Assessment.made_up.is_not(None))).all() == [0, 1, 2]


def test_what_was_deleted_is_made_again(database: Database) -> None:
    list(demo.fill(database, 5))
    with database.writing() as session:
        session.delete(session.scalars(select(Assessment).where(Assessment.made_up == 1)).one())
    assert [made.region for made in demo.fill(database, 5)] == ["Made-up region Birkenholt"]


def test_it_is_told_once_a_batch_in_the_log(database: Database) -> None:
    list(demo.fill(database, 30))
    list(demo.fill(database, 30))
    with database.reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.actor, entry.action) == ("command-line", "made-up")
    assert json.loads(entry.details) == {"submissions": 30}


def test_regions_that_come_afterwards_are_told_how_all_stand(database: Database) -> None:
    list(demo.fill(database, 300))
    with database.writing() as session:
        token = service.start(session, "Sample Region", None, None)
        assessment = links.visit(session, token).assessment
        save(assessment, [Change("ten-year-aims", Entry(answer="3"), None)])
        submission = service.submit(session, assessment)
    assert submission.peers
    regions = sum(number == 1 for _region, number in reported(database))
    told = Peers.from_json(submission.peers)
    assert 0.8 * regions < told.regions <= regions


def reported(database: Database) -> list[tuple[str, int]]:
    with database.reading() as session:
        query = select(Assessment.region, Submission.number).join(Assessment.submissions)
        return [(row.region, row.number) for row in session.execute(query)]


def test_the_command_says_what_it_did(settings: Settings) -> None:
    done = run_on(settings, "demo", "--submissions", "2")
    assert (done.returncode, done.stdout) == (0, "")
    assert "Added 2 made-up submissions; 0 were there already." in done.stderr
    assert "Added 0 made-up submissions; 2 were there already." in run_on(settings, "demo", "--submissions", "2").stderr
    assert run_on(settings, "demo", "--submissions", "0").returncode == 2
