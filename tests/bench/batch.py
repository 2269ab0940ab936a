"""Speed and memory of `assess --batch`: `python -m tests.bench.batch`.

Aim: 200 a second on one core, in constant memory.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rubric import load
from tests.bench.reference import bare, fastest, made_up_answers

ROOT = Path(__file__).parents[2]
LINES = (1_000, 10_000)


def main() -> None:
    """Prints lines a second, the ratio to plain numpy in the same run, and peak memory for each number of lines."""
    rubric = load.rubric()
    made_up = [json.dumps(answers.content, ensure_ascii=False) for answers in made_up_answers(rubric, 500)]
    reference = fastest(bare(rubric), 50)
    print(f"plain numpy over the draws: {reference * 1000:.2f} ms")
    for count in LINES:
        with tempfile.TemporaryFile("w+", encoding="utf-8") as lines:
            lines.writelines(f"{made_up[number % len(made_up)]}\n" for number in range(count))
            lines.flush()
            lines.seek(0)
            seconds, wall, peak = _run(lines.fileno())
        each = seconds / count
        print(
            f"{count:6d} lines  {count / seconds:4.0f} a second on a core (aim 200), {count / wall:4.0f} by the clock  "
            f"{each * 1000:5.2f} ms each  {each / reference:4.1f} times plain numpy  peak {peak / 1024:.0f} MB"
        )


def _run(stdin: int) -> tuple[float, float, int]:
    """Processor seconds, clock seconds and peak memory in KiB of one batch."""
    start = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp", "assess", "--batch"],
        stdin=stdin,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"the batch failed: status {status}")
    peak = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return usage.ru_utime + usage.ru_stime, time.perf_counter() - start, peak


if __name__ == "__main__":
    main()
