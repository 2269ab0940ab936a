"""The process that makes PDFs: modest, replaced, repeated where it dies, and gone with whoever started it."""

import multiprocessing
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from pathlib import Path

import pytest

from webapp.config import ROOT
from webapp.report.pdf import NoPango
from webapp.report.pool import NICENESS, NUMERIC_THREADS, Closed, Pool

LAZIEST = 19
PARENT = """
import os, time
from webapp.report.pool import Pool
print(Pool().run(os.getpid), flush=True)
Pool().run(time.sleep, 3600)
"""
"""Starts two processes, the second at work for an hour; all of them hold its standard output."""


@pytest.fixture
def pool() -> Iterator[Pool]:
    """One process, when it is needed."""
    with closing(Pool()) as pool:
        yield pool


def threads_beside_ours() -> int:
    """In the other process: how many threads a library has started to count with."""
    import numpy

    assert numpy.ones((200, 200)).dot(numpy.ones((200, 200))).sum()
    return len(list(Path("/proc/self/task").iterdir())) - threading.active_count()


def dies_the_first_time(file: Path) -> int:
    """In the other process: gives its number, but dies where it is the first to be asked."""
    if not file.exists():
        file.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return os.getpid()


def dies() -> None:
    """In the other process."""
    os.kill(os.getpid(), signal.SIGKILL)


def sleeps() -> None:
    """In the other process: never ends, but lets its other threads go on."""
    time.sleep(3600)


def backtracks() -> None:
    """In the other process: never ends, and lets no other thread go on."""
    re.fullmatch("(a+)+b", "a" * 60)


def has_no_pango() -> bytes:
    """In the other process."""
    raise NoPango


def test_work_is_done_in_another_process_that_is_kept(pool: Pool) -> None:
    first = pool.run(os.getpid)
    assert first != os.getpid()
    assert pool.run(os.getpid) == first


def test_none_is_started_before_there_is_work() -> None:
    there = multiprocessing.active_children()
    with closing(Pool()):
        assert multiprocessing.active_children() == there


def test_it_stands_behind_all_others(pool: Pool) -> None:
    assert pool.run(os.nice, 0) == min(os.nice(0) + NICENESS, LAZIEST)


def test_it_counts_with_one_thread(pool: Pool) -> None:
    assert pool.run(threads_beside_ours) == 0
    assert [pool.run(os.getenv, name) for name in NUMERIC_THREADS] == ["1"] * len(NUMERIC_THREADS)


def test_it_is_replaced_after_some_work() -> None:
    with closing(Pool(works=2)) as pool:
        one, two, three, four, five = (pool.run(os.getpid) for _ in range(5))
    assert one == two != three == four != five != one


def test_all_who_ask_at_once_are_served_by_one(pool: Pool) -> None:
    with ThreadPoolExecutor(6) as threads:
        used = {done.result() for done in [threads.submit(pool.run, os.getpid) for _ in range(6)]}
    assert len(used) == 1


def test_what_a_killed_process_left_is_done_again(pool: Pool, tmp_path: Path) -> None:
    assert pool.run(dies_the_first_time, tmp_path / "asked") != os.getpid()
    os.kill(pool.run(os.getpid), signal.SIGKILL)
    assert pool.run(os.getpid) != os.getpid()


def test_what_kills_every_process_is_given_up(pool: Pool) -> None:
    with pytest.raises(BrokenProcessPool):
        pool.run(dies)
    assert pool.run(os.getpid) != os.getpid()


@pytest.mark.parametrize("endless", [sleeps, backtracks])
def test_what_never_ends_is_given_up(endless: Callable[[], None]) -> None:
    with closing(Pool(longest=3)) as pool:
        before = pool.run(os.getpid)
        with pytest.raises(TimeoutError):
            pool.run(endless)
        gone(before)


def test_files_that_a_process_leaves_go_with_it(pool: Pool) -> None:
    left = Path(pool.run(tempfile.mkdtemp))
    assert left.is_dir()
    pool.close()
    assert not left.parent.exists()


def test_errors_come_back_and_say_where_they_arose(pool: Pool) -> None:
    with pytest.raises(NoPango) as caught:
        pool.run(has_no_pango)
    assert "install" in caught.value.command
    assert any("has_no_pango" in frame for frame in vars(caught.value)["frames"])


@pytest.mark.parametrize("endless", [sleeps, backtracks])
def test_closing_ends_what_is_at_work(endless: Callable[[], None]) -> None:
    outcome: list[BaseException] = []
    pool = Pool()
    number = pool.run(os.getpid)

    def work() -> None:
        try:
            pool.run(endless)
        except Closed as closed:
            outcome.append(closed)

    thread = threading.Thread(target=work)
    thread.start()
    time.sleep(0.5)  # so that it is at work, though the test holds where it is not
    pool.close()
    thread.join(30)
    assert len(outcome) == 1
    gone(number)
    with pytest.raises(Closed):
        pool.run(os.getpid)


def gone(number: int) -> None:
    """Waits until this process has no child of that number."""
    end = time.monotonic() + 30
    while number in [child.pid for child in multiprocessing.active_children()]:
        assert time.monotonic() < end
        time.sleep(0.02)


def test_it_ends_with_a_parent_that_is_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PARENT], cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        assert parent.stdout.readline().strip().isdigit()
        parent.kill()
        parent.communicate(timeout=60)  # the end of the output is that of the last who holds it


def test_ctrl_c_is_left_to_the_parent(pool: Pool) -> None:
    number = pool.run(os.getpid)
    os.kill(number, signal.SIGINT)
    assert pool.run(os.getpid) == number
