"""Authlib's client of requests completes its whole walk against the running portal."""

import pytest
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session

from tests.foreign_clients.programs import run_client
from tests.foreign_clients.registered import (
    RegisteredApp,
    define_scope,
    discovered,
    id_token_claims,
    register_app,
)
from tests.support.people import Person
from tests.support.portals import Portal

VERIFIER = "a-verifier-of-this-test-that-is-long-enough-for-rfc-7636"
AUDIENCE = "https://weather.example/api"


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


def new_session(app: RegisteredApp, method: str) -> OAuth2Session:
    """Authlib's requests client for the app."""
    return OAuth2Session(
        app.client_id,
        app.client_secret,
        scope=app.scope,
        redirect_uri=app.redirect_uri,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        introspection_endpoint_auth_method=method,
        code_challenge_method="S256",
    )


@pytest.mark.client("Authlib", "signs in with each way to authenticate, refreshes, introspects, revokes")
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", "none"])
def test_authlib_signs_in_refreshes_introspects_and_revokes(portal: Portal, method: str) -> None:
    app = register_app(portal, *(["--public"] if method == "none" else []))
    person, at = Person(portal.url).register(), discovered(portal)
    session = new_session(app, method)
    url, state = session.create_authorization_url(
        at["authorization_endpoint"], nonce="once", code_verifier=VERIFIER
    )

    token = session.fetch_token(
        at["token_endpoint"],
        authorization_response=person.allow(url),
        state=state,
        code_verifier=VERIFIER,
    )
    claims = id_token_claims(portal, token["id_token"])
    assert (claims["aud"], claims["nonce"], claims["iss"]) == (app.client_id, "once", portal.url)
    me = session.get(at["userinfo_endpoint"]).json()
    assert (me["sub"], me["preferred_username"]) == (claims["sub"], person.username)

    renewed = session.refresh_token(at["token_endpoint"], refresh_token=token["refresh_token"])
    assert renewed["access_token"] != token["access_token"]
    assert session.get(at["userinfo_endpoint"]).json() == me

    if method != "none":
        answer = session.introspect_token(at["introspection_endpoint"], token=renewed["access_token"])
        assert answer.json()["active"] is True
        assert answer.json()["sub"] == claims["sub"]
    revoked = session.revoke_token(at["revocation_endpoint"], token=renewed["refresh_token"])
    assert revoked.status_code == 200
    assert session.get(at["userinfo_endpoint"]).status_code == 401
    with pytest.raises(OAuthError, match="invalid_grant"):
        session.refresh_token(at["token_endpoint"], refresh_token=renewed["refresh_token"])


@pytest.mark.client("Authlib", "gets a token of its own")
def test_authlib_gets_a_token_of_its_own(portal: Portal) -> None:
    scope = define_scope(portal, AUDIENCE)
    app = register_app(portal, "--grant", "client_credentials", "--scope", scope, redirect_uri="")
    session = OAuth2Session(app.client_id, app.client_secret, scope=scope)

    token = session.fetch_token(discovered(portal)["token_endpoint"], grant_type="client_credentials")

    assert token["scope"] == scope
    assert "refresh_token" not in token
    answer = session.introspect_token(
        discovered(portal)["introspection_endpoint"], token=token["access_token"]
    )
    assert answer.json()["aud"] == AUDIENCE


@pytest.mark.client("Authlib", "is given less where a permission is unticked")
def test_a_person_who_unticks_a_permission_gives_the_client_less(portal: Portal) -> None:
    app, person, at = register_app(portal), Person(portal.url).register(), discovered(portal)
    session = new_session(app, "client_secret_basic")
    url, _state = session.create_authorization_url(at["authorization_endpoint"], code_verifier=VERIFIER)
    callback = person.allow(url, untick=("email",))

    token = session.fetch_token(at["token_endpoint"], authorization_response=callback, code_verifier=VERIFIER)

    assert token["scope"] == "openid profile"
    assert "email" not in session.get(at["userinfo_endpoint"]).json()


def test_a_code_stolen_on_its_way_is_worth_nothing_without_the_verifier(portal: Portal) -> None:
    app, person, at = register_app(portal, "--public"), Person(portal.url).register(), discovered(portal)
    url, _state = new_session(app, "none").create_authorization_url(
        at["authorization_endpoint"], code_verifier=VERIFIER
    )
    callback = person.allow(url)

    thief = new_session(app, "none")
    with pytest.raises(OAuthError, match="invalid_grant"):
        thief.fetch_token(at["token_endpoint"], authorization_response=callback, code_verifier=VERIFIER[::-1])
    with pytest.raises(OAuthError, match=r"invalid_grant|invalid_request"):
        thief.fetch_token(at["token_endpoint"], authorization_response=callback)


@pytest.mark.client("jose", "verifies access tokens by the published keys, refuses ID tokens")
@pytest.mark.node
@pytest.mark.rfc("9068#5")
def test_jose_takes_the_access_token_of_a_person_and_refuses_the_id_token(portal: Portal) -> None:
    app, person, at = register_app(portal), Person(portal.url).register(), discovered(portal)
    session = new_session(app, "client_secret_basic")
    url, _state = session.create_authorization_url(at["authorization_endpoint"], code_verifier=VERIFIER)
    token = session.fetch_token(
        at["token_endpoint"], authorization_response=person.allow(url), code_verifier=VERIFIER
    )
    tokens = {name: token[name] for name in ("access_token", "id_token")}

    found = run_client("jose.mjs", issuer=portal.url, audience=portal.url, **tokens)

    assert found["payload"]["client_id"] == app.client_id
    assert found["payload"]["scope"] == "openid profile email"
