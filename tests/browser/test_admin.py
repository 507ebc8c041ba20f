"""Administrators look after people and apps in a real Chromium, with and without scripts; axe finds nothing."""

import pytest
from playwright.sync_api import Page

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal

SIZES = {"phone": (360, 780), "desktop": (1280, 900)}
PERSON_PAGES = ("", "/block", "/delete", "/password-link")
APP_PAGES = ("", "/powers", "/trust", "/delete")


def administrator(page: Page, portal: Portal) -> None:
    """Sign a new administrator in."""
    name = walks.new_name("chief")
    options = ("--admin", "--verified", "--password-stdin")
    portal.flask("user", "create", name, f"{name}@example.org", *options, stdin=walks.PASSWORD)
    page.goto(f"{portal.url}/login")
    walks.sign_in(page, name)


def person(portal: Portal) -> str:
    """The name of a new person."""
    name = walks.new_name("anna")
    portal.flask(
        "user", "create", name, f"{name}@example.org", "--verified", "--password-stdin", stdin=walks.PASSWORD
    )
    return name


def find(page: Page, portal: Portal, path: str, name: str) -> None:
    """Search for this name in a list, and open what is found."""
    page.goto(f"{portal.url}{path}")
    page.fill("[name=q]", name)
    page.click(".filters button[type=submit]")
    page.click(f"table >> text={name}")


@pytest.mark.parametrize("size", SIZES)
def test_pages_of_administrators_have_no_barriers_and_fit_the_window(
    sqlite_portal: Portal, open_page: OpenPage, size: str
) -> None:
    page = open_page(size=SIZES[size])
    administrator(page, sqlite_portal)
    name = person(sqlite_portal)
    made = sqlite_portal.flask_json(
        "client", "create", walks.new_name("Ledger"), "--owner", name, "--grant", "client_credentials"
    )
    find(page, sqlite_portal, "/admin/users", name)
    home = page.url
    for url in (f"{sqlite_portal.url}/admin/users", f"{sqlite_portal.url}/admin/users?q=nobody.at.all"):
        walks.check(page, url)
    for path in PERSON_PAGES:
        walks.check(page, home + path)
    for path in ("", "/new", *(f"/{made['client_id']}{path}" for path in APP_PAGES)):
        walks.check(page, f"{sqlite_portal.url}/admin/apps{path}")
    assert walks.complaints(page) == []


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_an_administrator_blocks_somebody_and_opens_the_account_again(
    sqlite_portal: Portal, open_page: OpenPage, javascript: bool
) -> None:
    page, at_home = open_page(javascript=javascript), open_page(javascript=javascript)
    name = person(sqlite_portal)
    at_home.goto(f"{sqlite_portal.url}/login")
    walks.sign_in(at_home, name)
    administrator(page, sqlite_portal)
    find(page, sqlite_portal, "/admin/users", name)
    page.click("main a[href$='/block']")
    page.click("main button.button--danger")
    page.wait_for_selector(".notice--ok")
    at_home.goto(f"{sqlite_portal.url}/account")
    assert "/login" in at_home.url
    page.click("main a[href$='/unblock']")
    walks.send(page)
    page.wait_for_selector(".notice--ok")
    walks.sign_in(at_home, name)
    at_home.wait_for_url("**/account")


@pytest.mark.parametrize("javascript", [True, False], ids=["scripts", "no-scripts"])
def test_an_app_of_the_portal_shows_its_secret_once(
    sqlite_portal: Portal, open_page: OpenPage, javascript: bool
) -> None:
    page = open_page(javascript=javascript)
    administrator(page, sqlite_portal)
    page.goto(f"{sqlite_portal.url}/admin/apps/new")
    page.check("[name=preset][value=zapier]")
    page.fill("[name=name]", walks.new_name("Zapier"))
    page.fill("[name=redirect_uris]", "https://zapier.com/dashboard/auth/oauth/return/App1CLIAPI/")
    walks.send(page)
    page.wait_for_selector("#client-secret")
    assert page.inner_text("#client-secret").startswith("pf_secret_")
    page.reload()
    assert page.query_selector("#client-secret") is None
