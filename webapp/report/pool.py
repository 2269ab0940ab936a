"""Another process in which PDFs are made, so that pages are answered meanwhile.

Imports nothing of ours: the other process sets itself up before it loads anything that counts or draws.
"""

import gc
import logging
import os
import signal
import tempfile
import threading
import traceback
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing import active_children, get_context
from multiprocessing.connection import Connection
from tempfile import TemporaryDirectory
from threading import Lock
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

WORKS = 50
"""After so many works the process is replaced, with whatever memory it has gathered."""
LONGEST = 120.0
"""Seconds after which a work counts as one that never ends."""
TRIES = 2
"""How often a work may be begun whose process dies."""
NICENESS = 10
NUMERIC_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
"""What numeric libraries read when they are loaded, each its own name for it."""


class Closed(Exception):
    """The pool has ended its process and starts no more."""


class Pool:
    """One other process, started by its first work, and anew after `works` of them or its death.

    It ends with this one, however this one ends.
    """

    def __init__(self, works: int = WORKS, longest: float = LONGEST) -> None:
        self._works = works
        self._longest = longest
        self._done = 0
        self._turn, self._changing = Lock(), Lock()
        self._executor: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None
        self._folder: TemporaryDirectory[str] | None = None
        self._number: Future[int] = Future()
        self._closed = False

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` gives back in the other process; it waits for its turn. All of it must be picklable.

        Raises what `work` raises; BrokenProcessPool where the process died each of TRIES times; TimeoutError where it
        took longer than `longest` seconds; Closed.
        """
        asked = partial(work, *args, **kwargs)
        with self._turn:
            for _ in range(TRIES - 1):
                with suppress(BrokenProcessPool):
                    return self._tried(asked)
            return self._tried(asked)

    def close(self) -> None:
        """Ends the process at once, and what it works at is lost. What is asked for later raises Closed."""
        self._closed = True
        self._end()

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
        self._folder = TemporaryDirectory(prefix="octant-", ignore_cleanup_errors=True)
        self._done = 0
        executor = ProcessPoolExecutor(1, context, _settle, (theirs, self._folder.name))
        self._number = executor.submit(os.getpid)
        return executor

    def _end(self) -> None:
        with self._changing:
            if self._executor and self._lifeline and self._folder:
                self._lifeline.close()
                self._kill()
                self._executor.shutdown(wait=False)
                self._folder.cleanup()
            self._executor = None

    def _kill(self) -> None:
        """Ends what holds the interpreter, so that its process never hears of the lifeline's end."""
        if self._number.done() and not self._number.exception():
            for child in active_children():  # of ours alone: another program may have the number by now
                if child.pid == self._number.result():
                    child.kill()


def _carried_out(work: Callable[[], T]) -> T:
    """Runs in the other process. An error tells where it arose in `frames`, as no traceback goes between processes."""
    try:
        return work()
    except Exception as error:
        error.frames = traceback.format_tb(error.__traceback__)  # type: ignore[attr-defined]  # ours, see webapp.errors
        raise
    finally:
        gc.collect()


def _settle(lifeline: Connection, folder: str) -> None:
    """Runs first in the other process: it stands behind all others, and listens for its end.

    It leaves its own files in `folder`, as it may have no time to remove them.
    """
    tempfile.tempdir = folder
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
