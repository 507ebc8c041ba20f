"""POST /api/authorize and /api/verify, GET /api/users/<username> and /api/greet."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.clients import client_secrets, disabling, registration
from app.database.rows import db
from app.diagnostics.models import LoggedRequest
from app.users import accounts
from tests import factories as make

SERVICE = {"redirect_uris": [], "grant_types": ("client_credentials",), "scopes": ("users.read",)}


def authorize(http: FlaskClient, **fields: str) -> TestResponse:
    return http.post("/api/authorize", data=fields)


def verify(http: FlaskClient, header: str) -> TestResponse:
    return http.post("/api/verify", headers={"Authorization": header})


def causes_of(db_session: Session, client: make.App) -> list[tuple[str, str | None]]:
    query = select(LoggedRequest.endpoint, LoggedRequest.cause).where(LoggedRequest.client_id == client.id)
    return [tuple(row) for row in db_session.execute(query.order_by(LoggedRequest.id))]  # type: ignore[misc]


@pytest.mark.parametrize("as_json", [False, True])
def test_credentials_give_a_token_that_verifies(app: Flask, client: FlaskClient, as_json: bool) -> None:
    service = make.make_client(app, **SERVICE)
    body = {"json": service.form} if as_json else {"data": service.form}
    answer = client.post("/api/authorize", **body)
    assert answer.status_code == 200
    assert set(answer.json) == {"success", "client_id", "token"}
    assert (answer.json["success"], answer.json["client_id"]) == (True, service.id)
    for header in (answer.json["token"], f"Bearer {answer.json['token']}", f"bearer  {answer.json['token']}"):
        claims = verify(client, header)
        assert claims.status_code == 200
        assert claims.json == {"success": True, **make.claims_of(answer.json["token"])}
        assert claims.json["client_id"] == claims.json["sub"] == service.id


def test_every_refusal_is_one_401_and_its_apps_log_knows_why(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    service, person = make.make_client(app, **SERVICE), make.make_user(app)
    pages_only = make.make_client(app, person, grant_types=("authorization_code",))
    answers = [
        authorize(client, client_id=service.id, client_secret="wrong"),
        authorize(client, client_id=service.id),
        authorize(client, client_id="nobody", client_secret="wrong"),
        authorize(client, client_secret="wrong"),
        authorize(client),
        authorize(client, **pages_only.form),
        client.post("/api/authorize", data={"client_id": [service.id, service.id], "client_secret": "x"}),
        authorize(client, client_id=service.id, client_secret="\0"),
    ]
    for answer in answers:
        assert (answer.status_code, answer.json) == (401, {"success": False})
        assert answer.headers["WWW-Authenticate"].startswith("Basic ")
    assert ("api/authorize", "secret_wrong") in causes_of(db_session, service)
    assert ("api/authorize", "secret_missing") in causes_of(db_session, service)
    assert ("api/authorize", "grant_not_enabled") in causes_of(db_session, pages_only)
    kept = " ".join(db_session.scalars(select(LoggedRequest.details)))
    assert (pages_only.secret or "") not in kept


def test_a_revoked_secret_and_a_disabled_app_get_no_token(app: Flask, client: FlaskClient) -> None:
    revoked, disabled = make.make_client(app, **SERVICE), make.make_client(app, **SERVICE)
    token = authorize(client, **disabled.form).json["token"]
    with app.app_context():
        found = registration.find_client(revoked.id)
        assert found
        client_secrets.revoke_secret(found, found.secrets[0], actor_id=None)
        other = registration.find_client(disabled.id)
        assert other
        disabling.disable_client(other, disabling.ADMINISTRATOR, actor_id=None)
        db.session.commit()
    for service in (revoked, disabled):
        assert authorize(client, **service.form).status_code == 401
    assert verify(client, token).status_code == 401


def test_only_active_access_tokens_verify(app: Flask, client: FlaskClient, db_session: Session) -> None:
    person = make.make_user(app)
    service = make.make_client(app)
    tokens = make.tokens_for(service, make.browser_of(app, person))
    assert verify(client, tokens["access_token"]).json["sub"] == person.id
    signature = tokens["access_token"].rpartition(".")[2]
    refused = [
        *("", "Bearer", "Bearer ", "x", "Basic YTpi", "Bearer a b", "eyJ.e30.", "\xff", "x" * 9_000),
        tokens["id_token"],
        tokens["refresh_token"],
        tokens["access_token"].replace(signature, signature[::-1]),
        f"Basic {tokens['access_token']}",
    ]
    for header in refused:
        answer = verify(client, header)
        assert (answer.status_code, answer.json) == (401, {"success": False}), header
    client.post("/oauth/revoke", data={"token": tokens["refresh_token"]}, auth=service.auth)
    assert verify(client, tokens["access_token"]).json == {"success": False}
    causes = [cause for endpoint, cause in causes_of(db_session, service) if endpoint == "api/verify"]
    assert {"token_is_id_token", "token_is_refresh_token", "token_revoked"} <= set(causes)
    assert client.post("/api/verify").json == {"success": False}


def test_a_token_in_the_query_or_a_cookie_counts_for_nothing(app: Flask, client: FlaskClient) -> None:
    """Attack: addresses are logged and forwarded, and cookies are sent by other sites."""
    token = authorize(client, **make.make_client(app, **SERVICE).form).json["token"]
    assert client.get(f"/api/greet?access_token={token}").status_code == 401
    signed_in = make.browser_of(app, make.make_user(app))
    assert signed_in.get("/api/greet").status_code == 401
    assert signed_in.post("/api/verify").status_code == 401


def test_the_greeting_is_for_active_tokens(app: Flask, client: FlaskClient) -> None:
    token = authorize(client, **make.make_client(app, **SERVICE).form).json["token"]
    greeted = client.get("/api/greet", headers=make.with_token(token))
    assert (greeted.status_code, greeted.json) == (200, {"message": "Greetings authenticated user"})
    missing = client.get("/api/greet")
    assert missing.status_code == 401
    assert "error=" not in missing.headers["WWW-Authenticate"]
    wrong = client.get("/api/greet", headers=make.with_token("nonsense"))
    assert wrong.status_code == 401
    assert 'error="invalid_token"' in wrong.headers["WWW-Authenticate"]
    for refused in (missing, wrong):
        assert set(refused.json) == {"error", "message"}


def test_people_are_looked_up_by_username_and_never_by_address(app: Flask, client: FlaskClient) -> None:
    person = make.make_user(app, "Maria")
    blocked, deleted = make.make_user(app, "blocked"), make.make_user(app, "deleted")
    with app.app_context():
        accounts.block(accounts.get_user(blocked.id))
        accounts.delete(accounts.get_user(deleted.id))
        accounts.get_user(person.id).family_name = "Roth"
        db.session.commit()
    token = authorize(client, **make.make_client(app, **SERVICE).form).json["token"]
    header = make.with_token(token)
    found = client.get("/api/users/maria", headers=header)
    assert (found.status_code, found.json) == (
        200,
        {"id": person.id, "username": "Maria", "name": "Roth"},
    )
    for name in ("nobody", "maria@example.org", "blocked", "deleted", "x" * 5_000, "%20", "%ff", "' OR 1=1"):
        answer = client.get(f"/api/users/{name}", headers=header)
        assert (answer.status_code, answer.json["error"]) == (404, "not_found"), name


def test_looking_up_takes_the_scope(app: Flask, client: FlaskClient, db_session: Session) -> None:
    person = make.make_user(app)
    service = make.make_client(app)
    token = make.tokens_for(service, make.browser_of(app, person))["access_token"]
    refused = client.get(f"/api/users/{person.username}", headers=make.with_token(token))
    assert (refused.status_code, refused.json["error"]) == (403, "insufficient_scope")
    assert 'scope="users.read"' in refused.headers["WWW-Authenticate"]
    assert ("api/users", "scope_insufficient") in causes_of(db_session, service)
    assert client.get(f"/api/users/{person.username}").status_code == 401
