"""How many SQL statements each hot path takes; the numbers only ever go down."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import factories as make
from tests.flows import devices
from tests.oauth.holders import ISSUER, Holder, app_only, bound_tokens, refresh
from tests.oauth.world import later
from tests.support.statements import count_statements


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return make.browser_of(app, make.make_user(app))


@pytest.fixture
def client_app(app: Flask) -> make.App:
    return make.make_client(app, name="Hot")


@pytest.fixture
def counted(browser: FlaskClient, client_app: make.App) -> Iterator[list[str]]:
    """Statements sent after the process has met the app once."""
    browser.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=client_app.auth)
    with count_statements() as statements:
        yield statements


def test_client_credentials_takes_one_statement(
    browser: FlaskClient, client_app: make.App, counted: list[str]
) -> None:
    answer = browser.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=client_app.auth)
    assert answer.status_code == 200
    assert len(counted) == 1, counted


def test_a_refresh_takes_two_statements(
    browser: FlaskClient, client_app: make.App, counted: list[str]
) -> None:
    token = make.tokens_for(client_app, browser)["refresh_token"]
    counted.clear()
    assert make.refresh(browser, client_app, token).status_code == 200
    assert len(counted) == 2, counted


def test_a_retried_refresh_takes_one_statement(
    app: Flask, browser: FlaskClient, client_app: make.App, counted: list[str]
) -> None:
    token = make.tokens_for(client_app, browser)["refresh_token"]
    program = app.test_client()  # without a person's cookies
    make.refresh(program, client_app, token)
    counted.clear()
    assert make.refresh(program, client_app, token).status_code == 200
    assert len(counted) == 1, counted


@pytest.mark.parametrize("kind", ["access_token", "refresh_token"])
def test_introspection_takes_two_statements(
    browser: FlaskClient, client_app: make.App, counted: list[str], kind: str
) -> None:
    token = make.tokens_for(client_app, browser)[kind]
    counted.clear()
    assert make.introspect(browser, client_app, token)["active"] is True
    assert len(counted) == 2, counted


@pytest.mark.parametrize("path", ["/oauth/userinfo", "/oauth/me"])
def test_userinfo_takes_one_statement(
    browser: FlaskClient, client_app: make.App, counted: list[str], path: str
) -> None:
    headers = make.with_token(make.tokens_for(client_app, browser)["access_token"])
    browser.get(path, headers=headers)
    counted.clear()
    assert browser.get(path, headers=headers).status_code == 200
    assert len(counted) == 1, counted


def test_a_code_exchange_takes_three_statements(
    browser: FlaskClient, client_app: make.App, counted: list[str]
) -> None:
    proof = make.make_proof()
    code = make.authorize(client_app, browser, proof)
    counted.clear()
    assert make.redeem(browser, client_app, code, proof).status_code == 200
    assert len(counted) == 3, counted


def test_a_pushed_request_takes_two_statements(
    browser: FlaskClient, client_app: make.App, counted: list[str]
) -> None:
    """The client's revision, and the row."""
    counted.clear()
    assert make.push(browser, client_app).status_code == 201
    assert len(counted) == 2, counted


def test_a_pushed_request_costs_the_authorization_endpoint_one_statement_more(
    browser: FlaskClient, client_app: make.App, counted: list[str]
) -> None:
    """The row comes with the client's revision, and one UPDATE uses it up."""
    make.authorize(client_app, browser)
    counted.clear()
    assert "code" in make.answer_of(make.ask(browser, client_app))
    plain = len(counted)
    query = make.pushed(client_app, browser)
    counted.clear()
    assert "code" in make.answer_of(browser.get("/oauth/authorize", query_string=query))
    assert len(counted) == plain + 1, counted


def test_a_pushed_request_costs_its_consent_page_one_statement_more_and_its_reload_none(
    browser: FlaskClient, client_app: make.App, counted: list[str]
) -> None:
    browser.get("/account")
    assert make.ask(browser, client_app).status_code == 200
    numbers = []
    query = make.pushed(client_app, browser)
    for parameters in (make.request_of(client_app), query, query):
        counted.clear()
        assert browser.get("/oauth/authorize", query_string=parameters).status_code == 200
        numbers.append(len(counted))
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0]]


def test_a_pushed_request_costs_the_sign_in_page_no_statement_more(
    app: Flask, client_app: make.App, counted: list[str]
) -> None:
    numbers = []
    for parameters in (make.request_of(client_app), make.pushed(client_app, app.test_client())):
        stranger = app.test_client()
        login = stranger.get("/oauth/authorize", query_string=parameters).location
        counted.clear()
        assert stranger.get(login).status_code == 200
        numbers.append(len(counted))
    assert numbers[0] == numbers[1]


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/oauth/jwks.json"])
def test_public_documents_take_no_statement(browser: FlaskClient, counted: list[str], path: str) -> None:
    browser.get(path)
    counted.clear()
    assert browser.get(path).status_code == 200
    assert counted == []


def test_a_proof_at_the_token_endpoint_takes_one_statement_more(
    app: Flask, browser: FlaskClient, client_app: make.App, counted: list[str]
) -> None:
    holder, program = Holder(), app.test_client()
    assert app_only(program, client_app, holder.proof()).status_code == 200
    assert len(counted) == 2, counted
    token = bound_tokens(client_app, browser, holder)["refresh_token"]
    counted.clear()
    assert refresh(program, client_app, token, holder.proof()).status_code == 200
    assert len(counted) == 3, counted


@pytest.mark.parametrize("path", ["/oauth/userinfo", "/oauth/me", "/api/greet"])
def test_a_bound_token_at_a_resource_takes_one_statement_more(
    app: Flask, browser: FlaskClient, client_app: make.App, counted: list[str], path: str
) -> None:
    holder, program = Holder(), app.test_client()
    token = bound_tokens(client_app, browser, holder)["access_token"]
    program.get(path, headers=holder.asking(token, ISSUER + path))
    counted.clear()
    assert program.get(path, headers=holder.asking(token, ISSUER + path)).status_code == 200
    assert len(counted) == 2, counted


def test_the_way_of_a_device_takes_two_statements_a_step_and_three_for_its_tokens(
    app: Flask, browser: FlaskClient
) -> None:
    """The first poll, and the first that comes too early, are a row of the log beside."""
    client = devices.make_app(app)
    devices.begin(app, client)
    with count_statements() as counted:
        device = devices.begin(app, client)
        assert len(counted) == 2, counted
    assert device.error() == "authorization_pending"
    assert device.error() == "slow_down"
    waited = 0
    for expected, seconds in (("authorization_pending", 11), ("slow_down", 1), ("authorization_pending", 16)):
        waited += seconds
        with later(seconds=waited), count_statements() as counted:
            assert device.error() == expected
            assert len(counted) == 2, counted
    devices.allow(browser, device)
    with count_statements() as counted:
        assert device.poll().status_code == 200
        assert len(counted) == 3, counted
