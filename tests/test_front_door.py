"""The script of the README's two commands, as a person at a terminal meets it.

Nothing is ever installed from here: where the real program runs, there is neither a Python nor a package manager to be
found, and where something would be installed, stand-ins write down what they were asked to do.
"""

import json
import os
import select
import shutil
import signal
import subprocess
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server import free_port
from webapp.config import ROOT

OCTANT = ROOT / "octant"
EXAMPLE = ROOT / "tests" / "examples" / "sample-region.toml"
NEEDED = ("cat", "chmod", "cksum", "cp", "dirname", "grep", "mkdir", "mktemp", "readlink", "rm", "sh", "tail")
"""What the script, and the stand-ins, need of a system."""
DONE, FAILED, WRONG_INPUT = 0, 1, 2

PYTHON = """#!/bin/sh
echo "python $*" >>"$LOG"
case "$*" in
  -V) echo "Python 3.12.1" ;;
  "-m venv --clear "*) mkdir -p "$4/bin"; cp "$0" "$4/bin/python"; cp "$0" "$4/bin/uv" ;;
  *"pip install"*) ! [ -e "$BROKEN" ] ;;
esac
"""
"""Stands in for Python, pip and uv. Nothing can be installed as long as the file BROKEN is there."""


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder of programs to be the PATH: no Python, no package manager."""
    folder = tmp_path / "tools"
    folder.mkdir()
    for name in NEEDED:
        found = shutil.which(name)
        assert found, name
        (folder / name).symlink_to(found)
    pretend(folder, "id", "echo 1000")
    return folder


@pytest.fixture
def bare(tmp_path: Path, tools: Path) -> Path:
    """A copy of the project of which nothing is set up yet. No part of it but the script is there."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(OCTANT, folder)
    for lock in ROOT.glob("requirements*.lock"):
        shutil.copy(lock, folder)
    return folder


def pretend(tools: Path, name: str, *lines: str) -> None:
    """Puts a program into `tools` that does what `lines` say."""
    program = tools / name
    program.write_text("\n".join(("#!/bin/sh", *lines, "")))
    program.chmod(0o755)


def environment(tools: Path) -> dict[str, str]:
    """What the script may know of the machine."""
    folder = tools.parent
    return {
        "PATH": str(tools),
        "HOME": str(folder),
        "TMPDIR": str(folder),
        "LOG": str(folder / "log"),
        "BROKEN": str(folder / "broken"),
        "OCTANT_DATA": str(folder / "data"),
    }


def octant(tools: Path, *arguments: str, script: Path = OCTANT, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """One run of the script, without a terminal."""
    return subprocess.run(
        [script, *arguments],
        cwd=cwd,
        env=environment(tools),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def asked_to_do(tools: Path) -> list[str]:
    """What the stand-ins wrote down, and forgets it."""
    log = tools.parent / "log"
    lines = log.read_text().splitlines() if log.exists() else []
    log.unlink(missing_ok=True)
    return lines


class TestRealProgram:
    """What is set up already starts without a word."""

    def test_help_names_the_commands(self, tools: Path) -> None:
        done = octant(tools, "--help")
        assert (done.returncode, done.stderr) == (DONE, "")
        for command in ("serve", "test", "assess", "report", "rubric", "admin", "demo"):
            assert command in done.stdout

    @pytest.mark.parametrize("arguments", [(), ("bogus",), ("serve", "--port", "none")])
    def test_a_wrong_command_is_told_on_standard_error(self, tools: Path, arguments: tuple[str, ...]) -> None:
        done = octant(tools, *arguments)
        assert (done.returncode, done.stdout) == (WRONG_INPUT, "")
        assert "usage: octant" in done.stderr

    def test_relative_paths_are_the_caller_s_and_results_alone_are_printed(self, tools: Path, tmp_path: Path) -> None:
        shutil.copy(EXAMPLE, tmp_path / "mine.toml")
        done = octant(tools, "assess", "mine.toml", "--json", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (DONE, "")
        assert json.loads(done.stdout)["format"] == "octant-result/1"

    def test_works_through_links(self, tools: Path, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        (tmp_path / "a" / "second").symlink_to(OCTANT)
        (tmp_path / "first").symlink_to("a/second")
        done = octant(tools, "rubric", "show", script=tmp_path / "first", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (DONE, "")

    def test_takes_nothing_in_the_caller_s_folder_for_its_own(self, tools: Path, tmp_path: Path) -> None:
        for name in ("json.py", "rubric.py", "webapp.py"):
            (tmp_path / name).write_text("raise SystemExit('taken from the wrong folder')")
        done = octant(tools, "rubric", "show", cwd=tmp_path)
        assert (done.returncode, done.stderr) == (DONE, "")


@contextmanager
def serving(tools: Path, port: int) -> Iterator[subprocess.Popen[str]]:
    """The real server on `port`, once it said that it is ready."""
    with subprocess.Popen(
        [OCTANT, "serve", "--port", str(port)], env=environment(tools), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == f"Octant is at http://127.0.0.1:{port}/\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_serves_until_told_to_stop_and_says_when_the_port_is_taken(tools: Path, how: signal.Signals) -> None:
    port = free_port()
    with serving(tools, port) as process:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as answer:
            assert json.load(answer) == {"status": "ok"}
        second = octant(tools, "serve", "--port", str(port))
        assert (second.returncode, second.stdout) == (FAILED, "")
        assert f"./octant serve --port {port + 1}" in second.stderr
        process.send_signal(how)
        assert process.wait(timeout=30) == DONE
        assert process.stdout and process.stdout.read() == ""


def _all_of(terminal: int) -> str:
    """What was said on a terminal, which hands it on piece by piece."""
    said = b""
    while select.select([terminal], [], [], 1)[0]:
        said += os.read(terminal, 100_000)
    return said.decode()


class TestSettingUp:
    """What is missing is installed, or the command to type is told."""

    def test_says_what_to_install_by_hand_where_it_knows_no_package_manager(self, tools: Path, bare: Path) -> None:
        done = octant(tools, "serve", script=bare / "octant")
        assert (done.returncode, done.stdout) == (FAILED, "")
        assert "Python 3.11" in done.stderr
        assert f"{bare}/octant serve" in done.stderr

    @pytest.mark.parametrize(("has_sudo", "before"), [(True, "sudo "), (False, "")])
    def test_without_a_terminal_it_tells_the_command_and_runs_nothing(
        self, tools: Path, bare: Path, has_sudo: bool, before: str
    ) -> None:
        pretend(tools, "apt-get", 'echo "apt-get $*" >>"$LOG"')
        if has_sudo:
            pretend(tools, "sudo", 'echo "sudo $*" >>"$LOG"')
        done = octant(tools, "serve", script=bare / "octant")
        assert (done.returncode, asked_to_do(tools)) == (FAILED, [])
        assert f"{before}apt-get update && {before}apt-get install -y --no-install-recommends python3" in done.stderr

    def test_root_installs_at_once_from_fresh_lists(self, tools: Path, bare: Path) -> None:
        pretend(tools, "id", "echo 0")
        pretend(tools, "apt-get", 'echo "apt-get $1" >>"$LOG"')
        done = octant(tools, "serve", script=bare / "octant")
        assert (done.returncode, asked_to_do(tools)) == (FAILED, ["apt-get update", "apt-get install"])
        assert "Running: apt-get update" in done.stderr

    @pytest.mark.parametrize(("answer", "expected"), [("n", []), ("", []), ("y", ["sudo apt-get", "sudo apt-get"])])
    def test_on_a_terminal_it_asks_before_it_uses_sudo(
        self, tools: Path, bare: Path, answer: str, expected: list[str]
    ) -> None:
        pretend(tools, "apt-get", "exit 1")
        pretend(tools, "sudo", 'echo "sudo $1" >>"$LOG"')
        ours, theirs = os.openpty()
        os.write(ours, f"{answer}\n".encode())
        done = subprocess.run(
            [bare / "octant", "serve"], env=environment(tools), stdin=theirs, stdout=theirs, stderr=theirs, check=False
        )
        said = _all_of(ours)
        os.close(ours)
        os.close(theirs)
        assert (done.returncode, asked_to_do(tools)) == (FAILED, expected)
        assert "May I run this?  sudo apt-get update" in said

    def test_an_installation_that_broke_off_is_done_again_and_a_whole_one_is_not(self, tools: Path, bare: Path) -> None:
        (tools / "python3").write_text(PYTHON)
        (tools / "python3").chmod(0o755)
        (tools.parent / "broken").touch()
        done = octant(tools, "assess", "x.toml", script=bare / "octant")
        assert (done.returncode, done.stdout) == (FAILED, "")
        assert f"With a network, type again: {bare}/octant assess x.toml" in done.stderr

        (tools.parent / "broken").unlink()
        asked_to_do(tools)
        done = octant(tools, "assess", "x.toml", script=bare / "octant")
        log = asked_to_do(tools)
        assert done.returncode == DONE
        assert f"python -m venv --clear {bare}/.venv" in log
        assert all("--require-hashes --only-binary :all:" in line for line in log if "pip install" in line)
        assert log[-1] == "python -m webapp assess x.toml"

        octant(tools, "assess", "x.toml", script=bare / "octant")
        assert [line for line in asked_to_do(tools) if line != "python -V"] == ["python -m webapp assess x.toml"]

    def test_another_lock_is_another_installation(self, tools: Path, bare: Path) -> None:
        (tools / "python3").write_text(PYTHON)
        (tools / "python3").chmod(0o755)
        octant(tools, "assess", script=bare / "octant")
        asked_to_do(tools)
        with (bare / "requirements.lock").open("a") as lock:
            lock.write("# newer\n")
        octant(tools, "assess", script=bare / "octant")
        assert f"python -m venv --clear {bare}/.venv" in asked_to_do(tools)
