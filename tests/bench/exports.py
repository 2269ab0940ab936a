"""Made-up submissions a second, and speed and memory of exports: `python -m tests.bench.exports [MOST]`.

Aim: 150 made-up submissions a second on one core, and exports in the same memory however many submissions there are.
By default up to 100,000, which takes a quarter of an hour and 7 GB of disk; with 10000 two minutes.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
COUNTS = (1_000, 10_000, 100_000)
FORMATS = ("csv", "jsonl", "xlsx")


def main() -> None:
    """Prints a line for each count of submissions and each format."""
    most = int(sys.argv[1]) if len(sys.argv) > 1 else COUNTS[-1]
    there = 0
    with tempfile.TemporaryDirectory() as folder:
        for count in (count for count in COUNTS if count <= most):
            seconds, wall, peak = _run(folder, "demo", "--submissions", str(count))
            added, there = count - there, count
            rates = f"{added / seconds:4.0f} a second on a core (aim 150), {added / wall:4.0f} by the clock"
            print(f"{count:6d} submissions  made up: {rates}  peak {peak:.0f} MB", flush=True)
            for form in FORMATS:
                file = Path(folder, f"export.{form}")
                seconds, wall, peak = _run(folder, "export", "--format", form, "--notes", "--contacts", "-o", str(file))
                size = file.stat().st_size / 1e6
                print(f"{form:>18}  {wall:6.1f} s by the clock  {size:6.1f} MB  peak {peak:.0f} MB", flush=True)


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
