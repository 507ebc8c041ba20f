"""Which of several accounts in one browser an app is answered for."""

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.crypto import base64url
from tests import factories as make
from tests.oauth.world import later
from tests.support.statements import count_statements


@pytest.fixture
def people(app: Flask) -> dict[str, make.Person]:
    return {name: make.make_user(app, name) for name in ("anna", "bert", "carla")}


@pytest.fixture
def both(app: Flask, people: dict[str, make.Person]) -> FlaskClient:
    """A browser in which anna is signed in, and bert after her, who is active."""
    browser = app.test_client()
    sign_in(browser, "/login", "anna")
    sign_in(browser, "/login?another=1", "bert")
    return browser


def sign_in(browser: FlaskClient, url: str, name: str) -> TestResponse:
    token = make.csrf_token(browser.get(url))
    answer = browser.post(url, data={"csrf_token": token, "username": name, "password": make.PASSWORD})
    assert answer.status_code == 303, answer.text
    return answer


def choose(browser: FlaskClient, page: TestResponse, **choice: str) -> TestResponse:
    fields = {"csrf_token": make.csrf_token(page), **choice}
    return browser.post(make.action_of(page, "/oauth/account"), data=fields)


def choices(page: TestResponse) -> list[str]:
    return re.findall(r'name="account" value="([^"]+)"', page.text)


def switch(browser: FlaskClient, person: make.Person) -> None:
    token = make.csrf_token(browser.get("/login/accounts"))
    browser.post("/login/accounts", data={"csrf_token": token, "account": person.id})


def active(browser: FlaskClient) -> str:
    found = re.search(r'class="menu__name">([^<]*)<', browser.get("/account/profile").text)
    assert found
    return found[1]


def allow(browser: FlaskClient, app: make.App, person: make.Person, **changes: str) -> None:
    """Let the app in as this person, who is signed in here."""
    page = make.ask(browser, app, login_hint=person.email, **changes)
    assert f"Signed in as {person.username}" in page.text, page.text
    assert "code" in make.answer_of(make.decide(browser, page))


def who(app: make.App, browser: FlaskClient, answer: TestResponse) -> str:
    """Whose code the app got."""
    tokens = make.redeem(browser, app, make.answer_of(answer)["code"]).json
    return str(make.claims_of(tokens["id_token"])["sub"])


def test_an_app_that_was_never_used_here_asks_which_account(
    both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    page = make.ask(both, ledger)
    assert "Choose an account" in page.text
    assert set(choices(page)) == {people["anna"].id, people["bert"].id}
    onward = choose(both, page, account=people["anna"].id)
    consent = both.get(onward.location)
    assert "Signed in as anna" in consent.text
    assert who(ledger, both, make.decide(both, consent)) == people["anna"].id
    assert active(both) == "bert"


def test_the_account_that_the_app_used_last_goes_on_without_a_question(
    both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    allow(both, ledger, people["bert"])
    allow(both, ledger, people["anna"])
    for changes in ({}, {"prompt": "none"}):
        assert who(ledger, both, make.ask(both, ledger, **changes)) == people["anna"].id
    assert who(ledger, both, make.ask(both, ledger, login_hint="BERT@example.org")) == people["bert"].id
    for changes in ({}, {"prompt": "none"}):
        assert who(ledger, both, make.ask(both, ledger, **changes)) == people["bert"].id


def test_each_app_has_its_own_account(
    app: Flask, both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    other = make.make_client(app)
    allow(both, ledger, people["anna"])
    allow(both, other, people["bert"])
    assert who(ledger, both, make.ask(both, ledger)) == people["anna"].id
    assert who(other, both, make.ask(both, other)) == people["bert"].id


def test_where_the_person_is_asked_the_account_used_last_stands_first(
    both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    assert choices(make.ask(both, ledger, prompt="select_account"))[0] == people["bert"].id
    allow(both, ledger, people["anna"])
    page = make.ask(both, ledger, prompt="select_account")
    assert choices(page) == [people["anna"].id, people["bert"].id]
    onward = choose(both, page, account=people["bert"].id)
    assert "Signed in as bert" in both.get(onward.location).text


@pytest.mark.oidc("core#3.1.2.6")
def test_a_silent_request_of_an_app_never_used_here_is_told_to_let_the_person_choose(
    both: FlaskClient, ledger: make.App
) -> None:
    answer = make.answer_of(make.ask(both, ledger, prompt="none"))
    assert answer["error"] == "account_selection_required"


@pytest.mark.oidc("core#3.1.2.1")
def test_a_silent_request_takes_the_id_token_then_the_hint_then_the_account_used_last(
    both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    page = make.ask(both, ledger, login_hint="anna")
    code = make.answer_of(make.decide(both, page))["code"]
    of_anna = make.redeem(both, ledger, code).json["id_token"]
    allow(both, ledger, people["bert"])
    for changes, name in (
        ({"id_token_hint": of_anna, "login_hint": "bert"}, "anna"),
        ({"login_hint": "anna"}, "anna"),
        ({}, "anna"),  # of the request before
        ({"login_hint": "bert@example.org"}, "bert"),
        ({}, "bert"),
    ):
        answer = make.ask(both, ledger, prompt="none", **changes)
        assert who(ledger, both, answer) == people[name].id, changes
    assert active(both) == "bert"


def test_a_hint_that_names_nobody_here_is_answered_for_nobody_else(
    both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    allow(both, ledger, people["anna"])
    answer = make.answer_of(make.ask(both, ledger, prompt="none", login_hint="carla"))
    assert answer["error"] == "account_selection_required"
    page = make.ask(both, ledger, login_hint="carla")
    assert "Choose an account" in page.text


def test_attack_an_app_learns_by_no_hint_who_is_signed_in_here(
    app: Flask, both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    """Silently; of those whom it names nobody has let this app in, but another account of this browser has."""
    allow(both, ledger, people["anna"])
    told = {
        make.answer_of(make.ask(both, ledger, prompt="none", login_hint=name))["error"]
        for name in ("bert", "carla", "nobody@example.org")
    }
    assert told == {"account_selection_required"}
    hints = []
    for name in (people["bert"].id, people["carla"].id, "0" * 32):
        parts = (
            {"alg": "RS256", "kid": "gone", "typ": "JWT"},
            {"iss": "http://127.0.0.1:8000", "sub": name, "aud": ledger.id},
        )
        hints.append(".".join(base64url(json.dumps(part).encode()) for part in parts) + ".c2ln")
    answers = [make.answer_of(make.ask(both, ledger, prompt="none", id_token_hint=hint)) for hint in hints]
    assert len({answer["error"] for answer in answers}) == 1


def test_somebody_whom_the_id_token_names_and_who_is_not_here_is_asked_to_sign_in(
    app: Flask, both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    of_carla = make.tokens_for(ledger, make.browser_of(app, people["carla"]))["id_token"]
    page = make.ask(both, ledger, id_token_hint=of_carla)
    assert "expects another account" in page.text
    onward = choose(both, page, choice="other").location
    assert onward.startswith("/login?another=1&next=")
    back = sign_in(both, onward, "carla").location
    assert who(ledger, both, both.get(back)) == people["carla"].id


def test_who_uses_another_account_for_a_request_stays_signed_in_with_the_others(
    both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    page = make.ask(both, ledger, prompt="select_account", login_hint="anna")
    onward = choose(both, page, choice="other").location
    consent = both.get(sign_in(both, onward, "carla").location)
    assert "Signed in as carla" in consent.text
    assert who(ledger, both, make.decide(both, consent)) == people["carla"].id
    assert both.get("/login/accounts").text.count('class="account account--button"') == 3


def test_not_you_asks_which_account(
    both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    consent = make.ask(both, ledger, login_hint="anna")
    onward = choose(both, consent, choice="ask").location
    page = both.get(onward)
    assert "Choose an account" in page.text
    chosen = both.get(choose(both, page, account=people["bert"].id).location)
    assert "Signed in as bert" in chosen.text


# ── Two tabs


def test_attack_a_consent_form_keeps_its_account_whoever_is_made_active_meanwhile(
    both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    consent = make.ask(both, ledger, login_hint="anna")
    switch(both, people["anna"])
    switch(both, people["bert"])
    answer = make.decide(both, consent)
    assert who(ledger, both, answer) == people["anna"].id
    assert active(both) == "bert"
    connected = both.get("/account/apps").text
    assert ledger.id not in connected


def test_attack_a_consent_form_of_an_account_that_has_left_gives_nothing(
    both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    consent = make.ask(both, ledger, login_hint="anna")
    token = make.csrf_token(both.get("/login/accounts"))
    both.post("/logout", data={"csrf_token": token, "account": people["anna"].id})
    answer = make.decide(both, consent)
    assert answer.location.startswith("/oauth/authorize?")
    page = both.get(answer.location)
    assert "Signed in as anna" not in page.text
    assert ledger.id not in both.get("/account/apps").text


def test_attack_a_consent_form_that_says_nothing_of_its_account_gives_nothing(
    both: FlaskClient, ledger: make.App
) -> None:
    consent = make.ask(both, ledger, login_hint="anna")
    bare = make.csrf_token(consent).partition("~")[0]
    fields = {"csrf_token": bare, "decision": "allow", "scope": ["openid"]}
    assert both.post(make.action_of(consent), data=fields).location.startswith("/oauth/authorize?")


def test_two_requests_in_two_tabs_are_answered_for_the_account_of_each(
    app: Flask, both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    other = make.make_client(app)
    first, second = make.ask(both, ledger), make.ask(both, other)
    of_anna = both.get(choose(both, first, account=people["anna"].id).location)
    of_bert = both.get(choose(both, second, account=people["bert"].id).location)
    assert who(ledger, both, make.decide(both, of_anna)) == people["anna"].id
    assert who(other, both, make.decide(both, of_bert)) == people["bert"].id


# ── What each has proved


def test_auth_time_is_that_of_the_account_of_the_request(
    app: Flask, ledger: make.App, people: dict[str, make.Person]
) -> None:
    browser = app.test_client()
    sign_in(browser, "/login", "anna")
    with later(seconds=3000):
        sign_in(browser, "/login?another=1", "bert")
        times = {}
        for name in ("anna", "bert"):
            page = make.ask(browser, ledger, login_hint=name)
            code = make.answer_of(make.decide(browser, page))["code"]
            claims = make.claims_of(make.redeem(browser, ledger, code).json["id_token"])
            assert claims["sub"] == people[name].id
            times[name] = claims["auth_time"]
        assert times["bert"] - times["anna"] >= 2990
        silent = make.ask(browser, ledger, prompt="none", login_hint="anna", max_age="600")
        assert make.answer_of(silent)["error"] == "login_required"


def test_who_is_asked_for_the_password_is_the_account_of_the_request(
    app: Flask, ledger: make.App, people: dict[str, make.Person]
) -> None:
    browser = app.test_client()
    sign_in(browser, "/login", "anna")
    with later(seconds=3000):
        sign_in(browser, "/login?another=1", "bert")
        asked = make.ask(browser, ledger, login_hint="anna", max_age="600").location
        assert asked.startswith("/reauthenticate?account=")
        assert people["anna"].id not in asked
        page = browser.get(asked)
        assert "You are signed in as anna." in page.text
        fields = {"csrf_token": make.csrf_token(page), "password": "wrong"}
        wrong = browser.post(make.action_of(page, "/reauthenticate"), data=fields)
        assert "This is not your password." in wrong.text
        fields["password"] = make.PASSWORD
        back = browser.post(make.action_of(wrong, "/reauthenticate"), data=fields)
        consent = browser.get(back.location)
        assert who(ledger, browser, make.decide(browser, consent)) == people["anna"].id
        assert active(browser) == "bert"


def test_where_no_account_is_active_the_request_asks_which_one(
    app: Flask, both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    both.delete_cookie("pforte-8000-active")
    page = make.ask(both, ledger)
    assert "Choose an account" in page.text
    consent = both.get(choose(both, page, account=people["bert"].id).location)
    assert who(ledger, both, make.decide(both, consent)) == people["bert"].id
    silent = make.answer_of(make.ask(both, ledger, prompt="none"))
    assert "code" in silent


def test_signing_out_forgets_which_apps_the_account_was_used_with(
    both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    allow(both, ledger, people["anna"])
    token = make.csrf_token(both.get("/login/accounts"))
    both.post("/logout", data={"csrf_token": token, "account": people["anna"].id})
    sign_in(both, "/login?another=1", "anna")
    assert "Choose an account" in make.ask(both, ledger).text


def test_a_request_with_one_account_takes_no_more_statements_than_before(
    app: Flask, both: FlaskClient, ledger: make.App, people: dict[str, make.Person]
) -> None:
    alone = make.browser_of(app, people["anna"])
    make.authorize(ledger, alone)
    make.ask(both, ledger, login_hint="anna")
    counted = {}
    for name, browser in (("alone", alone), ("both", both)):
        with count_statements() as statements:
            assert "code" in make.answer_of(make.ask(browser, ledger))
        counted[name] = len(statements)
    assert counted["both"] == counted["alone"] + 1, counted
