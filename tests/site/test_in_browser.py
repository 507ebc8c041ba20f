"""The frame in a real Chromium: what is seen, pressed and read aloud."""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from tests.support.browser import OpenPage
from tests.support.portals import Portal

PHONE = (390, 844)
PASSWORD = "violet kettle under seven bridges"


def register(page: Any, portal: Portal, name: str) -> None:
    page.goto(f"{portal.url}/register")
    page.fill("[name=username]", name)
    page.fill("[name=email]", f"{name}@example.org")
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_url("**/account")


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", [PHONE, (1280, 900)])
def test_pages_have_no_barriers_and_fit_the_window(
    sqlite_portal: Portal, open_page: OpenPage, dark: bool, size: tuple[int, int]
) -> None:
    page = open_page(dark=dark, size=size)
    for path in ("/", "/login", "/register", "/nowhere"):
        page.goto(sqlite_portal.url + path)
        found = Axe().run(page).response["violations"]
        assert not found, [(rule["id"], [node["target"] for node in rule["nodes"]]) for rule in found]
        assert not page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )


def test_pages_break_none_of_their_own_content_policy(sqlite_portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    for path in ("/", "/login", "/register"):
        page.goto(sqlite_portal.url + path)
    assert page.complaints == []  # type: ignore[attr-defined]


def test_the_first_press_of_tab_leads_past_the_header(sqlite_portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    page.goto(sqlite_portal.url)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('href')") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_typed_password_can_be_shown_and_is_hidden_again_when_it_is_sent(
    sqlite_portal: Portal, open_page: OpenPage
) -> None:
    page = open_page()
    page.goto(f"{sqlite_portal.url}/login")
    page.fill("[name=password]", "not the right one")
    page.click("[data-reveal]")
    assert page.get_attribute("[name=password]", "type") == "text"
    assert page.get_attribute("[data-reveal]", "aria-pressed") == "true"
    page.evaluate("document.querySelector('main form').addEventListener('submit', (e) => e.preventDefault())")
    page.click("main button[type=submit]")
    assert page.get_attribute("[name=password]", "type") == "password"


def test_without_scripts_there_is_no_button_that_does_nothing(
    sqlite_portal: Portal, open_page: OpenPage
) -> None:
    page = open_page(javascript=False)
    page.goto(f"{sqlite_portal.url}/login")
    assert not page.is_visible("[data-reveal]")


@pytest.mark.parametrize("javascript", [True, False])
def test_a_person_signs_out_by_the_menu_on_a_phone(
    sqlite_portal: Portal, open_page: OpenPage, javascript: bool
) -> None:
    page = open_page(javascript=javascript, size=PHONE)
    register(page, sqlite_portal, f"menu{javascript}".lower())
    assert not page.is_visible("nav.side")
    page.click(".side-menu > summary")
    page.click("nav.side >> text=Profile")
    page.wait_for_url("**/account/profile")
    page.click(".menu > summary")
    page.click(".menu >> text=Sign out")
    page.goto(f"{sqlite_portal.url}/account")
    assert "/login" in page.url


def test_an_open_menu_closes_on_escape_and_gives_the_focus_back(
    sqlite_portal: Portal, open_page: OpenPage
) -> None:
    page = open_page()
    register(page, sqlite_portal, "escape")
    page.click(".menu > summary")
    page.keyboard.press("Escape")
    assert not page.is_visible(".menu__panel")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


def test_an_open_menu_closes_when_the_focus_leaves_it(sqlite_portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    register(page, sqlite_portal, "tabbing")
    page.click(".menu > summary")
    page.focus("main a, main button")
    assert not page.is_visible(".menu__panel")


def test_the_first_page_of_a_visitor_takes_seven_requests(sqlite_portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("?")[0].rpartition("/")[2]))
    page.goto(f"{sqlite_portal.url}/login", wait_until="networkidle")
    # Whether a browser without a window asks for the icon is its own affair.
    assert sorted(set(asked) - {"favicon.svg"}) == [
        "copy.js",
        "login",
        "menus.js",
        "once.js",
        "pforte.css",
        "reveal.js",
    ]
