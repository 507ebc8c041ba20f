"""What goes on all the same is told in the app's log, on the row of the request that showed it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from app.diagnostics import causes
from app.extensions import background
from tests import factories as make
from tests.oauth import (
    at_other_endpoints,
    at_the_token_endpoint,
    by_assertion,
    by_device,
    by_proof,
    by_pushing,
    test_registration_causes,
)
from tests.oauth.world import World

SOURCES = Path(__file__).resolve().parents[2] / "app" / "oauth"
# Shown by a real database that stops (tests/races/test_lost_database.py), and by tests/flows/test_password_grant.py,
# test_reach.py and test_prompt_create.py, tests/oauth/test_dpop_nonces.py, test_logout_deliveries.py and
# test_published_app_keys.py.
ELSEWHERE = {
    "portal_trouble",
    "second_factor_needed",
    "app_full",
    "dpop_nonce_wanted",
    "registration_not_open",
    *("backchannel_refused", "backchannel_unreachable", "jwks_malformed", "jwks_unreachable"),
}


def state_missing(world: World) -> None:
    make.authorize(world.client, world.browser, state=None)


def nonce_missing(world: World) -> None:
    make.authorize(world.client, world.browser, nonce=None)


def acr_unknown(world: World) -> None:
    make.authorize(world.client, world.browser, acr_values="urn:mace:incommon:iap:silver 0")


def claims_left_out(world: World) -> None:
    world.change(lambda row: setattr(row, "scopes", "openid"))
    make.authorize(world.client, world.browser, scope="openid", claims='{"userinfo": {"email": null}}')


def redirect_uri_omitted(world: World) -> None:
    assert make.redeem(world.http, world.client, world.code, redirect_uri=None).status_code == 200


def refresh_retried(world: World) -> None:
    for _ in range(2):
        assert make.refresh(world.http, world.client, world.tokens["refresh_token"]).status_code == 200


def email_unconfirmed(world: World) -> None:
    someone = make.browser_of(world.app, make.make_user(world.app, email_verified=False))
    token = make.tokens_for(world.client, someone)["access_token"]
    assert world.userinfo(token).status_code == 200


def introspection_of_others(world: World) -> None:
    of_another = make.tokens_for(make.make_client(world.app), world.browser)["access_token"]
    assert make.introspect(world.http, world.client, of_another) == {"active": False}


REMARKS = (
    *(state_missing, nonce_missing, redirect_uri_omitted, refresh_retried, email_unconfirmed),
    *(introspection_of_others, acr_unknown, claims_left_out),
)


@pytest.mark.parametrize("provoke", REMARKS, ids=lambda rule: rule.__name__)
def test_a_remark_stands_in_the_app_s_log(app: Flask, provoke: Callable[[World], None]) -> None:
    world = World(app)
    provoke(world)
    background.init_app(app)
    background.run_once()
    log = make.browser_of(app, world.owner).get(f"/dashboard/apps/{world.client.id}/log")
    assert provoke.__name__ in re.findall(r'data-cause="([^"]+)"', log.text)
    stranger = make.browser_of(app, make.make_user(app))
    assert stranger.get(f"/dashboard/apps/{world.client.id}/log").status_code == 404


def test_every_cause_that_the_server_names_is_provoked_by_a_test() -> None:
    named = {
        causes_name.lower()
        for path in SOURCES.rglob("*.py")
        for causes_name in re.findall(r"causes\.([A-Z_]+)", path.read_text(encoding="utf-8"))
    } & set(causes.CATALOGUE)
    provoked = {
        name
        for module in (
            at_the_token_endpoint,
            at_other_endpoints,
            by_assertion,
            by_device,
            by_proof,
            by_pushing,
            test_registration_causes,
        )
        for name in vars(module)
    }
    provoked |= {rule.__name__ for rule in REMARKS}
    assert named - provoked == ELSEWHERE & named
