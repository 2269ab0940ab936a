"""Made-up submissions a second, and speed and memory of exports: `python -m tests.bench.exports [MOST]`.

Aim: 150 made-up submissions a second on one core, and exports in the same memory however many submissions there are.
A thousand are made; the rest are copies of them under numbers of their own, as making them takes half an hour.
By default up to 100,000, which takes ten minutes and some GB of disk; with 10000 two minutes.
"""

import os
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parents[2]
MADE = 1_000
COUNTS = (MADE, 10_000, 100_000)
FORMATS = ("csv", "jsonl", "xlsx")
COPIED = {
    "assessments": ("id", "made_up", "origin"),
    "contacts": ("assessment_id",),
    "submissions": ("id", "assessment_id"),
    "listings": ("submission_id", "assessment_id"),
}
"""Tables that exports read, and those of their columns that hold numbers of rows."""


def main() -> None:
    """Prints a line for each count of submissions and each format."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else COUNTS[-1]
    with tempfile.TemporaryDirectory() as folder:
        seconds, wall, peak = _run(folder, "demo", "--submissions", str(MADE))
        rates = f"{MADE / seconds:4.0f} a second on a core (aim 150), {MADE / wall:4.0f} by the clock"
        print(f"made up: {rates}  peak {peak:.0f} MB", flush=True)
        for before, count in zip((MADE, *COUNTS), COUNTS, strict=False):
            if count > most:
                break
            _copy(Path(folder, "octant.sqlite"), before // MADE, count // MADE)
            for form in FORMATS:
                file = Path(folder, f"export.{form}")
                seconds, wall, peak = _run(folder, "export", "--format", form, "--notes", "--contacts", "-o", str(file))
                size = file.stat().st_size / 1e6
                told = f"{wall:6.1f} s by the clock  {size:6.1f} MB  peak {peak:.0f} MB"
                print(f"{count:7,d} submissions {form:>6}  {told}", flush=True)


def _copy(database: Path, first: int, last: int) -> None:
    """Stores what was made once more, for each number from `first` to below `last`."""
    with closing(sqlite3.connect(database)) as connection, connection:
        for table, numbers in COPIED.items():
            columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
            own = {name: f"{name} + ? * 1000000" for name in numbers}
            chosen = ", ".join(own.get(name, name) for name in columns)
            made = "id <= 1000000" if "id" in columns else f"{numbers[0]} <= 1000000"
            copy = f"INSERT INTO {table} ({', '.join(columns)}) SELECT {chosen} FROM {table} WHERE {made}"
            for number in range(first, last):
                connection.execute(copy, [number] * len(numbers))


def _run(data: str, *arguments: str) -> tuple[float, float, float]:
    """Processor seconds, clock seconds and peak memory in MB of one command on the data in a folder."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1", "OCTANT_DATA": data, "OCTANT_DATABASE_URL": ""}
    start = time.perf_counter()
    command = [sys.executable, "-m", "webapp", *arguments]
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{arguments[0]} failed: status {status}")
    peak = usage.ru_maxrss / (1024 if sys.platform != "darwin" else 1024 * 1024)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start, peak


if __name__ == "__main__":
    main()
