import fcntl
import os
import pty
import subprocess
import sys
import termios
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.commands import Done, run_on
from tests.webapp.accounts.signing_in import EMAIL, PASSWORD, sign_in
from webapp.config import ROOT, Settings


def create(settings: Settings, password: bytes, email: str = EMAIL) -> Done:
    """Runs `admin create` as somebody would from a script."""
    return run_on(settings, "admin", "create", email, stdin=password)


def test_makes_an_account_that_can_sign_in(settings: Settings, client: FlaskClient) -> None:
    done = create(settings, f"{PASSWORD}\nmore lines\n".encode())
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == f"Made an account for {EMAIL}. Sign in at /admin/.\n"
    assert sign_in(client).status_code == 302
    assert client.get("/admin/").status_code == 200


@pytest.mark.parametrize(
    ("email", "password", "message"),
    [
        ("nonsense", PASSWORD, "EMAIL: found 'nonsense'; expected an e-mail address like name@example.org"),
        (EMAIL, "eleven char", "password: has 11 characters; expected 12 to 128 characters"),
        (EMAIL, "", "password: has 0 characters; expected 12 to 128 characters"),
        (EMAIL, "x" * 129, "password: has 129 characters; expected 12 to 128 characters"),
    ],
)
def test_says_what_is_wrong(tmp_path: Path, email: str, password: str, message: str) -> None:
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'octant.sqlite'}")
    done = create(settings, password.encode(), email)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{message}\n"


def test_takes_no_password_that_is_not_text(tmp_path: Path) -> None:
    settings = Settings(tmp_path, f"sqlite:///{tmp_path / 'octant.sqlite'}")
    done = create(settings, b"\xff" * 12)
    assert done.returncode == 2
    assert done.stderr == "password: not UTF-8; expected text in UTF-8\n"


def test_refuses_a_second_account_for_an_address(settings: Settings) -> None:
    assert create(settings, PASSWORD.encode()).returncode == 0
    done = create(settings, PASSWORD.encode(), EMAIL.upper())
    assert done.returncode == 2
    assert "there is an account" in done.stderr


@pytest.mark.parametrize(("again", "code", "said"), [(PASSWORD, 0, "Made an account"), ("else", 2, "the two differ")])
def test_asks_twice_on_a_terminal(tmp_path: Path, again: str, code: int, said: str) -> None:
    here, there = pty.openpty()
    command = [sys.executable, "-m", "webapp", "admin", "create", EMAIL]
    environment = {**os.environ, "OCTANT_DATA": str(tmp_path), "OCTANT_DATABASE_URL": ""}
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=there,
        stdout=there,
        stderr=there,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as process:
        os.close(there)
        shown = typed(here, f"Password for {EMAIL}: ", PASSWORD) + typed(here, "The same again: ", again)
        while process.poll() is None:
            shown += read(here)
    shown += read(here)
    os.close(here)
    assert process.returncode == code
    assert said in shown
    assert PASSWORD not in shown


def typed(terminal: int, prompt: str, text: str) -> str:
    """Waits for a question and answers it; gives what was shown."""
    shown = ""
    while not shown.endswith(prompt):
        part = read(terminal)
        assert part, shown
        shown += part
    os.write(terminal, f"{text}\n".encode())
    return shown


def read(terminal: int) -> str:
    """What is shown next; nothing once the other end is closed."""
    try:
        return os.read(terminal, 1000).decode()
    except OSError:
        return ""
