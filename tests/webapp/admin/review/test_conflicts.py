"""Nobody decides on what has changed under them: of two exactly one wins, and the other loses nothing typed."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.webapp.admin.review.reviewing import (
    FIRST,
    SECOND,
    ask,
    asked,
    listed,
    logged,
    noted,
    page,
    press,
    returned,
    shown,
    state,
    submit,
)
from tests.webapp.assessment.acting import as_sent
from tests.webapp.assessment.starting import words
from webapp import audit
from webapp.database import Database
from webapp.models import Assessment

TRIES = 5


def test_what_happened_is_told_and_all_that_was_typed_is_kept(
    anna: FlaskClient, bert: FlaskClient, link: str, database: Database
) -> None:
    press(anna, "begin")
    assert "<bdi>anna@example.org</bdi> reviews this assessment, not you." in page(bert)
    assert "not you" not in page(anna)
    old = shown(anna)
    ask(bert, SECOND, "Bert asks.")
    press(bert, "keep", {"note": "Bert notes."})
    typed = {f"ask-{FIRST}": "Anna asks.", f"ask-{SECOND}": "Anna asks too.", "message": "Hello.", "note": "Mine."}
    answer = press(anna, "return", typed, on=old)
    text = words(answer.text)
    assert answer.status_code == 409
    assert "Something happened meanwhile: nothing was done" in text
    assert "Wrote a question, not sent yet" in text
    assert "Bert notes." in text
    assert "bert@example.org" in text
    for kept in typed.values():
        assert f"{kept}</textarea>" in text
    assert "Kept now, in place of which yours would go: <bdi>Bert asks.</bdi>" in text
    assert (state(database)[0], [one.text for one in asked(database)]) == ("in-review", ["Bert asks."])
    from_conflict = as_sent(answer.text)
    assert press(anna, "return", on=from_conflict).status_code == 303
    assert [one.text for one in asked(database)] == ["Anna asks too.", "Anna asks."]
    assert noted(database) == ["Bert notes.", "Mine."]


def test_a_field_that_was_not_touched_yields_to_what_another_wrote(
    anna: FlaskClient, bert: FlaskClient, link: str, database: Database
) -> None:
    press(anna, "begin")
    ask(anna, FIRST, "Before.")
    old = shown(anna)
    ask(bert, FIRST, "After.")
    answer = press(anna, "keep", {"note": "Mine."}, on=old)
    assert answer.status_code == 409
    assert "After.</textarea>" in answer.text
    press(anna, "keep", on=as_sent(answer.text))
    assert ([one.text for one in asked(database)], noted(database)) == (["After."], ["Mine."])


def test_nobody_accepts_what_was_submitted_meanwhile(
    client: FlaskClient, anna: FlaskClient, link: str, database: Database
) -> None:
    press(anna, "begin")
    old = shown(anna)
    client.post(link + "strategy", data={FIRST: "0"})
    submit(client, link)
    answer = press(anna, "accept", {f"ask-{SECOND}": "Typed."}, on=old)
    text = words(answer.text)
    assert (answer.status_code, state(database)) == (409, ("resubmitted", None))
    assert "<b>Submission 2</b>" in text
    assert 'action="/admin/submissions/2"' in text
    assert "Typed.</textarea>" in text
    assert press(anna, "begin", on=as_sent(answer.text), submission=2).status_code == 303
    assert [(one.text, one.number) for one in asked(database)] == [("Typed.", 2)]


def test_nobody_acts_on_what_the_region_took_back(
    client: FlaskClient, anna: FlaskClient, link: str, database: Database
) -> None:
    press(anna, "begin")
    old = shown(anna)
    client.post(link + "take-back", data=as_sent(client.get(link + "take-back").text))
    for do in ("accept", "return", "keep"):
        answer = press(anna, do, {"note": "Typed."}, on=old)
        assert answer.status_code == 409
        assert "Took submission 1 back" in answer.text
    answer = anna.post("/admin/submissions/1/withdraw", data=old | {"reason": "Typed."})
    assert answer.status_code == 409
    assert "Typed." in answer.text
    assert (state(database)[0], noted(database)) == ("withdrawn", [])


def test_the_region_does_not_take_back_what_was_decided_meanwhile(
    client: FlaskClient, anna: FlaskClient, link: str, database: Database
) -> None:
    old = as_sent(client.get(link + "take-back").text)
    returned(anna, FIRST)
    answer = client.post(link + "take-back", data=old)
    assert (answer.status_code, state(database)[0]) == (409, "returned")
    assert "One question from the reviewers" in answer.text
    for wrong in ({}, {"revision": "x"}, {"revision": "-1"}):
        assert client.post(link + "take-back", data=wrong).status_code == 409
    client.post(link + "take-back", data=as_sent(answer.text))
    assert (state(database)[0], listed(database)) == ("withdrawn", ["withdrawn"])


@pytest.mark.parametrize("wrong", [{"revision": ""}, {"number": "2"}, {"revision": "x"}, {"number": "-1"}])
def test_a_form_that_does_not_say_what_it_showed_does_nothing(
    anna: FlaskClient, link: str, database: Database, wrong: dict[str, str]
) -> None:
    assert press(anna, "begin", wrong).status_code == 409
    assert state(database)[0] == "received"


def at_once(*acts: Callable[[], int]) -> list[int]:
    """The statuses of requests that are sent at the same moment."""
    barrier, found = Barrier(len(acts)), [0] * len(acts)

    def act(place: int) -> None:
        barrier.wait()
        found[place] = acts[place]()

    threads = [Thread(target=act, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def test_of_two_reviewers_at_once_exactly_one_wins(
    client: FlaskClient, anna: FlaskClient, bert: FlaskClient, link: str, database: Database
) -> None:
    for _ in range(TRIES):
        press(anna, "begin")
        pages = [(who, shown(who)) for who in (anna, bert)]
        before = logged(database)
        (one, first), (other, second) = pages
        found = at_once(
            lambda: press(one, "accept", on=first).status_code,  # noqa: B023  # called before the next turn
            lambda: press(other, "keep", {f"ask-{FIRST}": "?", "note": "No."}, on=second).status_code,  # noqa: B023
        )
        assert sorted(found) == [303, 409]
        won = logged(database)[len(before) :]
        assert won == (["accepted"] if found[0] == 303 else ["question-drafted", "note-written"])
        if found[0] != 303:
            ask(anna, FIRST, "")
            press(anna, "accept")
    with database.reading() as session:
        assert audit.verify(session).whole


def test_of_a_reviewer_and_the_region_at_once_nobody_is_overlooked(
    client: FlaskClient, anna: FlaskClient, link: str, database: Database
) -> None:
    for turn in range(1, TRIES + 1):
        press(anna, "begin", submission=turn)
        client.post(link + "strategy", data={FIRST: str(turn % 4), SECOND: str((turn + 1) % 4)})
        on = shown(anna, turn)
        found = at_once(
            lambda: press(anna, "accept", submission=turn, on=on).status_code,  # noqa: B023  # as above
            lambda: submit(client, link).status_code,
        )
        assert found[1] == 303
        assert state(database) == ("resubmitted", turn if found[0] == 303 else _accepted_before(found, database))
    with database.reading() as session:
        assert len(listed(database)) == TRIES + 1
        assert session.scalars(select(Assessment.revision)).one() >= 2 * TRIES + 1


def _accepted_before(found: list[int], database: Database) -> int | None:
    assert found[0] == 409
    return state(database)[1]


def test_the_page_that_lost_is_the_page_as_it_is(anna: FlaskClient, bert: FlaskClient, link: str) -> None:
    old = shown(anna)
    press(bert, "begin")
    answer = press(anna, "begin", on=old)
    assert answer.status_code == 409
    assert "Assigned to <bdi>bert@example.org</bdi>" in answer.text
    assert "Began the review" in answer.text
    assert "bert@example.org" in page(anna)
