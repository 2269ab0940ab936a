"""Assessments in every state, made once for all tests that look at pages: each attribute is an address."""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from playwright.sync_api import Page, Route
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from rubric import load

RUBRIC = load.rubric()
SKILLS = RUBRIC.questions_by_theme["skills"]
FIRST, SECOND, THIRD, FOURTH = (question.id for question in SKILLS[:4])
REGION = "Made-up region Aldermoor"
LONG = "https://example.org/" + "long-address/" * 30
FILLED = {
    FIRST: "3",
    f"note-{FIRST}": f"Two lines,\nthe second with {LONG}",
    f"evidence-{FIRST}": "published",
    f"reference-{FIRST}": LONG,
    SECOND: "not-applicable",
    f"reason-{SECOND}": "There is no such body.",
    THIRD: "unknown",
    f"evidence-{THIRD}": "none",
    "priority-skills": "3",
}
COLLEAGUE = {"name": "Ada from the chamber", "role": "business", "days": "30"}


@dataclass(frozen=True)
class Sent:
    """What a browser sends with a form: the body and its type."""

    body: bytes
    kind: str = "application/x-www-form-urlencoded"


def form(fields: Mapping[str, object]) -> Sent:
    """A form with these fields; a list is sent as several of the same name."""
    return Sent(urlencode(fields, doseq=True).encode())


def upload(content: str) -> Sent:
    """A form with one file."""
    boundary, body = encode_multipart({"file": FileStorage(io.BytesIO(content.encode()), "answers.json")})
    return Sent(body, f"multipart/form-data; boundary={boundary}")


def send(address: str, fields: Mapping[str, object]) -> str:
    """Sends a form from elsewhere; gives back the address that it leads to."""
    with urlopen(Request(address, form(fields).body)) as answer:
        return str(answer.url)


def open_answer_to(page: Page, address: str, sent: Sent) -> None:
    """Shows the page that answers what is sent to `address`, as if a form had been sent there."""

    def post(route: Route) -> None:
        headers = {**route.request.headers, "content-type": sent.kind}
        route.continue_(method="POST", post_data=sent.body, headers=headers)

    page.route(address, post, times=1)
    page.goto(address)


def started(server: str, region: str = REGION) -> str:
    """The owner's link of a new assessment."""
    return send(f"{server}/start", {"region": region, "contact": "somebody@example.org"})


@dataclass(frozen=True)
class Site:
    """Where a server is, and the links of assessments on it, each with a slash at its end.

    `helped` has colleagues: `asked`, and `thanked`, who is done. `submitted` is up to date, `outdated` was changed
    since, `next` goes on from `submitted`. The links `renewed`, `withdrawn` and `deleted` have ended. `doomed`,
    `colliding`, `lacking` and `mistaken` are for the one test that changes them.
    """

    server: str
    empty: str
    filled: str
    unreasoned: str
    helped: str
    asked: str
    thanked: str
    submitted: str
    outdated: str
    next: str
    renewed: str
    withdrawn: str
    deleted: str
    doomed: str
    colliding: str
    lacking: str
    mistaken: str


def build(server: str) -> Site:
    """Makes all of them, as respondents do."""
    helped, asked, thanked, renewed, withdrawn = _with_colleagues(server)
    submitted, outdated, deleted = _submitted(server), _submitted(server), started(server)
    send(f"{outdated}skills", {FIRST: "0"})
    send(f"{deleted}delete", {})
    following = send(f"{submitted}next", {})
    send(f"{following}skills", {FIRST: "4", f"note-{FIRST}": "New since."})
    return Site(
        server=f"{server}/",
        empty=started(server),
        filled=_filled(server),
        unreasoned=_unreasoned(server),
        helped=helped,
        asked=asked,
        thanked=thanked,
        submitted=submitted,
        outdated=outdated,
        next=following,
        renewed=renewed,
        withdrawn=withdrawn,
        deleted=deleted,
        doomed=started(server),
        colliding=started(server),
        lacking=started(server),
        mistaken=started(server),
    )


def _filled(server: str) -> str:
    link = started(server)
    send(f"{link}skills", FILLED)
    return link


def _unreasoned(server: str) -> str:
    link = started(server)
    try:
        send(f"{link}skills", {FIRST: "not-applicable", SECOND: "not-applicable"})
    except OSError:  # the page tells that reasons are missing, and keeps the answers
        return link
    raise AssertionError("a missing reason is not told")


def _submitted(server: str) -> str:
    link = _filled(server)
    for place, theme in enumerate(RUBRIC.themes):
        send(link + theme.id, {q.id: str((place + n) % 5) for n, q in enumerate(RUBRIC.questions_by_theme[theme.id])})
    send(f"{link}vignettes", {vignette.id: "2" for vignette in RUBRIC.vignettes})
    send(f"{link}check", {"declaration": "yes"})
    return link


def _with_colleagues(server: str) -> tuple[str, str, str, str, str]:
    """The owner's link, those of one who was asked, one who is done, the owner's former, and one withdrawn."""
    former = _filled(server)
    send(f"{former}colleagues", {**COLLEAGUE, "themes": ["skills", "firms"]})
    new = _found(r'name="new" value="([^"]+)"', f"{former}link")[0]
    link = send(f"{former}link/renew", {"new": new}).partition("link")[0]
    for themes in (["skills", "firms"], ["finance"], ["skills"]):
        send(f"{link}colleagues", {**COLLEAGUE, "themes": themes})
    numbers, addresses = zip(*_colleagues(link), strict=True)
    asked, thanked, withdrawn = addresses
    send(f"{asked}skills", {FOURTH: "2", f"note-{FOURTH}": "From the chamber."})
    send(f"{thanked}finance", {question.id: "2" for question in RUBRIC.questions_by_theme["finance"]})
    send(f"{link}colleagues/{numbers[-1]}/withdraw", {})
    return link, asked, thanked, former, withdrawn


def _colleagues(link: str) -> list[tuple[str, str]]:
    return _found(r'<code id="address-(\d+)">([^<]+)</code>', f"{link}colleagues")


def _found(pattern: str, address: str) -> list[Any]:
    with urlopen(address) as answer:
        return re.findall(pattern, answer.read().decode())
