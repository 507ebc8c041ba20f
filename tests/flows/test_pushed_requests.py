"""The ways of a person through a request that the app has pushed: each with its address alone."""

import re
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.clients.models import Client
from app.database.rows import db
from app.diagnostics.models import LoggedRequest
from app.diagnostics.request_log import writing
from app.oauth.models import PushedRequest
from tests import factories as make
from tests.account.visitor import values
from tests.flows import teams_of
from tests.oauth.world import later
from tests.support.apps import MakeApp

FROM_THERE = {
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "cross-site",
    "Origin": "https://app.example.org",
}


def push(app: Flask, client: make.App, **changes: str | None) -> dict[str, str]:
    """What the app's server pushes, and what it sends the browser with."""
    return make.pushed(client, app.test_client(), **changes)


def open_(browser: FlaskClient, query: dict[str, str]) -> TestResponse:
    return browser.get("/oauth/authorize", query_string=query)


def sign_in(browser: FlaskClient, url: str, name: str) -> TestResponse:
    fields = {"csrf_token": make.csrf_token(browser.get(url)), "username": name, "password": make.PASSWORD}
    return browser.post(url, data=fields)


def allow(browser: FlaskClient, page: TestResponse) -> dict[str, str]:
    answer = make.answer_of(make.decide(browser, page))
    assert "code" in answer, answer
    return answer


def rows(app: Flask) -> list[PushedRequest]:
    with app.app_context():
        return list(db.session.scalars(select(PushedRequest)))


def test_a_signed_out_browser_without_any_cookie_signs_in_and_agrees(
    app: Flask, anna: make.Person, ledger: make.App
) -> None:
    browser, query = app.test_client(), push(app, ledger)
    onward = open_(browser, query)
    assert urlsplit(onward.location).path == "/login"
    page = browser.get(onward.location)
    assert "Ledger" in page.text
    with later(minutes=5):
        signed_in = sign_in(browser, onward.location, "anna")
        assert signed_in.location == f"/oauth/authorize?{urlencode(query)}"
        consent = browser.get(signed_in.location)
        assert make.action_of(consent) == f"/oauth/consent?{urlencode(query)}"
        assert allow(browser, consent)["state"] == "st-1234567"


def test_somebody_who_registers_on_the_way_goes_on(app: Flask, ledger: make.App) -> None:
    browser, query = app.test_client(), push(app, ledger)
    login = open_(browser, query).location
    found = re.search(r'href="(/register\?next=[^"]+)"', browser.get(login).text)
    assert found
    page = browser.get(found[1])
    assert "Ledger" in page.text
    fields = {"csrf_token": make.csrf_token(page), "username": "berta", "email": "berta@example.org"}
    registered = browser.post(found[1], data=fields | {"password": make.PASSWORD})
    assert "code" in allow(browser, browser.get(registered.location))


def test_the_sign_in_page_knows_whom_the_app_expects_and_where_it_may_lead(
    app: Flask, ledger: make.App
) -> None:
    browser = app.test_client()
    onward = open_(browser, push(app, ledger, login_hint="anna@example.org"))
    assert "anna" not in onward.location
    page = browser.get(onward.location)
    assert values(page)["username"] == "anna@example.org"
    assert "form-action 'self' https://app.example.org" in page.headers["Content-Security-Policy"]
    elsewhere = app.test_client().get(onward.location)
    assert values(elsewhere)["username"] == ""
    assert "app.example.org" not in elsewhere.headers["Content-Security-Policy"]


@pytest.mark.parametrize("wanted", ["de", "fr de-AT"])
def test_the_language_that_was_pushed_is_that_of_the_pages(
    app: Flask, browser: FlaskClient, ledger: make.App, wanted: str
) -> None:
    stranger = app.test_client()
    onward = open_(stranger, push(app, ledger, ui_locales=wanted))
    assert '<html lang="de">' in stranger.get(onward.location).text
    assert '<html lang="de">' in open_(browser, push(app, ledger, ui_locales=wanted)).text


def test_the_language_of_the_address_counts_where_none_was_pushed_and_the_switch_keeps_the_request(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    query = push(app, ledger)
    page = open_(browser, query | {"ui_locales": "de"})
    assert '<html lang="de">' in page.text
    switched = open_(browser, query | {"locale": "en"})
    assert '<html lang="en">' in switched.text
    assert "code" in allow(browser, switched)


def test_a_remembered_decision_answers_at_once(app: Flask, browser: FlaskClient, ledger: make.App) -> None:
    make.authorize(ledger, browser)
    assert "code" in make.answer_of(open_(browser, push(app, ledger)))


def test_reloading_the_consent_page_changes_nothing(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    query = push(app, ledger)
    first, *others = (open_(browser, query) for _time in range(3))
    assert [page.status_code for page in others] == [200, 200]
    history = browser.get(make.action_of(first))  # a form's address, opened from the history
    assert history.location == f"/oauth/authorize?{urlencode(query)}"
    assert "code" in allow(browser, first)


def test_the_page_asks_once_more_and_still_refers_to_the_request(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    query = push(app, ledger, scope="profile email")
    again = make.decide(browser, open_(browser, query), ticked=[])
    assert again.status_code == 422
    assert make.action_of(again) == f"/oauth/consent?{urlencode(query)}"
    assert "code" in allow(browser, again)


def test_the_back_button_after_the_answer_leads_to_a_page_that_says_so(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    query = push(app, ledger)
    page = open_(browser, query)
    allow(browser, page)
    back = open_(browser, query)
    assert back.status_code == 400
    assert "The app has its answer to this sign-in already" in back.text
    assert "begin again" in back.text
    late = browser.post(make.action_of(page), data={"csrf_token": make.csrf_token(page), "decision": "deny"})
    assert late.status_code == 400
    assert "Location" not in late.headers


def test_a_denied_request_is_answered_and_over(app: Flask, browser: FlaskClient, ledger: make.App) -> None:
    query = push(app, ledger)
    page = open_(browser, query)
    assert make.answer_of(make.decide(browser, page, "deny"))["error"] == "access_denied"
    assert open_(browser, query).status_code == 400
    (row,) = rows(app)
    assert row.answered_at is not None
    assert row.sealed is None


def test_two_tabs_with_two_requests_do_not_disturb_each_other(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    queries = [push(app, ledger, state=f"tab-{number}") for number in (1, 2)]
    pages = [open_(browser, query) for query in queries]
    assert [allow(browser, page)["state"] for page in reversed(pages)] == ["tab-2", "tab-1"]


def test_many_open_tabs_push_no_request_out(app: Flask, anna: make.Person, ledger: make.App) -> None:
    browser = app.test_client()
    queries = [push(app, ledger) for _tab in range(8)]
    logins = [open_(browser, query).location for query in queries]
    sign_in(browser, logins[0], "anna")
    page = open_(browser, queries[0])
    assert "code" in allow(browser, page)
    for query in queries[1:]:
        assert "code" in make.answer_of(open_(browser, query))


def test_one_request_in_two_tabs_has_one_answer(app: Flask, browser: FlaskClient, ledger: make.App) -> None:
    query = push(app, ledger)
    first, second = open_(browser, query), open_(browser, query)
    allow(browser, second)
    late = make.decide(browser, first)
    assert late.status_code == 400
    assert "already" in late.text


def test_of_several_accounts_the_person_chooses_one(app: Flask, anna: make.Person, ledger: make.App) -> None:
    bert = make.make_user(app, "bert")
    browser = app.test_client()
    sign_in(browser, "/login", "anna")
    sign_in(browser, "/login?another=1", "bert")
    query = push(app, ledger)
    page = open_(browser, query)
    assert "Choose an account" in page.text
    fields = {"csrf_token": make.csrf_token(page), "account": anna.id}
    onward = browser.post(make.action_of(page, "/oauth/account"), data=fields)
    assert onward.location == f"/oauth/authorize?{urlencode(query)}"
    consent = browser.get(onward.location)
    assert "Signed in as anna" in consent.text
    tokens = make.redeem(browser, ledger, allow(browser, consent)["code"]).json
    assert make.claims_of(tokens["id_token"])["sub"] == anna.id != bert.id


def test_another_account_signs_in_on_the_way(app: Flask, browser: FlaskClient, ledger: make.App) -> None:
    bert = make.make_user(app, "bert")
    page = open_(browser, push(app, ledger, prompt="select_account"))
    fields = {"csrf_token": make.csrf_token(page), "choice": "other"}
    login = browser.post(make.action_of(page, "/oauth/account"), data=fields).location
    consent = browser.get(sign_in(browser, login, "bert").location)
    tokens = make.redeem(browser, ledger, allow(browser, consent)["code"]).json
    assert make.claims_of(tokens["id_token"])["sub"] == bert.id


def test_a_fresh_sign_in_and_a_second_factor_are_asked_for_on_the_way(
    app: Flask, anna: make.Person, browser: FlaskClient
) -> None:
    bank = make.make_client(app, name="Bank", second_factor_required=True)
    query = push(app, bank, prompt="login")
    again = open_(browser, query)
    assert urlsplit(again.location).path == "/reauthenticate"
    fields = {"csrf_token": make.csrf_token(browser.get(again.location)), "password": make.PASSWORD}
    back = browser.post(again.location, data=fields)
    factor = browser.get(back.location)
    assert urlsplit(factor.location).path == "/login/verify"
    make.prove_second_factor(app, anna)
    consent = browser.get(make.query_of(factor.location)["next"][0])
    tokens = make.redeem(browser, bank, allow(browser, consent)["code"]).json
    assert make.claims_of(tokens["id_token"])["amr"] == ["pwd", "otp", "mfa"]


def test_the_question_for_which_team_keeps_the_request(
    app: Flask, anna: make.Person, browser: FlaskClient
) -> None:
    ledger = teams_of.make_app(app, name="Ledger")
    team = make.make_team(app, anna, "Harbour")
    query = push(app, ledger, scope="openid teams")
    page = open_(browser, query)
    undecided = make.decide(browser, page)
    assert undecided.status_code == 422
    answer = make.answer_of(make.decide(browser, undecided, team=team.id))
    tokens = make.redeem(browser, ledger, answer["code"]).json
    assert make.claims_of(tokens["id_token"])["team"]["id"] == team.id


@pytest.mark.oidc("core#3.1.2.6")
def test_a_silent_request_is_answered_with_its_error_once(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    query = push(app, ledger, prompt="none")
    assert make.answer_of(open_(browser, query))["error"] == "consent_required"
    assert open_(browser, query).status_code == 400


def test_the_answer_comes_the_way_that_was_pushed(app: Flask, browser: FlaskClient, ledger: make.App) -> None:
    make.authorize(ledger, browser)
    page = open_(browser, push(app, ledger, response_mode="form_post"))
    assert f'action="{make.CALLBACK}"' in page.text
    assert 'name="code"' in page.text


def test_a_form_of_the_app_may_bring_the_reference(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    query = push(app, ledger)
    without_cookies = app.test_client()  # as browsers post from another site
    onward = without_cookies.post("/oauth/authorize", data=query, headers=FROM_THERE)
    assert onward.status_code == 303
    assert onward.location == f"/oauth/authorize?{urlencode(query)}"
    assert rows(app)[0].opened_at is None
    assert "code" in allow(browser, browser.get(onward.location))


def test_what_the_app_changed_meanwhile_counts(app: Flask, browser: FlaskClient, ledger: make.App) -> None:
    query = push(app, ledger)
    with app.app_context():
        db.session.get_one(Client, ledger.id).scopes = "openid"
        db.session.commit()
    assert make.answer_of(open_(browser, query))["error"] == "invalid_scope"


def test_where_the_whole_portal_requires_it_discovery_says_so(make_app: MakeApp) -> None:
    app = make_app(PUSHED_REQUESTS="required")
    client, person = make.make_client(app), make.make_user(app)
    browser = make.browser_of(app, person)
    document = browser.get("/.well-known/openid-configuration").json or {}
    assert document["require_pushed_authorization_requests"] is True
    assert make.answer_of(make.ask(browser, client))["error"] == "invalid_request"
    assert "code" in allow(browser, open_(browser, push(app, client)))


def test_the_log_of_the_app_shows_what_was_pushed_and_what_became_of_it(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    query = push(app, ledger, login_hint="anna@example.org")
    open_(browser, query)
    with app.app_context():
        writing.flush_log()
        logged = list(db.session.scalars(select(LoggedRequest).order_by(LoggedRequest.id)))
    assert [row.endpoint for row in logged] == ["par", "authorize"]
    assert {row.client_id for row in logged} == {ledger.id}
    for row in logged:
        assert '["scope","openid profile email"]' in row.details
        assert "anna@example.org" not in row.details
        assert query["request_uri"] not in row.details
        assert (ledger.secret or "") not in row.details
    assert '"request_uri","(' in logged[1].details
