"""How tests sign in: as a browser does, by the form."""

import re

from flask.testing import FlaskClient
from playwright.sync_api import Page
from werkzeug.test import TestResponse

EMAIL = "administrator@example.org"
PASSWORD = "correct horse battery staple"


def csrf_token(page: str) -> str:
    """The token in the first form of a page that has one."""
    found = re.search(r'name="csrf_token"[^>]* value="([^"]+)"', page)
    assert found
    return found[1]


def sign_in(
    client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, then: str = "", address: str = "/admin/login"
) -> TestResponse:
    """Sends the form of the sign-in page, filled in."""
    token = csrf_token(client.get(address).text)
    return client.post("/admin/login", data={"email": email, "password": password, "next": then, "csrf_token": token})


def sign_out(client: FlaskClient) -> TestResponse:
    """Presses the button in the head of the list."""
    return client.post("/admin/logout", data={"csrf_token": csrf_token(client.get("/admin/").text)})


def fill_in(page: Page, email: str = EMAIL, password: str = PASSWORD) -> None:
    """Signs in where the browser shows the form for it."""
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("main").get_by_role("button", name="Sign in").click()
