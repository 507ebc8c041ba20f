"""Requests at the real endpoints, and what their owner then reads."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from app.clients.models import Client
from app.database.rows import db, new_id
from tests.authentication.visitors import make_user, sign_in
from tests.diagnostics.answers import CALLBACK, everything_kept, flush, make_client


@pytest.fixture
def client_id(app: Flask) -> str:
    """Anna's app."""
    return make_client(app, make_user(app))


@pytest.fixture
def annas(app: Flask, client_id: str) -> FlaskClient:
    """Her browser."""
    browser = app.test_client()
    sign_in(browser)
    return browser


def test_a_wrong_secret_is_told_to_the_owner_and_not_to_the_caller(
    app: Flask, client: FlaskClient, annas: FlaskClient, client_id: str
) -> None:
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": "correct-horse-battery",
    }
    answer = client.post("/oauth/token", data=form)
    assert answer.status_code == 401
    path = f"/failures/{answer.headers['X-Request-Id']}"
    assert answer.json
    assert answer.json["error_uri"].endswith(path)
    assert '<code id="cause" data-cause="secret_wrong">' in annas.get(path).text
    assert "secret_wrong" not in client.get(path).text
    page = annas.get(f"/dashboard/apps/{client_id}/log?outcome=refused").text
    assert re.findall(r'data-cause="(\w+)"', page) == ["secret_wrong"]
    assert "correct-horse-battery" not in everything_kept(app) + page


def test_an_unregistered_redirect_uri_leads_to_the_doctor(
    client: FlaskClient, annas: FlaskClient, client_id: str
) -> None:
    query = {"client_id": client_id, "redirect_uri": f"{CALLBACK}/", "response_type": "code", "state": "s"}
    answer = client.get("/oauth/authorize", query_string=query)
    assert answer.status_code == 400
    page = annas.get(f"/failures/{answer.headers['X-Request-Id']}").text
    assert "<mark>/</mark>" in page
    assert "Register this redirect URI" in page


def test_a_request_that_goes_on_carries_its_remark(
    app: Flask, client: FlaskClient, annas: FlaskClient, client_id: str
) -> None:
    query = {"client_id": client_id, "redirect_uri": CALLBACK, "response_type": "code", "scope": "email"}
    with app.app_context():
        db.session.execute(update(Client).values(pkce_required=False, revision=new_id()))
        db.session.commit()
    answer = client.get("/oauth/authorize", query_string=query)
    assert answer.status_code in (302, 303)
    flush(app)
    page = annas.get(f"/dashboard/apps/{client_id}/log?cause=state_missing").text
    assert answer.headers["X-Request-Id"] in page


@pytest.mark.parametrize(
    "body", ['{"grant_type": "client_credentials", "client_secret": "correct-horse-battery"}']
)
def test_a_json_body_leaves_no_secret(app: Flask, client: FlaskClient, body: str) -> None:
    for content_type in ("application/json", "application/x-www-form-urlencoded", "text/plain", ""):
        client.post("/oauth/token", data=body, content_type=content_type)
    flush(app)
    kept = everything_kept(app)
    assert "body_not_form" in kept
    assert "correct-horse-battery" not in kept
