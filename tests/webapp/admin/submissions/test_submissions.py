"""The list of submissions shows what fits, all of it once, in order, and says what it cannot understand."""

import json
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select

from tests.webapp.accounts.signing_in import EMAIL
from tests.webapp.admin.review.reviewing import reviewer
from tests.webapp.admin.submissions.listing import account_id, rows, shown, way, whole
from webapp import demo, listing
from webapp.admin.submissions import finding, lists
from webapp.admin.submissions.criteria import Filters, Place
from webapp.admin.submissions.finding import Count
from webapp.admin.submissions.lists import ON_A_PAGE
from webapp.admin.submissions.place import place_from, place_text
from webapp.database import Database
from webapp.listing import KEY_LENGTH
from webapp.models import Assessment, Listing, Submission, ThemeScore

MANY = 2 * ON_A_PAGE + 11
ORDERS: dict[str, Callable[[Listing], object]] = {
    "newest": lambda row: row.at,
    "high": lambda row: row.score,
    "region-back": lambda row: row.region_key,
}
BACK = {"newest": "oldest", "high": "low", "region-back": "region"}
FITTING: dict[str, Callable[[Listing], bool]] = {
    "status=accepted": lambda row: row.status == "accepted",
    "status=superseded": lambda row: row.status == "superseded",
    "country=PT": lambda row: row.country == "PT",
    "verdict=none": lambda row: row.verdict == "none",
    "nearest=DK": lambda row: row.nearest == "DK",
    "rubric=2026.1": lambda row: row.rubric_version == "2026.1",
    "rubric=2025.1": lambda row: False,
    "latest=yes": lambda row: row.latest,
    "latest=yes&status=accepted&verdict=none": lambda row: (
        row.latest and (row.status, row.verdict) == ("accepted", "none")
    ),
}


@pytest.fixture
def filled(database: Database) -> Database:
    """More made-up submissions than stand on two pages."""
    list(demo.fill(database, MANY))
    return database


def expected(database: Database, fits: Callable[[Listing], bool]) -> list[int]:
    """Ids of what fits, newest first."""
    found = sorted(filter(fits, rows(database)), key=lambda row: (row.at, row.submission_id), reverse=True)
    return [row.submission_id for row in found]


def test_every_filter_leaves_what_fits(administrator: FlaskClient, filled: Database) -> None:
    for query, fits in FITTING.items():
        assert whole(administrator, query) == expected(filled, fits), query
    days = sorted({row.at.date() for row in rows(filled)})
    since, until = days[len(days) // 4], days[len(days) // 2]
    among = expected(filled, lambda row: since <= row.at.date() <= until)
    assert 0 < len(among) < MANY
    assert whole(administrator, f"since={since}&until={until}") == among
    high = whole(administrator, f"since={since}&until={until}&sort=high")
    assert sorted(high) == sorted(among)


def test_every_order_is_kept_over_all_pages_forwards_and_backwards(
    administrator: FlaskClient, filled: Database
) -> None:
    for sort, key in ORDERS.items():
        down = sorted(rows(filled), key=lambda row, key=key: (key(row), row.submission_id), reverse=True)  # type: ignore[misc]
        ids = [row.submission_id for row in down]
        assert whole(administrator, f"sort={sort}") == ids
        assert whole(administrator, f"sort={BACK[sort]}") == ids[::-1]
    last = administrator.get("/admin/").text
    while address := way(last, "Next page"):
        last, at = administrator.get(address).text, address
    assert whole(administrator, "", "Previous page", at) == expected(filled, lambda _: True)


def test_a_theme_is_filtered_and_sorted_by_its_own_score(administrator: FlaskClient, filled: Database) -> None:
    with filled.reading() as session:
        scores = list(session.scalars(select(ThemeScore)))
    for theme in ("skills", "overall"):
        own = sorted((row for row in scores if row.theme == theme), key=lambda row: (row.score, row.submission_id))
        assert whole(administrator, f"theme={theme}&sort=theme-low") == [row.submission_id for row in own]
        part = [row.submission_id for row in own if 25 <= row.score < 50]
        assert 0 < len(part) < len(own)
        assert whole(administrator, f"theme={theme}&quarter=1&sort=theme-high") == part[::-1]
        for sort in ("newest", "low", "region"):
            assert sorted(whole(administrator, f"theme={theme}&quarter=1&sort={sort}")) == sorted(part)
        both = {row.submission_id for row in rows(filled) if row.status == "accepted"} & set(part)
        assert set(whole(administrator, f"theme={theme}&quarter=1&status=accepted")) == both
    assert whole(administrator, "quarter=1") == whole(administrator, "theme=overall&quarter=1")
    assert '<th scope="col" role="columnheader" class="number">Skills' in administrator.get("/admin/?theme=skills").text


def test_what_arrives_meanwhile_moves_nothing(administrator: FlaskClient, filled: Database) -> None:
    before = expected(filled, lambda _: True)
    text = administrator.get("/admin/").text
    seen = shown(text)
    for more in (1, 2, 3):
        list(demo.fill(filled, MANY + more))
        address = way(text, "Next page")
        if address:
            text = administrator.get(address).text
            seen += shown(text)
    assert [number for number in seen if number in before] == before
    assert len(seen) == len(set(seen))


def test_a_row_shows_the_figures_of_its_submission(administrator: FlaskClient, database: Database) -> None:
    list(demo.fill(database, 1))
    with database.reading() as session:
        result = json.loads(session.scalars(select(Submission.result)).one())
    (row,) = re.findall(r'<tr role="row">\s*<td.*?</tr>', administrator.get("/admin/").text, re.DOTALL)
    low, high = (round(end) for end in result["score"]["interval"])
    verdict = {"none": "could be chance"}.get(result["exemplars"]["verdict"], result["exemplars"]["verdict"])
    score = f"<b>{round(result['score']['value'])}</b>"
    said = ("Made-up region Aldermoor", "Submission 1 · Portugal", score, f"{low} to {high}", "rubric 2026.1", verdict)
    assert [text for text in said if text not in row] == []


def test_reviewers_are_filtered_by(administrator: FlaskClient, filled: Database) -> None:
    own = account_id(filled, EMAIL)
    with filled.writing() as session:
        for number in (1, 2):
            assessment = session.get_one(Assessment, number)
            assessment.reviewer_id = own
            listing.refresh(session, assessment)
    mine = expected(filled, lambda row: row.assessment_id in (1, 2))
    assert whole(administrator, "reviewer=me") == whole(administrator, f"reviewer={own}") == mine
    assert len(whole(administrator, "reviewer=nobody")) == MANY - len(mine)


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("status=nonsense", "“nonsense” is no choice of this list."),
        ("country=XX", "“XX” is no choice of this list."),
        ("theme=cooking", "“cooking” is no choice"),
        ("quarter=4", "“4” is no choice"),
        ("since=2026-02-30", "“2026-02-30” is not a day."),
        ("since=2026-02-02&until=2026-02-01", "The last day is before the first."),
        ("sort=theme-high", "To sort by the score of a theme, choose the theme as well."),
        ("search=%21%22*", "There is no word in this that could be searched for."),
        (f"search={'x' * 201}", "This is too long."),
        ("reviewer=0", "is no choice"),
        ("wrong=1", "“wrong”"),
        ("status=accepted&status=received", "“status”"),
        ("after=x", "names a page that cannot be found"),
        ("before=1", "names a page that cannot be found"),
        ("after=1~", "names a page that cannot be found"),
        ("after=1~99999999999", "names a page that cannot be found"),
        ("after=999999999999~1", "names a page that cannot be found"),
        ("after=%D9%A3~%D9%A3", "names a page that cannot be found"),
        ("sort=high&after=nan~1", "names a page that cannot be found"),
    ],
)
def test_what_is_wrong_is_said_and_the_rest_shown(
    administrator: FlaskClient, database: Database, query: str, said: str
) -> None:
    list(demo.fill(database, 3))
    answer = administrator.get(f"/admin/?{query}&nearest=none")
    assert answer.status_code == 422
    assert said in answer.text and "Error: Submissions" in answer.text
    assert '<option value="none" selected>' in answer.text  # what was right is still chosen
    typed = re.search(r"(?:since|search)=([^&]+)", query)
    if typed and "%" not in typed[1]:
        assert f'value="{typed[1]}"' in answer.text


def test_filters_that_are_on_can_be_taken_off_one_by_one(administrator: FlaskClient, database: Database) -> None:
    list(demo.fill(database, 3))
    text = administrator.get("/admin/?search=made-up&country=PT&theme=skills&quarter=1&sort=theme-low").text
    ways = re.findall(r'<li><a href="/admin/\??([^"]*)"><span', text)
    assert [address.replace("&amp;", "&") for address in ways] == [
        "country=PT&theme=skills&quarter=1&sort=theme-low",
        "search=made-up&theme=skills&quarter=1&sort=theme-low",
        "search=made-up&country=PT",
    ]
    nothing = administrator.get("/admin/?country=JP").text
    assert "No submission fits." in nothing and "country: Japan" in nothing


def test_two_that_start_at_once_complete_the_list_one_after_the_other(database: Database) -> None:
    list(demo.fill(database, 3))
    with database.writing() as session:
        session.execute(delete(Listing))
    with ThreadPoolExecutor(1) as others:
        with database.completing() as session:
            for assessment in session.scalars(select(Assessment)):
                listing.refresh(session, assessment)
            waiting = others.submit(listing.complete, database)
            with pytest.raises(Late):
                waiting.result(timeout=0.5)
        waiting.result()
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(Listing)) == 3


def test_many_are_not_counted(database: Database) -> None:
    list(demo.fill(database, 12))
    with database.reading() as session:
        for filters in (Filters(), Filters(status="accepted"), Filters(search="made-up region")):
            wanted = finding.search_for(session, filters)
            exact = finding.count(wanted, 12)
            assert exact == Count(len(list(lists.ids(session, filters))))
            assert finding.count(wanted, exact.number - 1) == Count(exact.number - 1, more=True)


def test_strange_addresses_break_nothing(administrator: FlaskClient, database: Database) -> None:
    list(demo.fill(database, 1))
    (only,) = whole(administrator, "")
    assert whole(administrator, "until=9999-12-31") == whole(administrator, "since=0001-01-01") == [only]
    assert administrator.get("/admin/overview?until=9999-12-31").status_code == 200
    for name in ("endpoint", "_anchor", "_method", "_scheme", "_external"):
        for page in ("export/", "assign"):
            answer = administrator.get(f"/admin/{page}?id={only}&{name}=x")
            assert answer.status_code == 200, (page, name)
            assert f"?id={only}" in answer.text


@pytest.mark.parametrize("key", ["made-up region", "منطقه\u200cای", "soft\u00adly", "x" * KEY_LENGTH])
def test_any_region_may_end_a_page(key: str) -> None:
    place = Place(key, 7)
    assert place_from(place_text(place), "region") == place


def test_what_a_form_sends_empty_does_not_stand_in_the_address(administrator: FlaskClient) -> None:
    answer = administrator.get("/admin/?search=&status=accepted&sort=oldest&_external=x&theme=")
    assert (answer.status_code, answer.location) == (302, "/admin/?status=accepted&sort=oldest&_external=x")
    assert administrator.get("/admin/?search=").location == "/admin/"


def test_who_reviews_is_for_reviewers_to_filter_by(app: Flask, database: Database, administrator: FlaskClient) -> None:
    list(demo.fill(database, 2))
    viewer = reviewer(app, database, "viewer@example.org", "viewer")
    answer = viewer.get(f"/admin/?reviewer={account_id(database, EMAIL)}")
    assert answer.status_code == 422
    assert "something about “reviewer”" in answer.text
    assert len(shown(answer.text)) == 2
    assert viewer.get("/admin/export/?reviewer=nobody").status_code == 422
