"""Other processes in which PDFs are made, so that pages are answered meanwhile.

Imports nothing of ours: the other process sets itself up before it loads anything that counts or draws.
"""

import gc
import logging
import os
import signal
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import lru_cache, partial
from multiprocessing import get_context
from multiprocessing.connection import Connection
from queue import LifoQueue
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

WORKERS = 1
"""Processes of a pool: more would take the cores from those who answer."""
WORKS = 50
"""After so many works a process is replaced, with whatever memory it has gathered."""
LONGEST = 120.0
"""Seconds after which a work counts as one that never ends."""
NICENESS = 10
NUMERIC_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What numeric libraries read when they are loaded, each its own name for it."""


class Closed(Exception):
    """The pool has ended its processes and starts no more."""


class _Worker:
    """One other process. It is started by its first work, and anew after `works` of them or its death."""

    def __init__(self, works: int, longest: float) -> None:
        self._works = works
        self._longest = longest
        self._done = 0
        self._changing = Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None
        self._closed = False

    def run(self, work: Callable[[], T]) -> T:
        """See Pool.run; to be called by one thread at a time."""
        try:
            return self._tried(work)
        except BrokenProcessPool:
            return self._tried(work)

    def _tried(self, work: Callable[[], T]) -> T:
        # Not by the executor's own max_tasks_per_child, which in Python 3.11 may leave what comes next undone.
        if self._done >= self._works:
            self._end()
        try:
            return self._given(work).result(self._longest)
        except (BrokenProcessPool, TimeoutError):
            self._end()
            raise

    def _given(self, work: Callable[[], T]) -> Future[T]:
        with self._changing:
            if self._closed:
                raise Closed
            self._executor = self._executor or self._started()
            self._done += 1
            return self._executor.submit(_carried_out, work)

    def _started(self) -> ProcessPoolExecutor:
        context = get_context("spawn")
        theirs, self._lifeline = context.Pipe(duplex=False)
        self._done = 0
        return ProcessPoolExecutor(1, context, _settle, (theirs,))

    def _end(self) -> None:
        with self._changing:
            if self._executor and self._lifeline:
                self._lifeline.close()
                self._executor.shutdown(wait=False)
            self._executor = None

    def close(self) -> None:
        """Ends the process for good; from any thread."""
        self._closed = True
        self._end()


class Pool:
    """Up to `workers` other processes, none before there is work. They end with this one, however it ends."""

    def __init__(self, workers: int = WORKERS, works: int = WORKS, longest: float = LONGEST) -> None:
        self._workers = [_Worker(works, longest) for _ in range(workers)]
        self._idle: LifoQueue[_Worker] = LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` gives back in another process; it waits for a free one. All of it must be picklable.

        Raises what `work` raises; BrokenProcessPool where its process died twice; TimeoutError where it took longer
        than `longest` seconds; Closed.
        """
        worker = self._idle.get()
        try:
            return worker.run(partial(work, *args, **kwargs))
        finally:
            self._idle.put(worker)

    def close(self) -> None:
        """Ends all processes at once, and what they work at is lost. What is asked for later raises Closed."""
        for worker in self._workers:
            worker.close()


@lru_cache
def pool() -> Pool:
    """The one of this process."""
    return Pool()


def _carried_out(work: Callable[[], T]) -> T:
    """Runs in the other process. An error tells where it arose in `frames`, as no traceback goes between processes."""
    try:
        return work()
    except Exception as error:
        error.frames = traceback.format_tb(error.__traceback__)  # type: ignore[attr-defined]  # ours, see webapp.errors
        raise
    finally:
        gc.collect()


def _settle(lifeline: Connection) -> None:
    """Runs first in the other process: it stands behind all others, and listens for its end."""
    os.environ.update(dict.fromkeys(NUMERIC_THREADS, "1"))
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    gc.disable()  # a tenth of the time of a work would go into it; what is left is collected after each
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes; the first one ends the others
    logging.disable()  # libraries quote what regions wrote; errors go back instead
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    """Waits for the other end of `lifeline` to close, which the system does when its process dies."""
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(0)
