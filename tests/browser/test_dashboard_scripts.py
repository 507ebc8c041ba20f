"""What scripts add to the pages of an app: copying what stands there, and nothing without scripts."""

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal
from tests.support.relying_party import RelyingParty


def test_a_press_copies_the_secret_and_says_so(
    sqlite_portal: Portal, open_page: OpenPage, relying_party: RelyingParty
) -> None:
    page = open_page(permissions=["clipboard-read", "clipboard-write"])
    walks.register(page, sqlite_portal.url)
    app = walks.create_app(page, sqlite_portal.url, relying_party)
    button = page.locator(".copyable", has=page.locator("#client-secret")).locator("[data-copy]")
    button.click()
    page.wait_for_selector("[data-copy].is-done")
    seen = "getComputedStyle(document.querySelector('.is-done'), '::after').content"
    assert page.evaluate(seen) == '"Copied"'
    assert button.locator(".icon:visible path").get_attribute("d") == page.evaluate(
        "document.querySelector('.is-done .icon:last-of-type path').getAttribute('d')"
    )
    assert page.evaluate("navigator.clipboard.readText()") == app.secret
    assert walks.complaints(page) == []


def test_without_scripts_no_copy_button_is_seen(
    sqlite_portal: Portal, open_page: OpenPage, relying_party: RelyingParty
) -> None:
    page = open_page(javascript=False)
    walks.register(page, sqlite_portal.url)
    walks.create_app(page, sqlite_portal.url, relying_party)
    assert page.locator("[data-copy]").count() > 0
    assert page.locator("[data-copy]:visible").count() == 0


def test_a_secret_is_shown_again_after_the_password(
    sqlite_portal: Portal, open_page: OpenPage, relying_party: RelyingParty
) -> None:
    page = open_page()
    walks.register(page, sqlite_portal.url)
    app = walks.create_app(page, sqlite_portal.url, relying_party)
    page.goto(f"{app.portal}/dashboard/apps/{app.id}/secrets")
    assert app.secret not in page.content()
    page.click("a[href$='/reveal']")
    page.fill("[name=password]", walks.PASSWORD)
    walks.send(page)
    page.wait_for_selector("#client-secret")
    assert page.inner_text("#client-secret").strip() == app.secret
