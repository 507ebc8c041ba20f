"""Two people in one browser, two tabs: what is typed for one never happens to the other, and nothing is lost."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal


@pytest.fixture
def names(sqlite_portal: Portal, open_page: OpenPage) -> tuple[str, str]:
    """Two people with an account."""
    first, second = (walks.register(open_page(), sqlite_portal.url) for _number in range(2))
    return first, second


def sign_both_in(page: Page, portal: Portal, names: tuple[str, str]) -> None:
    page.goto(f"{portal.url}/login")
    walks.sign_in(page, names[0])
    page.wait_for_url("**/account")
    page.goto(f"{portal.url}/login/accounts")
    page.click("[name=account][value=other] >> nth=-1")
    walks.sign_in(page, names[1])
    page.wait_for_url("**/account")


def check_active(page: Page, name: str) -> None:
    expect(page.locator(".menu__name")).to_have_text(name)


@pytest.mark.parametrize("javascript", [True, False])
def test_a_form_of_one_account_is_sent_after_the_switch_in_another_tab(
    sqlite_portal: Portal, open_page: OpenPage, names: tuple[str, str], javascript: bool
) -> None:
    page = open_page(javascript=javascript)
    sign_both_in(page, sqlite_portal, names)
    page.goto(f"{sqlite_portal.url}/account/profile")
    page.fill("[name=name]", "Typed for the second")
    other = page.context.new_page()
    other.goto(f"{sqlite_portal.url}/account")
    other.click("summary.menu__button")
    other.click(f".menu__item--person >> text={names[0]}@")
    other.wait_for_url("**/account")
    check_active(other, names[0])
    walks.send(page)
    page.wait_for_selector(".account")
    check_active(page, names[0])
    page.click("main [name=account]")
    page.wait_for_url("**/account/profile")
    assert page.input_value("[name=name]") == "Typed for the second"
    walks.send(page)
    page.wait_for_selector(".notice--ok")
    other.goto(f"{sqlite_portal.url}/login/accounts")
    other.click(f"main .account--button >> text={names[0]}@")
    other.goto(f"{sqlite_portal.url}/account/profile")
    assert other.input_value("[name=name]") == ""


@pytest.mark.parametrize("size", [(360, 780), (1280, 900)])
def test_the_pages_of_several_accounts_have_no_barriers(
    sqlite_portal: Portal, open_page: OpenPage, names: tuple[str, str], size: tuple[int, int]
) -> None:
    page = open_page(size=size)
    sign_both_in(page, sqlite_portal, names)
    for path in ("/login/accounts", "/login?another=1"):
        walks.check(page, f"{sqlite_portal.url}{path}")
    page.goto(f"{sqlite_portal.url}/account")
    page.click("summary.menu__button")
    assert walks.barriers(page) == []
    page.goto(f"{sqlite_portal.url}/account/profile")
    tab = page.context.new_page()
    tab.goto(f"{sqlite_portal.url}/login/accounts")
    tab.click(f"main .account--button >> text={names[0]}@")
    tab.wait_for_url("**/account")
    walks.send(page)
    page.wait_for_selector(".account")
    assert walks.barriers(page) == []
