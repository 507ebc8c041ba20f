"""RFC 7591, RFC 7592 and OpenID Connect Registration: an app registers itself, and manages what it has registered."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc.jwk import ECKey, KeySet, RSAKey
from sqlalchemy.orm import Session

from app.clients.models import Client
from tests import factories as make
from tests.oauth import registrations
from tests.oauth.registrations import PATH, ask, register

MakeApp = Callable[..., Flask]
LOOPBACK = "http://127.0.0.1/callback"


@pytest.fixture
def open_app(app_with: MakeApp) -> Flask:
    """A portal that lets everybody register."""
    return app_with(DYNAMIC_REGISTRATION="open")


@pytest.fixture
def http(open_app: Flask) -> FlaskClient:
    return open_app.test_client()


def key_set() -> dict[str, Any]:
    key = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig", "kid": "one"}, private=True)
    return dict(KeySet([key]).as_dict(private=False))


@pytest.mark.rfc("7591#3.2.1")
@pytest.mark.oidc("registration#3.2")
def test_an_app_registers_itself_and_learns_all_that_is_registered(http: FlaskClient) -> None:
    asked = {
        "redirect_uris": ["https://client.example.org/callback", "https://client.example.org/callback2"],
        "post_logout_redirect_uris": ["https://client.example.org/out"],
        "client_name": "Wetter für alle",
        "client_uri": "https://client.example.org/",
        "logo_uri": "https://client.example.org/logo.png",
        "policy_uri": "https://client.example.org/privacy",
        "tos_uri": "https://client.example.org/terms",
        "contacts": ["ve7jtb@example.org", "mary@example.org"],
        "grant_types": ["authorization_code", "refresh_token"],
        "response_types": ["code"],
        "scope": "openid email",
        "token_endpoint_auth_method": "client_secret_post",
        "id_token_signed_response_alg": "ES256",
        "application_type": "web",
        "software_id": "4NRB1-0XZABZI9E6-5SM3R",
        "software_version": "1.2",
        "subject_type": "public",
    }
    response = http.post(PATH, json=asked)
    told = dict(response.json or {})
    assert response.status_code == 201
    assert response.mimetype == "application/json"
    assert (response.headers["Cache-Control"], response.headers["Pragma"]) == ("no-store", "no-cache")
    assert {name: told[name] for name in asked} == asked
    added = told.keys() - asked.keys()
    assert added == {
        "client_id", "client_id_issued_at", "client_secret", "client_secret_expires_at",
        "registration_client_uri", "registration_access_token",
    }  # fmt: skip
    assert abs(told["client_id_issued_at"] - time.time()) < 30
    assert told["client_secret_expires_at"] == 0
    assert told["registration_client_uri"] == f"http://127.0.0.1:8000{PATH}/{told['client_id']}"


@pytest.mark.rfc("7591#2")
def test_what_is_left_out_has_the_defaults_of_the_specification(http: FlaskClient) -> None:
    told = register(http, client_name=None).answer
    assert told["grant_types"] == ["authorization_code"]
    assert told["response_types"] == ["code"]
    assert told["token_endpoint_auth_method"] == "client_secret_basic"
    assert told["application_type"] == "web"
    assert told["scope"] == "openid profile email phone offline_access"
    assert told["client_name"] == "app.example.org"


@pytest.mark.rfc("7591#2")
def test_metadata_that_nobody_knows_is_ignored_and_left_out_of_the_answer(http: FlaskClient) -> None:
    unknown = {"client_name#de": "Wetter", "favourite_colour": {"name": "blue"}, "tos_uri": None}
    assert not unknown.keys() & register(http, **unknown).answer.keys()


@pytest.mark.rfc("7591#2.1")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", None])
def test_a_confidential_app_gets_what_people_allow_with_the_secret_of_the_answer(
    open_app: Flask, http: FlaskClient, method: str | None
) -> None:
    grants = ["authorization_code", "refresh_token"]
    app = register(http, grant_types=grants, token_endpoint_auth_method=method).app
    browser = make.browser_of(open_app, make.make_user(open_app))
    code = make.authorize(app, browser, scope="openid email")
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.callback}
    if method == "client_secret_post":
        tokens = http.post("/oauth/token", data=fields | app.form)
    else:
        tokens = http.post("/oauth/token", data=fields, auth=app.auth)
    assert tokens.status_code == 200, tokens.text
    again = make.refresh(http, app, tokens.json["refresh_token"]) if method != "client_secret_basic" else None
    assert again is None or again.status_code == 200


@pytest.mark.rfc("7591#2")
def test_the_registered_method_is_the_only_one(open_app: Flask, http: FlaskClient) -> None:
    app = register(http, token_endpoint_auth_method="client_secret_basic").app
    fields = {"grant_type": "authorization_code", "code": "pf_code_x", "redirect_uri": app.callback}
    assert http.post("/oauth/token", data=fields | app.form).json["error"] == "invalid_client"
    assert http.post("/oauth/token", data=fields, auth=app.auth).json["error"] == "invalid_grant"


@pytest.mark.rfc("8252#8.4")
def test_a_public_app_has_no_secret_and_must_use_pkce(open_app: Flask, http: FlaskClient) -> None:
    found = register(http, token_endpoint_auth_method="none", redirect_uris=[LOOPBACK])
    assert not {"client_secret", "client_secret_expires_at"} & found.answer.keys()
    assert found.answer["application_type"] == "native"
    browser = make.browser_of(open_app, make.make_user(open_app))
    refused = make.ask(browser, found.app, redirect_uri="http://127.0.0.1:49152/callback")
    assert "error=invalid_request" in refused.headers["Location"]
    tokens = make.tokens_for(found.app, browser, scope="openid")
    assert tokens["token_type"] == "Bearer"


@pytest.mark.rfc("7523#2.2")
def test_an_app_registers_the_keys_that_it_signs_with(http: FlaskClient) -> None:
    keys = key_set()
    told = register(http, token_endpoint_auth_method="private_key_jwt", jwks=keys).answer
    assert told["jwks"] == keys
    assert "client_secret" not in told


@pytest.mark.oidc("registration#2")
@pytest.mark.parametrize(
    ("kind", "uri", "accepted"),
    [
        ("web", "https://app.example.org/cb", True),
        ("web", "http://app.example.org/cb", False),
        ("native", "http://localhost:1455/cb", True),
        ("native", "http://127.0.0.1/cb", True),
        ("native", "http://[::1]/cb", True),
        ("native", "com.example.app:/cb", True),
        ("native", "cursor://anysphere.cursor-mcp/oauth/callback", True),
        ("native", "https://app.example.org/claimed", True),
        ("native", "http://app.example.org/cb", False),
        (None, "http://localhost:33418/cb", True),
        (None, "https://app.example.org/cb", True),
        (None, "http://app.example.org/cb", False),
    ],
)
def test_where_an_app_may_come_back_to_follows_from_its_kind(
    http: FlaskClient, kind: str | None, uri: str, accepted: bool
) -> None:
    response = ask(http, application_type=kind, redirect_uris=[uri])
    assert response.status_code == (201 if accepted else 400)
    if not accepted:
        assert response.json["error"] == "invalid_redirect_uri"
        assert "redirect URI" in response.json["error_description"]


@pytest.mark.rfc("7591#2")
@pytest.mark.parametrize("uri", ["https://localhost/cb", "http://127.0.0.1:8080/cb", "com.example.app:/cb"])
def test_a_program_on_a_device_that_says_web_is_told_that_it_is_native(http: FlaskClient, uri: str) -> None:
    told = register(http, application_type="web", redirect_uris=[uri]).answer
    assert told["application_type"] == "native"
    both = ask(http, application_type="web", redirect_uris=["https://app.example.org/cb", uri])
    assert (both.status_code, both.json["error"]) == (400, "invalid_redirect_uri")


@pytest.mark.rfc("7591#3.2.2")
@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("grant_types", ["password"]),
        ("grant_types", ["authorization_code", "client_credentials"]),
        ("grant_types", ["implicit"]),
        ("grant_types", "authorization_code"),
        ("grant_types", []),
        ("response_types", ["token"]),
        ("response_types", ["code", "id_token"]),
        ("response_types", []),
        ("token_endpoint_auth_method", "tls_client_auth"),
        ("token_endpoint_auth_method", "client_secret_jwt"),
        ("token_endpoint_auth_method", 1),
        ("scope", "openid users.read"),
        ("scope", "openid groups"),
        ("scope", "openid weather.read"),
        ("scope", ["openid"]),
        ("id_token_signed_response_alg", "none"),
        ("id_token_signed_response_alg", "HS256"),
        ("id_token_encrypted_response_alg", "RSA-OAEP"),
        ("userinfo_signed_response_alg", "RS256"),
        ("subject_type", "pairwise"),
        ("application_type", "spa"),
        ("client_name", "A" * 101),
        ("client_name", "Wea\u200bther"),
        ("client_name", 7),
        ("client_uri", "javascript:alert(1)"),
        ("logo_uri", "data:image/svg+xml,<svg/>"),
        ("policy_uri", "not a link"),
        ("tos_uri", "https://user:password@example.org/"),
        ("contacts", "me@example.org"),
        ("contacts", ["me@example.org"] * 11),
        ("contacts", [{"email": "me@example.org"}]),
        ("jwks", "{}"),
        ("jwks", {"keys": []}),
        ("software_id", "x" * 256),
        ("post_logout_redirect_uris", ["http://app.example.org/out"]),
        ("tls_client_certificate_bound_access_tokens", True),
        ("require_signed_request_object", True),
    ],
)
@pytest.mark.asvs("10.4.7")
def test_what_a_stranger_may_not_have_is_refused_by_the_name_of_the_field(
    http: FlaskClient, field: str, value: object
) -> None:
    response = ask(http, **{field: value})
    assert response.status_code == 400
    assert response.json["error"] == "invalid_client_metadata"
    assert f" {field}," in response.json["error_description"]


@pytest.mark.rfc("7591#2")
def test_keys_are_registered_in_one_way(http: FlaskClient) -> None:
    both = ask(http, jwks=key_set(), jwks_uri="https://app.example.org/jwks.json")
    assert both.json["error"] == "invalid_client_metadata"
    private = RSAKey.generate_key(2048, private=True)
    leaked = ask(http, jwks={"keys": [private.as_dict(private=True)]})
    assert "keys_private" in leaked.json["error_description"]
    assert "jwks" in ask(http, token_endpoint_auth_method="private_key_jwt").json["error_description"]


@pytest.mark.rfc("7591#2.3")
def test_nobodys_software_statement_is_approved(http: FlaskClient) -> None:
    response = ask(http, software_statement="eyJhbGciOiJSUzI1NiJ9.e30.c2ln")
    assert (response.status_code, response.json["error"]) == (400, "unapproved_software_statement")


@pytest.mark.oidc("registration#2")
@pytest.mark.parametrize(
    ("module", "member", "value"),
    [
        ("oidcc-registration-logo-uri", "logo_uri", "https://app.example.org/logo.png"),
        ("oidcc-registration-policy-uri", "policy_uri", "https://app.example.org/policy"),
        ("oidcc-registration-tos-uri", "tos_uri", "https://app.example.org/tos"),
    ],
)
@pytest.mark.module("oidcc-registration-policy-uri", "oidcc-registration-tos-uri")
def test_logo_policy_and_terms_are_kept_and_rules_are_shown(
    open_app: Flask, http: FlaskClient, module: str, member: str, value: str
) -> None:
    found = register(http, **{member: value})
    assert found.read().json[member] == value
    page = make.ask(make.browser_of(open_app, make.make_user(open_app)), found.app)
    # A picture is believed unread: the logo of a stranger is neither shown nor loaded from anywhere.
    assert (f'href="{value}"' in page.text) is (member != "logo_uri")
    assert f'src="{value}"' not in page.text


@pytest.mark.oidc("registration#5")
@pytest.mark.parametrize("module", ["oidcc-registration-sector-uri", "oidcc-registration-sector-bad"])
def test_sector_identifiers_are_refused_since_every_subject_is_public(http: FlaskClient, module: str) -> None:
    response = ask(http, sector_identifier_uri="https://app.example.org/sector.json")
    assert response.json["error"] == "invalid_client_metadata"
    assert "sector_identifier_uri" in response.json["error_description"]


@pytest.mark.rfc("7592#2.1")
def test_an_app_reads_its_registration_with_its_token(http: FlaskClient) -> None:
    found = register(http)
    response = found.read()
    assert response.status_code == 200
    assert response.json == found.answer
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.rfc("7592#2.1")
def test_a_secret_that_is_shown_once_is_not_read_again(app_with: MakeApp) -> None:
    http = app_with(DYNAMIC_REGISTRATION="open", CLIENT_SECRETS_SHOWN_ONCE="true").test_client()
    found = register(http)
    assert found.answer["client_secret"]
    assert "client_secret" not in found.read().json


@pytest.mark.rfc("7592#2.2")
def test_other_metadata_takes_the_place_of_all_there_was(http: FlaskClient) -> None:
    found = register(http, contacts=["me@example.org"], client_uri="https://app.example.org/")
    response = found.replace(redirect_uris=["https://new.example.org/cb"], client_name="Newer")
    assert response.status_code == 200
    told = response.json
    assert told == found.read().json
    assert not {"contacts", "client_uri"} & told.keys()
    assert (told["redirect_uris"], told["client_name"]) == (["https://new.example.org/cb"], "Newer")
    same = ("client_id", "client_secret", "registration_access_token", "client_id_issued_at")
    assert [told[name] for name in same] == [found.answer[name] for name in same]


@pytest.mark.rfc("7592#2.2")
def test_what_was_read_can_be_sent_back_as_it_is(http: FlaskClient) -> None:
    found = register(http, contacts=["me@example.org"], token_endpoint_auth_method="client_secret_post")
    response = http.put(found.path, headers=found.headers, json=found.read().json)
    assert (response.status_code, response.json) == (200, found.answer)


@pytest.mark.rfc("7592#2.2")
@pytest.mark.parametrize(
    ("field", "value"), [("client_id", "f" * 32), ("client_id", None), ("client_secret", "of-my-own-1234567")]
)
def test_neither_client_id_nor_secret_can_be_chosen(http: FlaskClient, field: str, value: str | None) -> None:
    found = register(http)
    response = found.replace(**registrations.WHOLE, **{field: value})
    assert (response.status_code, response.json["error"]) == (400, "invalid_client_metadata")
    assert f" {field}," in response.json["error_description"]
    assert found.read().json == found.answer


@pytest.mark.rfc("7592#2.2")
def test_an_app_that_becomes_public_loses_its_secret_and_gets_another_on_the_way_back(
    http: FlaskClient,
) -> None:
    found = register(http)
    public = found.replace(**registrations.WHOLE, token_endpoint_auth_method="none").json
    assert "client_secret" not in public
    back = found.replace(**registrations.WHOLE).json
    assert back["client_secret"] != found.answer["client_secret"]
    fields = {"grant_type": "authorization_code", "code": "pf_code_x", "redirect_uri": make.CALLBACK}
    for secret, error in ((found.answer["client_secret"], "invalid_client"), (back["client_secret"], "invalid_grant")):  # fmt: skip
        answer = http.post("/oauth/token", data=fields, auth=(back["client_id"], secret))
        assert answer.json["error"] == error


@pytest.mark.rfc("7592#2.3")
def test_an_app_ends_itself_with_all_its_tokens(open_app: Flask, http: FlaskClient) -> None:
    found = register(http, grant_types=["authorization_code", "refresh_token"])
    tokens = make.tokens_for(found.app, make.browser_of(open_app, make.make_user(open_app)))
    assert http.get("/oauth/userinfo", headers=make.with_token(tokens["access_token"])).status_code == 200
    response = found.end()
    assert (response.status_code, response.data) == (204, b"")
    assert http.get("/oauth/userinfo", headers=make.with_token(tokens["access_token"])).status_code == 401
    assert found.read().status_code == 401
    assert found.end().status_code == 401


@pytest.mark.rfc("7592#2")
def test_a_wrong_token_and_an_app_that_is_gone_are_answered_alike(http: FlaskClient) -> None:
    there, gone = register(http), register(http)
    gone.end()
    answers = [
        http.open(path, method=method, headers=make.with_token("pf_registration_guessed"), json={})
        for path in (there.path, gone.path, f"{PATH}/{'f' * 32}")
        for method in ("GET", "PUT", "DELETE")
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.json["error_description"] for answer in answers}) == 1
    assert len({answer.headers["WWW-Authenticate"] for answer in answers}) == 1
    assert there.read().status_code == 200


@pytest.mark.rfc("6750#3.1")
def test_without_a_token_the_challenge_names_no_error(app_with: MakeApp) -> None:
    http = app_with(DYNAMIC_REGISTRATION="token").test_client()
    for response in (ask(http), http.get(f"{PATH}/{'f' * 32}")):
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="http://127.0.0.1:8000"'


@pytest.mark.rfc("8414#2")
@pytest.mark.parametrize("mode", ["off", "token", "open"])
def test_discovery_says_where_to_register_only_where_somebody_can(app_with: MakeApp, mode: str) -> None:
    http = app_with(DYNAMIC_REGISTRATION=mode).test_client()
    for path in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
        expected = None if mode == "off" else f"http://127.0.0.1:8000{PATH}"
        assert http.get(path).json.get("registration_endpoint") == expected
    assert ask(http).status_code == {"off": 404, "token": 401, "open": 201}[mode]


@pytest.mark.rfc("7591#3")
def test_web_pages_of_any_origin_register_apps_without_cookies(http: FlaskClient) -> None:
    origin = {"Origin": "https://playground.example.net"}
    asked = {"Access-Control-Request-Headers": "content-type, mcp-protocol-version, traceparent"}
    found = register(http)
    for path, methods in ((PATH, "POST"), (found.path, "GET, PUT, DELETE")):
        allowed = http.options(path, headers=origin | asked)
        assert allowed.status_code == 204
        assert allowed.headers["Access-Control-Allow-Origin"] == "*"
        assert allowed.headers["Access-Control-Allow-Methods"] == methods
        assert "mcp-protocol-version" in allowed.headers["Access-Control-Allow-Headers"]
        assert "Access-Control-Allow-Credentials" not in allowed.headers
    for response in (ask(http), ask(http, redirect_uris=[]), http.get(found.path), http.get(PATH)):
        assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_nobody_answers_for_an_app_that_registered_itself(
    open_app: Flask, http: FlaskClient, db_session: Session
) -> None:
    client = db_session.get_one(Client, register(http).answer["client_id"])
    assert (client.keeper_id, client.name_key, client.registered_dynamically) == (None, None, True)
    assert not client.is_vouched_for
