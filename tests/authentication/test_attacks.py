"""Cookies that were planted, forged, stolen or kept."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.authentication import cookies
from app.authentication.models import BrowserSession
from tests.authentication.visitors import (
    FIREFOX,
    PASSWORD,
    SAFARI,
    copy_of,
    csrf_token,
    is_signed_in,
    make_user,
    post,
    sign_in,
)
from tests.support.apps import MakeApp


@pytest.fixture(autouse=True)
def anna(app: Flask) -> str:
    return make_user(app)


def cookie(browser: FlaskClient) -> str:
    found = browser.get_cookie("pforte-8000")
    assert found is not None
    return found.value


def with_cookie(app: Flask, value: str, name: str = "pforte-8000") -> FlaskClient:
    browser = app.test_client()
    browser.set_cookie(name, value)
    return browser


def test_a_cookie_planted_before_the_sign_in_is_worth_nothing_after_it(
    app: Flask, client: FlaskClient
) -> None:
    attacker = app.test_client()
    token = csrf_token(attacker)
    client.set_cookie("pforte-8000", cookie(attacker))
    sign_in(client)
    assert is_signed_in(client)
    assert cookie(client) != cookie(attacker)
    assert not is_signed_in(attacker)
    # Nor does the token in it work for forms of the person who signed in.
    assert client.post("/logout", data={"csrf_token": token}).status_code == 400


def test_what_was_in_the_cookie_before_is_gone_after_the_sign_in(client: FlaskClient) -> None:
    with client.session_transaction() as before:
        before["planted"] = "x"
    sign_in(client)
    with client.session_transaction() as after:
        assert "planted" not in after


def test_signing_in_as_somebody_else_ends_the_session_of_the_first(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    make_user(app, "bert", "bert@example.org")
    sign_in(client)
    of_anna = copy_of(app, client)
    post(client, "/logout")
    sign_in(client, "bert")
    assert not is_signed_in(of_anna)
    assert len(db_session.scalars(select(BrowserSession)).all()) == 1


def test_a_cookie_kept_beyond_the_sign_out_is_worth_nothing(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    kept = copy_of(app, client)
    assert is_signed_in(kept)
    post(client, "/logout")
    assert not is_signed_in(kept)


def test_a_cookie_whose_row_is_gone_is_worth_nothing(client: FlaskClient, db_session: Session) -> None:
    sign_in(client)
    db_session.query(BrowserSession).delete()
    db_session.commit()
    assert not is_signed_in(client)
    assert sign_in(client).status_code == 303


def test_what_a_stolen_database_holds_opens_no_session(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_in(client)
    row = db_session.scalars(select(BrowserSession)).one()
    thief = app.test_client()
    for stolen in (
        row.token_digest,
        f"pf_session_{row.token_digest}",
        row.id,
        f"pf_session_{row.id}",
        row.user_id,
    ):
        with thief.session_transaction() as session:  # even one who knows the key that signs cookies
            session["_user_id"] = stolen
        assert not is_signed_in(thief)


@pytest.mark.any_database
@pytest.mark.parametrize("in_both", [True, False])
@pytest.mark.parametrize(
    "forged", [None, 1, True, "", [], {}, ["pf_session_x"], "pf_session_", "pf_session_\ud800"]
)
def test_nonsense_in_the_cookies_is_nobody(app: Flask, forged: object, in_both: bool) -> None:
    # Even of somebody who knows the key that signs them.
    signer = cookies.Cookies().get_signing_serializer(app)
    assert signer is not None
    browser = with_cookie(app, signer.dumps({"_user_id": forged}))
    if in_both and forged != "pf_session_\ud800":  # no cookie of its own can hold that
        browser.set_cookie("pforte-8000-token", cookies._serializer(app).dumps(forged))
    assert not is_signed_in(browser)


@pytest.mark.parametrize("name", ["pforte-8000", "pforte-8000-token"])
@pytest.mark.parametrize("value", ["x", "a.b.c", "eyJfdXNlcl9pZCI6IjEifQ.x.y", "." * 4000, "%00", '"'])
def test_a_cookie_without_our_signature_is_nobody(app: Flask, value: str, name: str) -> None:
    assert not is_signed_in(with_cookie(app, value, name))


def test_one_signed_cookie_is_nobody_in_the_place_of_the_other(app: Flask, client: FlaskClient) -> None:
    sign_in(client)
    token = client.get_cookie("pforte-8000-token")
    assert token is not None
    assert not is_signed_in(with_cookie(app, token.value, "pforte-8000"))
    assert not is_signed_in(with_cookie(app, cookie(client), "pforte-8000-token"))


def test_a_cookie_signed_with_another_key_is_nobody(
    app: Flask, client: FlaskClient, app_with: MakeApp
) -> None:
    sign_in(client)
    elsewhere = app_with(SECRET_KEY="a key of somebody else, long enough to be taken")
    assert not is_signed_in(copy_of(elsewhere, client))


def test_the_cookie_that_flask_login_would_take_for_remembering_is_ignored(app: Flask, anna: str) -> None:
    from flask_login import encode_cookie

    browser = app.test_client()
    with app.app_context():
        browser.set_cookie("remember_token", encode_cookie(anna))
    assert not is_signed_in(browser)


def test_the_row_does_not_hold_the_token_of_the_cookie(client: FlaskClient, db_session: Session) -> None:
    sign_in(client)
    with client.session_transaction() as session:
        token = session["_user_id"]
    row = db_session.scalars(select(BrowserSession)).one()
    assert token.startswith("pf_session_")
    assert token not in str(vars(row))
    assert token.removeprefix("pf_session_") not in str(vars(row))


def test_every_sign_in_has_a_token_of_its_own(app: Flask) -> None:
    tokens = set()
    for agent in (FIREFOX, SAFARI):
        browser = app.test_client()
        sign_in(browser, agent=agent)
        with browser.session_transaction() as session:
            tokens.add(session["_user_id"])
    assert len(tokens) == 2


def test_over_https_the_cookie_is_bound_to_the_host(app_with: MakeApp) -> None:
    browser = app_with(ISSUER="https://id.example.org").test_client()
    here = "https://id.example.org"
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/login", base_url=here).text)
    assert token is not None
    form = {"username": "anna", "password": PASSWORD, "csrf_token": token[1]}
    answer = browser.post("/login", base_url=here, data=form, headers={"Origin": here})
    assert answer.status_code == 303
    for name in ("__Host-pforte", "__Host-pforte-token"):
        kept = browser.get_cookie(name, domain="id.example.org")
        assert kept is not None, answer.headers
        assert (kept.secure, kept.http_only, kept.path) == (True, True, "/")


def test_a_form_of_another_site_signs_nobody_in_to_an_account_of_its_own(
    app: Flask, client: FlaskClient
) -> None:
    make_user(app, "attacker", "attacker@example.org")
    form = {"username": "attacker", "password": PASSWORD}
    assert client.post("/login", data=form, headers={"Origin": "https://evil.example"}).status_code == 400
    assert not is_signed_in(client)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "TRACE"])
def test_other_methods_are_refused(client: FlaskClient, method: str) -> None:
    assert client.open("/login", method=method).status_code == 405


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", "anna\x00"), ("password", "x\x00"), ("username", "x" * 300_000), ("remember", "\x00")],
)
def test_what_no_browser_sends_is_refused_without_a_failure(
    client: FlaskClient, field: str, value: str
) -> None:
    assert sign_in(client, **{field: value}).status_code in (400, 413)


def test_broken_utf8_in_a_form_is_no_failure(client: FlaskClient) -> None:
    body = b"username=%ff%fe&password=%c3%28&csrf_token=" + csrf_token(client).encode()
    answer = client.post("/login", data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 422


@pytest.mark.parametrize(
    "content_type",
    ["application/json", "text/plain", "multipart/form-data", "multipart/form-data; boundary=x"],
)
def test_a_body_that_is_no_form_is_no_failure(client: FlaskClient, content_type: str) -> None:
    assert client.post("/login", data=b'{"username": "anna"', content_type=content_type).status_code in (
        400,
        422,
    )


def test_two_portals_on_one_host_do_not_sign_each_other_out(app_with: MakeApp) -> None:
    """Browsers keep cookies by host, not by port."""
    first, second = app_with(ISSUER="http://127.0.0.1:8110"), app_with(ISSUER="http://127.0.0.1:8112")
    browser = first.test_client()
    sign_in(browser)
    other = second.test_client()
    other._cookies = browser._cookies
    sign_in(other)
    assert is_signed_in(other)
    app_with(ISSUER="http://127.0.0.1:8110")
    assert is_signed_in(browser)
    names = [cookie.key for cookie in browser._cookies.values()]  # type: ignore[union-attr]
    assert sorted(names) == [
        f"pforte-{port}{kind}" for port in (8110, 8112) for kind in ("", "-known", "-token")
    ]
    assert app_with(ISSUER="https://id.example.org").config["SESSION_COOKIE_NAME"] == "__Host-pforte"
