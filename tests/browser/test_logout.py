"""Signing out at an app's request in a real browser: by link and by form of another site, with and without JavaScript."""

import re
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal
from tests.support.relying_party import RelyingParty


@pytest.fixture(params=[True, False], ids=["javascript", "plain"])
def page(request: pytest.FixtureRequest, open_page: OpenPage) -> Page:
    return open_page(javascript=request.param)


@pytest.fixture
def app(page: Page, sqlite_portal: Portal, relying_party: RelyingParty) -> walks.App:
    walks.register(page, sqlite_portal.url)
    made = walks.create_app(page, sqlite_portal.url, relying_party)
    page.goto(f"{sqlite_portal.url}/dashboard/apps/{made.id}/edit")
    page.fill("[name=post_logout_redirect_uris]", relying_party.callback)
    walks.send(page)
    return made


@pytest.fixture
def hint(page: Page, app: walks.App, relying_party: RelyingParty) -> str:
    page.goto(app.ask())
    walks.decide(page, "allow")
    return str(app.tokens(relying_party.wait_for_call())["id_token"])


def is_signed_in(page: Page, portal: Portal) -> bool:
    page.goto(f"{portal.url}/account")
    return "/login" not in page.url


def test_a_link_with_the_id_token_signs_out_and_leads_back(
    page: Page, app: walks.App, hint: str, sqlite_portal: Portal, relying_party: RelyingParty
) -> None:
    query = {"id_token_hint": hint, "post_logout_redirect_uri": relying_party.callback, "state": "s1"}
    page.goto(f"{sqlite_portal.url}/oauth/logout?{urlencode(query)}")
    assert relying_party.wait_for_call(2) == {"state": "s1"}
    assert not is_signed_in(page, sqlite_portal)


def test_a_form_of_another_site_signs_out_and_leads_back(
    page: Page, app: walks.App, hint: str, sqlite_portal: Portal, relying_party: RelyingParty
) -> None:
    """The browser keeps the session's cookie back from such a form, and sends it with the link that follows."""
    elsewhere = relying_party.url.replace("127.0.0.1", "localhost")
    page.route(
        f"{elsewhere}/form",
        lambda route: route.fulfill(
            content_type="text/html",
            body=f'<form method="post" action="{sqlite_portal.url}/oauth/logout">'
            f'<input name="id_token_hint" value="{hint}"><input name="state" value="s2">'
            f'<input name="post_logout_redirect_uri" value="{relying_party.callback}"><button>Bye</button></form>',
        ),
    )
    page.goto(f"{elsewhere}/form")
    page.click("button")
    assert relying_party.wait_for_call(2) == {"state": "s2"}
    assert not is_signed_in(page, sqlite_portal)


def test_the_click_on_the_page_that_asks_leads_back_through_the_content_policy(
    page: Page, app: walks.App, sqlite_portal: Portal, relying_party: RelyingParty
) -> None:
    query = {"client_id": app.id, "post_logout_redirect_uri": relying_party.callback, "state": "s3"}
    page.goto(f"{sqlite_portal.url}/oauth/logout?{urlencode(query)}")
    assert app.name in page.inner_text("main")
    assert page.inner_text("main code") == re.sub("^http://", "", relying_party.url)
    walks.send(page)
    assert relying_party.wait_for_call() == {"state": "s3"}
    assert page.complaints == []  # type: ignore[attr-defined]
    assert not is_signed_in(page, sqlite_portal)


def test_staying_changes_nothing(page: Page, app: walks.App, sqlite_portal: Portal) -> None:
    page.goto(f"{sqlite_portal.url}/oauth/logout?{urlencode({'client_id': app.id})}")
    page.click("main .button--plain")
    assert page.url == f"{sqlite_portal.url}/account"
    assert is_signed_in(page, sqlite_portal)


def test_the_pages_have_no_barriers_and_fit_a_phone(
    open_page: OpenPage, sqlite_portal: Portal, relying_party: RelyingParty
) -> None:
    page = open_page(size=(390, 844))
    walks.register(page, sqlite_portal.url)
    made = walks.create_app(page, sqlite_portal.url, relying_party)
    end_session = f"{sqlite_portal.url}/oauth/logout"
    wrong = urlencode({"client_id": made.id, "post_logout_redirect_uri": f"https://{'x' * 60}.example/"})
    for query in ("", f"?client_id={made.id}", f"?{wrong}"):
        walks.check(page, end_session + query)
    walks.send(page)
    page.goto(end_session)
    assert walks.barriers(page) == []
