"""Signing out at an app's request: what ends at once, what is asked, and where it leads."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.extensions import background
from tests import factories as make
from tests.flows.test_several_accounts import sign_in
from tests.oauth.world import later

BYE = "https://app.example.org/bye?from=pforte"
FROM_ELSEWHERE = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "document"}


@pytest.fixture
def owner(app: Flask) -> make.Person:
    return make.make_user(app, "owner")


@pytest.fixture
def shop(app: Flask, owner: make.Person) -> make.App:
    """An app that nobody vouches for."""
    return make.make_client(app, owner, name="Shop", post_logout_redirect_uris=((1, BYE),))


@pytest.fixture
def browser(app: Flask, anna: make.Person) -> FlaskClient:
    """A browser in which anna signed in by the form."""
    client = app.test_client()
    sign_in(client, "/login", "anna")
    return client


@pytest.fixture
def hint(browser: FlaskClient, shop: make.App) -> str:
    return str(make.tokens_for(shop, browser)["id_token"])


def end_session(browser: FlaskClient, headers: Any = None, **parameters: str) -> TestResponse:
    return browser.get("/oauth/logout", query_string=parameters, headers=headers)


def is_signed_in(browser: FlaskClient) -> bool:
    return browser.get("/account").status_code == 200


def confirm(browser: FlaskClient, page: TestResponse, account: str | None = None) -> TestResponse:
    """Press the button of the page that asks."""
    found = re.findall(r'name="account" value="([^"]+)"', page.text)
    fields = {"csrf_token": make.csrf_token(page), "account": account or found[-1]}
    return browser.post(make.action_of(page, "/oauth/logout/confirm"), data=fields)


def asks(page: TestResponse) -> bool:
    return page.status_code == 200 and "Sign out of Pforte?" in page.text and "Location" not in page.headers


def causes_in_log(app: Flask, owner: make.Person, client: make.App) -> list[str]:
    background.init_app(app)
    background.run_once()
    log = make.browser_of(app, owner).get(f"/dashboard/apps/{client.id}/log")
    return re.findall(r'data-cause="([^"]+)"', log.text)


@pytest.mark.oidc("rpinitiated#2")
@pytest.mark.parametrize("hours", [0, 2], ids=["fresh", "expired"])
def test_the_id_token_of_this_very_session_ends_it_at_once(
    browser: FlaskClient, hint: str, hours: int
) -> None:
    with later(hours=hours):
        answer = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=BYE, state="s-1 ä/?")
        assert answer.status_code == 302
        assert answer.headers["Location"] == f"{BYE}&state=s-1+%C3%A4%2F%3F"
        assert not is_signed_in(browser)


@pytest.mark.oidc("rpinitiated#2")
def test_asked_again_it_leads_on_just_the_same(browser: FlaskClient, hint: str) -> None:
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "again"}
    first, second = end_session(browser, **sent), end_session(browser, **sent)
    assert first.headers["Location"] == second.headers["Location"] == f"{BYE}&state=again"
    assert "You are signed out" in end_session(browser, id_token_hint=hint).text
    assert "You are signed out" in end_session(browser).text


def test_who_signed_out_here_before_is_led_on_too(browser: FlaskClient, hint: str) -> None:
    page = browser.get("/account")
    browser.post("/logout", data={"csrf_token": make.csrf_token(page)})
    browser.delete_cookie("session-known")
    answer = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert answer.headers["Location"] == BYE


def test_a_session_that_has_ended_by_itself_is_no_reason_to_ask(browser: FlaskClient, hint: str) -> None:
    with later(days=60):
        answer = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
        assert answer.headers["Location"] == BYE


def test_signing_out_is_in_the_person_s_activity_and_the_app_s_log(
    app: Flask, browser: FlaskClient, anna: make.Person, owner: make.Person, shop: make.App, hint: str
) -> None:
    end_session(browser, id_token_hint=hint)
    assert "You signed out." in make.browser_of(app, anna).get("/account/activity").text
    background.init_app(app)
    background.run_once()
    assert "logout" in make.browser_of(app, owner).get(f"/dashboard/apps/{shop.id}/log").text


@pytest.mark.oidc("rpinitiated#2")
@pytest.mark.parametrize("with_client_id", [True, False])
@pytest.mark.asvs("10.6.2")
def test_without_a_hint_a_page_asks_and_the_click_signs_out(
    browser: FlaskClient, shop: make.App, anna: make.Person, with_client_id: bool
) -> None:
    sent = {"client_id": shop.id, "post_logout_redirect_uri": BYE, "state": "x"} if with_client_id else {}
    page = end_session(browser, **sent)
    assert asks(page)
    assert anna.username in page.text
    assert ("Shop has sent you here" in page.text) is with_client_id
    assert is_signed_in(browser)
    answer = confirm(browser, page)
    assert not is_signed_in(browser)
    if with_client_id:
        assert (answer.status_code, answer.headers["Location"]) == (303, f"{BYE}&state=x")
        assert "https://app.example.org" in page.headers["Content-Security-Policy"]
    else:
        assert (answer.status_code, "You are signed out" in answer.text) == (200, True)


def test_staying_signed_in_is_a_link_into_the_portal(browser: FlaskClient, shop: make.App) -> None:
    page = end_session(browser, client_id=shop.id, post_logout_redirect_uri=BYE)
    (link,) = re.findall(r'href="([^"]+)"[^>]*>Stay signed in<', page.text)
    assert link == "/account"
    assert is_signed_in(browser)


def test_the_id_token_of_another_session_of_the_person_asks(
    app: Flask, browser: FlaskClient, anna: make.Person, shop: make.App, hint: str
) -> None:
    elsewhere = make.browser_of(app, anna)
    page = end_session(elsewhere, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert asks(page)
    assert confirm(elsewhere, page).headers["Location"] == BYE
    assert is_signed_in(browser)
    assert not is_signed_in(elsewhere)


def test_an_id_token_without_a_session_asks(app: Flask, browser: FlaskClient, owner: make.Person) -> None:
    client = make.make_client(app, owner, grant_types=("password",), redirect_uris=[])
    fields = {"grant_type": "password", "username": "anna", "password": make.PASSWORD, "scope": "openid"}
    hint = browser.post("/oauth/token", data={**fields, **client.form}).json["id_token"]
    assert asks(end_session(browser, id_token_hint=hint))


@pytest.mark.asvs("10.6.2")
def test_logout_csrf_another_person_s_id_token_signs_nobody_out(
    app: Flask, browser: FlaskClient, hint: str, shop: make.App, owner: make.Person
) -> None:
    """Whoever uses the app can get an ID token of their own, and lead others here with it."""
    victim = make.browser_of(app, make.make_user(app, "victim"))
    page = end_session(victim, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert asks(page)
    assert "somebody who is not signed in in this browser" in page.text
    assert "anna" not in page.text
    assert is_signed_in(victim)
    assert causes_in_log(app, owner, shop) == ["logout_hint_foreign"]
    assert confirm(victim, page).headers["Location"] == BYE


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.asvs("10.6.2")
def test_logout_csrf_a_page_elsewhere_signs_nobody_out(
    browser: FlaskClient, shop: make.App, method: str
) -> None:
    for sent in ({}, {"client_id": shop.id}, {"client_id": shop.id, "post_logout_redirect_uri": BYE}):
        where = {"query_string": sent} if method == "get" else {"data": sent}
        getattr(browser, method)("/oauth/logout", headers=FROM_ELSEWHERE, **where)
        assert is_signed_in(browser)


def test_logout_csrf_the_confirmation_needs_the_token_of_its_form(
    browser: FlaskClient, anna: make.Person
) -> None:
    for token in ({}, {"csrf_token": "made-up"}):
        answer = browser.post("/oauth/logout/confirm", data={"account": anna.id, **token})
        assert answer.status_code == 400
        assert is_signed_in(browser)


@pytest.mark.oidc("rpinitiated#2")
def test_a_form_of_another_site_is_asked_again_as_a_link_with_the_cookies(
    browser: FlaskClient, hint: str
) -> None:
    sent = {"id_token_hint": hint, "post_logout_redirect_uri": BYE, "state": "x"}
    without_cookies = browser.application.test_client()
    answer = without_cookies.post("/oauth/logout", data=sent, headers=FROM_ELSEWHERE)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/oauth/logout?")
    assert browser.get(answer.headers["Location"]).headers["Location"] == f"{BYE}&state=x"


@pytest.mark.oidc("rpinitiated#2")
def test_a_program_s_post_is_answered_at_once(browser: FlaskClient, hint: str) -> None:
    answer = browser.post("/oauth/logout", data={"id_token_hint": hint, "post_logout_redirect_uri": BYE})
    assert (answer.status_code, answer.headers["Location"]) == (303, BYE)


@pytest.mark.rfc9700("4.11.2")
def test_attack_a_link_makes_the_portal_lead_strangers_anywhere(
    app: Flask, browser: FlaskClient, hint: str, shop: make.App
) -> None:
    """Who registers an app has genuine ID tokens of it: in a browser that never met their person they lead nowhere."""
    for sent in ({"id_token_hint": hint}, {"client_id": shop.id}):
        page = end_session(app.test_client(), **sent, post_logout_redirect_uri=BYE, state="x")
        assert (page.status_code, "Location" in page.headers) == (200, False)
        assert "You are signed out" in page.text
        assert "http-equiv" not in page.text
        (link,) = re.findall(r'href="([^"]+)"[^>]*>Go on to app\.example\.org<', page.text)
        assert html.unescape(link) == f"{BYE}&state=x"


def test_an_app_that_is_vouched_for_leads_on_without_a_hint_where_nobody_is_signed_in(app: Flask) -> None:
    client = make.make_client(app, post_logout_redirect_uris=((1, BYE),))
    answer = end_session(app.test_client(), client_id=client.id, post_logout_redirect_uri=BYE)
    assert answer.headers["Location"] == BYE


@pytest.mark.parametrize(
    "sent",
    [
        "https://app.example.org/bye",
        f"{BYE}&more=1",
        f"{BYE}#",
        f"{BYE} ",
        "https://app.example.org/bye?from=Pforte",
        "https://app.example.org.evil.example/bye?from=pforte",
        "https://app.example.org@evil.example/bye?from=pforte",
        "//app.example.org/bye?from=pforte",
        "https://app.example.org\\@evil.example/",
        "javascript:alert(1)",
        "https://app.example.org/%0d%0aSet-Cookie:x=1",
        make.CALLBACK,
    ],
)
@pytest.mark.oidc("rpinitiated#2")
def test_attack_an_unregistered_address_is_never_led_to_and_nothing_ends(
    app: Flask, browser: FlaskClient, hint: str, shop: make.App, owner: make.Person, sent: str
) -> None:
    page = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=sent, state="x")
    assert (page.status_code, "Location" in page.headers) == (400, False)
    assert is_signed_in(browser)
    assert causes_in_log(app, owner, shop) == ["post_logout_redirect_uri_unregistered"]
    answer = confirm(browser, page)  # signing out is offered all the same, and leads nowhere
    assert "You are signed out" in answer.text
    assert not is_signed_in(browser)


@pytest.mark.parametrize("port", ["", ":8081"])
def test_the_port_of_a_loopback_address_counts(app: Flask, browser: FlaskClient, port: str) -> None:
    uri = "http://127.0.0.1:8080/bye"
    client = make.make_client(app, post_logout_redirect_uris=((1, uri),))
    hint = make.tokens_for(client, browser)["id_token"]
    other = f"http://127.0.0.1{port}/bye"
    assert end_session(browser, id_token_hint=hint, post_logout_redirect_uri=other).status_code == 400
    answer = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=uri)
    assert answer.headers["Location"] == uri


def test_the_owner_reads_what_was_sent_and_what_is_registered(
    app: Flask, browser: FlaskClient, hint: str, owner: make.Person, shop: make.App
) -> None:
    page = end_session(browser, id_token_hint=hint, post_logout_redirect_uri="https://app.example.org/bye")
    background.init_app(app)
    background.run_once()
    request_id = page.headers["X-Request-Id"]
    told = make.browser_of(app, owner).get(f"/failures/{request_id}").text
    assert "https://app.example.org/bye" in told
    assert "The nearest registered one is" in told
    assert f"/dashboard/apps/{shop.id}/edit#post_logout_redirect_uris" in told
    assert hint not in told


def test_an_app_with_no_address_for_it_is_told_so(
    app: Flask, browser: FlaskClient, owner: make.Person
) -> None:
    client = make.make_client(app, owner)
    page = end_session(browser, client_id=client.id, post_logout_redirect_uri=BYE)
    background.init_app(app)
    background.run_once()
    told = make.browser_of(app, owner).get(f"/failures/{page.headers['X-Request-Id']}").text
    assert "The app has no address registered for after signing out." in told


@pytest.mark.parametrize("state", ["a\r\nSet-Cookie: x=1", "a\nLocation: https://evil.example"])
def test_attack_a_line_break_in_state_adds_no_header(browser: FlaskClient, hint: str, state: str) -> None:
    answer = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=BYE, state=state)
    assert make.answer_of(answer)["state"] == state
    assert "\n" not in answer.headers["Location"]
    assert "x=1" not in str(answer.headers.getlist("Set-Cookie"))


@pytest.mark.parametrize(
    "name", ["state", "id_token_hint", "client_id", "post_logout_redirect_uri", "logout_hint", "ui_locales"]
)
def test_attack_a_repeated_parameter_is_refused_and_ends_nothing(
    browser: FlaskClient, hint: str, shop: make.App, name: str
) -> None:
    sent = {"id_token_hint": hint, "client_id": shop.id, "post_logout_redirect_uri": BYE, "state": "x"}
    sent |= {"logout_hint": "anna", "ui_locales": "en"}
    page = browser.get("/oauth/logout", query_string=[*sent.items(), (name, sent[name])])
    assert (page.status_code, "Location" in page.headers) == (400, False)
    assert is_signed_in(browser)


@pytest.mark.parametrize("value", ["\0", "x" * 8001, "\ufffd"])
def test_what_cannot_be_read_is_refused(browser: FlaskClient, shop: make.App, value: str) -> None:
    page = end_session(browser, client_id=shop.id, state=value)
    assert (page.status_code, "Sign out" in page.text) == (400, True)


def test_an_unknown_or_disabled_app_leads_nowhere(
    app: Flask, browser: FlaskClient, hint: str, shop: make.App, disable: Callable[[make.App], None]
) -> None:
    unknown = end_session(browser, client_id="0" * 32, post_logout_redirect_uri=BYE)
    assert (unknown.status_code, is_signed_in(browser)) == (400, True)
    disable(shop)
    page = end_session(browser, id_token_hint=hint, post_logout_redirect_uri=BYE)
    assert (page.status_code, "Location" in page.headers, is_signed_in(browser)) == (400, False, True)


@pytest.fixture
def disable(app: Flask) -> Callable[[make.App], None]:
    from tests.oauth.world import World

    def rule(client: make.App) -> None:
        from app.clients import disabling

        World(app).change(lambda row: disabling.disable_client(row, "owner", actor_id=None), client)

    return rule


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_are_in_the_language_that_the_app_asks_for(
    browser: FlaskClient, shop: make.App, language: str
) -> None:
    page = end_session(browser, client_id=shop.id, ui_locales=f"fr {language}")
    assert f'<html lang="{language}"' in page.text
    german = end_session(browser, client_id=shop.id, ui_locales="de", locale=language)
    assert f'<html lang="{language}"' in german.text


def test_the_address_of_the_confirmation_leads_back_to_the_question(
    browser: FlaskClient, shop: make.App
) -> None:
    answer = browser.get(f"/oauth/logout/confirm?client_id={shop.id}&state=x")
    assert answer.headers["Location"] == f"/oauth/logout?client_id={shop.id}&state=x"
    assert asks(browser.get(answer.headers["Location"]))
