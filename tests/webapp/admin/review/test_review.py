"""The way of an assessment through its review, by both sides' pages."""

import datetime as dt
from collections.abc import Callable
from itertools import count

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update

from tests.mail_server import Mailbox
from tests.server import free_port
from tests.webapp.admin.review.reviewing import (
    CONTACT,
    DESK,
    FIRST,
    NAMES,
    SECOND,
    THIRD,
    ask,
    asked,
    listed,
    logged,
    noted,
    page,
    press,
    returned,
    reviewer,
    section,
    shown,
    state,
    submit,
    submitted,
    told,
)
from tests.webapp.assessment.acting import as_sent
from tests.webapp.assessment.starting import words
from tests.webapp.mailing import SITE, mailing
from webapp import audit, demo, listing
from webapp.admin.review import steps
from webapp.assessment import service
from webapp.config import Settings
from webapp.database import Database
from webapp.governance import erasing
from webapp.models import Assessment, Listing, Mailing, User, now
from webapp.status import Overtaken

HOSTILE = "<script>alert(1)</script>\"'&"


@pytest.fixture
def viewer(app: Flask, database: Database) -> FlaskClient:
    """Somebody who may only read."""
    return reviewer(app, database, "viktor@example.org", "viewer")


def test_from_received_to_accepted(client: FlaskClient, anna: FlaskClient, link: str, database: Database) -> None:
    assert "Nobody has begun to review this submission." in page(anna)
    assert press(anna, "begin:review").location == "/admin/submissions/1#review"
    assert state(database) == ("in-review", None)
    assert "Assigned to <bdi>anna@example.org</bdi>" in page(anna)
    assert ask(anna, FIRST, "Which decision?").location == f"/admin/submissions/1#answer-{FIRST}"
    answer = press(anna, "return:review", {"message": "Two things."})
    assert answer.location == "/admin/submissions/1?told=no-mail#review"
    assert state(database) == ("returned", None)
    region = words(client.get(link).text)
    assert "One question from the reviewers" in region
    assert "Two things." in region
    client.post(link + "strategy", data={f"reply-{FIRST}": "Decision 12.", SECOND: "4"})
    assert submit(client, link).location == f"{link}result"
    assert (state(database), listed(database)) == (("resubmitted", None), ["superseded", "resubmitted"])
    desk = page(anna, 2)
    assert "The region replied to the question." in desk
    assert "Decision 12." in section(desk, f"answer-{FIRST}")
    press(anna, "begin", submission=2)
    assert press(anna, "accept", submission=2).status_code == 303
    assert (state(database), listed(database)) == (("accepted", 2), ["superseded", "accepted"])
    assert "Submission 2 is accepted" in words(client.get(link).text)
    with database.reading() as session:
        assert audit.verify(session).whole
    assert logged(database) == [
        "submitted",
        "review-begun",
        "question-drafted",
        "message-drafted",
        "returned",
        "submitted",
        "review-begun",
        "accepted",
    ]


@pytest.mark.parametrize("between", ["accept", "withdraw"])
def test_the_region_reads_the_words_of_what_it_was_told_last(
    client: FlaskClient, anna: FlaskClient, link: str, between: str
) -> None:
    press(anna, "begin")
    press(anna, "keep", {"message": "Two things."})
    if between == "accept":
        press(anna, "accept")
        assert "A message that was not sent" in page(anna)
        assert "To return the assessment" not in page(anna)
    else:
        anna.post("/admin/submissions/1/withdraw", data=shown(anna) | {"reason": "A mistake."})
    press(anna, "begin")
    ask(anna, FIRST, "Which decision?")
    assert press(anna, "return").status_code == 303
    region = words(client.get(link).text)
    assert "Two things." in region
    assert "A mistake." not in region
    press(anna, "begin")
    ask(anna, FIRST, "And now?")
    press(anna, "return")
    assert "Two things." not in client.get(link).text


def test_what_is_returned_together_stays_together(
    client: FlaskClient, anna: FlaskClient, link: str, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = count()
    monkeypatch.setattr(steps, "now", lambda: now() + dt.timedelta(seconds=next(seconds)))
    press(anna, "begin")
    press(anna, "return", {f"ask-{FIRST}": "One?", f"ask-{SECOND}": "Two?"})
    assert len({one.sent_at for one in asked(database)}) == 1
    assert "2 questions from the reviewers" in words(client.get(link).text)


def test_the_list_says_after_every_step_what_it_would_say_if_drawn_anew(
    client: FlaskClient, anna: FlaskClient, link: str, database: Database
) -> None:
    def withdraw() -> None:
        anna.post("/admin/submissions/2/withdraw", data=shown(anna, 2) | {"reason": "A mistake."})

    def take_back() -> None:
        client.post(link + "take-back", data=as_sent(client.get(link + "take-back").text))

    press(anna, "begin")
    press(anna, "accept")
    client.post(link + "strategy", data={SECOND: "4"})
    submit(client, link)
    steps: list[Callable[[], object]] = [
        lambda: press(anna, "keep", {"note": "Called."}, submission=2),
        lambda: press(anna, "keep", {"reviewer": "0"}, submission=2),
        lambda: press(anna, "begin", submission=2),
        lambda: press(anna, "return", {f"ask-{FIRST}": "One?"}, submission=2),
        withdraw,
        lambda: press(anna, "begin", submission=2),
        lambda: press(anna, "accept", submission=2),
        take_back,
    ]
    seen = set()
    for step in steps:
        step()
        told = drawn(database)
        seen.update(told)
        with database.writing() as session:
            listing.refresh(session, session.scalars(select(Assessment)).one())
        assert told == drawn(database)
    statuses = {row[columns(Listing).index("status")] for row in seen}
    assert statuses == {"accepted", "superseded", "resubmitted", "in-review", "returned", "withdrawn"}


def columns(kind: type[Listing]) -> list[str]:
    return [column.name for column in kind.__table__.columns]


def drawn(database: Database) -> list[tuple[object, ...]]:
    """All that the list has, row by row."""
    with database.reading() as session:
        rows = session.execute(select(Listing.__table__).order_by(Listing.submission_id))
        return [tuple(row) for row in rows]


def test_mail_goes_to_nobody_who_was_erased_meanwhile(
    anna: FlaskClient, link: str, database: Database, settings: Settings
) -> None:
    if settings.database_url.startswith("sqlite"):
        pytest.skip("SQLite lets nobody write meanwhile")
    with database.writing() as session:
        submission = service.submission(session, 1)
        assert submission and submission.assessment.contact
        with database.writing() as other:
            erasing.forget_contact(other, other.scalars(select(Assessment)).one())
        seen = steps.Seen(submission.assessment.revision, 1)
        with steps.open_case(session, submission, seen, session.scalars(select(User)).one()) as case:
            assert case.contact is None


def test_a_question_is_by_whoever_wrote_it_last(app: Flask, anna: FlaskClient, link: str, database: Database) -> None:
    press(anna, "begin")
    ask(anna, FIRST, "Which decision?")
    bert = reviewer(app, database, "bert@example.org")
    ask(bert, FIRST, "Which decision, and when?")
    assert "Written by <bdi>bert@example.org</bdi>" in page(anna)


def test_the_result_says_where_the_review_stands(client: FlaskClient, anna: FlaskClient, link: str) -> None:
    assert f'<a href="{link}#review">Submission 1 has arrived</a>' in client.get(link + "result").text
    returned(anna, FIRST)
    assert f'<a href="{link}#review">One question from the reviewers</a>' in client.get(link + "result").text


def test_nothing_is_decided_on_what_was_erased_meanwhile(
    anna: FlaskClient, link: str, database: Database, settings: Settings
) -> None:
    if settings.database_url.startswith("sqlite"):
        pytest.skip("SQLite lets nobody write meanwhile")
    before = shown(anna)
    with database.writing() as session:
        submission = service.submission(session, 1)
        assert submission
        seen, by = steps.Seen(submission.assessment.revision, 1), session.scalars(select(User)).one()
        with database.writing() as other:
            erasing.erase(other, other.scalars(select(Assessment)).all())
        with pytest.raises(Overtaken), steps.open_case(session, submission, seen, by):
            pass
    assert press(anna, "begin", on=before).status_code == 404


def test_a_question_is_the_reviewers_own_until_it_is_sent(
    client: FlaskClient, anna: FlaskClient, viewer: FlaskClient, link: str, database: Database
) -> None:
    press(anna, "begin")
    ask(anna, FIRST, "Which decison?")
    ask(anna, SECOND, "No longer.")
    for hidden in (client.get(link).text, client.get(link + "strategy").text, page(viewer)):
        assert "Which decison?" not in hidden
    ask(anna, FIRST, "Which decision?")
    ask(anna, SECOND, " ")
    assert [(one.question, one.text) for one in asked(database)] == [(FIRST, "Which decision?")]
    press(anna, "return")
    assert "Which decision?" in client.get(link + "strategy").text
    assert "Which decision?" in page(viewer)


def test_whatever_button_is_pressed_all_that_was_typed_is_kept(
    anna: FlaskClient, link: str, database: Database
) -> None:
    press(anna, "begin")
    sent = shown(anna) | {f"ask-{FIRST}": "One?", f"ask-{SECOND}": "Two?", "message": "Hello.", "note": "Called."}
    anna.post("/admin/submissions/1", data=sent | {"do": "keep:notes"})
    assert [one.text for one in asked(database)] == ["One?", "Two?"]
    assert noted(database) == ["Called."]
    assert shown(anna)["message"] == "Hello."
    press(anna, "return")
    assert told(database) == [("return", "Hello.")]


def test_nothing_is_returned_without_a_question_nor_accepted_with_one(
    anna: FlaskClient, link: str, database: Database
) -> None:
    press(anna, "begin")
    answer = press(anna, "return", {"message": "Please look again."})
    assert (answer.status_code, state(database)[0]) == (422, "in-review")
    typed = press(anna, "accept", {f"ask-{FIRST}": "Which decision?"})
    assert (typed.status_code, "One question is written and not sent yet:" in typed.text) == (422, True)
    assert "There is no question yet" in answer.text
    assert "Please look again.</textarea>" in answer.text
    answer = press(anna, "accept", {"note": "Fine.", f"ask-{FIRST}": "Which?"})
    assert (answer.status_code, state(database)[0]) == (422, "in-review")
    assert "There are questions that were not sent" in answer.text
    assert "Which?</textarea>" in answer.text
    assert (asked(database), noted(database)) == ([], [])


@pytest.mark.parametrize("text", ["x" * 2001, "\n" * 41 + "x\n" * 41, "a\x07b"])
def test_what_does_not_fit_is_told_and_not_lost(anna: FlaskClient, link: str, database: Database, text: str) -> None:
    press(anna, "begin")
    answer = ask(anna, FIRST, text)
    assert answer.status_code == 422
    assert f'href="#ask-{FIRST}">{NAMES[FIRST]}: ' in words(answer.text)
    assert asked(database) == []
    assert text.strip("\n")[:20] in answer.text.replace("\r\n", "\n")


def test_steps_that_do_not_follow_are_refused(anna: FlaskClient, link: str, database: Database) -> None:
    for do in ("return", "accept"):
        assert press(anna, do).status_code == 409
    on = shown(anna) | {f"ask-{FIRST}": "Which?", "do": "keep"}
    answer = anna.post("/admin/submissions/1", data=on)
    assert answer.status_code == 409
    assert "begin it first" in answer.text
    assert "Which?</textarea>" in answer.text
    assert state(database) == ("received", None)
    assert anna.post("/admin/submissions/1", data=on | {"do": "begin"}).status_code == 303
    assert [one.text for one in asked(database)] == ["Which?"]


def test_going_on_without_a_reply(client: FlaskClient, anna: FlaskClient, link: str, database: Database) -> None:
    returned(anna, FIRST)
    press(anna, "begin")
    assert press(anna, "accept").status_code == 303
    assert state(database) == ("accepted", 1)
    assert "What of" not in client.get(link + "strategy").text


def test_an_accepted_submission_stays_so_until_a_newer_one_is(
    client: FlaskClient, anna: FlaskClient, link: str, database: Database
) -> None:
    press(anna, "begin")
    press(anna, "accept")
    client.post(link + "strategy", data={SECOND: "4"})
    submit(client, link)
    assert (state(database), listed(database)) == (("resubmitted", 1), ["accepted", "resubmitted"])
    assert "Submission 1 stays the accepted one until then." in words(client.get(link).text)
    assert "submission 1 stays the accepted one" in page(anna, 2)
    press(anna, "begin", submission=2)
    press(anna, "accept", submission=2)
    assert (state(database), listed(database)) == (("accepted", 2), ["superseded", "accepted"])


def test_a_reviewer_withdraws_with_a_reason_and_reopens(
    client: FlaskClient, anna: FlaskClient, link: str, database: Database
) -> None:
    press(anna, "begin")
    press(anna, "accept")
    sent = {name: shown(anna)[name] for name in ("csrf_token", "revision", "number")}
    answer = anna.post("/admin/submissions/1/withdraw", data=sent | {"reason": " "})
    assert (answer.status_code, state(database)) == (422, ("accepted", 1))
    anna.post("/admin/submissions/1/withdraw", data=sent | {"reason": HOSTILE})
    assert (state(database), listed(database)) == (("withdrawn", None), ["withdrawn"])
    region = client.get(link).text
    assert "Submission 1 was withdrawn by the reviewers" in region
    assert HOSTILE in words(region)
    assert HOSTILE not in region
    press(anna, "begin")
    assert state(database) == ("in-review", None)


def test_assigning(app: Flask, anna: FlaskClient, viewer: FlaskClient, link: str, database: Database) -> None:
    bert = reviewer(app, database, "bert@example.org")
    accounts = page(anna)
    assert "bert@example.org</option>" in accounts
    assert "viktor@example.org</option>" not in accounts
    assert press(anna, "keep:review", {"reviewer": "3"}).status_code == 303
    assert "Assigned to <bdi>bert@example.org</bdi>" in page(bert)
    assert press(anna, "keep:review", {"reviewer": "0"}).status_code == 303
    assert "Nobody is assigned." in page(bert)
    for wrong in ("2", "99", "x", "-1"):
        answer = press(anna, "keep:review", {"reviewer": wrong})
        assert answer.status_code == 422
        assert "Please choose an account from the list." in answer.text


def test_the_desk_names_what_has_waited_longest(client: FlaskClient, anna: FlaskClient, link: str) -> None:
    assert "Waiting longest" not in page(anna)
    for _ in range(2):
        submitted(client)
    press(anna, "begin:review", submission=2)
    assert f'href="{DESK.format(3)}"' in anna.get(DESK.format(1)).text
    press(anna, "begin:review", submission=3)
    assert "Waiting longest" not in page(anna)


def test_the_timeline_tells_everything_and_forgets_addresses(
    app: Flask, client: FlaskClient, anna: FlaskClient, viewer: FlaskClient, link: str, database: Database
) -> None:
    press(anna, "keep:notes", {"note": HOSTILE})
    returned(anna, FIRST, message="Hello.")
    client.post(link + "strategy", data={f"reply-{FIRST}": "Yes."})
    submit(client, link)
    bert = reviewer(app, database, "bert@example.org")
    happened = page(bert, 2).partition('id="happened"')[2]
    order = ["Submission 2", "Returned with one question", "Began the review", "Note", "Submission 1"]
    places = [happened.index(f"<b>{what}</b>") for what in order]
    assert places == sorted(places)
    assert "anna@example.org" in happened
    assert "question, not sent yet" not in happened
    seen = viewer.get("/admin/submissions/2").text.partition('id="happened"')[2]
    assert "a reviewer" in seen
    assert "anna@example.org" not in seen
    assert "<b>Note</b>" not in seen
    with database.writing() as session:
        gone = session.get_one(User, 1)
        gone.roles = []
        session.flush()
        session.execute(delete(User).where(User.id == 1))
    gone_too = page(bert, 2)
    assert "a former account" in gone_too
    assert "anna@example.org" not in gone_too


def test_a_viewer_reads_and_can_do_nothing(viewer: FlaskClient, anna: FlaskClient, link: str) -> None:
    press(anna, "keep:notes", {"note": "Among ourselves."})
    text = page(viewer)
    for hidden in (CONTACT, "Among ourselves.", "Begin the review", 'name="do"', "anna@example.org", "Withdraw"):
        assert hidden not in text
    assert viewer.get("/admin/submissions/1/changes").status_code == 200
    for path in ("", "/withdraw"):
        sent = shown(anna) | {"csrf_token": shown(viewer)["csrf_token"]}
        assert viewer.post("/admin/submissions/1" + path, data=sent).status_code == 403
    assert viewer.get("/admin/submissions/1/withdraw").status_code == 403


def test_nothing_is_done_without_the_token_of_the_session(anna: FlaskClient, link: str, database: Database) -> None:
    sent = shown(anna) | {"do": "begin"}
    sent.pop("csrf_token")
    assert anna.post("/admin/submissions/1", data=sent).status_code == 400
    assert state(database) == ("received", None)


@pytest.mark.parametrize("path", ["/admin/submissions/4711", "/admin/submissions/4711/withdraw"])
def test_there_is_nothing_to_review_that_is_not_there(anna: FlaskClient, link: str, path: str) -> None:
    assert anna.post(path, data=shown(anna)).status_code == 404


def test_what_people_type_is_shown_as_they_typed_it(client: FlaskClient, anna: FlaskClient, link: str) -> None:
    press(anna, "begin")
    ask(anna, FIRST, HOSTILE)
    press(anna, "return", {"message": HOSTILE, "note": HOSTILE})
    client.post(link + "strategy", data={f"reply-{FIRST}": HOSTILE})
    region = [client.get(link).text, client.get(link + "strategy").text]
    submit(client, link)
    for text in (anna.get("/admin/submissions/2").text, *region):
        assert "<script>alert" not in text
        assert HOSTILE in words(text)


def test_a_hint_turns_into_a_question_with_words_to_edit(
    client: FlaskClient, anna: FlaskClient, viewer: FlaskClient, link: str, database: Database
) -> None:
    assert "Worth a second look" not in page(viewer)
    press(anna, "begin")
    assert 'value="hint:unknown:' in page(anna)
    on = shown(anna) | {"note": "Kept too."}
    answer = anna.post("/admin/submissions/1", data=on | {"do": f"hint:bare:{FIRST}"})
    assert answer.location == f"/admin/submissions/1#answer-{FIRST}"
    (draft,) = asked(database)
    assert draft.text.startswith("What could be shown for this?")
    assert noted(database) == ["Kept too."]
    assert "What could be shown for this?" not in client.get(link).text
    press(anna, f"hint:bare:{FIRST}")
    assert asked(database)[0].text.count("What could be shown") == 2
    for wrong in ("hint:bare:nonsense", "hint:nonsense", f"hint:bare:{THIRD}"):
        answer = press(anna, wrong, {"note": "Typed.", f"ask-{SECOND}": "Typed too?"})
        assert answer.status_code == 409
        assert "That hint is no longer there" in answer.text
        for typed in ("Typed.", "Typed too?"):
            assert f"{typed}</textarea>" in answer.text
    assert (noted(database), len(asked(database))) == (["Kept too."], 1)


def test_made_up_regions_have_a_desk_too(anna: FlaskClient, database: Database) -> None:
    list(demo.fill(database, 40))
    for number in range(1, 41):
        text = page(anna, number)
        assert "Submission 1" in text.partition('id="happened"')[2]
    assert any("Returned with" in page(anna, number) for number in range(1, 41))


class TestMail:
    """With a mail server."""

    @pytest.fixture
    def settings(self, settings: Settings, mailbox: Mailbox) -> Settings:
        return mailing(settings, mailbox.url)

    def test_everybody_is_told_and_nothing_typed_is_quoted(
        self, client: FlaskClient, anna: FlaskClient, link: str, mailbox: Mailbox, database: Database
    ) -> None:
        returned(anna, FIRST, message="Typed message")
        assert "A message is on its way to contact@example.org." in anna.get("/admin/submissions/1?told=mailed").text
        _later(database)
        client.post(link + "strategy", data={f"reply-{FIRST}": "Typed reply"})
        submit(client, link)
        press(anna, "begin", submission=2)
        assert press(anna, "accept", submission=2).location == "/admin/submissions/2?told=mailed"
        assert mailbox.recipients == [[CONTACT], ["anna@example.org"], [CONTACT]]
        subjects = [message["Subject"] for message in mailbox.messages]
        assert subjects == [
            "Questions about your self-assessment of cluster policy",
            "A region that you review has submitted again",
            "Your self-assessment of cluster policy was accepted",
        ]
        assert f"{SITE}/admin/submissions/2" in mailbox.messages[1].get_content()
        for message in mailbox.messages:
            text = message.get_content()
            assert SITE in text
            for typed in ("Typed", "What of", "Aldermoor", "/a/"):
                assert typed not in text

    def test_withdrawing_is_told_too(self, anna: FlaskClient, link: str, mailbox: Mailbox) -> None:
        sent = shown(anna) | {"reason": "A trial."}
        assert anna.post("/admin/submissions/1/withdraw", data=sent).location.endswith("?told=mailed")
        assert "A trial." not in mailbox.messages[0].get_content()

    def test_nobody_is_flooded(self, anna: FlaskClient, link: str, mailbox: Mailbox) -> None:
        returned(anna, FIRST)
        press(anna, "begin")
        answer = press(anna, "accept")
        assert answer.location == "/admin/submissions/1?told=lately"
        assert "Too many messages have gone out lately" in anna.get(answer.location).text
        assert len(mailbox.messages) == 1


class TestNoMailServer:
    """With one that does not answer."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return mailing(settings, f"smtp://127.0.0.1:{free_port()}")

    def test_it_stops_nothing(self, anna: FlaskClient, link: str, database: Database) -> None:
        press(anna, "begin")
        answer = press(anna, "accept")
        assert answer.location == "/admin/submissions/1?told=not-mailed"
        assert f"Please tell {CONTACT}" in anna.get(answer.location).text
        assert state(database) == ("accepted", 1)


def test_without_a_mail_server_the_page_says_whom_to_tell_and_how(anna: FlaskClient, link: str) -> None:
    press(anna, "begin")
    text = words(anna.get(press(anna, "accept").location).text)
    assert f"This site sends no e-mail, so nobody was told. Please tell {CONTACT}" in text
    assert "Reviewers have accepted the self-assessment of cluster policy" in text
    assert link not in text


def _later(database: Database) -> None:
    with database.writing() as session:
        session.execute(update(Mailing).values(at=now() - dt.timedelta(minutes=6)))
