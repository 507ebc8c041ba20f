"""Zapier's own platform code makes a connection, keeps it fresh and loses it, against the running portal."""

from functools import partial
from typing import Any

import pytest

from tests.foreign_clients.programs import Steps, run_client
from tests.foreign_clients.registered import RegisteredApp, register_app
from tests.foreign_clients.zapier import RETURN, STALE_UNLESS
from tests.support.people import Person
from tests.support.portals import Portal, running_portal
from tests.support.servers import private_mariadb

pytestmark = pytest.mark.node


def run_zapier(app: RegisteredApp, person: Person, steps: Steps | None = None, **settings: Any) -> Any:
    """What the platform made of a whole connection; the person ends it in the end."""
    steps = {"disconnect": partial(disconnect, app, person), **(steps or {})}
    return run_client("zapier_platform.mjs", person, steps=steps, **app.settings, **settings)


def disconnect(app: RegisteredApp, person: Person) -> None:
    person.open("/account/apps")
    person.press(f"/account/apps/{app.client_id}/disconnect")


def register_zapier(portal: Portal) -> RegisteredApp:
    """Zapier as the portal's own app, without an owner."""
    return register_app(portal, "--preset", "zapier", redirect_uri=RETURN)


@pytest.mark.client(
    "zapier-platform-core",
    "connects with and without PKCE, labels the connection, refreshes, notices a stale token",
)
@pytest.mark.parametrize(
    "settings",
    [{"pkce": True}, {"pkce": False}, {"omits_redirect_uri": True}],
    ids=["with PKCE", "without PKCE", "without redirect_uri"],
)
def test_zapier_connects_refreshes_and_notices_a_stale_token(
    portal: Portal, settings: dict[str, bool]
) -> None:
    app, person = register_zapier(portal), Person(portal.url).register().confirm(portal.instance)

    found = run_zapier(app, person, **settings)

    assert found["label"]["username"] == person.username
    assert found["label"]["email"] == person.email
    assert found["stale"] == {"name": "RefreshAuthError", "status": None}
    assert found["disconnected"]["test"]["name"] == "RefreshAuthError"
    ended = found["disconnected"]["refresh"]
    assert ended == {"name": "ResponseError", "status": 400}
    assert ended["status"] not in STALE_UNLESS


def test_a_lost_database_does_not_make_the_connection_stale() -> None:
    with private_mariadb() as maria, running_portal(maria.new_database(), workers=1) as portal:
        # What was committed survives the crash, as on any server but those of tests.
        maria.run("SET GLOBAL innodb_flush_log_at_trx_commit=1")
        app, person = register_zapier(portal), Person(portal.url).register().confirm(portal.instance)
        steps = {"lose the database": maria.stop, "bring the database back": maria.start_again}

        found = run_zapier(app, person, steps, loses_database=True)

        # Neither asks for a refresh nor for the person: a 5xx is tried again later.
        unavailable = {"name": "ResponseError", "status": 503}
        assert found["trouble"] == {"test": unavailable, "refresh": unavailable}
        assert found["stale"]["name"] == "RefreshAuthError"
        assert "Traceback" not in portal.log
