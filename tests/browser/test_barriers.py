"""axe finds nothing on the pages of apps and decisions, in light and dark, and they fit a phone."""

import re

import pytest
import requests

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal
from tests.support.relying_party import RelyingParty

SIZES = {"phone": (360, 780), "desktop": (1280, 900)}
OWN_PAGES = (
    *("/dashboard/apps", "/dashboard/apps/new"),
    *("/account/apps", "/account/activity", "/account/email", "/account/profile", "/account"),
    *("/account/data", "/account/security", "/account/security/passkeys", "/account/sessions", "/privacy"),
    *("/login/accounts", "/recover", "/reauthenticate"),
)
APP_PAGES = ("", "/edit", "/secrets", "/log", "/delete")


def fail_at(app: walks.App) -> str:
    """Redeem a code that does not exist; the number of that request."""
    body = {"grant_type": "authorization_code", "code": "nothing", "redirect_uri": app.party.callback}
    answer = requests.post(
        f"{app.portal}/oauth/token", data=body, auth=(app.id, app.secret), timeout=walks.SECONDS
    )
    found = re.search(r"/failures/([\w-]+)", answer.json()["error_uri"])
    assert found is not None
    return found[1]


@pytest.mark.parametrize("size", SIZES)
def test_pages_of_apps_and_decisions_have_no_barriers(
    sqlite_portal: Portal, open_page: OpenPage, relying_party: RelyingParty, size: str
) -> None:
    page = open_page(size=SIZES[size])
    walks.register(page, sqlite_portal.url)
    app = walks.create_app(page, sqlite_portal.url, relying_party)
    failure = f"{app.portal}/failures/{fail_at(app)}"
    for path in (*OWN_PAGES, *(f"/dashboard/apps/{app.id}{path}" for path in APP_PAGES)):
        walks.check(page, app.portal + path)
    for changes in ({}, {"prompt": "select_account"}, {"redirect_uri": "https://elsewhere.example/"}):
        walks.check(page, app.ask(**changes))
    refused = re.search(r"/failures/[\w-]+", page.content())
    assert refused is not None
    walks.check(page, f"{app.portal}{refused[0]}/repair/elsewhere")
    walks.check(page, failure)
    page.goto(app.ask())
    walks.decide(page, "allow")
    walks.check(page, f"{app.portal}/account/apps/{app.id}")
    stranger = open_page(size=SIZES[size])
    for url in (failure, app.ask()):
        walks.check(stranger, url)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_cannot_be_read_in_one_of_the_colour_schemes_is_found(open_page: OpenPage, scheme: str) -> None:
    page = open_page()
    page.set_content(
        "<html lang=en><title>Pale</title><main><h1>Pale</h1><p>Who can read this?</p></main>"
        f"<style>@media (prefers-color-scheme: {scheme}) {{ p {{ color: #ccc; background: #ddd }} }}</style>"
    )
    assert [rule for rule, _where in walks.barriers(page)] == ["color-contrast"]
