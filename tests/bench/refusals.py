"""How long it takes to refuse what harms on purpose, beside reading a good file: `python -m tests.bench.refusals`.

Aim: no refusal takes longer than a second of processor time.
"""

import time
from collections.abc import Callable
from contextlib import suppress

from rubric import answers, load
from rubric.problems import InputError
from tests.webapp.assessment.test_start_from_file import BROKEN
from tests.webapp.assessment.test_uploads import FIRST, as_json
from tests.webapp.report.test_verify import NO_REPORT, made
from webapp.assessment import spreadsheet, uploads
from webapp.report.verify import verify

RUBRIC = load.rubric()


def main() -> None:
    """Prints milliseconds of processor time, and their ratio to reading a good file of the kind."""
    blank = spreadsheet.write(RUBRIC, {})
    endless = as_json(answers={f"{FIRST}{number}": 1 for number in range(25_000)})
    _print("spreadsheet", blank, {"cut off": blank[: len(blank) // 2]}, lambda data: _parsed(data, "answers.xlsx"))
    _print("answers file", as_json(), {"endless keys": endless}, lambda data: _parsed(data, "answers.toml"))
    _print("report", made(), {name: data for name, (data, _) in BROKEN.items()}, lambda d: _parsed(d, "report.pdf"))
    _print("report to verify", made(), NO_REPORT, lambda data: verify(data, "report.pdf"))


def _parsed(data: bytes, name: str) -> answers.Answers:
    return uploads.parse(data, name, RUBRIC)


def _print(kind: str, good: bytes, bad: dict[str, bytes], read: Callable[[bytes], object]) -> None:
    reference = _taken(read, good)
    print(f"{kind:18}{'a good one':32}{reference * 1000:8.0f} ms")
    for name, data in bad.items():
        taken = _taken(read, data)
        print(f"{kind:18}{name:32}{taken * 1000:8.0f} ms  ×{taken / reference:.2f}", flush=True)


def _taken(read: Callable[[bytes], object], data: bytes) -> float:
    began = time.process_time()
    with suppress(InputError):
        read(data)
    return time.process_time() - began


if __name__ == "__main__":
    main()
