"""Somebody enters the code of a device in a real Chromium, on a phone and on a desktop, in both languages."""

from typing import Any

import pytest
import requests
from playwright.sync_api import Page

from app.clients.grants import DEVICE_CODE
from tests.browser import walks
from tests.browser.test_which_team import SIZES, join_teams
from tests.support.browser import OpenPage
from tests.support.people import FromAddress
from tests.support.portals import Portal

SECONDS = 30
ELSEWHERE = "127.9.0.1"  # another /24 of this machine
SCOPE = "openid profile email teams"


class Television:
    """An app on a device, at a running portal."""

    def __init__(self, portal: Portal) -> None:
        self.url = portal.url
        scopes = [part for name in SCOPE.split() for part in ("--scope", name)]
        made = portal.flask_json(
            "client", "create", walks.new_name("Television"), "--public", "--grant", DEVICE_CODE, *scopes
        )
        self.form = {"client_id": made["client_id"]}

    def ask(self, address: str | None = None, scope: str = SCOPE) -> dict[str, Any]:
        """Codes, asked for from this address."""
        with requests.Session() as http:
            if address:
                http.mount("http://", FromAddress(address))
            fields = {**self.form, "scope": scope}
            answer = http.post(f"{self.url}/oauth/device_authorization", fields, timeout=SECONDS)
        assert answer.ok, answer.text
        return dict(answer.json())

    def poll(self, codes: dict[str, Any]) -> requests.Response:
        fields = {**self.form, "grant_type": DEVICE_CODE, "device_code": codes["device_code"]}
        return requests.post(f"{self.url}/oauth/token", fields, timeout=SECONDS)


def enter(page: Page, portal: Portal, code: str) -> None:
    page.goto(f"{portal.url}/device")
    page.fill("[name=user_code]", code)
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("size", SIZES)
def test_the_way_of_a_code_has_no_barriers(
    sqlite_portal: Portal, open_page: OpenPage, size: str, locale: str
) -> None:
    television = Television(sqlite_portal)
    page = open_page(size=SIZES[size])
    name = walks.register(page, sqlite_portal.url, locale=locale)
    walks.check(page, f"{sqlite_portal.url}/device")
    assert page.evaluate("document.activeElement.name") == "user_code"
    enter(page, sqlite_portal, "BCDF-GHJK")
    page.wait_for_selector("#user_code-error")
    assert walks.barriers(page) == []
    codes = television.ask()
    walks.check(page, codes["verification_uri_complete"])
    enter(page, sqlite_portal, codes["user_code"].lower())
    assert codes["user_code"] in page.inner_text("main")
    join_teams(sqlite_portal, name, ["Harbour", "W" * 100])
    walks.check(page, codes["verification_uri_complete"])
    page.check("[name=team][value='']")
    walks.decide(page, "allow")
    page.wait_for_url("**/device/done")
    assert walks.barriers(page) == []
    assert television.poll(codes).ok
    assert [told for told in walks.complaints(page) if "422" not in told] == []


@pytest.mark.parametrize("size", SIZES)
def test_a_code_from_elsewhere_is_warned_about_and_needs_one_more_tick(
    sqlite_portal: Portal, open_page: OpenPage, size: str
) -> None:
    television = Television(sqlite_portal)
    page = open_page(size=SIZES[size], dark=True)
    walks.register(page, sqlite_portal.url)
    codes = television.ask(ELSEWHERE, "openid email")
    walks.check(page, codes["verification_uri_complete"])
    assert "127.9.0.0/24" in page.inner_text("main")
    assert "Did somebody send you this code" in page.inner_text("[role=alert]")
    walks.decide(page, "allow")
    page.wait_for_selector("#own-device-error")
    assert walks.barriers(page) == []
    assert television.poll(codes).json()["error"] == "authorization_pending"
    page.check("[name=own_device]")
    walks.decide(page, "deny")
    page.wait_for_url("**/device/done?declined=1")
    assert walks.barriers(page) == []
    assert television.poll(codes).json()["error"] == "access_denied"


def test_the_picture_of_the_code_is_shown_by_pages_of_other_origins(
    sqlite_portal: Portal, open_page: OpenPage
) -> None:
    codes = Television(sqlite_portal).ask()
    page = open_page()
    picture = codes["verification_uri_complete"].replace("/device?", "/device/qr?")
    page.set_content(f'<img src="{picture}">')
    page.wait_for_function("document.images[0].complete")
    assert page.evaluate("document.images[0].naturalWidth") > 200
