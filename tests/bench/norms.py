"""How long the preview of norms takes: `python -m tests.bench.norms [SUBMISSIONS]`, by default 2300 made-up ones.

Of these about 1,000 regions are accepted. Aim: the first of the page within two seconds, all of it within ten, on one
core, and the same memory however many there are.
"""

import re
import resource
import sys
import tempfile
import time
from pathlib import Path

from rubric import load
from webapp import audit, current, demo
from webapp.accounts import creating
from webapp.app import create_app
from webapp.config import Settings

EMAIL, PASSWORD = "administrator@example.org", "correct horse battery staple"


def main() -> None:
    """Prints how long it takes until the first and until the last of the page is there."""
    submissions = int(sys.argv[1]) if len(sys.argv) > 1 else 2300
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(Path(folder), f"sqlite:///{folder}/octant.sqlite", second_factor="optional"))
        with app.app_context():
            database = current.database()
            with database.writing() as session:
                creating.create(session, EMAIL, PASSWORD, "administrator", audit.COMMAND_LINE)
            print(f"{sum(1 for _ in demo.fill(database, submissions))} submissions made up", flush=True)
        client = app.test_client()
        token = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', client.get("/admin/login").text)
        assert token
        client.post("/admin/login", data={"email": EMAIL, "password": PASSWORD, "csrf_token": token[1]})
        before, start = _peak(), time.perf_counter()
        answer = client.get(f"/admin/rubrics/{load.rubric().digest}/norms?all=yes", buffered=False)
        pieces = iter(answer.response)
        size, first = len(next(pieces)), time.perf_counter() - start
        size += sum(len(piece) for piece in pieces)
        taken = time.perf_counter() - start
        print(f"{answer.status}  first after {first:.1f} s, all {size / 1e6:.1f} MB after {taken:.1f} s", flush=True)
        print(f"peak memory {before:.0f} MB before, {_peak():.0f} MB after")
        answer.close()


def _peak() -> float:
    unit = 1024 if sys.platform != "darwin" else 1024 * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit


if __name__ == "__main__":
    main()
