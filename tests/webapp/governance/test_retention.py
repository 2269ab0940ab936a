"""How long data are kept: shown before anything is done, done only as it was shown, and only what is due."""

import datetime as dt
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select, text, update

from tests.commands import run_on
from tests.webapp.assessment.acting import as_sent
from tests.webapp.assessment.starting import words
from tests.webapp.governance.governing import invited, log, regions, send, started
from webapp import audit
from webapp.assessment import links, service
from webapp.config import Retention, Settings
from webapp.database import Database
from webapp.governance import retention
from webapp.governance.erasing import Changed
from webapp.governance.retention import Preview, Rule
from webapp.models import (
    AccountInvitation,
    Assessment,
    Contact,
    Contributor,
    FailedSignIns,
    Mailing,
    SignedIn,
    StoredRubric,
    Submission,
    User,
    now,
)

YEAR = 365
PERIODS = Retention(drafts=90, contacts=YEAR, submissions=5 * YEAR, sessions=30)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Settings with a period for everything."""
    data = tmp_path / "data"
    return Settings(data=data, database_url=database_url, retention=PERIODS, second_factor="optional")


def aged(database: Database, region: str, days: int, submit: bool = True, contact: str | None = None) -> str:
    """An assessment that was last changed, and submitted if at all, so many days ago; gives its link's secret."""
    token = started(database, region, contact, submit=submit)
    then = now() - dt.timedelta(days=days)
    with database.writing() as session:
        assessment = links.visit(session, token).assessment
        assessment.changed_at = then
        session.execute(update(Submission).where(Submission.assessment_id == assessment.id).values(at=then))
    return token


def previewed(database: Database, periods: Retention = PERIODS) -> dict[str, tuple[int, int]]:
    with database.reading() as session:
        return {each.rule: (each.now, each.soon) for each in retention.previews(session, periods)}


def applied(database: Database, rule: Rule, state: str | None = None, periods: Retention = PERIODS) -> int:
    return retention.apply(database, periods, rule, state, audit.SYSTEM)


def count(database: Database, table: type) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_by_default_everything_is_kept(database: Database) -> None:
    aged(database, "Made-up old", 99 * YEAR, submit=False, contact="a@example.org")
    with database.reading() as session:
        previews = retention.previews(session, Retention())
    assert previews == tuple(Preview(rule, None) for rule in retention.RULES)
    assert [applied(database, rule, periods=Retention()) for rule in retention.RULES] == [0, 0, 0, 0]
    assert regions(database) == ["Made-up old"]


@pytest.mark.parametrize(
    ("days", "expected"), [(89, (0, 1)), (90, (0, 1)), (91, (1, 0)), (60, (0, 0)), (59, (0, 0)), (61, (0, 1))]
)
def test_a_draft_is_due_after_its_period(database: Database, days: int, expected: tuple[int, int]) -> None:
    aged(database, "Made-up draft", days, submit=False)
    assert previewed(database)["drafts"] == expected
    assert applied(database, "drafts") == expected[0]
    assert regions(database) == (["Made-up draft"] if expected[0] == 0 else [])


def test_what_was_submitted_goes_by_the_rule_for_submissions_alone(database: Database) -> None:
    aged(database, "Made-up submitted", 4 * YEAR)
    aged(database, "Made-up old", 5 * YEAR + 1)
    assert previewed(database) == {"drafts": (0, 0), "contacts": (0, 0), "submissions": (1, 0), "sessions": (0, 0)}
    for rule in ("drafts", "contacts", "sessions"):
        assert applied(database, rule) == 0
    assert applied(database, "submissions") == 1
    assert regions(database) == ["Made-up submitted"]
    assert log(database)[-1] == ("octant", "assessment-expired", "assessment-2")


def test_the_last_submission_or_change_counts(database: Database) -> None:
    token = aged(database, "Made-up region", 6 * YEAR, contact="a@example.org")
    assert previewed(database)["submissions"] == previewed(database)["contacts"] == (1, 0)
    with database.writing() as session:
        session.execute(update(Submission).values(at=now()))
    assert previewed(database)["submissions"] == previewed(database)["contacts"] == (0, 0)
    with database.writing() as session:
        session.execute(update(Submission).values(at=now() - dt.timedelta(days=6 * YEAR)))
        service.describe_anew(session, links.visit(session, token).assessment, "Made-up region", None, "b@example.org")
    assert previewed(database)["submissions"] == previewed(database)["contacts"] == (0, 0)


def test_contacts_and_colleagues_go_and_the_figures_stay(client: FlaskClient, database: Database) -> None:
    token = aged(database, "Made-up region", YEAR + 1, contact="contact@example.org")
    invited(database, token, "Ada Example")
    aged(database, "Made-up other", YEAR - 31, contact="other@example.org")
    assert previewed(database)["contacts"] == (1, 0)
    assert applied(database, "contacts") == 1
    assert (count(database, Contact), count(database, Contributor), count(database, Submission)) == (1, 0, 2)
    with database.reading() as session:
        found = str([tuple(row) for row in session.execute(text("SELECT * FROM search"))])
        assert audit.verify(session).whole
    assert ("contact@" in found, "ada" in found.lower()) == (False, False)
    assert log(database)[-1] == ("octant", "personal-data-expired", "assessment-1")
    assert previewed(database)["contacts"] == (0, 0)
    assert client.get(f"/a/{token}/result").status_code == 200


def test_norms_and_figures_that_were_told_stay(database: Database) -> None:
    for number in range(7):
        aged(database, f"Made-up region {number}", 6 * YEAR)
    told = started(database, "Made-up new")
    with database.reading() as session:
        rubrics = session.execute(select(StoredRubric.digest, StoredRubric.content)).all()
        query = select(Submission.result, Submission.peers).order_by(Submission.id.desc()).limit(1)
        before = tuple(session.execute(query).one())
    assert before[1]
    assert applied(database, "submissions") == 7
    with database.reading() as session:
        assert session.execute(select(StoredRubric.digest, StoredRubric.content)).all() == rubrics
        assert tuple(session.execute(select(Submission.result, Submission.peers)).one()) == before
        assert links.visit(session, told).assessment.region == "Made-up new"


def test_a_successor_outlives_the_period_of_its_predecessor(client: FlaskClient, database: Database) -> None:
    aged(database, "Made-up region", 6 * YEAR)
    with database.writing() as session:
        token = service.start_next(session, session.scalars(select(Submission)).one())
    assert applied(database, "submissions") == 1
    with database.reading() as session:
        assert session.scalars(select(Assessment.previous)).one()  # points nowhere now
    for page in ("", "skills", "check", "details"):
        assert client.get(f"/a/{token}/{page}").status_code == 200, page


def test_traces_go_once_they_are_old(database: Database, account: None) -> None:
    old, fresh = now() - dt.timedelta(days=31), now() - dt.timedelta(days=1)
    with database.writing() as session:
        user = session.scalars(select(User)).one()
        for key, at in (("old", old), ("fresh", fresh)):
            session.add(SignedIn(key_hash=key, account_id=user.id, browser="Firefox", made_at=old, seen_at=at))
            session.add(FailedSignIns(key_hash=key, failures=1, at=at))
            session.add(AccountInvitation(token_hash=key, email="a@example.org", role="viewer", expires_at=at))
            session.add(Mailing(address_hash=key, at=at))
    assert previewed(database)["sessions"] == (4, 4)
    assert applied(database, "sessions") == 4
    assert [count(database, each) for each in (SignedIn, FailedSignIns, AccountInvitation, Mailing)] == [1] * 4
    assert log(database)[-1] == ("octant", "traces-expired", "retention")
    assert count(database, User) == 1


def test_many_go_in_several_transactions(database: Database) -> None:
    with database.writing() as session:
        service.start(session, "Made-up new", None, None)
        rubric = session.scalars(select(StoredRubric)).one()
        then = now() - dt.timedelta(days=200)
        for number in range(retention.AT_ONCE + 20):
            region = f"Made-up region {number}"
            session.add(Assessment(rubric_digest=rubric.digest, region=region, started_at=then, changed_at=then))
    assert previewed(database)["drafts"] == (retention.AT_ONCE + 20, 0)
    assert applied(database, "drafts") == retention.AT_ONCE + 20
    assert regions(database) == ["Made-up new"]
    assert len(log(database)) == retention.AT_ONCE + 20


def test_nothing_goes_where_what_is_due_has_changed(database: Database) -> None:
    aged(database, "Made-up first", 91, submit=False)
    with database.reading() as session:
        state = retention.preview(session, PERIODS, "drafts").state
    aged(database, "Made-up second", 91, submit=False)
    with pytest.raises(Changed):
        applied(database, "drafts", state)
    assert len(regions(database)) == 2


def test_the_page_shows_what_is_due_and_the_button_names_it(administrator: FlaskClient, database: Database) -> None:
    aged(database, "Made-up due", 91, submit=False)
    aged(database, "Made-up due too", 95, submit=False)
    aged(database, "Made-up soon", 80, submit=False)
    aged(database, "Made-up fresh", 1, submit=False)
    page = words(administrator.get("/admin/retention").text)
    for said in ("Delete 2 drafts", "Made-up due too", "Made-up soon", "<b>90 days</b> after the last change"):
        assert said in page
    assert "Made-up fresh" not in page
    assert len(re.findall("<button", page)) == 2  # signing out, and this
    done = send(administrator, "/admin/retention/drafts", state=state_of(page))
    assert (done.status_code, done.location) == (303, "/admin/retention?done=drafts&count=2")
    assert "2 drafts were deleted." in administrator.get(done.location).text
    assert regions(database) == ["Made-up soon", "Made-up fresh"]
    (actor,) = {actor for actor, action, _ in log(database) if action == "draft-expired"}
    assert actor.startswith("account-")


def state_of(page: str) -> str:
    return as_sent(page)["state"]


def test_the_button_does_nothing_where_the_count_changed(administrator: FlaskClient, database: Database) -> None:
    aged(database, "Made-up first", 91, submit=False)
    state = state_of(administrator.get("/admin/retention").text)
    aged(database, "Made-up second", 91, submit=False)
    for wrong in (state, "", "nonsense"):
        answer = send(administrator, "/admin/retention/drafts", state=wrong)
        assert answer.status_code == 409
        assert "Nothing was deleted" in answer.text
        assert "Delete 2 drafts" in answer.text
    assert len(regions(database)) == 2


def test_only_rules_that_there_are_can_be_applied(administrator: FlaskClient) -> None:
    assert send(administrator, "/admin/retention/accounts", state="").status_code == 404
    for query in ("done=nonsense&count=3", "done=drafts&count=x", "done=<b>"):
        page = administrator.get(f"/admin/retention?{query}")
        assert page.status_code == 200
        assert "<b>" not in page.text.partition("<h1>")[0]


def test_the_command_shows_and_does_it(settings: Settings, database: Database) -> None:
    aged(database, "Made-up due", 91, submit=False)
    shown = run_on(settings, "retention", OCTANT_KEEP_DRAFTS_DAYS="90")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "drafts: kept 90 days; due now 1, in the 30 days after 0\n" in shown.stdout
    assert "contacts: kept until somebody deletes them (OCTANT_KEEP_CONTACTS_DAYS is not set)\n" in shown.stdout
    assert shown.stdout.endswith("To delete what is due: ./octant retention --apply\n")
    assert regions(database) == ["Made-up due"]
    done = run_on(settings, "retention", "--apply", OCTANT_KEEP_DRAFTS_DAYS="90")
    assert "drafts: kept 90 days; deleted 1, in the 30 days after 0\n" in done.stdout
    assert regions(database) == []
    again = run_on(settings, "retention", "--apply", OCTANT_KEEP_DRAFTS_DAYS="90")
    assert (again.returncode, "deleted 0" in again.stdout) == (0, True)
    wrong = run_on(settings, "retention", OCTANT_KEEP_DRAFTS_DAYS="soon")
    assert (wrong.returncode, "OCTANT_KEEP_DRAFTS_DAYS" in wrong.stderr) == (2, True)
