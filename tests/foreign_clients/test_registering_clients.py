"""Clients of the Node.js world register themselves at the running portal and go the whole way with what they got."""

from typing import Any

import pytest

from tests.foreign_clients.programs import run_client
from tests.foreign_clients.registered import CALLBACK, SCOPE
from tests.support.people import Person
from tests.support.portals import Portal, StartPortal

pytestmark = [pytest.mark.node, pytest.mark.rfc("7591#3"), pytest.mark.oidc("registration#3")]
GRANTS = ["authorization_code", "refresh_token"]
LOOPBACK = "http://127.0.0.1:49152/callback"


def run(portal: Portal, script: str, token: str | None = None, *, at: str = CALLBACK, **metadata: Any) -> Any:
    person = Person(portal.url).register().confirm(portal.instance)
    settings = {"issuer": portal.url, "redirect_uri": at, "scope": SCOPE, "initial_token": token}
    found = run_client(script, person, **settings, metadata=metadata)
    assert found["claims"]["aud"] == found["client_id"]
    assert found["person"]["email"] == person.email
    return found


@pytest.mark.client("openid-client", "registers itself with a token")
@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_openid_client_registers_itself_with_a_token_and_manages_what_it_registered(
    start_portal: StartPortal, kind: str
) -> None:
    portal = start_portal(kind, workers=2, DYNAMIC_REGISTRATION="token")
    token = portal.flask_json("registration-token", "create", "--expires", "1 hour")["token"]
    run(portal, "openid_client_registration.mjs", token, grant_types=GRANTS)
    post = {"token_endpoint_auth_method": "client_secret_post", "id_token_signed_response_alg": "RS256"}
    run(portal, "openid_client_registration.mjs", token, grant_types=GRANTS, **post)
    listed = portal.flask_json("registration-token", "list")
    assert [each["uses"] for each in listed] == [2]


@pytest.mark.client("oauth4webapi", "registers itself openly, signs in")
def test_oauth4webapi_registers_itself_where_everybody_may(start_portal: StartPortal) -> None:
    portal = start_portal("sqlite", workers=2, DYNAMIC_REGISTRATION="open")
    post = {"token_endpoint_auth_method": "client_secret_post"}
    run(portal, "oauth4webapi_registration.mjs", grant_types=GRANTS, **post)
    native = {"token_endpoint_auth_method": "none", "application_type": "native", "redirect_uris": [LOOPBACK]}
    found = run(portal, "oauth4webapi_registration.mjs", at=LOOPBACK, **native)
    assert "client_secret" not in found["metadata"]
