"""How a browser gets from our pages to an app, whatever the app does next, and with what it came."""

import html
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal
from tests.support.relying_party import RelyingParty
from tests.support.sites import OpenSite, Site


@pytest.fixture(params=[True, False], ids=["javascript", "plain"])
def page(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    return open_page(javascript=request.param, ignore_https_errors=True)


@pytest.fixture
def name(page: Page, sqlite_portal: Portal) -> str:
    return walks.register(page, sqlite_portal.url)


@pytest.fixture
def app(name: str, page: Page, sqlite_portal: Portal) -> walks.App:
    """An app without an address yet: each test says where its callback is."""
    return walks.App(sqlite_portal.url, RelyingParty(0), walks.new_name("Ledger"), "", "")


def register_app(portal: Portal, app: walks.App, callback: str) -> None:
    """Give the app its callback, as its developer would."""
    app.party.callback = callback
    made = portal.flask_json("client", "create", app.name, "--redirect-uri", callback)
    app.id, app.secret = made["client_id"], made["client_secret"]


def code_of(site: Site, path: str) -> str:
    """The code with which the browser came to this path."""
    return parse_qs(site.wait_for(path))["code"][0]


def test_a_popup_finds_the_window_that_opened_it(
    open_page: OpenPage, sqlite_portal: Portal, open_site: OpenSite
) -> None:
    page = open_page(ignore_https_errors=True)
    name = walks.register(page, sqlite_portal.url)
    page.context.clear_cookies()
    site = open_site("localhost", https=True)
    app = walks.App(sqlite_portal.url, RelyingParty(0), walks.new_name("Ledger"), "", "")
    register_app(sqlite_portal, app, f"{site.url}/callback")
    site.pages["/"] = (
        f"<button onclick=\"open({html.escape(repr(app.ask()))}, 'w', 'popup')\">In</button><p id=\"said\"></p>"
        "<script>onmessage = (event) => { document.querySelector('p').textContent = event.data }</script>"
    )
    site.pages["/callback"] = "<script>opener.postMessage('signed in', origin); close()</script>"
    page.goto(site.url)
    with page.expect_popup() as opened:
        page.click("button")
    popup = opened.value
    popup.wait_for_url("**/login?**")
    popup.fill("[name=username]", name)
    popup.fill("[name=password]", "not the right one")
    walks.send(popup)
    walks.sign_in(popup, name)
    popup.wait_for_selector("[name=decision]")
    popup.click("[name=decision][value=allow]", no_wait_after=True)
    expect(page.locator("#said")).to_have_text("signed in")


def form_at(site: Site, address: str) -> None:
    """The page `/` of the site becomes a form that posts this authorization request."""
    parts = urlsplit(address)
    fields = "".join(
        f'<input type="hidden" name="{key}" value="{html.escape(values[0])}">'
        for key, values in parse_qs(parts.query).items()
    )
    action = html.escape(f"{parts.scheme}://{parts.netloc}{parts.path}")
    site.pages["/"] = f'<form method="post" action="{action}">{fields}<button>In</button></form>'


@pytest.mark.oidc("core#3.1.2.1")
def test_a_request_posted_by_another_site_finds_the_person_signed_in(
    page: Page, app: walks.App, sqlite_portal: Portal, open_site: OpenSite
) -> None:
    site = open_site("localhost")
    register_app(sqlite_portal, app, f"{site.url}/callback")
    form_at(site, app.ask())
    page.goto(site.url)
    page.click("button")
    page.wait_for_url(f"{app.portal}/oauth/authorize?**")
    walks.decide(page, "allow")
    tokens = app.tokens({"code": code_of(site, "/callback"), "state": app.state, "iss": app.portal})
    assert tokens["token_type"] == "Bearer"


@pytest.mark.parametrize("length", [5_000, 7_900, 300_000])
def test_a_request_too_long_that_another_site_posts_leaves_the_person_signed_in(
    page: Page, app: walks.App, sqlite_portal: Portal, open_site: OpenSite, length: int
) -> None:
    site = open_site("localhost")
    register_app(sqlite_portal, app, f"{site.url}/callback")
    form_at(site, app.ask(state="x" * length))
    page.goto(site.url)
    with page.expect_response(lambda response: response.url.startswith(app.portal)) as answered:
        page.click("button")
    assert answered.value.status == {5_000: 303, 7_900: 303, 300_000: 413}[length]
    if length == 7_900:
        assert "error=invalid_request" in site.wait_for("/callback")
    page.goto(f"{app.portal}/account")
    assert page.url == f"{app.portal}/account"
