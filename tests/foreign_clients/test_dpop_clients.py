"""Clients of the Node.js world prove a key with every request, with and without a nonce of the portal."""

import pytest

from tests.foreign_clients.programs import run_client
from tests.foreign_clients.registered import register_app
from tests.support.people import Person
from tests.support.portals import Portal, StartPortal

pytestmark = [pytest.mark.node, pytest.mark.rfc("9449#4")]
KINDS_OF_APPS = pytest.mark.parametrize("options", [(), ("--public",)], ids=["confidential", "public"])


@pytest.mark.client("openid-client", "DPoP with ES256, RS256, PS256 and Ed25519")
@KINDS_OF_APPS
@pytest.mark.parametrize("alg", ["ES256", "RS256", "PS256", "Ed25519"])
def test_openid_client_proves_its_key(portal: Portal, options: tuple[str, ...], alg: str) -> None:
    app = register_app(portal, "--dpop", "required", *options)
    person = Person(portal.url).register().confirm(portal.instance)

    found = run_client("openid_client_dpop.mjs", person, alg=alg, **app.settings)

    assert found["person"]["sub"] == found["subject"]
    if found["access"]:
        assert found["access"]["cnf"] == {"jkt": found["jkt"]}
        assert found["access"]["token_type"] == "DPoP"


@pytest.mark.client("oauth4webapi", "DPoP")
@KINDS_OF_APPS
def test_oauth4webapi_proves_its_key(portal: Portal, options: tuple[str, ...]) -> None:
    app = register_app(portal, "--dpop", "required", *options)
    person = Person(portal.url).register().confirm(portal.instance)

    found = run_client("oauth4webapi_dpop.mjs", person, alg="ES256", **app.settings)

    assert found["person"]["sub"] == found["subject"]
    assert found["asked"] == 0


@pytest.mark.client("openid-client", "repeats the server's DPoP nonce")
@pytest.mark.client("oauth4webapi", "repeats the server's DPoP nonce")
@pytest.mark.rfc("9449#8")
def test_both_repeat_the_portal_s_nonce(start_portal: StartPortal) -> None:
    portal = start_portal("sqlite", workers=2, DPOP_NONCE="on")
    person = Person(portal.url).register().confirm(portal.instance)
    for options in ((), ("--public",)):
        app = register_app(portal, *options)
        for script in ("openid_client_dpop.mjs", "oauth4webapi_dpop.mjs"):
            found = run_client(script, person, alg="ES256", **app.settings)
            assert found["person"]["sub"] == found["subject"]
    # Each key is asked once: the app's, and the thief's.
    assert found["asked"] >= 1
