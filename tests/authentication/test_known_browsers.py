"""Strangers who guess keep nobody out: neither who is signed in, nor a browser that signed in before."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient

from app.authentication.known_browsers import KEPT_FOR
from app.database.rows import db
from app.users import accounts
from tests.account.visitor import last_link, submit
from tests.authentication.visitors import PASSWORD, make_user, post, sign_in
from tests.support.apps import MakeApp

KNOWN = "pforte-8000-known"
NEW_PASSWORD = "Wolken-Garten-17"


@pytest.fixture(autouse=True)
def anna(app: Flask, clock: time_machine.Traveller) -> str:
    return make_user(app, is_admin=True)


@pytest.fixture
def known(app: Flask) -> FlaskClient:
    """A browser that signed in before, and out again."""
    browser = app.test_client()
    sign_in(browser)
    post(browser, "/logout")
    return browser


def guess(app: Flask, times: int = 6) -> None:
    """What strangers do."""
    answers = [sign_in(app.test_client(), password="wrong").status_code for _ in range(times)]
    assert answers[-1] == 429


def cookie_of(browser: FlaskClient) -> str:
    found = browser.get_cookie(KNOWN)
    assert found is not None
    assert found.http_only
    return found.value


def with_cookie(app: Flask, value: str) -> FlaskClient:
    browser = app.test_client()
    browser.set_cookie(KNOWN, value)
    return browser


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/reauthenticate", {"password": PASSWORD}),
        ("/account/security", {"current_password": PASSWORD, "password": NEW_PASSWORD}),
    ],
)
def test_strangers_who_guess_do_not_keep_who_is_signed_in_from_proving_it(
    app: Flask, client: FlaskClient, path: str, fields: dict[str, str]
) -> None:
    sign_in(client)
    guess(app)
    assert post(client, path, form_on=path, **fields).status_code == 303


def test_guessing_in_a_session_is_limited_and_stays_with_this_session(
    app: Flask, client: FlaskClient
) -> None:
    sign_in(client)
    tries = [post(client, "/reauthenticate", form_on="/reauthenticate", password="wrong") for _ in range(6)]
    assert [answer.status_code for answer in tries] == [422] * 5 + [429]
    assert sign_in(app.test_client()).status_code == 303


def test_strangers_who_guess_do_not_keep_a_browser_out_that_signed_in_before(
    app: Flask, known: FlaskClient
) -> None:
    guess(app)
    assert sign_in(app.test_client()).status_code == 429
    assert sign_in(known).status_code == 303


def test_the_endpoint_for_programs_stays_with_the_count_of_the_account(
    app: Flask, known: FlaskClient
) -> None:
    guess(app)
    fields = {"username": "anna", "password": PASSWORD}
    assert known.post("/api/auth", json=fields).status_code == 429


def test_guessing_in_a_known_browser_is_limited_and_leaves_the_account_alone(
    app: Flask, known: FlaskClient, clock: time_machine.Traveller
) -> None:
    tries = [sign_in(known, password="wrong").status_code for _ in range(6)]
    assert tries == [422] * 5 + [429]
    assert sign_in(known).status_code == 429
    assert sign_in(app.test_client()).status_code == 303
    clock.shift(30)
    assert sign_in(known).status_code == 303


def test_a_stolen_cookie_of_a_known_browser_brings_its_few_tries_and_no_more(
    app: Flask, known: FlaskClient
) -> None:
    stolen = cookie_of(known)
    tries = [sign_in(with_cookie(app, stolen), password="wrong").status_code for _ in range(6)]
    assert tries == [422] * 5 + [429]
    assert with_cookie(app, stolen).get("/account").status_code == 302


def test_signing_in_again_brings_no_fresh_tries(app: Flask, known: FlaskClient) -> None:
    """Whoever kept an older cookie of the browser has the same count as the newest one."""
    older = cookie_of(known)
    sign_in(known)
    post(known, "/logout")
    assert [sign_in(known, password="wrong").status_code for _ in range(5)] == [422] * 5
    assert sign_in(with_cookie(app, older)).status_code == 429


def test_a_browser_is_known_to_the_account_it_signed_in_to_and_to_no_other(
    app: Flask, known: FlaskClient
) -> None:
    make_user(app, "bert", "bert@example.org")
    for _ in range(6):
        sign_in(app.test_client(), "bert", password="wrong")
    assert sign_in(known, "bert").status_code == 429


def test_a_browser_is_known_to_several_accounts(app: Flask, known: FlaskClient) -> None:
    make_user(app, "bert", "bert@example.org")
    sign_in(known, "bert")
    post(known, "/logout")
    guess(app)
    for _ in range(6):
        sign_in(app.test_client(), "bert", password="wrong")
    for name in ("bert", "anna"):
        assert sign_in(known, name).status_code == 303
        post(known, "/logout")


def test_a_new_password_makes_all_browsers_unknown_but_the_one_it_was_set_in(
    app: Flask, known: FlaskClient, client: FlaskClient, clock: time_machine.Traveller
) -> None:
    sign_in(client)
    clock.shift(1)
    answer = post(
        client,
        "/account/security",
        form_on="/account/security",
        current_password=PASSWORD,
        password=NEW_PASSWORD,
    )
    assert answer.status_code == 303
    post(client, "/logout")
    guess(app)
    assert sign_in(known, password=NEW_PASSWORD).status_code == 429
    assert sign_in(client, password=NEW_PASSWORD).status_code == 303


def test_strangers_who_guess_do_not_keep_out_who_has_just_chosen_a_new_password_by_mail(
    app: Flask, client: FlaskClient
) -> None:
    submit(client, "/forgot-password", email="anna@example.org")
    assert submit(client, last_link(app, "reset_password"), password=NEW_PASSWORD).status_code == 303
    guess(app)
    assert sign_in(client, password=NEW_PASSWORD).status_code == 303


def test_a_password_set_elsewhere_makes_all_browsers_unknown(
    app: Flask, known: FlaskClient, anna: str, clock: time_machine.Traveller
) -> None:
    clock.shift(1)
    with app.app_context():
        accounts.set_password(accounts.get_user(anna), NEW_PASSWORD)
        db.session.commit()
    guess(app)
    assert sign_in(known, password=NEW_PASSWORD).status_code == 429


def test_a_browser_is_forgotten_after_a_year(
    app: Flask, known: FlaskClient, clock: time_machine.Traveller
) -> None:
    clock.shift(KEPT_FOR)
    guess(app)
    assert sign_in(known).status_code == 429


@pytest.mark.any_database
@pytest.mark.parametrize("value", ["", "x", "v2:00000000:AAAA", "{}", "ü", "." * 4000])
def test_a_cookie_that_we_did_not_seal_is_no_known_browser(app: Flask, value: str) -> None:
    guess(app)
    assert sign_in(with_cookie(app, value)).status_code == 429


def test_what_the_cookie_says_cannot_be_read(anna: str, known: FlaskClient) -> None:
    assert anna not in cookie_of(known)
    assert "anna" not in cookie_of(known)


def test_over_https_the_cookie_is_bound_to_the_host(app_with: MakeApp) -> None:
    here = "https://id.example.org"
    browser = app_with(ISSUER=here).test_client()
    page = browser.get("/login", base_url=here).text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    form = {"username": "anna", "password": PASSWORD, "csrf_token": token}
    assert browser.post("/login", base_url=here, data=form, headers={"Origin": here}).status_code == 303
    kept = browser.get_cookie("__Host-pforte-known", domain="id.example.org")
    assert kept is not None
    assert (kept.secure, kept.http_only, kept.path) == (True, True, "/")
    assert kept.expires is not None
    assert kept.expires - datetime.now(UTC) > KEPT_FOR - timedelta(days=1)
