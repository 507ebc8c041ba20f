"""requests-oauthlib completes its whole walk against the running portal."""

import pytest
import requests
from oauthlib.oauth2 import BackendApplicationClient, InvalidGrantError, LegacyApplicationClient
from requests_oauthlib import OAuth2Session

from tests.foreign_clients.registered import define_scope, discovered, id_token_claims, register_app
from tests.support.people import Person
from tests.support.portals import Portal

AUDIENCE = "https://weather.example/api"


@pytest.fixture(autouse=True)
def _plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.mark.client("requests-oauthlib", "signs in, refreshes, introspects, revokes")
@pytest.mark.parametrize("public", [False, True])
def test_requests_oauthlib_signs_in_refreshes_introspects_and_revokes(portal: Portal, public: bool) -> None:
    app = register_app(portal, *(["--public"] if public else []))
    person, at = Person(portal.url).register().confirm(portal.instance), discovered(portal)
    session = OAuth2Session(
        app.client_id, redirect_uri=app.redirect_uri, scope=app.scope.split(), pkce="S256"
    )
    credentials = None if public else (app.client_id, str(app.client_secret))
    url, _state = session.authorization_url(at["authorization_endpoint"], nonce="once")

    token = session.fetch_token(
        at["token_endpoint"],
        authorization_response=person.allow(url),
        client_secret=app.client_secret,
        include_client_id=True,
    )
    me = session.get(at["userinfo_endpoint"]).json()
    assert me["sub"] == id_token_claims(portal, token["id_token"])["sub"]
    assert me["email"] == person.email

    renewed = session.refresh_token(
        at["token_endpoint"], auth=credentials, **({"client_id": app.client_id} if public else {})
    )
    assert renewed["access_token"] != token["access_token"]
    assert session.get(at["userinfo_endpoint"]).json() == me

    form = {"token": renewed["access_token"], **({"client_id": app.client_id} if public else {})}
    if not public:
        answer = requests.post(at["introspection_endpoint"], data=form, auth=credentials, timeout=30)
        assert answer.json()["username"] == person.username
    form["token"] = renewed["refresh_token"]
    assert (
        requests.post(at["revocation_endpoint"], data=form, auth=credentials, timeout=30).status_code == 200
    )
    with pytest.raises(InvalidGrantError):
        session.refresh_token(
            at["token_endpoint"], auth=credentials, **({"client_id": app.client_id} if public else {})
        )
    assert session.get(at["userinfo_endpoint"]).status_code == 401


def test_requests_oauthlib_sends_basic_credentials_at_the_token_step(portal: Portal) -> None:
    app, at = register_app(portal), discovered(portal)
    session = OAuth2Session(app.client_id, redirect_uri=app.redirect_uri, scope=app.scope.split())
    url, _state = session.authorization_url(at["authorization_endpoint"])
    callback = Person(portal.url).register().confirm(portal.instance).allow(url)

    token = session.fetch_token(
        at["token_endpoint"], authorization_response=callback, auth=(app.client_id, str(app.client_secret))
    )

    assert token["token_type"] == "Bearer"


@pytest.mark.client("requests-oauthlib", "gets a token of its own")
def test_requests_oauthlib_gets_a_token_of_its_own(portal: Portal) -> None:
    scope = define_scope(portal, AUDIENCE)
    app = register_app(portal, "--grant", "client_credentials", "--scope", scope, redirect_uri="")
    session = OAuth2Session(client=BackendApplicationClient(app.client_id, scope=[scope]))

    token = session.fetch_token(
        discovered(portal)["token_endpoint"], client_id=app.client_id, client_secret=app.client_secret
    )

    assert token["scope"] == [scope]


@pytest.mark.client("requests-oauthlib", "the password grant")
@pytest.mark.rfc("6749#4.3")
def test_requests_oauthlib_signs_a_person_in_with_the_password(portal: Portal) -> None:
    app = register_app(portal, "--grant", "password", "--grant", "refresh_token", redirect_uri="")
    person, at = Person(portal.url).register().confirm(portal.instance), discovered(portal)
    session = OAuth2Session(client=LegacyApplicationClient(app.client_id, scope=app.scope.split()))
    credentials = {"username": person.username, "client_secret": app.client_secret}

    with pytest.raises(InvalidGrantError):
        session.fetch_token(at["token_endpoint"], password="not this one", **credentials)
    token = session.fetch_token(at["token_endpoint"], password=person.password, **credentials)

    assert session.get(at["userinfo_endpoint"]).json()["preferred_username"] == person.username
    renewed = session.refresh_token(at["token_endpoint"], auth=(app.client_id, str(app.client_secret)))
    assert renewed["access_token"] != token["access_token"]
