"""From an empty browser to the claims of a person: registration, an app, the consent, the way back, tokens."""

import pytest

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.mailboxes import kept_link
from tests.support.portals import Portal
from tests.support.relying_party import RelyingParty


def walk(portal: Portal, open_page: OpenPage, party: RelyingParty, locale: str, javascript: bool) -> None:
    page = open_page(javascript=javascript)
    name = walks.register(page, portal.url, locale=locale)
    page.wait_for_url("**/account")
    app = walks.create_app(page, portal.url, party)
    page.goto(app.ask())
    assert page.get_attribute("html", "lang") == locale
    assert page.is_visible(f"text={party.url.removeprefix('http://')}")
    walks.decide(page, "allow")
    page.wait_for_url(f"{party.callback}?**")
    tokens = app.tokens(party.wait_for_call())
    assert tokens["scope"] == "openid profile email"
    person, email = app.person(tokens), f"{name}@example.org"
    assert person["preferred_username"] == name
    assert "email" not in person
    page.goto(kept_link(portal.instance, "verify_email", email))
    walks.send(page)
    page.wait_for_url("**/account")
    assert app.person(tokens)["email"] == email
    assert walks.complaints(page) == []


@pytest.mark.parametrize("javascript", [True, False])
@pytest.mark.parametrize("locale", ["en", "de"])
def test_a_person_registers_makes_an_app_and_lets_it_in(
    sqlite_portal: Portal, open_page: OpenPage, relying_party: RelyingParty, locale: str, javascript: bool
) -> None:
    walk(sqlite_portal, open_page, relying_party, locale, javascript)


def test_the_same_walk_on_mariadb(
    mariadb_portal: Portal, open_page: OpenPage, relying_party: RelyingParty
) -> None:
    walk(mariadb_portal, open_page, relying_party, "en", True)


@pytest.mark.parametrize("javascript", [True, False])
def test_an_answer_by_form_post_reaches_the_app(
    sqlite_portal: Portal, open_page: OpenPage, relying_party: RelyingParty, javascript: bool
) -> None:
    page = open_page(javascript=javascript)
    walks.register(page, sqlite_portal.url)
    app = walks.create_app(page, sqlite_portal.url, relying_party)
    page.goto(app.ask(response_mode="form_post"))
    walks.decide(page, "allow")
    if not javascript:
        walks.send(page)
    page.wait_for_url(relying_party.callback)
    assert app.tokens(relying_party.wait_for_call())["token_type"] == "Bearer"
    assert walks.complaints(page) == []
