"""Two quick clicks on a button do once what it says, and end where one click does."""

import pytest

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal

BUTTON = "main button.button--primary[type=submit]"


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_a_double_click_makes_one_account_one_app_and_one_secret_that_is_seen(
    open_page: OpenPage, sqlite_portal: Portal, javascript: bool
) -> None:
    page, name = open_page(javascript=javascript), walks.new_name("person")
    page.goto(f"{sqlite_portal.url}/register?locale=en")
    page.fill("[name=username]", name)
    page.fill("[name=email]", f"{name}@example.org")
    page.fill("[name=password]", walks.PASSWORD)
    page.dblclick(BUTTON)
    page.wait_for_url("**/account")
    assert page.is_visible(f"text={name}@example.org")
    app = walks.new_name("Ledger")
    page.goto(f"{sqlite_portal.url}/dashboard/apps/new")
    page.fill("[name=name]", app)
    page.fill("[name=redirect_uris]", "https://app.example.org/callback")
    page.dblclick(BUTTON)
    page.wait_for_selector("#client-id")
    assert page.is_visible(f"h1:has-text('{app}')")
    assert page.is_visible("#client-secret")
    page.goto(f"{page.url}/secrets")
    page.fill("[name=name]", "laptop")
    page.dblclick(BUTTON)
    page.wait_for_selector("#client-secret")
    page.goto(f"{page.url}/secrets")
    assert page.locator("form[action$='/revoke']").count() == 2
    page.goto(f"{sqlite_portal.url}/dashboard/apps")
    assert page.locator(f"text={app}").count() == 1
    assert walks.complaints(page) == []
