"""What people do in a real Chromium, by fields and buttons instead of texts, so that it works in every language."""

from __future__ import annotations

import base64
import hashlib
import secrets
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

import requests
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Error, Page

from tests.support.relying_party import RelyingParty

PASSWORD = "violet kettle under seven bridges"
SECONDS = 30
AXE = Axe().axe_script
VIOLATIONS = """
  options => axe.run(document, {...options, resultTypes: ["violations"]})
    .then(({violations}) => violations.map(({id, nodes}) => [id, nodes.map(({target}) => target)]))
"""
COLOURS = ["color-contrast", "link-in-text-block"]  # the rules of axe that a colour scheme can break


@dataclass
class App:
    """An app as its developer copies it from the dashboard, asking with PKCE and a state."""

    portal: str
    party: RelyingParty
    name: str
    id: str
    secret: str
    verifier: str = ""
    state: str = ""

    def ask(self, **changes: str) -> str:
        """A new authorization request, as a URL; `changes` replace or add parameters."""
        self.verifier, self.state = secrets.token_urlsafe(48), secrets.token_urlsafe(12)
        challenge = (
            base64.urlsafe_b64encode(hashlib.sha256(self.verifier.encode()).digest()).rstrip(b"=").decode()
        )
        parameters = {
            "response_type": "code",
            "client_id": self.id,
            "redirect_uri": self.party.callback,
            "scope": "openid profile email",
            "state": self.state,
            "nonce": secrets.token_urlsafe(12),
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.portal}/oauth/authorize?{urlencode(parameters | changes)}"

    def tokens(self, call: dict[str, str]) -> dict[str, Any]:
        """What the token endpoint gives for the code that this call of the callback brought."""
        assert call["state"] == self.state
        assert call["iss"] == self.portal
        body = {
            "grant_type": "authorization_code",
            "code": call["code"],
            "redirect_uri": self.party.callback,
            "code_verifier": self.verifier,
        }
        answer = requests.post(
            f"{self.portal}/oauth/token", data=body, auth=(self.id, self.secret), timeout=SECONDS
        )
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def person(self, tokens: dict[str, Any]) -> dict[str, Any]:
        """What userinfo tells for these tokens."""
        header = {"Authorization": f"Bearer {tokens['access_token']}"}
        answer = requests.get(f"{self.portal}/oauth/userinfo", headers=header, timeout=SECONDS)
        assert answer.status_code == 200, answer.text
        claims: dict[str, Any] = answer.json()
        return claims


def new_name(word: str) -> str:
    """A name that nobody has at a portal which other tests use too."""
    return f"{word}-{secrets.token_hex(4)}"


def register(page: Page, portal: str, *, locale: str = "en", next_page: str = "") -> str:
    """Make an account, which signs the browser in; the name."""
    name = new_name("person")
    query = f"?locale={locale}" + (f"&next={quote(next_page, safe='')}" if next_page else "")
    page.goto(f"{portal}/register{query}")
    assert page.get_attribute("html", "lang") == locale
    page.fill("[name=username]", name)
    page.fill("[name=email]", f"{name}@example.org")
    page.fill("[name=password]", PASSWORD)
    send(page)
    return name


def sign_in(page: Page, name: str) -> None:
    """Fill the sign-in page that is open, and send it."""
    page.fill("[name=username]", name)
    page.fill("[name=password]", PASSWORD)
    send(page)


def send(page: Page) -> None:
    """Press the main button of the open page's form."""
    page.click("main button.button--primary[type=submit]")


def post_on(page: Page) -> None:
    """Press the button of the page that posts an answer to the app, unless its script was faster."""
    with suppress(Error):
        page.click("form[data-submit-at-once] button", timeout=1500)


def create_app(page: Page, portal: str, party: RelyingParty) -> App:
    """Register an app in the dashboard; its id and secret are read from the page that follows."""
    name = new_name("Ledger")
    page.goto(f"{portal}/dashboard/apps/new")
    page.fill("[name=name]", name)
    page.fill("[name=redirect_uris]", party.callback)
    page.check("[name=client_type][value=confidential]")
    send(page)
    page.wait_for_selector("#client-secret")
    id_, secret = page.inner_text("#client-id"), page.inner_text("#client-secret")
    return App(portal, party, name, id_.strip(), secret.strip())


def decide(page: Page, decision: str) -> None:
    """Press “Allow” or “Deny” of the open consent page."""
    page.click(f"button[name=decision][value={decision}]")


def barriers(page: Page) -> list[tuple[str, list[Any]]]:
    """What axe finds wrong with the open page, in light and in dark: of its rules only a few look at colours."""
    page.evaluate(AXE)
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    found = page.evaluate(VIOLATIONS, {"runOnly": {"type": "rule", "values": COLOURS}})
    page.emulate_media(color_scheme="light")
    found += page.evaluate(VIOLATIONS, {})
    return [(rule, where) for rule, where in found]


def check(page: Page, url: str) -> None:
    """Open ``url``: axe finds nothing wrong with it, and it fits the window."""
    page.goto(url)
    assert barriers(page) == [], url
    too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(too_wide), url


def complaints(page: Page) -> list[str]:
    """What the console of the page said, among it every breach of the content policy."""
    said: list[str] = page.complaints  # type: ignore[attr-defined]
    return said
