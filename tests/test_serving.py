"""What only shows at the real server: slow and broken senders, its log, the rights of its files."""

import http.client
import socket
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest

from tests import server
from tests.webapp.assessment.starting import DECLARED, SKILLS
from tests.webapp.report.making import PATIENCE

FIRST = SKILLS[0]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PERSON = "some.person@example.org"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("serving")


@pytest.fixture(scope="module")
def address(folder: Path) -> Iterator[str]:
    """A server whose log and data the test can read."""
    with server.running(folder) as address:
        yield address


def _connect(address: str) -> http.client.HTTPConnection:
    return http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)


def post(address: str, path: str, fields: dict[str, str]) -> tuple[int, str]:
    """Status and new address of a form that is sent."""
    with closing(_connect(address)) as connection:
        connection.request("POST", path, urlencode(fields), FORM)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Location") or ""


def get(address: str, path: str) -> str:
    """The text of a page."""
    return given(address, path).decode()


def given(address: str, path: str) -> bytes:
    """What is answered."""
    with closing(_connect(address)) as connection:
        connection.request("GET", path)
        return connection.getresponse().read()


def until(true: Callable[[], bool]) -> None:
    """Waits for that, for as long as a PDF may take on a machine with much else to do."""
    end = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < end
        time.sleep(0.2)


def kept(folder: Path) -> int:
    """How many PDFs the server in `folder` keeps."""
    with closing(sqlite3.connect(folder / "data" / "octant.sqlite")) as database:
        (count,) = database.execute("SELECT count(*) FROM reports").fetchone()
    return int(count)


def sent(address: str, text: str) -> socket.socket:
    """A connection on which `text` was sent, byte for byte."""
    host, port = urlsplit(address).netloc.split(":")
    connection = socket.create_connection((host, int(port)), timeout=30)
    connection.sendall(text.encode())
    return connection


def form_of(link: str, length: int, begun: str) -> str:
    """The beginning of a form on skills that says to be of `length` bytes."""
    kind = f"Content-Type: {FORM['Content-Type']}\r\nContent-Length: {length}"
    return f"POST {link}skills HTTP/1.1\r\nHost: x\r\n{kind}\r\n\r\n{begun}"


def start(address: str) -> str:
    """The path of a new assessment."""
    return post(address, "/start", {"region": "Made-up region", "contact": PERSON})[1]


def test_a_slow_sender_holds_up_nobody_who_saves(address: str) -> None:
    slow, other = start(address), start(address)
    with sent(address, form_of(slow, 1000, f"{FIRST}=")):
        time.sleep(0.5)  # until the server reads the body
        answers: list[int] = []
        saving = threading.Thread(target=lambda: answers.append(post(address, other + "skills", {FIRST: "3"})[0]))
        saving.start()
        saving.join(10)
        assert answers == [303]


def test_half_of_a_text_is_not_saved(address: str) -> None:
    link = start(address)
    post(address, link + "skills", {FIRST: "2", f"note-{FIRST}": "The whole note."})
    head = (
        f"POST {link}skills HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM['Content-Type']}\r\nContent-Length: 90\r\n\r\n"
    )
    with sent(address, f"{head}note-{FIRST}=The+wh") as connection:
        connection.shutdown(socket.SHUT_WR)
        connection.recv(1000)
    assert "The whole note." in get(address, link + "skills")


def test_the_limit_holds_for_bodies_in_pieces(address: str) -> None:
    link = start(address)
    pieces = (f"note-{FIRST}=".encode(), *(b"x" * 100_000 for _ in range(20)))
    with closing(_connect(address)) as connection:
        headers = {**FORM, "Transfer-Encoding": "chunked"}
        connection.request("POST", link + "skills", iter(pieces), headers, encode_chunked=True)
        assert connection.getresponse().status == 413


@pytest.mark.parametrize("header", ["SCRIPT_NAME: /elsewhere", "Script-Name: /elsewhere"])
def test_no_sender_moves_the_pages(address: str, header: str) -> None:
    request = f"GET /elsewhere/admin/login HTTP/1.1\r\nHost: x\r\n{header}\r\nConnection: close\r\n\r\n"
    with sent(address, request) as connection:
        assert connection.recv(100).startswith((b"HTTP/1.1 404", b"HTTP/1.1 400"))


def test_no_sender_chooses_where_a_link_leads(address: str) -> None:
    link = start(address).rstrip("/")
    request = f"GET {link} HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n"
    with sent(address, request) as connection:
        answer = connection.recv(2000).decode()
        assert f"Location: {link}/\r\n" in answer


BROKEN = [
    "GET {link} and more HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET /a/ {token}/ HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET %2Fa%2F{token}/ x HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: x\r\nBad Header{token}: x\r\n\r\n",
    "POST /start HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\nregion=x&contact={person} y z\r\n\r\n",
    "POST {link}skills HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n{person} {link}\r\n",
    "GET /admin/login?next=//\u2100{person} HTTP/1.1\r\nHost: x\r\n\r\n",
    "POST /start HTTP/1.1\r\nHost: x\r\nOrigin: http://[\r\nContent-Length: 8\r\n\r\nregion=x",
    "GET {link}" + "x" * 9000 + " HTTP/1.1\r\nHost: x\r\n\r\n",
]


def test_the_log_holds_no_link_and_no_person(address: str, folder: Path) -> None:
    link = start(address)
    token = link.split("/")[2]
    for request in BROKEN:
        with sent(address, request.format(link=link, token=token, person=PERSON)) as connection:
            connection.shutdown(socket.SHUT_WR)
            answer = connection.recv(100).decode("latin-1")
            assert answer == "" or not answer.startswith("HTTP/1.1 5"), request
    log = (folder / "log").read_text()
    assert token not in log
    assert PERSON not in log


def test_a_report_is_made_without_being_asked_for(address: str, folder: Path) -> None:
    before = kept(folder)
    link = start(address)
    post(address, link + "skills", {FIRST: "3"})
    assert post(address, link + "check", DECLARED) == (303, link + "result")
    until(lambda: kept(folder) == before + 1)
    assert given(address, link + "report.pdf").startswith(b"%PDF")
    assert kept(folder) == before + 1


def test_a_server_stops_while_it_makes_a_report_and_makes_it_later(tmp_path: Path) -> None:
    with server.running(tmp_path) as address:
        link = start(address)
        post(address, link + "skills", {FIRST: "3"})
        post(address, link + "check", DECLARED)
    with server.running(tmp_path) as address:
        until(lambda: given(address, link + "report.pdf").startswith(b"%PDF"))
    assert kept(tmp_path) == 1


def test_the_log_spells_out_nothing_that_no_font_can_show(address: str, folder: Path) -> None:
    link = post(address, "/start", {"region": "የተፈጠረ ክልል"})[1]
    post(address, link + "skills", {FIRST: "3"})
    post(address, link + "check", DECLARED)
    until(lambda: given(address, link + "report.pdf").startswith(b"%PDF"))
    log = (folder / "log").read_text()
    assert not set("የተፈጠረክልል") & set(log)
    assert "U+12E8" not in log


def test_data_are_for_their_owner_alone(address: str, folder: Path) -> None:
    start(address)
    files = [file for file in (folder / "data").iterdir() if file.is_file()]
    assert {file.name for file in files} >= {"octant.sqlite", "session.secret", "password.secret"}
    for file in files:
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, file.name
