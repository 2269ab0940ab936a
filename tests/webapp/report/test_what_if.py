"""Levels that are only imagined: they do what `assess` says, and nothing of them is kept."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st

from rubric import load
from rubric.answers import Answers
from rubric.assess import assess
from rubric.problems import InputError
from tests.webapp.assessment.acting import JSON, heading, invite
from tests.webapp.assessment.starting import DECLARED, SKILLS, dump, start, words
from tests.webapp.report.cases import CASES, all_equal, full, result_of, sparse, told, unknown
from tests.webapp.report.submitting import submit
from webapp.database import Database
from webapp.report.what_if import imagined, what_if
from webapp.report.wording import whole

pytestmark = pytest.mark.one_database

RUBRIC = load.rubric()
IDS = [question.id for question in RUBRIC.questions]
FIRST, SECOND, OPEN, LEFT_OUT, UNANSWERED = IDS[0], IDS[1], IDS[4], IDS[9], IDS[40]
"""In `full`: a level and everything beside it, a level, unknown, not applicable, no answer."""
CHANGES = {FIRST: "0", SECOND: "1", OPEN: "4", LEFT_OUT: "3", UNANSWERED: "2"}
LEVELS = st.dictionaries(st.sampled_from(IDS), st.sampled_from("01234"))


def test_only_the_answers_are_imagined() -> None:
    answers = imagined(full(), CHANGES, RUBRIC)
    levels = {name: int(level) for name, level in CHANGES.items()}
    assert answers == Answers.model_validate(full().content | {"answers": full().answers | levels})
    assert imagined(full(), {}, RUBRIC) == full()


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(InputError) as caught:
        imagined(full(), {"ten-year-amis": "3", FIRST: "5", SECOND: "unknown", "x": "²"}, RUBRIC)
    told = [str(problem) for problem in caught.value.problems]
    assert told == [
        "what if: ten-year-amis: unknown question; expected an id of `octant rubric show`"
        " (did you mean ten-year-aims?)",
        f"what if: {FIRST}: found '5'; expected a level 0 to 4",
        f"what if: {SECOND}: found 'unknown'; expected a level 0 to 4",
        "what if: x: unknown question; expected an id of `octant rubric show`",
        "what if: x: found '²'; expected a level 0 to 4",
    ]


@given(case=st.sampled_from([full, sparse, unknown, all_equal]), changes=LEVELS)
@settings(max_examples=20, deadline=None)
def test_what_moves_is_what_the_result_of_the_imagined_answers_says(case: Any, changes: dict[str, str]) -> None:
    answers = case()
    found = what_if(answers, changes, RUBRIC)
    now: Any = result_of(answers).json()
    then: Any = assess(imagined(answers, changes, RUBRIC), RUBRIC).json()
    for outcome, result in ((found.before, now), (found.after, then)):
        _assert_says(outcome, result)
    for theme, was, becomes in zip(found.themes, now["themes"], then["themes"], strict=True):
        assert (theme.line.before, theme.line.score.value) == (was["score"]["value"], becomes["score"]["value"])
    different = [name for name in IDS if name in changes and changes[name] != str(answers.answers.get(name))]
    assert [asked.after.question.id for asked in found.changes] == different


def _assert_says(outcome: Any, result: Any) -> None:
    score, nearest = outcome.score, result["exemplars"]
    assert (score.value, score.low, score.high) == tuple(result["score"][name] for name in ("value", "low", "high"))
    assert list(score.interval or ()) == (result["score"]["interval"] or [])
    assert [(line.country.code, line.stability) for line in outcome.ranking] == [
        (line["country"], line["stability"]) for line in map(told, nearest["ranking"])
    ]
    assert outcome.chance_per_thousand == round(1000 * nearest["p"])


def test_places_are_given_to_countries_that_can_be_compared() -> None:
    found = what_if(unknown(), {name: str(n % 5) for n, name in enumerate(IDS)}, RUBRIC)
    assert [move.place_before for move in found.countries] == [None] * 8
    assert [move.place_after for move in found.countries] == list(range(1, 9))


@pytest.mark.parametrize("answers", [make() for make in CASES.values()], ids=CASES)
def test_the_page_shows_what_was_submitted(client: FlaskClient, answers: Answers) -> None:
    page = client.get(submit(client, answers) + "what-if")
    assert page.status_code == 200
    seen = words(page.text)
    assert "From submission 1 of " in seen
    assert '<h2 id="outcome-title">As answered</h2>' in seen
    assert ("<span>–</span>" if answers == unknown() else f"<span>{whole(_score(answers))}</span> of 100") in seen
    assert not re.findall(r"\b(?:[Oo]ne|\d+) (?:answers? )?changed", seen.partition("<main")[2])


def _score(answers: Answers) -> float | None:
    return result_of(answers).scores.overall.value


def test_without_javascript_the_form_shows_what_would_move(client: FlaskClient) -> None:
    page = client.post(submit(client, full()) + "what-if", data=dict.fromkeys(IDS, "") | CHANGES)
    assert page.status_code == 200
    seen = words(page.text)
    assert "<h3>5 answers changed</h3>" in seen
    before, after = (whole(_score(answers)) for answers in (full(), imagined(full(), CHANGES, RUBRIC)))
    assert before != after
    assert f'{before}</span> <span aria-hidden="true">→</span>' in seen
    assert f"<b>{after}</b></span> of 100" in seen
    assert seen.count(" selected>") == len(IDS) - 2  # which have no level, neither answered nor imagined
    for name, level in CHANGES.items():
        question = RUBRIC.question_by_id[name]
        assert f"This claims: {question.levels[int(level)]}" in seen
        assert f'/{question.theme}#{name}">Answer this question' in seen


def test_with_javascript_only_the_outcome_comes(client: FlaskClient) -> None:
    link = submit(client, full()) + "what-if"
    before, after = (whole(_score(answers)) for answers in (full(), imagined(full(), {FIRST: "0"}, RUBRIC)))
    answer: Any = client.post(link, data={FIRST: "0"}, headers=JSON).json
    assert answer["said"] == f"One answer changed. The score goes from {before} to {after}. Nearest is still Denmark."
    assert answer["counts"] == dict.fromkeys(RUBRIC.theme_by_id, "") | {RUBRIC.questions[0].theme: "one changed"}
    assert "<h3>One answer changed</h3>" in answer["outcome"]
    assert "<html" not in answer["outcome"]
    assert answer["outcome"].strip() in client.post(link, data={FIRST: "0"}).text
    assert client.post(link, headers=JSON).json["said"] == "No answer is changed."  # type: ignore[index]  # it is JSON


@pytest.mark.parametrize(
    ("case", "changes", "said"),
    [
        ("unknown", {FIRST: "2"}, "The score would be 50. No country can be compared."),
        ("unknown", {name: str(n % 5) for n, name in enumerate(IDS)}, "The score would be 50. Nearest is "),
        ("all_equal", {}, "No answer is changed."),
        ("all_equal", {SKILLS[0]: "2"}, "No answer is changed."),
        ("full", dict.fromkeys(IDS, "2"), "The score goes from 45 to 50. No country can be compared."),
    ],
)
def test_the_sentence_fits_also_where_something_is_undefined(
    client: FlaskClient, case: str, changes: dict[str, str], said: str
) -> None:
    answer: Any = client.post(submit(client, CASES[case]()) + "what-if", data=changes, headers=JSON).json
    assert said in answer["said"]


def test_nothing_is_stored_and_nothing_kept_on_the_way(client: FlaskClient, database: Database) -> None:
    link = submit(client, full()) + "what-if"
    before = dump(database)
    for answer in (client.get(link), client.post(link, data=CHANGES), client.post(link, data=CHANGES, headers=JSON)):
        assert answer.headers["Cache-Control"] == "no-store"
    assert dump(database) == before
    assert client.get(link).text == client.get(link).text


@pytest.mark.parametrize("headers", [{}, JSON], ids=["page", "script"])
def test_a_mistake_is_told_and_imagines_nothing(client: FlaskClient, headers: dict[str, str]) -> None:
    answer = client.post(submit(client, full()) + "what-if", data={FIRST: "9", SECOND: "1"}, headers=headers)
    assert answer.status_code == 422
    seen = words(answer.text)
    assert f"<td>what if: {FIRST}</td><td>found '9'</td><td>a level 0 to 4</td>" in seen
    assert '<h2 id="outcome-title">As answered</h2>' in seen


def test_a_form_from_elsewhere_is_refused(client: FlaskClient) -> None:
    link = submit(client, full()) + "what-if"
    assert client.post(link, data=CHANGES, headers={"Origin": "https://example.org"}).status_code == 403


def test_before_anything_is_submitted_it_starts_from_the_answers_so_far(client: FlaskClient) -> None:
    link = start(client)
    client.post(link + "skills", data={SKILLS[0]: "4"})
    seen = words(client.get(link + "what-if").text)
    assert "From the answers so far, which are not submitted" in seen
    assert "<span>100</span> of 100" in seen
    assert "/result" not in seen


def test_it_starts_from_the_newest_submission_or_the_one_asked_for(client: FlaskClient) -> None:
    link = submit(client, all_equal())
    client.post(link + "skills", data=dict.fromkeys(SKILLS, "4"))
    assert "<span>50</span> of 100" in client.get(link + "what-if").text
    client.post(link + "check", data=DECLARED)
    assert "<span>55</span> of 100" in client.get(link + "what-if").text
    first = client.get(link + "what-if?number=1").text
    assert "<span>50</span> of 100" in first
    assert f'action="{link}what-if?number=1"' in first
    assert "<span>50</span> of 100" in client.post(link + "what-if?number=1").text
    assert client.get(link + "what-if?number=3").status_code == 404


def test_it_is_for_the_owner_alone(client: FlaskClient) -> None:
    link = submit(client, sparse())
    colleague = invite(client, link) + "what-if"
    for answer in (client.get(colleague), client.post(colleague, data=CHANGES, headers=JSON)):
        assert answer.status_code == 403
        assert "what" not in heading(answer.text).lower()
    assert client.get(f"/a/{'x' * 32}/what-if").status_code == 404
