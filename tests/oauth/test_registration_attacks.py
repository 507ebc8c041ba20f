"""What strangers may try at the registration: each attack by its name."""

import json
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clients import handing_over, verified
from app.clients.disabling import ADMINISTRATOR, disable_client
from app.clients.dynamic import initial_tokens
from app.clients.dynamic.models import ClientRegistration, RegistrationToken
from app.clients.models import Client
from app.database.rows import db
from app.network_limits import APP_REGISTRATIONS
from app.users.accounts import get_user
from tests import factories as make
from tests.oauth.registrations import PATH, WHOLE, ask, make_token, register
from tests.oauth.test_causes import everything_kept, flush
from tests.oauth.world import later

MakeApp = Callable[..., Flask]
UNREADABLE = {
    "nothing": b"",
    "no JSON": b"redirect_uris=https%3A%2F%2Fapp.example.org",
    "half an object": b'{"client_name": "x"',
    "a list": b"[]",
    "a text": b'"x"',
    "a number": b"1e400",
    "NaN": b'{"client_name": NaN}',
    "a member twice": b'{"redirect_uris": [], "redirect_uris": ["https://app.example.org/cb"]}',
    "a member twice, inside": b'{"jwks": {"keys": [], "keys": []}}',
    "deep nesting": b"[" * 30_000 + b"]" * 30_000,
    "deep enough for a key set no more": b'{"jwks": ' + b"[" * 20 + b"]" * 20 + b"}",
    "a null byte": b'{"client_name": "a\\u0000b"}',
    "a null byte in a name": b'{"client_\\u0000name": "b"}',
    "half a character": b'{"client_name": "\\ud800"}',
    "half a character inside": b'{"redirect_uris": ["https://app.example.org/\\udfff"]}',
    "Latin-1": '{"client_name": "Wetter für alle"}'.encode("latin-1"),
    "UTF-16": '{"client_name": "x"}'.encode("utf-16"),
    "a number without end": b'{"client_name": ' + b"9" * 20_000 + b"}",
}


@pytest.fixture
def open_app(app_with: MakeApp) -> Flask:
    """A portal that lets everybody register."""
    return app_with(DYNAMIC_REGISTRATION="open")


@pytest.fixture
def http(open_app: Flask) -> FlaskClient:
    return open_app.test_client()


def apps(session: Session) -> int:
    session.expire_all()
    session.rollback()
    return session.scalar(select(func.count()).select_from(Client)) or 0


@pytest.mark.any_database
@pytest.mark.parametrize("name", UNREADABLE)
def test_what_cannot_be_read_is_the_senders_fault(http: FlaskClient, name: str) -> None:
    response = http.post(PATH, data=UNREADABLE[name], content_type="application/json")
    assert (response.status_code, response.json["error"]) == (400, "invalid_client_metadata")
    assert "JSON" in response.json["error_description"]
    found = register(http)
    again = http.put(
        found.path, data=UNREADABLE[name], content_type="application/json", headers=found.headers
    )
    assert (again.status_code, again.json["error"]) == (400, "invalid_client_metadata")


@pytest.mark.any_database
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", None]
)
def test_another_content_type_is_refused_whatever_it_holds(http: FlaskClient, kind: str | None) -> None:
    response = http.post(PATH, data=json.dumps(WHOLE), content_type=kind)
    assert (response.status_code, response.json["error"]) == (400, "invalid_client_metadata")


@pytest.mark.any_database
@pytest.mark.parametrize("value", [True, 1, 1.5, "x", [], [1], [[]], {}, {"a": 1}, [None]])
@pytest.mark.parametrize(
    "member",
    [
        "client_name", "client_uri", "redirect_uris", "post_logout_redirect_uris", "token_endpoint_auth_method",
        "grant_types", "response_types", "scope", "jwks", "jwks_uri", "id_token_signed_response_alg", "logo_uri",
        "policy_uri", "tos_uri", "contacts", "software_id", "software_version", "application_type", "subject_type",
        "sector_identifier_uri", "software_statement", "require_signed_request_object", "client_id", "client_secret",
    ],
)  # fmt: skip
def test_no_type_of_any_member_is_trouble_of_ours(http: FlaskClient, member: str, value: Any) -> None:
    assert ask(http, **{member: value}).status_code in (201, 400)


@pytest.mark.any_database
def test_huge_lists_and_bodies_end_early(http: FlaskClient) -> None:
    many = [f"https://app.example.org/{number}" for number in range(2_000)]
    assert "too_many" in ask(http, redirect_uris=many).json["error_description"]
    assert "too_many" in ask(http, grant_types=["x"] * 10_000).json["error_description"]
    too_large = ask(http, redirect_uris=[*many, *many])
    assert (too_large.status_code, too_large.json["error"]) == (413, "invalid_request")


def test_registration_spam_ends_at_twenty_an_hour_and_network(app_with: MakeApp, db_session: Session) -> None:
    http = app_with(DYNAMIC_REGISTRATION="open", RATE_LIMIT_WHITE_LIST="").test_client()
    for _number in range(APP_REGISTRATIONS.item.amount):
        register(http)
    before = apps(db_session)
    response = ask(http)
    assert (response.status_code, response.json["error"]) == (429, "temporarily_unavailable")
    assert 0 < int(response.headers["Retry-After"]) <= 3601
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert apps(db_session) == before == APP_REGISTRATIONS.item.amount
    other = {"REMOTE_ADDR": "203.0.113.7"}
    assert http.post(PATH, json=WHOLE, environ_overrides=other).status_code == 201


def test_a_token_that_met_the_limit_was_not_used(app_with: MakeApp, db_session: Session) -> None:
    open_app = app_with(DYNAMIC_REGISTRATION="token", RATE_LIMIT_WHITE_LIST="")
    http, token = open_app.test_client(), make_token(open_app)
    statuses = [ask(http, token).status_code for _number in range(22)]
    assert (statuses.count(201), statuses.count(429)) == (20, 2)
    assert db_session.scalars(select(RegistrationToken.uses)).one() == 20


@pytest.mark.any_database
@pytest.mark.parametrize(
    "uri",
    [
        "javascript:alert(1)", "JavaScript:alert(document.domain)//https://app.example.org", "data:text/html,<script>1</script>",
        "vbscript:x", "file:///etc/passwd", "blob:https://app.example.org/1", "about:blank", "intent://x#Intent;end",
        "https://app.example.org@evil.example/cb", "https://app.example.org\\.evil.example/cb", "https://*.example.org/cb",
        "https://app.example.org/cb#fragment", " https://app.example.org/cb", "https://app.example.org/cb\n", "//evil.example/cb",
        "/cb", "", "https://", "https://app.example.org:0/cb", "https://app.example.org/cb?code=1", "https://app.exämple.org/cb",
        "myapp://cb", "https://app.example.org/\u202ecb",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["web", "native", None])
@pytest.mark.module("oidcc-redirect-uri-regfrag")
def test_a_redirect_to_code_or_to_two_places_is_registered_nowhere(
    http: FlaskClient, uri: str, kind: str | None
) -> None:
    response = ask(http, redirect_uris=["https://app.example.org/cb", uri], application_type=kind)
    assert (response.status_code, response.json["error"]) == (400, "invalid_redirect_uri")


def test_mass_assignment_reaches_nothing_that_administrators_decide(
    open_app: Flask, http: FlaskClient, db_session: Session
) -> None:
    victim = make.make_user(open_app)
    grabbing = {
        "trusted": True, "owner_id": victim.id, "team_id": "f" * 32, "introspects_all": True, "pkce_required": False,
        "registered_dynamically": False, "disabled_at": None, "unconfirmed_emails": True, "preset": "zapier",
        "id": "f" * 32, "client_id": "f" * 32, "client_secret": "chosen-by-me-1234567", "name_key": "taken",
        "second_factor_required": False, "groups_only": False, "retry_window": 86_400, "token_digest": "0" * 64,
        "registration_access_token": "mine", "unused_until": None, "registered_at": 0, "client_id_issued_at": 0,
        "client_secret_expires_at": 1, "name": "Pforte", "scopes": "users.read", "revision": "x",
    }  # fmt: skip
    found = register(http, **grabbing, token_endpoint_auth_method="none")
    assert found.answer["client_id"] != "f" * 32
    assert found.replace(**WHOLE, **{**grabbing, "client_id": found.answer["client_id"]}).status_code == 400
    del grabbing["client_id"], grabbing["client_secret"]
    assert found.replace(**WHOLE, **grabbing, token_endpoint_auth_method="none").status_code == 200
    client = db_session.get_one(Client, found.answer["client_id"])
    told = db_session.get_one(ClientRegistration, client.id)
    assert (client.trusted, client.introspects_all, client.unconfirmed_emails) == (False, False, False)
    assert (client.owner_id, client.team_id, client.preset, client.retry_window) == (None, None, None, None)
    assert (client.registered_dynamically, client.pkce_required, client.name) == (
        True,
        True,
        WHOLE["client_name"],
    )
    assert "users.read" not in client.scope_list
    assert told.token_digest != "0" * 64
    assert told.unused_until is not None


def test_an_app_is_not_taken_over_with_the_token_of_another(open_app: Flask, http: FlaskClient) -> None:
    mine, theirs = register(http), register(http)
    stolen = {"client_id": theirs.answer["client_id"], **WHOLE, "redirect_uris": ["https://evil.example/cb"]}
    answers = [
        http.get(theirs.path, headers=mine.headers),
        http.put(theirs.path, headers=mine.headers, json=stolen),
        http.put(mine.path, headers=mine.headers, json=stolen),
        http.delete(theirs.path, headers=mine.headers),
    ]
    assert [answer.status_code for answer in answers] == [401, 401, 400, 401]
    assert theirs.read().json == theirs.answer


@pytest.mark.any_database
def test_no_other_credential_manages_an_app(open_app: Flask, http: FlaskClient) -> None:
    initial = make_token(open_app)
    found = register(http)
    access = make.tokens_for(found.app, make.browser_of(open_app, make.make_user(open_app)))["access_token"]
    for token in (
        initial,
        found.answer["client_secret"],
        access,
        found.answer["client_id"],
        "",
        "é",
        "x" * 5_000,
    ):
        assert http.get(found.path, headers=make.with_token(token)).status_code == 401
    assert http.get(found.path, auth=found.app.auth).status_code == 401
    token = found.answer["registration_access_token"]
    assert http.get(found.path, query_string={"access_token": token}).status_code == 401


def test_an_app_of_somebody_else_has_no_registration_to_take_over(app_with: MakeApp) -> None:
    open_app = app_with(DYNAMIC_REGISTRATION="open")
    app = make.make_client(open_app, make.make_user(open_app))
    response = open_app.test_client().get(f"{PATH}/{app.id}", headers=make.with_token("pf_registration_x"))
    assert response.status_code == 401


def test_who_registered_an_app_cannot_change_it_once_it_is_somebodys(
    open_app: Flask, http: FlaskClient
) -> None:
    found, person = register(http), make.make_user(open_app)
    with open_app.app_context():
        client = db.session.get_one(Client, found.answer["client_id"])
        handing_over.hand_over(client, get_user(person.id), actor_id=None)
        db.session.commit()
    assert found.replace(**{**WHOLE, "redirect_uris": ["https://evil.example/cb"]}).status_code == 401
    assert found.end().status_code == 401


@pytest.mark.parametrize(
    "changes",
    [{"redirect_uris": ["https://evil.example/cb"]}, {"client_name": "Other"}, {"policy_uri": "https://evil.example/"}],
)  # fmt: skip
def test_the_word_of_administrators_ends_when_the_app_changes_what_they_read(
    open_app: Flask, http: FlaskClient, db_session: Session, changes: dict[str, Any]
) -> None:
    found, chief = register(http), make.make_user(open_app, is_admin=True)
    with open_app.app_context():
        client = db.session.get_one(Client, found.answer["client_id"])
        verified.trust_client(client, actor_id=chief.id)
        db.session.commit()
    assert found.replace(**WHOLE).status_code == 200
    assert db_session.get_one(Client, found.answer["client_id"]).trusted
    assert found.replace(**{**WHOLE, **changes}).status_code == 200
    db_session.expire_all()
    db_session.rollback()
    assert not db_session.get_one(Client, found.answer["client_id"]).trusted


def test_what_administrators_gave_is_neither_taken_nor_widened_by_the_app(
    open_app: Flask, http: FlaskClient, db_session: Session
) -> None:
    found = register(http)
    make.make_scope(open_app, "reports.read")
    with open_app.app_context():
        client = db.session.get_one(Client, found.answer["client_id"])
        client.grant_types += " client_credentials"
        client.scopes += " reports.read"
        client.second_factor_required = True
        db.session.commit()
    assert found.replace(**WHOLE, scope="openid").status_code == 200
    kept = db_session.get_one(Client, found.answer["client_id"])
    assert (kept.grant_type_list, kept.scope_list) == (
        ["authorization_code", "client_credentials"],
        ["openid", "reports.read"],
    )
    assert kept.second_factor_required


@pytest.mark.any_database
def test_a_disabled_app_manages_nothing(open_app: Flask, http: FlaskClient) -> None:
    found = register(http)
    with open_app.app_context():
        disable_client(db.session.get_one(Client, found.answer["client_id"]), ADMINISTRATOR, actor_id=None)
        db.session.commit()
    for response in (found.read(), found.replace(**WHOLE), found.end()):
        assert (response.status_code, response.json["error"]) == (403, "access_denied")


@pytest.mark.any_database
def test_nothing_is_fetched_from_the_addresses_that_are_registered(
    http: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    monkeypatch.setattr(socket.socket, "connect", lambda _self, address: asked.append(address))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *name, **_more: asked.append(name))
    inside = "http://169.254.169.254/latest/meta-data"
    found = ask(http, client_uri=inside, logo_uri=inside, policy_uri=inside, tos_uri=inside, jwks_uri=None)
    assert found.status_code == 201
    assert asked == []


@pytest.mark.any_database
def test_html_in_what_an_app_says_is_text_on_every_page(open_app: Flask, http: FlaskClient) -> None:
    script = "<script>alert(1)</script>"
    uri = 'https://app.example.org/%3Cscript%3E?q="><img src=x onerror=alert(1)>'.replace(" ", "%20")
    names = {"client_name": script, "software_id": script, "software_version": script, "contacts": [script]}
    found = register(http, **names, policy_uri=uri, tos_uri=uri, logo_uri=uri)
    chief = make.browser_of(open_app, make.make_user(open_app, is_admin=True))
    person = make.browser_of(open_app, make.make_user(open_app))
    consent = make.ask(person, found.app)
    make.decide(person, consent)
    pages = [
        consent,
        person.get("/account/apps"),
        chief.get("/admin/apps"),
        chief.get(f"/admin/apps/{found.app.id}"),
    ]
    for page in pages:
        assert page.status_code == 200
        assert script not in page.text
        assert "<img src=x" not in page.text
        assert "&lt;script&gt;alert(1)" in page.text


@pytest.mark.any_database
@pytest.mark.parametrize(
    "name", ["Pforte", "Pforte Support", "Administrator", "Verified ✓", "Security Team", "Раураl Wallet"]
)
def test_a_stranger_takes_no_name_that_only_the_portal_should_have(http: FlaskClient, name: str) -> None:
    response = ask(http, client_name=name)
    assert (response.status_code, response.json["error"]) == (400, "invalid_client_metadata")
    assert "client_name" in response.json["error_description"]


@pytest.mark.any_database
def test_names_are_anybodys_but_those_of_apps_that_are_vouched_for(
    open_app: Flask, http: FlaskClient
) -> None:
    make.make_client(open_app, name="House Calendar")
    make.make_client(open_app, make.make_user(open_app), name="Somebody's own")
    register(http, client_name="Somebody's own")
    register(http, client_name="Weather Station")
    register(http, client_name="Weather Station")
    assert ask(http, client_name="House Calendar").status_code == 400


@pytest.mark.any_database
def test_neither_token_nor_secret_is_kept_in_clear(open_app: Flask, http: FlaskClient) -> None:
    initial = make_token(open_app)
    found = register(http, initial)
    found.read()
    found.replace(**WHOLE, client_secret="pf_secret_wrong-1234567")
    http.get(found.path, headers=make.with_token("pf_registration_wrong-1234567"))
    flush(open_app)
    kept = everything_kept(open_app)
    for secret in (
        initial, found.answer["registration_access_token"], found.answer["client_secret"],
        "pf_secret_wrong-1234567", "pf_registration_wrong-1234567",
    ):  # fmt: skip
        assert secret not in kept


def test_a_token_counts_how_often_it_was_used_and_ends(app_with: MakeApp, db_session: Session) -> None:
    open_app = app_with(DYNAMIC_REGISTRATION="token")
    http = open_app.test_client()
    token = make_token(open_app, lifetime=timedelta(hours=1))
    register(http, token)
    register(http, token)
    assert ask(http, token, redirect_uris=[]).status_code == 400
    row = db_session.scalars(select(RegistrationToken)).one()
    assert row.uses == 2
    assert row.last_used_at is not None
    with later(hours=2):
        assert ask(http, token).status_code == 401
    assert ask(http, f"{token[:-1]}_").status_code == 401
    with open_app.app_context():
        initial_tokens.revoke_token(db.session.get_one(RegistrationToken, row.id), by=None)
        db.session.commit()
    assert ask(http, token).status_code == 401
