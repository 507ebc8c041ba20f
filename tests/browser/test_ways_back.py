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


def leading_on(site: Site, other: Site) -> str:
    """A callback at `site` that leads on to `other`, as apps do that keep their sign-in apart."""
    site.redirects["/callback"] = f"{other.url}/welcome"
    return f"{site.url}/callback"


def test_a_callback_may_lead_on_to_another_host(
    page: Page, app: walks.App, sqlite_portal: Portal, open_site: OpenSite
) -> None:
    site, other = open_site("127.0.0.1", https=True), open_site("localhost", https=True)
    register_app(sqlite_portal, app, leading_on(site, other))
    page.goto(app.ask())
    walks.decide(page, "allow")
    page.wait_for_url(f"{other.url}/welcome")
    assert walks.complaints(page) == []
    tokens = app.tokens({"code": code_of(site, "/callback"), "state": app.state, "iss": app.portal})
    assert tokens["token_type"] == "Bearer"


def test_a_refusal_may_lead_on_to_another_host(
    page: Page, app: walks.App, sqlite_portal: Portal, open_site: OpenSite
) -> None:
    site, other = open_site("127.0.0.1", https=True), open_site("localhost", https=True)
    register_app(sqlite_portal, app, leading_on(site, other))
    page.goto(app.ask())
    walks.decide(page, "deny")
    page.wait_for_url(f"{other.url}/welcome")
    assert "error=access_denied" in site.wait_for("/callback")


def test_signing_in_may_lead_on_to_another_host(
    page: Page, app: walks.App, name: str, sqlite_portal: Portal, open_site: OpenSite
) -> None:
    site, other = open_site("127.0.0.1", https=True), open_site("localhost", https=True)
    register_app(sqlite_portal, app, leading_on(site, other))
    page.goto(app.ask())
    walks.decide(page, "allow")
    page.wait_for_url(f"{other.url}/welcome")
    page.context.clear_cookies()
    page.goto(app.ask())
    walks.sign_in(page, name)
    page.wait_for_url(f"{other.url}/welcome")
    assert walks.complaints(page) == []


def test_a_callback_on_the_device_may_lead_on_to_another_port(
    page: Page, app: walks.App, sqlite_portal: Portal, open_site: OpenSite
) -> None:
    site, other = open_site("127.0.0.1"), open_site("localhost")
    register_app(sqlite_portal, app, leading_on(site, other))
    page.goto(app.ask())
    walks.decide(page, "allow")
    page.wait_for_url(f"{other.url}/welcome")
    assert walks.complaints(page) == []


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_an_answer_reaches_an_ipv6_address_of_the_device(
    page: Page, app: walks.App, sqlite_portal: Portal, open_site: OpenSite, mode: str
) -> None:
    site, other = open_site("[::1]"), open_site("localhost")
    register_app(sqlite_portal, app, leading_on(site, other))
    page.goto(app.ask(response_mode=mode))
    walks.decide(page, "allow")
    if mode == "form_post":
        walks.post_on(page)
    page.wait_for_url(f"{other.url}/welcome")
    assert walks.complaints(page) == []


def test_a_form_post_may_lead_on_to_another_host(
    page: Page, app: walks.App, sqlite_portal: Portal, open_site: OpenSite
) -> None:
    site, other = open_site("127.0.0.1", https=True), open_site("localhost", https=True)
    register_app(sqlite_portal, app, leading_on(site, other))
    page.goto(app.ask(response_mode="form_post"))
    walks.decide(page, "allow")
    walks.post_on(page)
    page.wait_for_url(f"{other.url}/welcome")
    assert walks.complaints(page) == []


def test_the_way_back_tells_the_app_no_address_of_ours(
    page: Page, app: walks.App, sqlite_portal: Portal, open_site: OpenSite
) -> None:
    site = open_site("127.0.0.1", https=True)
    register_app(sqlite_portal, app, f"{site.url}/callback")
    page.goto(app.ask())
    walks.decide(page, "allow")
    page.wait_for_url(f"{site.url}/callback?**")
    assert "Referer" not in site.asked[0][1]


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
