"""How long one assessment takes: `python -m tests.bench.assess`. Aim: at most 5 ms on one core."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before numpy: the arrays are small, threads only get in the way

import itertools

from rubric import load
from rubric.assess import assess
from tests.bench.reference import bare, fastest, made_up_answers


def main() -> None:
    """Prints the time of one assessment, absolute and against plain numpy in the same run."""
    rubric = load.rubric()
    regions = itertools.cycle(made_up_answers(rubric, 50))
    assess(next(regions), rubric)
    reference = fastest(bare(rubric), 50)
    scored = fastest(lambda: assess(next(regions), rubric), 50)
    told = fastest(lambda: assess(next(regions), rubric).json(), 50)
    print(f"plain numpy over the draws   {reference * 1000:6.2f} ms   1.0")
    print(f"assess()                     {scored * 1000:6.2f} ms   {scored / reference:.1f}")
    print(f"assess() and its JSON        {told * 1000:6.2f} ms   {told / reference:.1f}   aim: at most 5 ms")


if __name__ == "__main__":
    main()
