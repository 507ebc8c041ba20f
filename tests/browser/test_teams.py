"""Two people in two browsers: one makes a team and invites, the other joins by the mail, and is removed again."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.mailboxes import kept_link
from tests.support.portals import Portal

SIZES = {"en": (1280, 900), "de": (360, 780)}


def confirm(page: Page, portal: Portal, name: str) -> None:
    page.goto(kept_link(portal.instance, "verify_email", f"{name}@example.org"))
    walks.send(page)


def fits(page: Page) -> None:
    """axe finds nothing wrong with the open page, and it fits the window."""
    assert walks.barriers(page) == [], page.url
    too_wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(too_wide), page.url


@pytest.mark.parametrize("locale", SIZES)
@pytest.mark.parametrize("javascript", [True, False])
def test_a_team_is_made_joined_changed_and_left(
    sqlite_portal: Portal, open_page: OpenPage, locale: str, javascript: bool
) -> None:
    first = open_page(size=SIZES[locale], javascript=javascript)
    owner = walks.register(first, sqlite_portal.url, locale=locale)
    confirm(first, sqlite_portal, owner)
    first.goto(f"{sqlite_portal.url}/dashboard/teams/new")
    name = walks.new_name("Crew")
    first.fill("[name=name]", name)
    walks.send(first)
    page = first.url
    invited = walks.new_name("invited")
    first.fill("[name=email]", f"{invited}@example.org")
    first.check("[name=role][value=developer]")
    walks.send(first)
    expect(first.locator(".notice--ok")).to_be_visible()

    second = open_page(size=SIZES[locale], javascript=javascript)
    second.goto(kept_link(sqlite_portal.instance, "team_invitation", f"{invited}@example.org"))
    second.goto(second.locator('a[href*="/register"]').last.evaluate("link => link.href"))
    second.fill("[name=username]", invited)
    second.fill("[name=email]", f"{invited}@example.org")
    second.fill("[name=password]", walks.PASSWORD)
    walks.send(second)
    if javascript:
        fits(second)
    confirm(second, sqlite_portal, invited)
    second.goto(kept_link(sqlite_portal.instance, "team_invitation", f"{invited}@example.org"))
    if javascript:
        fits(second)
    second.click("[name=decision][value=accept]")
    expect(second).to_have_url(page)
    expect(second.locator("main")).to_contain_text(name)

    first.goto(page)
    first.click(f'tr:has-text("{invited}") a')
    if javascript:
        fits(first)
    first.check("[name=role][value=reader]")
    walks.send(first)
    expect(first).to_have_url(page)
    first.click(f'tr:has-text("{invited}") a')
    first.click("main button.button--danger")
    expect(first).to_have_url(page)
    second.goto(page)
    assert second.locator("h1").inner_text() != name
    if javascript:
        for path in ("", "/activity", "/leave", "/rename", "/delete"):
            walks.check(first, page + path)
        for path in ("/dashboard/teams", "/dashboard/teams/new", "/account/teams"):
            walks.check(first, sqlite_portal.url + path)
