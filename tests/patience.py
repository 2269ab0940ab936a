"""What strangers send is refused before it costs anything: a test tells what hangs, `tests.bench.refusals` how long."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

HANGING = 10.0
"""Seconds of processor time. What this is about takes milliseconds, or minutes where it is wrong."""


@contextmanager
def soon(longest: float = HANGING) -> Iterator[None]:
    """Fails where what is done in it keeps the processor busy for longer."""
    began = time.process_time()
    yield
    assert time.process_time() - began < longest
