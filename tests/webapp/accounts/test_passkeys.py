"""Passkeys and all pages about accounts in a real browser: with a virtual authenticator, and by axe."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.screens import assert_sound
from tests.webapp.accounts.entering import Authenticator, made
from tests.webapp.accounts.signing_in import EMAIL, fill_in
from tests.webapp.governance.governing import log
from tests.webapp.serving import served
from webapp.config import Settings
from webapp.database import Database

pytestmark = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
ANY_KEY = """
const get = navigator.credentials.get.bind(navigator.credentials);
navigator.credentials.get = (asked) => {
  const id = Uint8Array.from(atob("ID"), (character) => character.charCodeAt(0));
  asked.publicKey.allowCredentials = [{ type: "public-key", id }];
  return get(asked);
};
"""
"""Makes a browser answer with a key that the site did not ask for."""
OTHER = "somebody-with-a-rather-long-name@organisation.example.org"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """Settings as they are when nobody says otherwise."""
    return replace(settings, second_factor="required")


@pytest.fixture
def address(app: Flask, account: None) -> Iterator[str]:
    """Where `app` is served: by name, as passkeys belong to names."""
    with served(app) as port:
        yield f"http://localhost:{port}"


def with_key(page: Page) -> tuple[CDPSession, str]:
    """Plugs a security key in that is touched at once."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "usb", "automaticPresenceSimulation": True}
    made = devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    return devtools, made["authenticatorId"]


def sign_in(page: Page, address: str, email: str = EMAIL) -> None:
    page.goto(f"{address}/admin/login")
    fill_in(page, email)


def add_passkey(page: Page, name: str) -> None:
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name").fill(name)
    page.get_by_role("button", name="Add it").click()
    expect(page).to_have_title("Second factor – Octant")


def test_a_passkey_is_a_second_factor_of_its_own_account_alone(
    page: Page, browser: Browser, app: Flask, address: str, database: Database
) -> None:
    made(app, database, OTHER, "viewer")
    devtools, key = with_key(page)
    sign_in(page, address)
    expect(page).to_have_title("Second factor – Octant")
    add_passkey(page, "Blue key")
    page.goto(f"{address}/admin/")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page, address)
    page.get_by_role("button", name="Go on").click()
    expect(page).to_have_title("Submissions – Octant")
    page.get_by_role("button", name="Sign out").click()
    (passkey,) = devtools.send("WebAuthn.getCredentials", {"authenticatorId": key})["credentials"]

    thief = browser.new_context().new_page()
    devtools, other_key = with_key(thief)
    sign_in(thief, address, OTHER)
    thief.goto(f"{address}/admin/account/second-factor")
    add_passkey(thief, "Own key")
    thief.get_by_role("button", name="Sign out").click()
    sign_in(thief, address, OTHER)
    devtools.send("WebAuthn.addCredential", {"authenticatorId": other_key, "credential": passkey})
    thief.add_init_script(ANY_KEY.replace("ID", passkey["credentialId"]))
    thief.get_by_role("button", name="Go on").click()
    expect(thief.get_by_role("alert").first).to_contain_text("does not belong to the account")
    thief.goto(f"{address}/admin/account")
    expect(thief).to_have_title("Sign in – Octant")
    thief.context.close()
    assert [what for _, what, _ in log(database)].count("passkey-added") == 2


def test_without_javascript_the_page_says_what_to_do(browser: Browser, address: str) -> None:
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        sign_in(page, address)
        page.get_by_role("link", name="Add a passkey").click()
        expect(page.get_by_text("Passkeys need JavaScript")).to_be_visible()
        expect(page.get_by_role("button", name="Add it")).to_be_hidden()
        page.go_back()
        page.get_by_role("button", name="Set up an app").click()
        expect(page.get_by_label("Six digits")).to_be_visible()


def test_axe_finds_nothing(browser: Browser, app: Flask, database: Database, address: str) -> None:
    made(app, database, OTHER, "reviewer")
    context = browser.new_context(viewport={"width": 320, "height": 900})
    page = context.new_page()
    page.goto(f"{address}/admin/reset")
    assert_sound(page, "Password forgotten")
    sign_in(page, address)
    assert_sound(page, "Second factor")
    page.get_by_role("button", name="Set up an app").click()
    assert_sound(page, "Authenticator app")
    secret = page.locator(".link-card code").inner_text().replace("-", "")
    page.get_by_label("Six digits").fill("000000")
    page.get_by_role("button", name="Switch it on").click()
    assert_sound(page, "Error: Authenticator app")
    page.get_by_label("Six digits").fill(Authenticator(secret).code())
    page.get_by_role("button", name="Switch it on").click()
    page.get_by_role("link", name="Make recovery codes").click()
    page.get_by_role("button", name="Make new codes").click()
    assert_sound(page, "Recovery codes")
    codes = page.locator("#codes").inner_text().split()
    page.get_by_role("link", name="I have kept them").click()
    page.get_by_role("link", name="Add a passkey").click()
    assert_sound(page, "Passkeys")
    page.goto(f"{address}/admin/account")
    assert_sound(page, "Your account")
    page.get_by_role("link", name="Change it").first.click()
    page.get_by_role("button", name="Change it").click()
    assert_sound(page, "Error: Change your password")
    page.goto(f"{address}/admin/accounts")
    page.get_by_text("Change", exact=False).first.click()
    assert_sound(page, "Accounts")
    page.get_by_role("button", name="Make a link").click()
    assert_sound(page, "Error: Accounts")
    page.get_by_label("E-mail address").fill("new@example.org")
    page.locator("#role-viewer").check()
    page.get_by_role("button", name="Make a link").click()
    assert_sound(page, "Invited")
    link = page.locator("#address").inner_text()
    page.get_by_role("button", name="Sign out").click()
    page.goto(link)
    assert_sound(page, "Your invitation")
    page.get_by_role("button", name="Make the account").click()
    assert_sound(page, "Error: Your invitation")
    sign_in(page, address)
    assert_sound(page, "Your code, please")
    page.get_by_role("link", name="Use a recovery code").click()
    page.get_by_label("Recovery code").fill("nonsense")
    page.get_by_role("button", name="Sign in").click()
    assert_sound(page, "Error: A recovery code, please")
    page.get_by_label("Recovery code").fill(codes[0])
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_title("Submissions – Octant")
    context.close()
