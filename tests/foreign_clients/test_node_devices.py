"""Clients of the Node.js world on a device without a browser, while somebody enters their code elsewhere."""

from typing import Any

import pytest

from app.clients.grants import DEVICE_CODE
from tests.foreign_clients.programs import run_client
from tests.foreign_clients.registered import register_app
from tests.support.people import Person
from tests.support.portals import Portal

pytestmark = pytest.mark.node
GRANTS = ("--grant", DEVICE_CODE, "--grant", "refresh_token")


def decide(person: Person, decision: str, codes: dict[str, Any]) -> None:
    """Type the code that the device shows, in small letters, and decide."""
    person.open(codes["verification_uri"])
    person.send(user_code=codes["user_code"].lower().replace("-", " "))
    person.choose("decision", decision)


@pytest.mark.client("openid-client", "the device grant")
@pytest.mark.client("oauth4webapi", "the device grant")
@pytest.mark.rfc("8628#3")
@pytest.mark.parametrize("kind", ["--public", "confidential"])
@pytest.mark.parametrize("script", ["openid_client_device.mjs", "oauth4webapi_device.mjs"])
def test_a_device_is_let_in_by_its_code(portal: Portal, script: str, kind: str) -> None:
    options = (kind,) if kind == "--public" else ()
    app = register_app(portal, *GRANTS, *options, redirect_uri="")
    person = Person(portal.url).register().confirm(portal.instance)

    found = run_client(script, steps={"decide": lambda codes: decide(person, "allow", codes)}, **app.settings)

    assert found["claims"]["aud"] == app.client_id
    assert found["person"]["preferred_username"] == person.username
    assert found["scope"] == "openid profile email"


@pytest.mark.parametrize("script", ["openid_client_device.mjs", "oauth4webapi_device.mjs"])
def test_a_device_that_is_declined_hears_so(portal: Portal, script: str) -> None:
    app = register_app(portal, *GRANTS, "--public", redirect_uri="")
    person = Person(portal.url).register()

    found = run_client(
        script, steps={"decide": lambda codes: decide(person, "deny", codes)}, denied=True, **app.settings
    )

    assert found == {"error": "access_denied"}
