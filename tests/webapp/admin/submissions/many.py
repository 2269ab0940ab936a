"""Many made-up submissions as the list knows them, stored directly: what they say is random, and nothing is scored."""

import datetime as dt
import random
from collections.abc import Iterator

from rubric import load
from rubric.digests import canonical
from webapp import search
from webapp.database import Database
from webapp.listing import NOBODY, OVERALL, quarter_of
from webapp.models import Assessment, Contact, Listing, StoredRubric, Submission, ThemeScore, User, add_rows
from webapp.search import Said

AT_ONCE = 5_000
RUBRIC = load.rubric()
COUNTRIES = [
    "PT",
    "ES",
    "FR",
    "DE",
    "DK",
    "SE",
    "NO",
    "FI",
    "PL",
    "CZ",
    "AT",
    "IT",
    "IE",
    "GB",
    "NL",
    "BE",
    "CH",
    "GR",
    "RO",
    "HU",
    "CA",
    "US",
    "AU",
]
NEAREST = tuple(sorted(RUBRIC.country_by_code))
STATUSES = ("received", "in-review", "returned", "resubmitted", "accepted", "withdrawn", "superseded")
REVIEWERS = 6
VERSIONS = ("2025.1", "2025.2", "2026.1")
BEGAN = dt.datetime(2023, 1, 1, 8, tzinfo=dt.UTC)
YEARS = 3
SYLLABLES = [
    "al",
    "der",
    "moor",
    "cor",
    "va",
    "le",
    "bri",
    "an",
    "ten",
    "fel",
    "hol",
    "ma",
    "ri",
    "sun",
    "tor",
    "wen",
    "lo",
    "dun",
    "es",
    "ka",
    "pe",
    "ro",
]
SECONDS = YEARS * 365 * 24 * 3600
GOLDEN = (5**0.5 - 1) / 2
"""Multiples of it, without their whole part, are spread evenly however many there are."""


def words(chance: random.Random, count: int) -> str:
    """Words of no language, short ones more often than long ones."""
    return " ".join("".join(chance.choices(SYLLABLES, k=chance.choice((1, 2, 2, 3, 3, 4)))) for _ in range(count))


def fill(database: Database, first: int, last: int) -> None:
    """Stores the submissions with the numbers from `first` to `last`, each of an assessment of its own."""
    if first == 1:
        _store_others(database)
    for start in range(first, last + 1, AT_ONCE):
        numbers = range(start, min(start + AT_ONCE, last + 1))
        listings = [_listing(number) for number in numbers]
        with database.writing() as session:
            add_rows(session, Assessment, (_assessment(row) for row in listings))
            add_rows(session, Contact, ({"assessment_id": n, "email": f"office-{n}@example.org"} for n in numbers))
            add_rows(session, Submission, (_submission(row) for row in listings))
            add_rows(session, Listing, listings)
            add_rows(session, ThemeScore, (score for row in listings for score in _scores(row)))
            search.draw(session, (_said(row) for row in listings))


def _store_others(database: Database) -> None:
    with database.writing() as session:
        content = canonical(RUBRIC.content)
        session.add(StoredRubric(digest=RUBRIC.digest, version=RUBRIC.version, content=content))
        for number in range(1, REVIEWERS + 1):
            email = f"reviewer-{number}@example.org"
            session.add(User(email=email, password="", active=True, fs_uniquifier=str(number)))


def _listing(number: int) -> dict[str, object]:
    chance = random.Random(number)
    score = min(100.0, max(0.0, round(chance.gauss(48, 17), 1)))
    region = f"Made-up region {words(chance, 1).title()} {number}"
    return {
        "submission_id": number,
        "assessment_id": number,
        "number": 1,
        "at": BEGAN + dt.timedelta(seconds=int(number * GOLDEN % 1 * SECONDS)),
        "region": region,
        "region_key": search.plain(region),
        "country": chance.choices(COUNTRIES, weights=range(len(COUNTRIES), 0, -1))[0],
        "rubric_digest": RUBRIC.digest,
        "rubric_version": chance.choices(VERSIONS, weights=(1, 3, 6))[0],
        "answers_digest": f"sha256:{number:064x}",
        "status": chance.choices(STATUSES, weights=(10, 5, 8, 4, 45, 3, 25))[0],
        "latest": chance.random() < 0.75,
        "reviewer_id": chance.choice((NOBODY, NOBODY, *range(1, REVIEWERS + 1))),
        "score": score,
        "low": max(0.0, score - 5),
        "high": min(100.0, score + 5),
        "verdict": chance.choices(("clear", "leaning", "none"), weights=(30, 15, 55))[0],
        "nearest": chance.choices(("", *NEAREST), weights=(1, *range(len(NEAREST), 0, -1)))[0],
    }


def _assessment(row: dict[str, object]) -> dict[str, object]:
    return {
        "id": row["assessment_id"],
        "rubric_digest": RUBRIC.digest,
        "region": row["region"],
        "country": row["country"],
        "started_at": row["at"],
        "changed_at": row["at"],
        "status": "received",
        "revision": 0,
        "reviewer_id": row["reviewer_id"] or None,
    }


def _submission(row: dict[str, object]) -> dict[str, object]:
    return {
        "id": row["submission_id"],
        "assessment_id": row["assessment_id"],
        "number": 1,
        "at": row["at"],
        "digest": row["answers_digest"],
        "rubric_digest": RUBRIC.digest,
        "answers": "{}",
        "result": "{}",
    }


def _scores(row: dict[str, object]) -> Iterator[dict[str, object]]:
    chance = random.Random(-int(str(row["submission_id"])))
    overall = float(str(row["score"]))
    for theme in (OVERALL, *RUBRIC.theme_by_id):
        near = overall if theme == OVERALL else min(100.0, max(0.0, round(chance.gauss(overall, 15), 1)))
        yield {
            "submission_id": row["submission_id"],
            "theme": theme,
            "score": near,
            "quarter": quarter_of(near),
            "at": row["at"],
            "overall": row["score"],
            "region_key": row["region_key"],
        }


def _said(row: dict[str, object]) -> Said:
    number = int(str(row["submission_id"]))
    chance = random.Random(number * 31)
    notes = words(chance, 60) + (" strategy" if number % 2 else "") + (" seaport" if number % 100 == 7 else "")
    return Said(number, (str(row["region"]), str(row["country"]), notes), f"office-{number}@example.org")
