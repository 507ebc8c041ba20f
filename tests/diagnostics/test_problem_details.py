"""Failures as programs read them: by the app itself, with its own credentials; and by who tried in vain."""

import base64
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import factories as make
from tests.support.apps import MakeApp

PROBLEM = "application/problem+json"


def ask(
    http: FlaskClient, path: str, auth: Any = None, accept: str = PROBLEM, **headers: str
) -> TestResponse:
    return http.get(path, auth=auth, headers={"Accept": accept, **headers})


@pytest.fixture
def ledger(app: Flask) -> make.App:
    return make.make_client(app, make.make_user(app))


def failure_of(http: FlaskClient, client: make.App) -> str:
    """Where a refusal of this app is explained."""
    answer = make.redeem(http, client, "pf_code_guessed-1234567")
    assert answer.status_code == 400
    return "/failures/" + str(answer.headers["X-Request-Id"])


@pytest.mark.rfc("9457#3")
def test_an_app_reads_cause_meaning_fix_and_fields(app: Flask, client: FlaskClient, ledger: make.App) -> None:
    path = failure_of(client, ledger)
    answer = ask(client, path, ledger.auth)
    assert (answer.status_code, answer.mimetype) == (200, PROBLEM)
    told = answer.json
    assert told["type"] == "urn:pforte:cause:code_unknown"
    assert told["cause"] == "code_unknown"
    assert (told["status"], told["error"], told["endpoint"]) == (400, "invalid_grant", "token")
    assert told["instance"] == path
    assert told["detail"].startswith("There is no such authorization code.")
    assert told["fix"].startswith("Pass the code on exactly")
    assert told["received"]["grant_type"] == "authorization_code"
    assert "guessed" not in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    german = ask(client, path, ledger.auth, **{"Accept-Language": "de"}).json
    assert german["detail"] != told["detail"]


def test_people_get_the_page_as_ever(client: FlaskClient, ledger: make.App) -> None:
    path = failure_of(client, ledger)
    for accept in ("text/html,application/xhtml+xml,*/*;q=0.8", "*/*", f"text/html, {PROBLEM};q=0.5"):
        assert ask(client, path, ledger.auth, accept).mimetype == "text/html"


@pytest.mark.parametrize("how", ["nothing", "wrong", "of another app", "swapped", "malformed", "public"])
def test_attack_no_other_app_and_no_stranger_reads_it(
    app: Flask, client: FlaskClient, ledger: make.App, how: str
) -> None:
    path, other = failure_of(client, ledger), make.make_client(app)
    public = make.make_client(app, client_type="public")
    assert ledger.secret
    shown = {
        "nothing": None,
        "wrong": (ledger.id, "pf_secret_wrong"),
        "of another app": other.auth,
        "swapped": (other.id, ledger.secret),
        "malformed": ("", ""),
        "public": (public.id, ""),
    }[how]
    answer = ask(client, path, shown)
    assert answer.status_code == (404 if how == "of another app" else 401)
    assert answer.mimetype == PROBLEM
    assert ("WWW-Authenticate" in answer.headers) is (answer.status_code == 401)
    assert "code_unknown" not in answer.text


def test_attack_a_header_that_is_no_basic_is_no_credential(client: FlaskClient, ledger: make.App) -> None:
    path = failure_of(client, ledger)
    token = base64.b64encode(f"{ledger.id}:{ledger.secret}".encode()).decode()
    for header in (f"Bearer {token}", "Basic ???", "Basic", f"Basic {token}x\x00"):
        assert ask(client, path, Authorization=header).status_code == 401


def test_a_revoked_secret_reads_nothing(app: Flask, client: FlaskClient, ledger: make.App) -> None:
    from app.clients import client_secrets, registration
    from app.database.rows import db

    path = failure_of(client, ledger)
    with app.app_context():
        row = registration.find_client(ledger.id)
        assert row
        client_secrets.list_live(row)[0].revoked_at = row.created_at
        db.session.commit()
    assert ask(client, path, ledger.auth).status_code == 401


@pytest.fixture
def registering(app_with: MakeApp) -> Flask:
    return app_with(DYNAMIC_REGISTRATION="open")


def test_who_tried_in_vain_with_an_app_of_nobody_reads_why(registering: Flask) -> None:
    http, anna = registering.test_client(), make.make_user(registering, locale="en")
    told = http.post(
        "/oauth/register", json={"client_name": "Assistant", "redirect_uris": [make.CALLBACK]}
    ).json
    assistant = make.App(told["client_id"], told["client_secret"])
    browser = make.browser_of(registering, anna)
    refused = make.ask(browser, assistant, scope="openid users.read")
    path = "/failures/" + str(refused.headers["X-Request-Id"])
    mine = browser.get(path).text
    assert "you read this in place of its developer" in mine
    assert "What to do" in mine
    other = make.browser_of(registering, make.make_user(registering, locale="en"))
    for reader in (other, http):
        assert "What to do" not in reader.get(path, headers={"Accept-Language": "en"}).text


def test_attack_an_app_with_an_owner_explains_itself_to_its_owner_alone(app: Flask, ledger: make.App) -> None:
    browser = make.browser_of(app, make.make_user(app, locale="en"))
    refused = make.ask(browser, ledger, scope="openid users.read")
    assert "What to do" not in browser.get("/failures/" + str(refused.headers["X-Request-Id"])).text


def test_an_unknown_app_s_page_says_what_to_do_in_the_program(client: FlaskClient) -> None:
    page = make.ask(client, make.App("f" * 32, None))
    assert page.status_code == 400
    assert "remove the connection in that program and add it again" in page.text
