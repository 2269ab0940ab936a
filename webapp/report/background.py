"""What takes seconds is made behind a page, each thing once for all who ask."""

from collections.abc import Callable, Hashable
from concurrent import futures
from threading import BoundedSemaphore, Lock

from webapp.report.pool import WORKERS

PATIENCE = 1.0
"""Seconds that a request waits for what is being made: whoever waits holds a thread that others need."""
WAITING = 4
"""How many requests may wait at once: half of the server's threads."""
MOST = 100
"""How many things may be under way: each holds what it is made from in memory, some 100 kB."""


class NotReady(Exception):
    """It is being made: ask again in a moment."""


class Background:
    """What is under way in this process, by its key; as much at a time as a pool has processes."""

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._waiting = BoundedSemaphore(WAITING)
        self._threads = futures.ThreadPoolExecutor(WORKERS, "background")
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

    def close(self) -> None:
        """Waits for what is being made, and leaves the rest."""
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
