"""What is held about a person is handed out whole, and erased with the figures kept."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import String, func, select, text

from tests.commands import run_on
from tests.webapp.accounts.signing_in import EMAIL, PASSWORD, csrf_token, sign_in
from tests.webapp.admin.transfer.answers_files import content
from tests.webapp.assessment.acting import as_sent
from tests.webapp.assessment.starting import RUBRIC, dump, words
from tests.webapp.governance.governing import REGION, digests, invited, log, regions, send, started
from webapp import audit, mail
from webapp.accounts import creating
from webapp.admin.transfer import imports
from webapp.admin.transfer.uploaded import File
from webapp.assessment import entries, links, service
from webapp.assessment.entries import Change, Entry
from webapp.config import Settings
from webapp.database import Database
from webapp.governance import erasure
from webapp.governance.places import INSTEAD, TEXTS, Person
from webapp.models import (
    AccountInvitation,
    Answer,
    Assessment,
    AuditEntry,
    Base,
    Contact,
    Contributor,
    Listing,
    Mailing,
    Rendering,
    Report,
    ReviewNote,
    ReviewQuestion,
    Role,
    SignedIn,
    Submission,
    User,
    now,
)

ADA = "Ada.Example@example.org"
NAME = "Ada Example"
LONG = 10
"""Seconds, many more than any page takes."""
QUESTION = RUBRIC.questions[0].id


@pytest.fixture
def ada(app: Flask, database: Database, account: None) -> str:
    """The secret of a link to an assessment where a person has left something in every place that there is."""
    token = started(database, REGION, ADA, note=f"Ask ada.example@EXAMPLE.org or {NAME}.")
    with app.app_context(), database.writing() as session:
        visit = links.visit(session, token)
        links.invite(session, visit, links.Invitation(NAME, "business", ("skills",), None))
        creating.create(session, ADA, PASSWORD, "reviewer", audit.COMMAND_LINE)
        session.add(Mailing(address_hash=mail.mailbox(ADA)))
        user = session.scalars(select(User).where(func.lower(User.email) == ADA.lower())).one()
        visit.assessment.reviewer_id = user.id
        session.add(SignedIn(key_hash="k", account_id=user.id, browser="Firefox on Linux"))
        session.add(AccountInvitation(token_hash="t", email=ADA.lower(), role="viewer", expires_at=now()))
        session.add(ReviewNote(assessment_id=1, account_id=user.id, text=f"{NAME} called."))
        session.add(
            ReviewQuestion(
                assessment_id=1, number=1, question=QUESTION, account_id=user.id, text="Why?", reply=f"Says {ADA}."
            )
        )
    return token


def shown(client: FlaskClient, email: str = ADA, name: str = "") -> str:
    return words(send(client, "/admin/persons", email=email, name=name).text)


def erase(client: FlaskClient, email: str = ADA, name: str = "", **fields: str) -> tuple[int, str]:
    """Finds a person, and sends the form below, confirmed."""
    state = as_sent(shown(client, email, name))["state"]
    given = {"email": email, "name": name, "state": state, "confirm": "yes"} | fields
    answer = send(client, "/admin/persons/erase", **given)
    return answer.status_code, words(answer.text)


def everything(database: Database) -> str:
    """All that the tables hold, and what can be searched for."""
    with database.reading() as session:
        search = [tuple(row) for row in session.execute(text("SELECT * FROM search"))]
    return f"{dump(database)} {search}".casefold()


def test_all_that_is_held_is_shown(administrator: FlaskClient, ada: str) -> None:
    page = shown(administrator, name=NAME)
    for said in (
        f"Contact of <b><bdi>{REGION}</bdi></b>",
        f"Colleague <b><bdi>{NAME}</bdi></b>",
        "Ada.Example@example.org</b>",
        "One browser that signed in".lower(),
        "one invitation to an account",
        "the trace of one message",
        f"{NAME} called.",
        f"Says {ADA}.",
        "Texts in submissions",
        "a submission never changes",
        "/admin/assessments/1/erase",
    ):
        assert said in page, said


@pytest.mark.parametrize("email", [ADA, ADA.lower(), f" {ADA.upper()} "])
def test_the_export_holds_everything_and_no_secret(
    administrator: FlaskClient, database: Database, ada: str, email: str
) -> None:
    answer = send(administrator, "/admin/persons/export", email=email, name=NAME)
    assert answer.content_type == "application/json"
    assert "attachment" in answer.headers["Content-Disposition"]
    told = json.loads(answer.text)
    assert told["contacts"] == [
        {"email": ADA, "assessment": "assessment-1", "region": REGION, "submissions": [1]}
        | {part: told["contacts"][0][part] for part in ("started_at", "changed_at")}
    ]
    (colleague,) = told["colleagues"]
    assert (colleague["name"], colleague["themes"], len(colleague["links"])) == (NAME, ["skills"], 1)
    account = told["account"]
    assert (account["email"].lower(), account["roles"]) == (ADA.lower(), ["reviewer"])
    assert [one["browser"] for one in account["sessions"]] == ["Firefox on Linux"]
    assert account["reviews"] == ["assessment-1"]
    assert [entry["action"] for entry in account["audit"]] == ["account-made"]
    assert (len(account["review_notes"]), len(account["review_questions"])) == (1, 1)
    assert (len(told["invitations"]), len(told["mailings"])) == (1, 1)
    assert {(one["kind"], one["submission"]) for one in told["texts"]} == {
        ("note", None),
        ("note", 1),
        ("review-note", None),
        ("review-reply", None),
    }
    for secret in ("argon2", "token_hash", "key_hash", "password", "fs_uniquifier"):
        assert secret not in answer.text
    assert log(database)[-1][1] == "person-exported"


def test_every_column_of_an_account_is_handed_out_or_a_secret() -> None:
    secrets = {"fs_uniquifier", "fs_webauthn_user_handle", "mf_recovery_codes", "password"}
    secrets |= {"tf_totp_secret", "us_totp_secrets"}
    told = {"id", "email", "username", "active", "pseudonym", "confirmed_at", "create_datetime", "update_datetime"}
    told |= {"last_login_at", "current_login_at", "last_login_ip", "current_login_ip", "login_count"}
    told |= {"seen_at", "last_code", "tf_primary_method", "tf_phone_number", "us_phone_number"}
    assert set(User.__table__.columns.keys()) == secrets | told  # whoever adds one decides which it is


PLAIN = {
    "accounts": {"fs_webauthn_user_handle", "fs_uniquifier", "password", "pseudonym", "tf_primary_method", "username"}
    | {"current_login_ip", "last_login_ip", "tf_phone_number", "tf_totp_secret", "us_phone_number", "us_totp_secrets"},
    "account_invitations": {"role", "token_hash"},
    "answers": {"answer", "evidence", "question"},
    "assessments": {"country", "previous", "rubric_digest", "status"},
    "audit": {"action", "actor", "details", "hash", "subject"},
    "contributors": {"role"},
    "review_questions": {"question"},
    "review_steps": {"step"},
    "submissions": {"digest", "peers", "result", "rubric_digest"},
}
"""Columns of texts that nobody writes freely in; of tables that are not here, all."""
LOOKED_AT = {
    ("accounts", "email"),
    ("account_invitations", "email"),
    ("contacts", "email"),
    ("contributors", "name"),
    ("pending_imports", "content"),
    ("submissions", "answers"),
} | {(table.__tablename__, column.key) for table, column, _ in TEXTS}


def test_every_column_where_a_person_may_stand_is_looked_at() -> None:
    own = {"failed_sign_ins", "links", "listings", "mailings", "passkeys", "priorities", "ratings", "renderings"}
    own |= {"reports", "roles", "rubrics", "signed_in", "theme_scores"}
    for name, table in Base.metadata.tables.items():
        texts = {column.key for column in table.columns if isinstance(column.type, String)} - PLAIN.get(name, set())
        unseen = {(name, column) for column in texts} - LOOKED_AT
        assert name in own or unseen == set(), "whoever adds a text says whether a person may stand in it"


def test_a_person_is_erased_and_the_figures_are_kept(administrator: FlaskClient, database: Database, ada: str) -> None:
    before = {name: rows for name, rows in dump(database).items() if name in ("submissions", "theme_scores", "answers")}
    status, page = erase(administrator, name=NAME)
    assert status == 200
    assert "the contact of one assessment" in page
    after = dump(database)
    for table in ("contacts", "mailings", "account_invitations"):
        assert after[table] == []
    assert [len(after[table]) for table in ("accounts", "contributors", "signed_in")] == [1, 0, len(after["signed_in"])]
    assert {name: after[name] for name in before} == before
    with database.reading() as session:
        assert session.scalars(select(Assessment.reviewer_id)).all() == [None]
        assert session.scalars(select(ReviewNote.account_id)).all() == [None]
        assert audit.verify(session).whole
    told = [(action, subject) for _, action, subject in log(database)][-2:]
    assert told[0] == ("personal-data-erased", "assessment-1")
    assert (told[1][0], told[1][1].split("-")[0]) == ("person-erased", "account")
    assert not any(said in str(after["audit"]).casefold() for said in ("ada.", "ada ", "example.org"))


def test_the_search_forgets_an_erased_contact(administrator: FlaskClient, database: Database, account: None) -> None:
    started(database, REGION, ADA)
    with database.reading() as session:
        before = str([tuple(row) for row in session.execute(text("SELECT * FROM search"))]).casefold()
    assert erase(administrator)[0] == 200
    with database.reading() as session:
        after = str([tuple(row) for row in session.execute(text("SELECT * FROM search"))]).casefold()
    assert "ada" in before
    assert "ada" not in after
    assert "ada.example" not in everything(database)


def test_free_text_is_changed_only_where_asked_and_submissions_never(
    administrator: FlaskClient, database: Database, ada: str
) -> None:
    status, _ = erase(administrator, name=NAME, texts="yes")
    assert status == 200
    with database.reading() as session:
        assert session.scalars(select(Answer.note)).all() == [f"Ask {INSTEAD} or {INSTEAD}."]
        assert session.scalars(select(Answer.revision)).all() == [2]
        assert session.scalars(select(ReviewNote.text)).all() == [f"{INSTEAD} called."]
        assert session.scalars(select(ReviewQuestion.reply)).all() == [f"Says {INSTEAD}."]
        kept = json.loads(session.scalars(select(Submission.answers)).one())
    assert kept["notes"] == {QUESTION: f"Ask ada.example@EXAMPLE.org or {NAME}."}
    page = shown(administrator, name=NAME)
    assert "Texts in submissions" in page
    assert "Texts that can be changed" not in page
    assert "Only texts hold this person." in page


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("ada@example.org", INSTEAD),
        ("Write to <ADA@example.org>.", f"Write to <{INSTEAD}>."),
        ("mailto:ada@example.org, or", f"mailto:{INSTEAD}, or"),
        ("bada@example.org", "bada@example.org"),
        ("x.ada@example.org", "x.ada@example.org"),
        ("ada@example.org.pt", "ada@example.org.pt"),
        ("Ada\n Example did it", f"{INSTEAD} did it"),
        ("Canada Examples", "Canada Examples"),
        ("ADA EXAMPLE", INSTEAD),
    ],
)
def test_only_the_address_and_the_name_are_taken_out(written: str, left: str) -> None:
    person = Person("ada@example.org", NAME)
    assert person.taken_out_of(written) == left
    assert person.is_in(written) == (written != left)


def test_names_with_characters_that_json_or_the_database_read_otherwise_are_found(
    administrator: FlaskClient, database: Database
) -> None:
    for name in ('Ada "the 100%" O_Neil', "Zoë Ångström", "C:\\Ada"):
        started(database, note=f"Says {name}.")
        assert shown(administrator, "", name).count('class="own"') == 2, name


UPLOADED = {
    "Ada Example": "Ada Example leads it.",
    "ada@example.org": "Ask:\nADA@example.org",
    "Bob Example": "First line.\nBob\nExample",
    'Ada "the 100%" O_Neil': 'Says Ada "the 100%" O_Neil.',
    "C:\\Ada": "Found in\tC:\\Ada",
}
"""What somebody is known by, and a note about them."""


@pytest.mark.parametrize("known", UPLOADED)
def test_a_person_in_an_upload_that_nobody_confirmed_is_handed_out_and_erased(
    administrator: FlaskClient, database: Database, known: str
) -> None:
    by = {"email": known} if "@" in known else {"name": known}
    other, theirs = content("Made-up region B"), content(REGION) | {"notes": {QUESTION: UPLOADED[known]}}
    with database.writing() as session:
        account_id = session.scalars(select(User.id)).one()
        imports.put_aside(session, account_id, [File("a.json", other), File("b.json", theirs)], audit.SYSTEM)
    assert "Nothing found" in shown(administrator, "", "Nobody Here")
    (handed,) = json.loads(send(administrator, "/admin/persons/export", **by).text)["uploads"]
    assert handed["texts"] == [UPLOADED[known]]
    assert erase(administrator, **{"email": "", **by})[0] == 200
    assert dump(database)["pending_imports"] == []


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)  # SQLite has one that writes at a time
def test_looking_waits_for_nobody_and_nobody_for_it(
    administrator: FlaskClient, database: Database, account: None
) -> None:
    started(database, contact=EMAIL)
    token = csrf_token(administrator.get("/admin/").text)
    with ThreadPoolExecutor(1) as pool, database.writing() as session:
        session.scalars(select(Assessment).with_for_update()).all()
        session.scalars(select(Role).with_for_update()).all()
        page = pool.submit(administrator.get, "/admin/assessments/1/erase").result(LONG)
        found = pool.submit(administrator.post, "/admin/persons", data={"csrf_token": token, "email": EMAIL}).result(
            LONG
        )
    assert (page.status_code, found.status_code) == (200, 200)
    assert "This is the last account that may do everything" in words(found.text)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_what_was_written_meanwhile_is_erased_from_and_not_undone(database: Database) -> None:
    token = started(database, note=f"Ask {NAME}.", submit=False)
    with database.writing() as session:
        seen = session.scalars(select(Answer)).all()
        with database.writing() as theirs:
            change = Change(QUESTION, Entry("2", note=f"Phone {NAME}."), None)
            entries.save(links.visit(theirs, token).assessment, [change])
        erasure.erase(session, Person(name=NAME), texts=True, state=None, by=audit.COMMAND_LINE)
        assert [answer.note for answer in seen] == [f"Phone {INSTEAD}."]
    with database.reading() as session:
        assert session.scalars(select(Answer.note)).all() == [f"Phone {INSTEAD}."]


def test_looking_a_person_up_is_in_the_log_without_the_words(
    administrator: FlaskClient, settings: Settings, database: Database, ada: str
) -> None:
    before = len(log(database))
    shown(administrator, ADA)
    shown(administrator, "", NAME)
    shown(administrator, "nobody@example.org")
    assert run_on(settings, "person", "erase", "nobody@example.org").returncode == 0
    me, told = log(database)[0][2], log(database)[before:]
    with database.reading() as session:
        user = session.scalars(select(User).where(func.lower(User.email) == ADA.lower())).one()
        details = session.scalars(select(AuditEntry.details).order_by(AuditEntry.id)).all()[before:]
    whom = [(me, audit.account(user)), (me, "person"), (me, "person"), (audit.COMMAND_LINE, "person")]
    assert told == [(who, "person-looked-up", subject) for who, subject in whom]
    assert set(details) == {"{}"}


def test_a_colleagues_link_ends_and_opens_nothing_for_the_next(
    app: Flask, client: FlaskClient, administrator: FlaskClient, database: Database
) -> None:
    token = started(database, submit=False)
    invited(database, token, NAME)
    with database.reading() as session:
        visit = links.visit(session, token)
        theirs = links.token_of(visit, visit.assessment.contributors[0])
    assert client.get(f"/a/{theirs}/").status_code == 200
    assert erase(administrator, "", NAME)[0] == 200
    assert client.get(f"/a/{theirs}/").status_code == 410
    invited(database, token, "Bob Example")
    assert client.get(f"/a/{theirs}/").status_code == 410
    assert NAME.casefold() not in everything(database)


def test_nothing_is_erased_that_was_not_shown(administrator: FlaskClient, database: Database, ada: str) -> None:
    state = as_sent(shown(administrator))["state"]
    started(database, "Made-up region Corvale", ADA)
    answer = send(administrator, "/admin/persons/erase", email=ADA, state=state, confirm="yes")
    assert answer.status_code == 409
    assert "Nothing was erased" in answer.text
    assert "Made-up region Corvale" in answer.text
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Contact)) == 2


def test_erasing_is_confirmed(administrator: FlaskClient, database: Database, ada: str) -> None:
    before = dump(database)
    state = as_sent(shown(administrator))["state"]
    answer = send(administrator, "/admin/persons/erase", email=ADA, state=state, texts="yes")
    assert answer.status_code == 422
    assert "Please tick the box to say that you mean it." in answer.text
    assert 'name="texts" value="yes" checked' in answer.text
    assert dump(database)["contacts"] == before["contacts"]


@pytest.mark.parametrize(
    ("email", "name", "told"),
    [
        ("", "", "Please enter an e-mail address, a name, or both."),
        ("nobody", "", "Please enter an e-mail address like name@example.org."),
        ("", "Li", "Please enter at least 3 characters of the name."),
        ("", "x" * 121, "This is too long. Please use at most 120 characters."),
        ("", "Ada\x00", "This has a character in it that cannot be kept."),
    ],
)
def test_what_makes_no_sense_is_told(administrator: FlaskClient, email: str, name: str, told: str) -> None:
    for address in ("/admin/persons", "/admin/persons/export", "/admin/persons/erase"):
        answer = send(administrator, address, email=email, name=name)
        assert answer.status_code == 422, address
        assert told in words(answer.text)


def test_nothing_is_found_of_somebody_unknown(administrator: FlaskClient, database: Database, ada: str) -> None:
    started(database, note="100% of it.")
    for email, name in (("nobody@example.org", ""), ("a@example.org", ""), ("", "%%%"), ("", "Nobody Here")):
        assert "Nothing found" in shown(administrator, email, name)


def test_the_last_administrator_stays(administrator: FlaskClient, app: Flask, database: Database) -> None:
    started(database, contact=EMAIL)
    page = shown(administrator, EMAIL)
    assert "This is the last account that may do everything" in page
    assert 'name="confirm"' not in page
    fields = {"email": EMAIL, "state": "", "confirm": "yes"}
    assert send(administrator, "/admin/persons/erase", **fields).status_code == 409
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(User)) == 1
        assert session.scalar(select(func.count()).select_from(Contact)) == 1
    with app.app_context(), database.writing() as session:
        creating.create(session, "second@example.org", PASSWORD, "administrator", audit.COMMAND_LINE)
    assert erase(administrator, EMAIL)[0] == 200
    assert administrator.get("/admin/").location.startswith("/admin/login")
    assert sign_in(administrator).status_code != 302


def pdfs(database: Database, *keys: str) -> None:
    """Keeps a PDF for each digest, and has another one made."""
    with database.writing() as session:
        for key in keys:
            session.add(Report(submission_digest=key, template_version="v", language="en", pdf=b"%PDF-"))
            session.add(Rendering(submission_digest=key, template_version="w", language="en", leased_until=now()))


def kept(database: Database) -> set[str]:
    with database.reading() as session:
        return set(session.scalars(select(Report.submission_digest))) | set(
            session.scalars(select(Rendering.submission_digest))
        )


def test_an_assessment_is_erased_whole(administrator: FlaskClient, database: Database, ada: str) -> None:
    other = started(database, "Made-up region Corvale")
    mine, theirs = digests(database)
    pdfs(database, mine, theirs)
    page = administrator.get("/admin/assessments/1/erase").text
    for said in ("one submission with its result", "one answer", "one report that is kept as a PDF", "one colleague"):
        assert said in page
    state = as_sent(page)["state"]
    answer = send(administrator, "/admin/assessments/1/erase", state=state, confirm="yes")
    assert answer.status_code == 200
    assert "The audit log knows it as assessment-1." in answer.text
    assert regions(database) == ["Made-up region Corvale"]
    assert kept(database) == {theirs}
    left = dump(database)
    for table in ("contacts", "contributors", "review_notes", "review_questions"):
        assert left[table] == []
    with database.reading() as session:
        assert session.scalars(select(Listing.assessment_id)).all() == [2]
    assert log(database)[-1][1:] == ("assessment-erased", "assessment-1")
    assert administrator.get("/admin/assessments/1/erase").status_code == 404
    assert administrator.get(f"/a/{ada}/").status_code == 410
    assert administrator.get(f"/a/{other}/result").status_code == 200
    assert REGION.casefold() not in everything(database)


def test_a_pdf_that_another_submission_shares_stays(administrator: FlaskClient, database: Database) -> None:
    first, second = started(database), started(database)
    with database.writing() as session:
        one, two = session.scalars(select(Submission).order_by(Submission.id))
        two.digest = one.digest  # said alike in the same second
        shared = one.digest
    assert first != second
    pdfs(database, shared)
    erase_whole(administrator, 1)
    assert kept(database) == {shared}
    erase_whole(administrator, 2)
    assert kept(database) == set()


def erase_whole(client: FlaskClient, number: int) -> None:
    address = f"/admin/assessments/{number}/erase"
    state = as_sent(client.get(address).text)["state"]
    assert send(client, address, state=state, confirm="yes").status_code == 200


def test_a_successor_outlives_its_predecessor(administrator: FlaskClient, database: Database) -> None:
    started(database)
    with database.writing() as session:
        token = service.start_next(session, session.scalars(select(Submission)).one())
        assessment = links.visit(session, token).assessment
        entries.save(assessment, [Change(QUESTION, Entry("4"), None)])
        service.submit(session, assessment)
    first, second = digests(database)
    pdfs(database, first, second)
    assert "The assessment that was begun with its answers." in administrator.get("/admin/assessments/1/erase").text
    erase_whole(administrator, 1)
    assert kept(database) == set()  # that of the successor showed the one before
    with database.reading() as session:
        assert session.scalars(select(Assessment.previous)).all() == [first]
    for page in ("", "skills", "check", "result", "report.pdf", "next", "answers.json"):
        assert administrator.get(f"/a/{token}/{page}").status_code == 200, page
    assert administrator.get("/admin/submissions/2").status_code == 200


def test_an_assessment_is_erased_as_it_was_shown(administrator: FlaskClient, database: Database) -> None:
    token = started(database)
    state = as_sent(administrator.get("/admin/assessments/1/erase").text)["state"]
    assert send(administrator, "/admin/assessments/1/erase", state=state).status_code == 422
    with database.writing() as session:
        assessment = links.visit(session, token).assessment
        entries.save(assessment, [Change(QUESTION, Entry("4"), None)])
        service.submit(session, assessment)
    answer = send(administrator, "/admin/assessments/1/erase", state=state, confirm="yes")
    assert answer.status_code == 409
    assert "2 submissions with their results" in answer.text
    assert regions(database) == [REGION]


@pytest.mark.parametrize("number", ["0", "4711", "2147483648", "x"])
def test_no_page_for_an_assessment_that_is_not_there(administrator: FlaskClient, number: str) -> None:
    assert administrator.get(f"/admin/assessments/{number}/erase").status_code == 404
    fields = {"state": "", "confirm": "yes"}
    assert send(administrator, f"/admin/assessments/{number}/erase", **fields).status_code in (404, 405)


def test_the_commands_hand_out_and_erase(settings: Settings, database: Database, ada: str) -> None:
    handed = run_on(settings, "person", "export", ADA, "--name", NAME)
    assert (handed.returncode, handed.stderr) == (0, "")
    assert json.loads(handed.stdout)["contacts"][0]["email"] == ADA
    unsure = run_on(settings, "person", "erase", ADA)
    assert (unsure.returncode, "contacts: 1" in unsure.stdout) == (1, True)
    assert "Nothing was erased." in unsure.stderr
    done = run_on(settings, "person", "erase", ADA, "--name", NAME, "--texts", "--yes")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("Erased.\n")
    assert "note of assessment 1, submission 1" in done.stdout
    with database.reading() as session:
        assert session.scalars(select(Answer.note)).all() == [f"Ask {INSTEAD} or {INSTEAD}."]
        assert session.scalar(select(func.count()).select_from(Contributor)) == 0
    assert log(database)[-1][:2] == ("command-line", "person-erased")
    for wrong in (("nobody",), (), ("--name", "Li")):
        refused = run_on(settings, "person", "export", *wrong)
        assert (refused.returncode, refused.stdout) == (2, "")
    last = run_on(settings, "person", "erase", EMAIL, "--yes")
    assert (last.returncode, "the last account" in last.stderr) == (1, True)
