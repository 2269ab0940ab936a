"""Work that any scorer of this method must do, in plain numpy: what the benchmarks compare with."""

import time
from collections.abc import Callable

import numpy as np

from rubric.answers import Answers
from rubric.model import Rubric
from rubric.structure import DRAWS, Structure, structure


def made_up_answers(rubric: Rubric, count: int) -> list[Answers]:
    """Answers of made-up regions: mostly levels, some of every state, priorities and evidence."""
    random = np.random.RandomState(0)
    choices: list[int | str] = [0, 1, 2, 3, 4] * 4 + ["unknown", "undisclosed", "not-applicable", "outside-powers"]
    return [
        Answers.model_validate(
            {
                "region": f"Made-up region {number}",
                "priorities": {"skills": 3, "finance": 1},
                "answers": {q.id: choices[random.randint(len(choices))] for q in rubric.questions},
                "evidence": {q.id: "document" for q in rubric.questions[:10]},
            }
        )
        for number in range(count)
    ]


def bare(rubric: Rubric) -> Callable[[], None]:
    """One pass over arrays of the size of the draws, twice: add noise, standardise, compare eight groups, sort.

    Draws and permutations each take it once; everything else that the scorer does comes on top.
    """
    numbers: Structure = structure(rubric)
    groups = numbers.cites.T / numbers.cites.sum(axis=1)
    levels = np.arange(len(numbers.questions)) % 5.0

    def once() -> None:
        for _ in range(2):
            drawn = levels + numbers.draws.noise
            standard = (drawn @ groups - drawn.mean(axis=1)[:, None]) / drawn.std(axis=1)[:, None]
            standard.argmax(axis=1)
            np.sort(drawn[:, 0])
            np.empty((DRAWS, len(levels)))

    return once


def fastest(work: Callable[[], object], repeats: int, rounds: int = 7) -> float:
    """Seconds for one call of `work`: the best of `rounds` means over `repeats` calls, in processor time."""
    best = float("inf")
    for _ in range(rounds):
        start = time.process_time()
        for _ in range(repeats):
            work()
        best = min(best, (time.process_time() - start) / repeats)
    return best
