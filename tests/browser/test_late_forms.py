"""In a real browser, which says itself where a form comes from: nothing that was typed is lost."""

from playwright.sync_api import BrowserContext, Page, Route

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal


def type_in(page: Page, portal: Portal) -> None:
    page.goto(f"{portal.url}/dashboard/apps/new")
    page.fill("[name=description]", "Says what it will be like.")
    page.check("[name=client_type][value=public]")


def check_kept(page: Page) -> None:
    assert page.input_value("[name=description]") == "Says what it will be like."
    assert page.is_checked("[name=client_type][value=public]")


def sign_in_elsewhere(context: BrowserContext, portal: Portal, name: str) -> None:
    """Sign out and in again in another tab."""
    tab = context.new_page()
    tab.goto(f"{portal.url}/account")
    tab.evaluate("document.querySelector('form[action$=\"/logout\"]').requestSubmit()")
    tab.wait_for_url(f"{portal.url}/")
    tab.goto(f"{portal.url}/login")
    walks.sign_in(tab, name)
    tab.wait_for_url(f"{portal.url}/account")
    tab.close()


def test_a_new_sign_in_in_another_tab_costs_nothing_that_was_typed(
    sqlite_portal: Portal, open_page: OpenPage
) -> None:
    page = open_page()
    name = walks.register(page, sqlite_portal.url)
    type_in(page, sqlite_portal)
    sign_in_elsewhere(page.context, sqlite_portal, name)
    walks.send(page)
    page.wait_for_selector(".notice--warn")
    check_kept(page)


def test_another_site_cannot_fill_in_a_form(sqlite_portal: Portal, open_page: OpenPage) -> None:
    page = open_page()
    walks.register(page, sqlite_portal.url)
    attack = (
        f'<form method="post" action="{sqlite_portal.url}/dashboard/apps/new">'
        '<input name="description" value="evil"></form>'
    )

    def answer(route: Route) -> None:
        route.fulfill(content_type="text/html", body=attack)

    page.route("https://evil.example/", answer)
    page.goto("https://evil.example/")
    with page.expect_navigation():
        page.evaluate("document.forms[0].submit()")
    assert "This page was open too long" in page.content()
    assert "evil" not in page.content()
