"""Apps that require a second factor, or ask for one: who gets in, and how nobody gets around it."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.authentication.methods import PHISHING_RESISTANT, TWO_FACTORS
from tests import factories as make
from tests.oauth.world import World, later

BOTH = "pwd otp mfa"


@pytest.fixture
def bank(app: Flask) -> make.App:
    return make.make_client(app, name="Bank", second_factor_required=True)


def asks_for_factor(response: TestResponse) -> bool:
    return response.status_code == 303 and urlsplit(response.headers["Location"]).path == "/login/verify"


def onward(response: TestResponse) -> str:
    """Where the page of the step-up leads in the end."""
    assert asks_for_factor(response), f"{response.status_code} {response.headers.get('Location')}"
    return make.query_of(response.headers["Location"])["next"][0]


def claims_after(browser: FlaskClient, client: make.App, code: str) -> dict[str, object]:
    return make.claims_of(make.redeem(browser, client, code).json["id_token"])


def test_an_app_that_requires_a_second_factor_asks_for_it_and_gets_its_answer(
    app: Flask, anna: make.Person, browser: FlaskClient, bank: make.App
) -> None:
    url = onward(make.ask(browser, bank))
    make.prove_second_factor(app, anna)
    code = make.answer_of(make.decide(browser, browser.get(url)))["code"]
    claims = claims_after(browser, bank, code)
    assert (claims["acr"], claims["amr"]) == (TWO_FACTORS, BOTH.split())


def test_whoever_signed_in_with_two_factors_is_asked_for_nothing(
    app: Flask, anna: make.Person, bank: make.App
) -> None:
    assert make.authorize(bank, make.browser_of(app, anna, BOTH))


def test_one_factor_is_enough_for_an_app_that_asks_for_nothing(
    browser: FlaskClient, ledger: make.App
) -> None:
    assert claims_after(browser, ledger, make.authorize(ledger, browser))["acr"] == "1"


@pytest.mark.oidc("core#3.1.2.1")
@pytest.mark.parametrize(
    ("asked", "is_asked"),
    [
        (TWO_FACTORS, True),
        (PHISHING_RESISTANT, True),
        (f"{PHISHING_RESISTANT} {TWO_FACTORS}", True),
        (f"urn:unknown {TWO_FACTORS}", True),
        (f"{TWO_FACTORS} 1", False),
        ("1", False),
        ("urn:unknown", False),
        ("0", False),
    ],
)
def test_acr_values_ask_for_a_second_factor_where_no_known_one_is_content_with_less(
    browser: FlaskClient, ledger: make.App, asked: str, is_asked: bool
) -> None:
    assert asks_for_factor(make.ask(browser, ledger, acr_values=asked)) is is_asked


def test_acr_values_are_satisfied_by_two_factors(app: Flask, anna: make.Person, ledger: make.App) -> None:
    browser = make.browser_of(app, anna, BOTH)
    code = make.authorize(ledger, browser, acr_values=PHISHING_RESISTANT)
    assert claims_after(browser, ledger, code)["acr"] == TWO_FACTORS  # which the app sees, and may refuse


@pytest.mark.oidc("core#3.1.2.6")
def test_attack_prompt_none_leads_around_no_second_factor(
    app: Flask, anna: make.Person, browser: FlaskClient, ledger: make.App, bank: make.App
) -> None:
    make.authorize(bank, make.browser_of(app, anna, BOTH))
    make.authorize(ledger, browser)
    for client, changes in ((bank, {}), (ledger, {"acr_values": TWO_FACTORS})):
        answer = make.answer_of(make.ask(browser, client, prompt="none", **changes))
        assert (answer["error"], answer["state"]) == ("login_required", "st-1234567")
        assert "code" not in answer


def test_attack_the_consent_form_leads_around_no_second_factor(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    """The form of an app without the requirement, and the parameters of the one that has it."""
    page = make.ask(browser, ledger)
    world = World(app)
    world.client = ledger  # type: ignore[misc]
    world.require_second_factor()
    assert urlsplit(make.decide(browser, page).headers["Location"]).path == "/oauth/authorize"
    assert asks_for_factor(browser.get(make.decide(browser, page).headers["Location"]))


def test_attack_a_consent_from_before_the_requirement_lets_nobody_in(
    app: Flask, browser: FlaskClient, ledger: make.App
) -> None:
    code = make.authorize(ledger, browser)
    world = World(app)
    world.client = ledger  # type: ignore[misc]
    world.require_second_factor()
    assert asks_for_factor(make.ask(browser, ledger))
    refused = make.redeem(browser, ledger, code)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")


def test_attack_an_older_code_does_not_rise_with_a_later_step_up(
    app: Flask, anna: make.Person, browser: FlaskClient, ledger: make.App
) -> None:
    older = make.authorize(ledger, browser)
    make.prove_second_factor(app, anna)
    newer = make.authorize(ledger, browser, acr_values=TWO_FACTORS)
    assert claims_after(browser, ledger, older)["acr"] == "1"
    assert claims_after(browser, ledger, newer)["acr"] == TWO_FACTORS


def test_attack_a_second_request_without_acr_values_takes_nothing_from_what_the_app_requires(
    browser: FlaskClient, bank: make.App
) -> None:
    assert asks_for_factor(make.ask(browser, bank, acr_values=TWO_FACTORS))
    assert asks_for_factor(make.ask(browser, bank))
    assert asks_for_factor(make.ask(browser, bank, acr_values="1"))


def test_attack_the_step_up_of_another_tab_s_person_counts_for_nobody_else(
    app: Flask, browser: FlaskClient, bank: make.App
) -> None:
    """Anna is on the way to prove a second factor when Bert signs in at the same browser, with one factor."""
    bert = make.make_user(app, "bert")
    url = onward(make.ask(browser, bank))
    make.sign_in(app, browser, bert)
    assert asks_for_factor(browser.get(url))
    make.prove_second_factor(app, bert)
    code = make.answer_of(make.decide(browser, browser.get(url)))["code"]
    assert claims_after(browser, bank, code)["sub"] == bert.id


@pytest.mark.rfc("9470#section-5")
def test_max_age_and_a_second_factor_both_hold(app: Flask, anna: make.Person, ledger: make.App) -> None:
    browser = make.browser_of(app, anna, BOTH)
    wish = {"acr_values": TWO_FACTORS, "max_age": "60"}
    assert make.authorize(ledger, browser, **wish)
    with later(minutes=5):
        response = make.ask(browser, ledger, **wish)
        assert urlsplit(response.headers["Location"]).path == "/reauthenticate"
        url = make.query_of(response.headers["Location"])["next"][0]
        page = browser.get(response.headers["Location"])
        fields = {"csrf_token": make.csrf_token(page), "password": make.PASSWORD}
        browser.post(response.headers["Location"], data=fields)
        # The password is new, the second factor is not.
        assert asks_for_factor(browser.get(url))
        make.prove_second_factor(app, anna)
        claims = claims_after(browser, ledger, make.answer_of(browser.get(url))["code"])
        assert claims["acr"] == TWO_FACTORS


def test_attack_a_fresh_password_makes_no_old_second_factor_new(
    app: Flask, anna: make.Person, ledger: make.App
) -> None:
    browser = make.browser_of(app, anna, BOTH)
    make.authorize(ledger, browser)
    with later(minutes=5):
        page = browser.get("/reauthenticate")
        browser.post("/reauthenticate", data={"csrf_token": make.csrf_token(page), "password": make.PASSWORD})
        answer = make.answer_of(
            make.ask(browser, ledger, prompt="none", acr_values=TWO_FACTORS, max_age="60")
        )
        assert answer["error"] == "login_required"
        assert "code" in make.answer_of(make.ask(browser, ledger, prompt="none", max_age="60"))


def test_the_request_survives_with_all_that_it_said(browser: FlaskClient, bank: make.App) -> None:
    proof = make.make_proof()
    url = onward(make.ask(browser, bank, proof, state="a state", scope="openid email"))
    kept = make.query_of(url)
    assert kept["state"] == ["a state"]
    assert kept["scope"] == ["openid email"]
    assert kept["code_challenge"] == [proof.challenge]
    assert urlsplit(url).path == "/oauth/authorize"
