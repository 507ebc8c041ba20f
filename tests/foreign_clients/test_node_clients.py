"""Clients of the Node.js world complete their whole walk against the running portal."""

import base64
import json
import os
from pathlib import Path
from typing import Any

import pytest
from joserfc.jwk import ECKey, KeySet

from tests.foreign_clients.programs import run_client
from tests.foreign_clients.registered import define_scope, register_app
from tests.support.people import Person
from tests.support.portals import Portal, StartPortal

pytestmark = pytest.mark.node
AUDIENCE = "https://weather.example/api"


def expect_person(found: dict[str, Any], person: Person, client_id: str) -> None:
    claims = found["claims"]
    assert claims["aud"] == client_id
    assert found["person"]["sub"] == claims["sub"]
    assert found["person"]["preferred_username"] == person.username
    assert found["person"]["email"] == person.email
    assert found["person"]["email_verified"] is True
    if found["access"]:
        assert found["access"]["active"] is True
        assert found["access"]["sub"] == claims["sub"]
        assert found["access"]["client_id"] == client_id
        assert found["access"]["scope"] == "openid profile email"


@pytest.mark.client("openid-client", "signs in with basic and post, refreshes, introspects, revokes")
@pytest.mark.parametrize("method", [None, "basic", "post"])
@pytest.mark.oidc("core#3.1")
def test_openid_client_signs_in_refreshes_introspects_and_revokes(portal: Portal, method: str | None) -> None:
    app, person = register_app(portal), Person(portal.url).register().confirm(portal.instance)
    settings = app.settings | ({"method": method} if method else {})

    found = run_client("openid_client.mjs", person, **settings)

    expect_person(found, person, app.client_id)
    assert found["scope"] == "openid profile email"
    assert 3500 < found["lifetime"] <= 3600


def test_openid_client_signs_somebody_in_who_has_to_enter_the_password_first(portal: Portal) -> None:
    app, person = register_app(portal), Person(portal.url).register().confirm(portal.instance).sign_out()

    found = run_client("openid_client.mjs", person, **app.settings)

    expect_person(found, person, app.client_id)


@pytest.mark.client("openid-client", "pushes its request (PAR)")
@pytest.mark.rfc("9126#2")
@pytest.mark.parametrize("method", [None, "basic", "post"])
def test_openid_client_pushes_its_request_and_goes_the_whole_way(portal: Portal, method: str | None) -> None:
    app = register_app(portal, "--par", "required")
    person = Person(portal.url).register().confirm(portal.instance).sign_out()
    settings = app.settings | ({"method": method} if method else {})

    found = run_client("openid_client.mjs", person, pushed=True, **settings)

    expect_person(found, person, app.client_id)


@pytest.mark.client("oauth4webapi", "pushes its request (PAR)")
@pytest.mark.rfc("9126#2")
@pytest.mark.parametrize("options", [(), ("--public",)], ids=["confidential", "public"])
def test_oauth4webapi_pushes_its_request_and_goes_the_whole_way(
    portal: Portal, options: tuple[str, ...]
) -> None:
    app = register_app(portal, "--par", "required", *options)
    person = Person(portal.url).register().confirm(portal.instance)

    found = run_client("oauth4webapi.mjs", person, pushed=True, **app.settings)

    expect_person(found, person, app.client_id)


@pytest.mark.rfc("9126#5")
def test_oauth4webapi_is_told_where_an_app_must_push_its_requests(portal: Portal) -> None:
    app = register_app(portal, "--par", "required")
    person = Person(portal.url).register().confirm(portal.instance)

    found = run_client("oauth4webapi.mjs", person, denied="invalid_request", **app.settings)

    assert found["error_uri"].startswith(f"{portal.url}/failures/")


@pytest.mark.client("openid-client", "receives the code by form post")
def test_openid_client_receives_the_code_by_form_post(portal: Portal) -> None:
    app, person = register_app(portal), Person(portal.url).register().confirm(portal.instance)

    found = run_client("openid_client_form_post.mjs", person, **app.settings)

    assert found["claims"]["aud"] == app.client_id


@pytest.mark.client("openid-client", "signs the person out")
@pytest.mark.oidc("rpinitiated#2")
def test_openid_client_signs_the_person_out(portal: Portal) -> None:
    bye = "https://app.example.com/bye"
    app = register_app(portal, "--post-logout-redirect-uri", bye)
    person = Person(portal.url).register().confirm(portal.instance)

    found = run_client("openid_client_logout.mjs", person, post_logout_redirect_uri=bye, **app.settings)

    assert found["claims"]["sid"]
    assert person.open(f"{portal.url}/account") is None
    assert person.page is not None
    assert "/login" in person.page.url


@pytest.mark.client("openid-client", "authenticates with a signed assertion")
@pytest.mark.rfc("7523#2.2")
def test_openid_client_signs_assertions_instead_of_sending_a_secret(portal: Portal, tmp_path: Path) -> None:
    key = ECKey.generate_key("P-256", {"alg": "ES256", "use": "sig", "kid": "the-only-one"}, private=True)
    jwks = tmp_path / "jwks.json"
    jwks.write_text(json.dumps(KeySet([key]).as_dict(private=False)), encoding="utf-8")
    grants = ("authorization_code", "refresh_token", "client_credentials")
    options = [word for grant in grants for word in ("--grant", grant)]
    app = register_app(portal, "--auth-method", "private_key_jwt", "--jwks", str(jwks), *options)
    person = Person(portal.url).register().confirm(portal.instance)

    found = run_client("openid_client_key.mjs", person, private_jwk=key.as_dict(private=True), **app.settings)

    assert found["claims"]["aud"] == app.client_id
    assert found["access"]["client_id"] == app.client_id


@pytest.mark.client("openid-client", "gets a token of its own")
@pytest.mark.rfc("6749#4.4")
def test_openid_client_gets_a_token_of_its_own(portal: Portal) -> None:
    scope = define_scope(portal, AUDIENCE)
    app = register_app(portal, "--grant", "client_credentials", "--scope", scope, redirect_uri="")

    found = run_client("openid_client_itself.mjs", **app.settings | {"scope": scope})

    assert found["scope"] == scope
    assert found["access"]["aud"] == AUDIENCE
    assert found["access"]["client_id"] == app.client_id


@pytest.mark.client("oauth4webapi", "signs in, refreshes, introspects as JSON and as signed JWT, revokes")
def test_oauth4webapi_accepts_every_answer_of_the_portal(portal: Portal) -> None:
    app, person = register_app(portal), Person(portal.url).register().confirm(portal.instance)

    found = run_client("oauth4webapi.mjs", person, **app.settings)

    expect_person(found, person, app.client_id)


@pytest.mark.client("oauth4webapi", "finds the portal by OAuth metadata")
@pytest.mark.rfc("8414#3")
def test_oauth4webapi_finds_the_portal_by_oauth_metadata_too(portal: Portal) -> None:
    app, person = register_app(portal), Person(portal.url).register().confirm(portal.instance)

    found = run_client("oauth4webapi.mjs", person, oauth2=True, **app.settings)

    expect_person(found, person, app.client_id)


@pytest.mark.client("oauth4webapi", "signs in without a secret")
@pytest.mark.rfc("7636#4")
def test_oauth4webapi_signs_in_without_a_secret(portal: Portal) -> None:
    app, person = register_app(portal, "--public"), Person(portal.url).register().confirm(portal.instance)
    assert app.client_secret is None

    found = run_client("oauth4webapi.mjs", person, **app.settings)

    expect_person(found, person, app.client_id)


@pytest.mark.client("oauth4webapi", "the password grant")
@pytest.mark.rfc("6749#4.3")
def test_oauth4webapi_signs_a_person_in_with_the_password(portal: Portal) -> None:
    app = register_app(portal, "--grant", "password", "--grant", "refresh_token", redirect_uri="")
    person = Person(portal.url).register().confirm(portal.instance)

    credentials = {"username": person.username, "password": person.password}
    found = run_client("oauth4webapi_password.mjs", **app.settings | credentials)

    assert found["person"]["preferred_username"] == person.username
    assert found["refused"] == "invalid_grant"
    assert found["scope"] == app.scope


@pytest.mark.client("oauth4webapi", "hears of a refusal")
@pytest.mark.rfc("9207#2")
def test_oauth4webapi_recognises_a_refusal_of_the_person_as_ours(portal: Portal) -> None:
    app, person = register_app(portal), Person(portal.url).register().confirm(portal.instance)

    found = run_client("oauth4webapi.mjs", person, deny=True, denied=True, **app.settings)

    assert found["error_uri"].startswith(f"{portal.url}/failures/")


@pytest.mark.client("jose", "verifies RS256, ES256 and EdDSA")
@pytest.mark.rfc("9068#4")
@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
def test_jose_verifies_access_tokens_by_the_published_keys(portal: Portal, algorithm: str) -> None:
    scope = define_scope(portal, AUDIENCE)
    options = ("--grant", "client_credentials", "--scope", scope, "--alg", algorithm)
    app = register_app(portal, *options, redirect_uri="")
    token = run_client("openid_client_itself.mjs", **app.settings | {"scope": scope})["access_token"]

    found = run_client("jose.mjs", issuer=portal.url, audience=AUDIENCE, access_token=token)

    assert found["header"]["typ"] == "at+jwt"
    assert found["header"]["alg"] == algorithm
    assert found["header"]["kid"]
    assert found["payload"]["scope"] == scope
    assert found["payload"]["scp"] == [scope]
    assert found["payload"]["sub"] == app.client_id


@pytest.mark.client("jose", "opens encrypted access tokens")
@pytest.mark.rfc("7519#5.2")
def test_jose_opens_encrypted_access_tokens_with_the_portal_s_key(start_portal: StartPortal) -> None:
    key = base64.urlsafe_b64encode(os.urandom(32)).decode()
    portal = start_portal("sqlite", workers=2, SHOULD_ENCRYPT_TOKENS="true", JWE_ENCRYPTION_KEY=key)
    scope = define_scope(portal, AUDIENCE)
    app = register_app(portal, "--grant", "client_credentials", "--scope", scope, redirect_uri="")
    itself = run_client("openid_client_itself.mjs", **app.settings | {"scope": scope})

    found = run_client(
        "jose_encrypted.mjs",
        issuer=portal.url,
        audience=AUDIENCE,
        access_token=itself["access_token"],
        key=key.rstrip("="),
    )

    assert found["header"] == {"alg": "dir", "enc": "A256GCM", "cty": "JWT"}
    assert found["payload"]["client_id"] == app.client_id
    assert itself["access"]["active"] is True
