"""The answers people give, and the ways on which they come to the question, with the content policy really met."""

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
def name(page: Page, sqlite_portal: Portal) -> str:
    return walks.register(page, sqlite_portal.url)


@pytest.fixture
def app(name: str, page: Page, sqlite_portal: Portal, relying_party: RelyingParty) -> walks.App:
    return walks.create_app(page, sqlite_portal.url, relying_party)


def let_in(page: Page, app: walks.App) -> None:
    page.goto(app.ask())
    walks.decide(page, "allow")
    app.party.wait_for_call()


def test_deny_tells_the_app_and_gives_nothing(
    page: Page, app: walks.App, relying_party: RelyingParty
) -> None:
    page.goto(app.ask())
    walks.decide(page, "deny")
    call = relying_party.wait_for_call()
    assert (call["error"], call["state"]) == ("access_denied", app.state)
    assert "code" not in call


def test_an_unticked_permission_is_not_given(page: Page, app: walks.App, relying_party: RelyingParty) -> None:
    page.goto(app.ask())
    page.uncheck("[name=scope][value=email]")
    walks.decide(page, "allow")
    tokens = app.tokens(relying_party.wait_for_call())
    assert tokens["scope"] == "openid profile"
    assert "email" not in app.person(tokens)


def test_allow_and_deny_are_of_equal_size(page: Page, app: walks.App) -> None:
    page.goto(app.ask())
    allow, deny = (
        page.locator(f"[name=decision][value={each}]").bounding_box() for each in ("allow", "deny")
    )
    assert allow is not None
    assert deny is not None
    assert (allow["width"], allow["height"]) == (deny["width"], deny["height"])


def test_who_signs_in_on_the_way_is_asked_afterwards(
    page: Page, app: walks.App, name: str, relying_party: RelyingParty
) -> None:
    page.context.clear_cookies()
    page.goto(app.ask() + "&locale=en")
    assert page.is_visible(f"text=Continue to {app.name}")
    walks.sign_in(page, name)
    walks.decide(page, "allow")
    app.tokens(relying_party.wait_for_call())


def test_signing_in_leads_straight_to_an_app_that_was_let_in_before(
    page: Page, app: walks.App, name: str, relying_party: RelyingParty
) -> None:
    let_in(page, app)
    page.context.clear_cookies()
    page.goto(app.ask())
    walks.sign_in(page, name)
    page.wait_for_url(f"{relying_party.callback}?**")
    app.tokens(relying_party.wait_for_call(2))
    assert walks.complaints(page) == []


def test_a_mistyped_password_does_not_lose_the_waiting_app(
    page: Page, app: walks.App, name: str, relying_party: RelyingParty
) -> None:
    let_in(page, app)
    page.context.clear_cookies()
    page.goto(app.ask())
    page.fill("[name=username]", name)
    page.fill("[name=password]", "not the right one")
    walks.send(page)
    assert page.is_visible(f"text={app.name}")
    walks.sign_in(page, name)
    page.wait_for_url(f"{relying_party.callback}?**")
    app.tokens(relying_party.wait_for_call(2))


def test_entering_the_password_again_leads_back_to_the_app(
    page: Page, app: walks.App, relying_party: RelyingParty
) -> None:
    let_in(page, app)
    page.goto(app.ask(prompt="login"))
    page.fill("[name=password]", walks.PASSWORD)
    walks.send(page)
    page.wait_for_url(f"{relying_party.callback}?**")
    app.tokens(relying_party.wait_for_call(2))


def test_going_on_with_the_account_that_is_shown_leads_back_to_the_app(
    page: Page, app: walks.App, name: str, relying_party: RelyingParty
) -> None:
    let_in(page, app)
    page.goto(app.ask(prompt="select_account"))
    assert page.is_visible(f"main >> text={name}@example.org")
    page.click("[name=choice][value=continue]")
    page.wait_for_url(f"{relying_party.callback}?**")
    app.tokens(relying_party.wait_for_call(2))


def test_not_you_leads_to_the_sign_in_and_then_back(
    page: Page, app: walks.App, name: str, relying_party: RelyingParty
) -> None:
    page.goto(app.ask())
    page.click("[name=choice][value=other]")
    page.wait_for_url("**/login?**")
    walks.sign_in(page, name)
    walks.decide(page, "allow")
    app.tokens(relying_party.wait_for_call())


def test_somebody_without_an_account_registers_and_is_asked_then(
    app: walks.App, open_page: OpenPage, relying_party: RelyingParty
) -> None:
    stranger = open_page()
    asked = app.ask()
    name = walks.register(stranger, app.portal, next_page=asked.removeprefix(app.portal))
    walks.decide(stranger, "allow")
    person = app.person(app.tokens(relying_party.wait_for_call()))
    assert person["preferred_username"] == name


def test_the_language_can_be_changed_before_deciding(
    page: Page, app: walks.App, relying_party: RelyingParty
) -> None:
    page.goto(app.ask())
    page.click(".languages [hreflang=de]")
    assert page.get_attribute("html", "lang") == "de"
    walks.decide(page, "allow")
    app.tokens(relying_party.wait_for_call())


def test_what_an_app_cannot_do_without_has_no_box(page: Page, app: walks.App) -> None:
    page.goto(app.ask())
    boxes = page.locator("[name=scope][type=checkbox]")
    assert [box.get_attribute("value") for box in boxes.all()] == ["profile", "email"]
    assert page.locator("[name=scope][value=openid]:visible").count() == 0


def test_the_activity_names_the_app_that_was_let_in(page: Page, app: walks.App) -> None:
    let_in(page, app)
    page.goto(f"{app.portal}/account/activity")
    assert page.locator("main tbody tr").first.inner_text().count(app.name) == 1
