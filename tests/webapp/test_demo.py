import json
import os
import subprocess
import sys
from collections import Counter

import pytest
from sqlalchemy import select

from webapp import demo
from webapp.config import ROOT, Settings
from webapp.database import Database
from webapp.models import Assessment, Submission


def kept(database: Database) -> list[dict[str, object]]:
    """The answers of every submission, in the order in which they came, without the day."""
    with database.reading() as session:
        answers = [json.loads(text) for text in session.scalars(select(Submission.answers).order_by(Submission.id))]
    return [{key: value for key, value in content.items() if key != "date"} for content in answers]


def test_regions_are_marked_as_made_up(database: Database) -> None:
    list(demo.fill(database, 300))
    with database.reading() as session:
        regions = list(session.scalars(select(Assessment.region)))
    assert len(regions) == len(set(regions))
    assert all(region.startswith("Made-up region ") for region in regions)


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


def test_a_second_submission_stands_higher(database: Database) -> None:
    list(demo.fill(database, 4))
    with database.reading() as session:
        second, first = (
            json.loads(s) for s in session.scalars(select(Submission.result).order_by(Submission.id.desc()).limit(2))
        )
    assert second["region"] == first["region"]
    assert second["score"]["value"] > first["score"]["value"]


def test_the_command_says_what_it_did(settings: Settings) -> None:
    def run(*options: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "OCTANT_DATA": str(settings.data), "OCTANT_DATABASE_URL": settings.database_url}
        command = [sys.executable, "-m", "webapp", "demo", *options]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    done = run("--submissions", "2")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr.splitlines()[0] == "Made-up region Aldermoor: submission 1"
    assert "Added 2 made-up submissions; 0 were there already." in done.stderr
    assert "Added 0 made-up submissions; 2 were there already." in run("--submissions", "2").stderr
    assert run("--submissions", "0").returncode == 2
