"""How tests act on an assessment: send forms as a browser does, invite colleagues, visit every address."""

import io
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from tests.webapp.assessment.starting import RUBRIC, SKILLS, words

COLLEAGUE = {"name": "Ada Example", "role": "business", "themes": ["skills", "learning"], "days": "30"}
JSON = {"Accept": "application/json"}


class _Form(HTMLParser):
    """Collects what a browser would send of the fields of a page that nobody has touched."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._area: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        field = dict(attrs)
        if tag == "textarea":
            self._area = field["name"] or ""
            self.sent[self._area] = ""
        elif tag == "input" and (field.get("type") not in ("radio", "checkbox") or "checked" in field):
            self.sent[field["name"] or ""] = field.get("value") or ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] += data.replace("\n", "\r\n")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = None


def as_sent(page: str) -> dict[str, str]:
    """What a browser would send of a page that nobody has touched."""
    return _Form(page).sent


def invite(client: FlaskClient, link: str, **other: Any) -> str:
    """The path that leads a new colleague to the themes that they are asked to answer."""
    answer = client.post(link + "colleagues", data=COLLEAGUE | other)
    assert answer.status_code == 303
    return links_shown(client, link)[-1]


def renew(client: FlaskClient, link: str, **other: str) -> str:
    """The path that leads the owner on, once they have pressed the button that makes a new link."""
    new = as_sent(client.get(link + "link").text)["new"]
    answer = client.post(link + "link/renew", data={"new": new} | other)
    assert (answer.status_code, answer.location) == (303, f"/a/{new}/link?said=renewed")
    return f"/a/{new}/"


def links_shown(client: FlaskClient, link: str) -> list[str]:
    """The paths of all colleagues' links that the owner's page shows."""
    return re.findall(
        r'<code id="address-\d+">http://localhost(/a/[^<]+/)</code>', client.get(link + "colleagues").text
    )


def addresses(app: Flask, link: str, theme: str = "skills", number: int = 1) -> Iterator[tuple[str, str, str]]:
    """Endpoint, method and path of everything that there is below an assessment's link."""
    values = {"token": link.split("/")[2], "theme_id": theme, "number": number, "name": "themes"}
    urls = app.url_map.bind("localhost")
    for rule in app.url_map.iter_rules():
        if "token" in rule.arguments and not rule.rule.startswith("/admin/"):
            path = urls.build(rule.endpoint, {name: values[name] for name in rule.arguments})
            yield from ((rule.endpoint, method, path) for method in sorted((rule.methods or set()) & {"GET", "POST"}))


def everything() -> dict[str, Any]:
    """Fields that are right for every form of an assessment, and would change something."""
    content = f'{{"region": "Changed", "answers": {{"{SKILLS[0]}": 4}}}}'
    fields = {"region": "Changed", "contact": "changed@example.org", "content": content, "declaration": "yes"}
    fields["new"] = "n" * 32
    ratings = {vignette.id: "1" for vignette in RUBRIC.vignettes}
    file = {"file": (io.BytesIO(content.encode()), "answers.json")}
    return COLLEAGUE | fields | ratings | file | {SKILLS[0]: "4", "priority-skills": "3", "priority-firms": "3"}


def refusals(client: FlaskClient, app: Flask, link: str, **which: Any) -> set[tuple[int, str]]:
    """Status and heading of every answer to everything that can be asked for and sent below a link."""
    found = set()
    for _, method, path in addresses(app, link, **which):
        answer = client.open(path, method=method, data=everything() if method == "POST" else None)
        found.add((answer.status_code, heading(answer.text)))
    return found


def heading(page: str) -> str:
    """The heading of a page; nothing where it has none."""
    found = re.search(r"<h1>(.*?)</h1>", page)
    return words(found[1]) if found else ""
