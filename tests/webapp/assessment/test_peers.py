"""A submission keeps how all regions stood, told so that no region's figures can be worked out of it."""

import json
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from rubric import load
from rubric.answers import from_content, submission_digest
from rubric.peers import FEWEST, NEWCOMERS, Peers
from tests.webapp.report.cases import reworded
from webapp import listing
from webapp.assessment import links, service
from webapp.assessment.entries import Change, Entry, save
from webapp.assessment.rubrics import keep
from webapp.database import Database
from webapp.governance.erasing import erase
from webapp.models import Assessment, Submission

RUBRIC = load.rubric()
OTHER = reworded(RUBRIC, lambda question: {"name": f"{question.name}!"})
THEMES = [theme.id for theme in RUBRIC.themes]
QUESTIONS = [question.id for question in RUBRIC.questions]
ONE_THEME = [question.id for question in RUBRIC.questions_by_theme["skills"]]
OTHER_THEMES = [question for question in QUESTIONS if question not in ONE_THEME]


def answer(assessment: Assessment, level: int, questions: Iterable[str] = QUESTIONS) -> None:
    save(assessment, [Change(question, Entry(answer=str(level)), None) for question in questions])


def unanswer(assessment: Assessment, questions: Iterable[str]) -> None:
    save(assessment, [Change(question, Entry(), None) for question in questions])


def started(session: Session, token: str) -> Assessment:
    return links.visit(session, token).assessment


def submit(database: Database, level: int, questions: Iterable[str] = QUESTIONS, token: str = "") -> Submission:
    """The submission of a new region that stands at `level`, or of the one whose link has this `token`."""
    with database.writing() as session:
        assessment = started(session, token or service.start(session, "Made-up region", None, None))
        answer(assessment, level, questions)
        return service.submit(session, assessment)


def told(submission: Submission) -> Peers:
    assert submission.peers
    return Peers.from_json(submission.peers)


@pytest.fixture
def tokens(database: Database) -> list[str]:
    """The links of drafts."""
    with database.writing() as session:
        return [service.start(session, f"Made-up region {number}", None, None) for number in range(FEWEST)]


@pytest.fixture
def first(database: Database, tokens: list[str]) -> Submission:
    """The first submission for which there are regions enough: two stand at each of the levels 1, 2 and 3."""
    return [submit(database, 1 + number % 3, token=token) for number, token in enumerate(tokens)][-1]


def test_it_is_told_to_the_sixth_region_and_to_none_before(database: Database, tokens: list[str]) -> None:
    submissions = [submit(database, 2, token=token) for token in tokens]
    assert [submission.peers is not None for submission in submissions] == [False] * (FEWEST - 1) + [True]
    level = (50.0, 50.0, 50.0)
    day, regions = submissions[-1].at.date(), dict.fromkeys(THEMES, FEWEST)
    assert told(submissions[-1]) == Peers(FEWEST, day, level, dict.fromkeys(THEMES, level), regions)


def test_resubmitting_is_not_coming(database: Database, tokens: list[str]) -> None:
    for level in range(5):
        for token in tokens[: FEWEST - 1]:
            assert submit(database, level, token=token).peers is None


def test_what_is_told_stays_until_five_more_have_come(database: Database, first: Submission) -> None:
    assert told(first).overall == (30, 50, 70)
    for _ in range(NEWCOMERS - 1):
        assert submit(database, 4).peers == first.peers
    assert told(submit(database, 4)).overall == (50, 75, 100)
    assert told(submit(database, 0)).regions == FEWEST + NEWCOMERS


def test_one_that_has_a_score_among_newcomers_without_is_not_told(database: Database, first: Submission) -> None:
    for _ in range(NEWCOMERS - 1):
        assert submit(database, 4, ()).peers == first.peers
    for _ in range(NEWCOMERS - 1):
        assert submit(database, 4).peers == first.peers
    newest = told(submit(database, 4))
    assert (newest.regions, newest.overall) == (FEWEST + NEWCOMERS, (50, 75, 100))


def test_without_enough_scores_nothing_is_told(database: Database, tokens: list[str]) -> None:
    for token in tokens[1:]:
        submit(database, 2, token=token)
    assert submit(database, 2, (), tokens[0]).peers is None
    assert submit(database, 2, ONE_THEME).peers is not None


def test_a_theme_that_one_newcomer_scored_stays_as_it_was_told(database: Database, first: Submission) -> None:
    newest = told([*[submit(database, 4, OTHER_THEMES) for _ in range(NEWCOMERS - 1)], submit(database, 4)][-1])
    before = told(first)
    assert newest.overall == (50, 75, 100)
    assert newest.themes == {**dict.fromkeys(THEMES, (50, 75, 100)), "skills": before.themes["skills"]}
    assert newest.theme_regions == {**dict.fromkeys(THEMES, FEWEST + NEWCOMERS), "skills": FEWEST}


def test_a_theme_is_told_anew_when_five_more_have_scored_it(database: Database, first: Submission) -> None:
    for questions in (OTHER_THEMES, QUESTIONS):
        for _ in range(NEWCOMERS):
            newest = told(submit(database, 4, questions))
    assert newest.regions == newest.theme_regions["finance"] == FEWEST + 2 * NEWCOMERS
    assert newest.theme_regions["skills"] == FEWEST + NEWCOMERS
    assert newest.themes["skills"] == (50, 75, 100)


def test_a_theme_that_regions_have_taken_back_stays_as_it_was_told(
    database: Database, first: Submission, tokens: list[str]
) -> None:
    with database.writing() as session:
        for token in tokens:
            unanswer(started(session, token), ONE_THEME)
    for token in tokens:
        submit(database, 0, OTHER_THEMES, token)
    newest = [submit(database, 4, OTHER_THEMES) for _ in range(NEWCOMERS)][-1]
    assert told(newest).themes["skills"] == told(first).themes["skills"]


def test_a_region_that_submits_again_changes_nothing_until_then(
    database: Database, first: Submission, tokens: list[str]
) -> None:
    for level in (0, 4, 0, 4, 0):
        assert submit(database, level, token=tokens[0]).peers == first.peers
    for token in tokens:
        assert submit(database, 4, token=token).peers == first.peers
    newest = [submit(database, 4) for _ in range(NEWCOMERS)][-1]
    assert told(newest).overall == (100, 100, 100)


def test_the_next_assessment_of_a_region_is_no_newcomer_but_takes_the_place_of_the_one_before(
    database: Database, first: Submission
) -> None:
    submission = first
    for level in range(5):  # as often as would be enough newcomers
        with database.writing() as session:
            token = service.start_next(session, session.get_one(Submission, submission.id))
        submission = submit(database, level, token=token)
        assert submission.peers == first.peers
    newest = [submit(database, 2) for _ in range(NEWCOMERS)][-1]
    assert told(newest).regions == FEWEST + NEWCOMERS


def test_a_region_counts_once_also_where_an_assessment_between_is_withdrawn(
    database: Database, first: Submission
) -> None:
    submission = first
    for _ in range(2 * NEWCOMERS):
        with database.writing() as session:
            token = service.start_next(session, session.get_one(Submission, submission.id))
        submission = submit(database, 4, token=token)
        with database.writing() as session:
            again = service.start_next(session, session.get_one(Submission, submission.id))
        withdraw(database, token)
        submission = submit(database, 4, token=again)
        assert submission.peers == first.peers


def test_drafts_do_not_count(database: Database, tokens: list[str]) -> None:
    with database.writing() as session:
        for token in tokens:
            answer(started(session, token), 3)
    assert submit(database, 3).peers is None


def test_each_rubric_has_its_own(database: Database, first: Submission) -> None:
    with database.writing() as session:
        keep(session, OTHER)
        assessment = Assessment(rubric_digest=OTHER.digest, region="Made-up region")
        session.add(assessment)
        answer(assessment, 4)
        assert service.submit(session, assessment).peers is None
    assert submit(database, 4).peers == first.peers


def test_a_theme_that_few_have_scored_is_left_out(database: Database, tokens: list[str]) -> None:
    submit(database, 2, OTHER_THEMES, tokens[0])
    for token in tokens[1:-1]:
        submit(database, 2, token=token)
    newest = told(submit(database, 2, token=tokens[-1]))
    assert newest.regions == FEWEST
    assert list(newest.themes) == sorted(set(THEMES) - {"skills"})


def test_it_is_kept_as_canonical_json(first: Submission) -> None:
    assert first.peers
    assert first.peers == json.dumps(json.loads(first.peers), sort_keys=True, separators=(",", ":"))


def test_nothing_of_it_is_in_the_submissions_digest(database: Database, first: Submission) -> None:
    with database.reading() as session:
        stored = session.get_one(Submission, first.id)
    answers, _ = from_content(json.loads(stored.answers), "test", RUBRIC)
    assert stored.digest == submission_digest(answers, stored.number, stored.at)


def test_two_that_submit_at_once_are_told_the_same(database: Database, tokens: list[str]) -> None:
    for number, token in enumerate(tokens[:-1]):
        submit(database, number % 5, token=token)
    with ThreadPoolExecutor(1) as others:
        with database.writing() as session:
            one = service.start(session, "Made-up region", None, None)
            answer(started(session, one), 4)
            mine = service.submit(session, started(session, one))
            waiting = others.submit(submit, database, 0, QUESTIONS, tokens[-1])
            with pytest.raises(Late):
                waiting.result(timeout=0.5)
        theirs = waiting.result()
    assert told(mine).regions == FEWEST
    assert theirs.peers == mine.peers


def test_of_many_it_is_told_anew_only_after_a_tenth_more(database: Database) -> None:
    _come(database, 99)
    old = submit(database, 2)
    assert told(old).regions == 100
    _come(database, 8)
    assert submit(database, 2).peers == old.peers
    assert told(submit(database, 2)).regions == 110


def _come(database: Database, regions: int) -> None:
    """Makes so many regions submit, with nothing in it but a score."""
    with database.writing() as session:
        keep(session, RUBRIC)
        new = [Assessment(rubric_digest=RUBRIC.digest, region="Made-up region") for _ in range(regions)]
        session.add_all(new)
        session.flush()
        same = {"number": 1, "digest": "", "rubric_digest": RUBRIC.digest, "answers": "{}"}
        result = json.dumps({"score": {"value": 50.0}, "themes": []})
        session.execute(insert(Submission), [same | {"assessment_id": one.id, "result": result} for one in new])


def test_what_was_told_stays_when_regions_are_erased(database: Database, first: Submission) -> None:
    with database.writing() as session:
        for assessment in session.scalars(select(Assessment).where(Assessment.id != first.assessment_id)):
            links.forget(session, assessment)
            session.delete(assessment)
    for _ in range(FEWEST):
        assert submit(database, 4).peers == first.peers


def test_a_withdrawn_region_does_not_count_until_it_submits_again(
    database: Database, first: Submission, tokens: list[str]
) -> None:
    withdraw(database, tokens[0])
    newcomers = [submit(database, 4) for _ in range(NEWCOMERS)]
    assert {newcomer.peers for newcomer in newcomers} == {first.peers}
    again = submit(database, 4, token=tokens[0])
    assert told(again).regions == FEWEST + NEWCOMERS


def test_fewer_than_six_that_are_not_withdrawn_are_told_nothing(database: Database, tokens: list[str]) -> None:
    for token in tokens[:-1]:
        submit(database, 2, token=token)
    withdraw(database, tokens[0])
    assert submit(database, 2, token=tokens[-1]).peers is None


def test_erasing_those_to_whom_it_was_told_last_does_not_make_it_told_anew(
    database: Database, first: Submission
) -> None:
    newest = [submit(database, 4) for _ in range(NEWCOMERS)][-1]
    assert newest.peers != first.peers
    with database.writing() as session:
        erase(session, [session.get_one(Assessment, newest.assessment_id)])
    for _ in range(NEWCOMERS):  # one takes the place of the erased region, four more come
        assert submit(database, 0).peers == newest.peers
    assert told(submit(database, 0)).regions == FEWEST + 2 * NEWCOMERS


def withdraw(database: Database, token: str) -> None:
    with database.writing() as session:
        assessment = started(session, token)
        assessment.status = "withdrawn"
        listing.refresh(session, assessment)
