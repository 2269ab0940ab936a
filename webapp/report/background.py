"""What takes seconds is made behind a page, each thing once for all who ask."""

from collections.abc import Callable, Hashable
from concurrent import futures
from threading import BoundedSemaphore, Lock
from typing import ParamSpec, TypeVar, cast

from flask import Flask, current_app

from webapp.report.pool import Pool

P = ParamSpec("P")
T = TypeVar("T")

_EXTENSION = "octant-background"
PATIENCE = 1.0
"""Seconds that a request waits for what is being made: whoever waits holds a thread that others need."""
WAITING = 4
"""How many requests may wait at once, whatever for: the server has twice as many threads."""
MOST = 100
"""How many things may be under way: each holds what it is made from in memory, some 100 kB."""


class NotReady(Exception):
    """It is being made: ask again in a moment."""


class Background:
    """What is under way for all parts of an application, by its key; one thing at a time, as there is one pool."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._waiting = BoundedSemaphore(WAITING)
        self._pool = Pool()
        self._threads = futures.ThreadPoolExecutor(1, "background")
        self._changing = Lock()
        self._under_way: dict[Hashable, futures.Future[None]] = {}

    def start(self, key: Hashable, make: Callable[[], None]) -> None:
        """Sees to it that `make` is called, unless the same is under way. Raises NotReady where too much is."""
        with self._changing:
            if key not in self._under_way or self._under_way[key].done():
                self._begin(key, make)

    def wait(self, key: Hashable, make: Callable[[], None]) -> None:
        """Returns when `key` is made. Raises NotReady, and what `make` raised, also where nobody waited then.

        What went wrong is told once: whoever asks after that has it tried again, unless it took too long.
        """
        with self._changing:
            future = self._under_way.get(key) or self._begin(key, make)
        if self._waiting.acquire(blocking=False):
            try:
                futures.wait([future], self._patience)
            finally:
                self._waiting.release()
        if not future.done():
            raise NotReady
        self._tell(key, future)

    def run(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """What `work` gives back in another process: what is made calls it. Raises as Pool.run does."""
        return self._pool.run(work, *args, **kwargs)

    def close(self) -> None:
        """Ends what the other process is at, waits for what is made in this one, and leaves the rest for ever."""
        self._pool.close()
        self._threads.shutdown(cancel_futures=True)

    def _begin(self, key: Hashable, make: Callable[[], None]) -> "futures.Future[None]":
        if len(self._under_way) >= MOST:
            self._under_way = {key: future for key, future in self._under_way.items() if not future.done()}
            if len(self._under_way) >= MOST:
                raise NotReady
        self._under_way[key] = self._threads.submit(make)
        return self._under_way[key]

    def _tell(self, key: Hashable, future: "futures.Future[None]") -> None:
        with self._changing:
            endless = isinstance(future.exception(), TimeoutError)  # it would hold all others up again
            if self._under_way.get(key) is future and not endless:
                del self._under_way[key]
        future.result()


def init_app(app: Flask, shared: Background) -> None:
    """Makes `shared` that of `app`."""
    app.extensions[_EXTENSION] = shared


def background() -> Background:
    """The one of the application that handles this request."""
    return cast(Background, current_app.extensions[_EXTENSION])
