"""Nonces that DPoP proofs must repeat, where the portal is set so: without a row, on every worker and machine."""

import re
from collections.abc import Iterator

import pytest
import time_machine
from flask import Flask

from app import create_app
from app.crypto import base64url, from_base64url
from tests import factories as make
from tests.oauth.holders import ISSUER, USERINFO, Holder, app_only, redeem
from tests.oauth.test_causes import flush
from tests.oauth.world import World, later
from tests.support.apps import MakeApp
from tests.support.databases import Databases, make_settings
from tests.support.shared_app import close
from tests.support.statements import count_statements

NONCE = "DPoP-Nonce"


@pytest.fixture
def world(app_with: MakeApp) -> World:
    return World(app_with(DPOP_NONCE="on"))


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def _still() -> Iterator[None]:
    """The clock stands still, in the middle of a minute."""
    with time_machine.travel("2027-01-04T12:00:30Z", tick=False):
        yield


def nonce_of(world: World) -> str:
    """The nonce that a refused request is told."""
    refused = app_only(world.http, world.client, Holder().proof())
    assert refused.json["error"] == "use_dpop_nonce"
    return str(refused.headers[NONCE])


@pytest.mark.rfc("9449#8")
def test_the_token_endpoint_asks_for_its_nonce_and_then_takes_the_proof(world: World, holder: Holder) -> None:
    refused = app_only(world.http, world.client, holder.proof())
    assert (refused.status_code, refused.json["error"]) == (400, "use_dpop_nonce")
    assert re.fullmatch(r"[A-Za-z0-9_-]+", refused.headers[NONCE])
    answer = app_only(world.http, world.client, holder.proof(nonce=refused.headers[NONCE]))
    assert answer.status_code == 200
    assert answer.json["token_type"] == "DPoP"


@pytest.mark.rfc("9449#9")
def test_resources_ask_for_it_too(world: World, holder: Holder) -> None:
    nonce, pkce = nonce_of(world), make.make_proof()
    code = make.authorize(world.client, world.browser, pkce)
    token = redeem(world.http, world.client, code, pkce, holder.proof(nonce=nonce)).json["access_token"]
    for path in ("/oauth/userinfo", "/oauth/me", "/api/greet"):
        refused = world.http.get(path, headers=holder.asking(token, ISSUER + path))
        assert (refused.status_code, refused.json["error"]) == (401, "use_dpop_nonce")
        assert 'error="use_dpop_nonce"' in refused.headers["WWW-Authenticate"]
        asking = holder.asking(token, ISSUER + path, nonce=refused.headers[NONCE])
        assert world.http.get(path, headers=asking).status_code == 200


def test_services_of_the_house_are_told_the_nonce(world: World, holder: Holder) -> None:
    url = f"{ISSUER}/api/authorize"
    refused = world.http.post("/api/authorize", json=world.client.form, headers={"DPoP": holder.proof(url)})
    assert refused.status_code == 401
    proof = holder.proof(url, nonce=refused.headers[NONCE])
    assert (
        world.http.post("/api/authorize", json=world.client.form, headers={"DPoP": proof}).status_code == 200
    )


def test_being_asked_for_a_nonce_costs_neither_the_code_nor_a_statement(world: World, holder: Holder) -> None:
    nonce, pkce = nonce_of(world), make.make_proof()
    code = make.authorize(world.client, world.browser, pkce)
    with count_statements() as statements:
        assert redeem(world.http, world.client, code, pkce, holder.proof()).status_code == 400
    assert not [each for each in statements if "authorization_codes" in each or "used_proofs" in each]
    assert redeem(world.http, world.client, code, pkce, holder.proof(nonce=nonce)).status_code == 200


@pytest.mark.rfc("9449#8.2")
@pytest.mark.usefixtures("_still")
def test_a_new_nonce_comes_with_the_answer_before_the_old_one_expires(world: World, holder: Holder) -> None:
    nonce = nonce_of(world)
    same = app_only(world.http, world.client, holder.proof(nonce=nonce))
    assert NONCE not in same.headers
    with later(minutes=3):
        answer = app_only(world.http, world.client, holder.proof(nonce=nonce))
        assert answer.status_code == 200
        assert answer.headers[NONCE] != nonce
        assert (
            app_only(world.http, world.client, holder.proof(nonce=answer.headers[NONCE])).status_code == 200
        )


@pytest.mark.usefixtures("_still")
def test_at_resources_a_new_nonce_comes_with_the_answer(world: World, holder: Holder) -> None:
    nonce, pkce = nonce_of(world), make.make_proof()
    code = make.authorize(world.client, world.browser, pkce)
    token = redeem(world.http, world.client, code, pkce, holder.proof(nonce=nonce)).json["access_token"]
    with later(minutes=2):
        for path in ("/oauth/userinfo", "/api/greet"):
            answer = world.http.get(path, headers=holder.asking(token, ISSUER + path, nonce=nonce))
            assert answer.status_code == 200
            assert answer.headers[NONCE] != nonce


@pytest.mark.usefixtures("_still")
def test_attack_an_old_nonce_comes_again(world: World, holder: Holder) -> None:
    nonce = nonce_of(world)
    with later(minutes=5):
        assert app_only(world.http, world.client, holder.proof(nonce=nonce)).status_code == 200
    with later(minutes=6):
        refused = app_only(world.http, world.client, holder.proof(nonce=nonce))
        assert refused.json["error"] == "use_dpop_nonce"


def test_attack_a_nonce_does_not_make_a_proof_count_twice(world: World, holder: Holder) -> None:
    proof = holder.proof(nonce=nonce_of(world))
    assert app_only(world.http, world.client, proof).status_code == 200
    assert app_only(world.http, world.client, proof).json["error"] == "invalid_dpop_proof"


def test_attack_a_nonce_is_made_up(world: World, holder: Holder) -> None:
    good = from_base64url(nonce_of(world))
    forged = [
        base64url(good[:8] + bytes(32)),
        base64url((int.from_bytes(good[:8]) + 1).to_bytes(8) + good[8:]),
        base64url(good[:8]),
        base64url(good + b"x"),
        base64url(bytes(40)),
        "", "x", "%%%", "ä", 7, None, ["x"], "x" * 2_000,
    ]  # fmt: skip
    for nonce in forged:
        refused = app_only(world.http, world.client, holder.proof(nonce=nonce))
        assert (refused.status_code, refused.json["error"]) == (400, "use_dpop_nonce"), nonce


def test_all_machines_of_one_portal_take_each_other_s_nonces(
    world: World, holder: Holder, database: str, databases: Databases
) -> None:
    nonce = nonce_of(world)
    settings = make_settings(database, databases.folder, DPOP_NONCE="on")
    second = create_app(settings)
    try:
        answer = app_only(second.test_client(), world.client, holder.proof(nonce=nonce))
        assert answer.status_code == 200
    finally:
        close(second)


def test_without_the_setting_a_nonce_is_not_looked_at(app: Flask, holder: Holder) -> None:
    world = World(app)
    answer = app_only(world.http, world.client, holder.proof(nonce="of another server"))
    assert answer.status_code == 200
    assert NONCE not in answer.headers


def test_the_owner_reads_that_a_nonce_was_wanted(world: World) -> None:
    refused = app_only(world.http, world.client, Holder().proof())
    flush(world.app)
    page = make.browser_of(world.app, world.owner).get(f"/failures/{refused.headers['X-Request-Id']}")
    assert "dpop_nonce_wanted" in page.text


def test_pages_of_apps_may_send_proofs_and_read_the_nonce(world: World, holder: Holder) -> None:
    origin = {"Origin": "https://app.example.org"}
    assert world.client.id
    asked = {**origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "dpop"}
    allowed = world.http.options("/oauth/token", headers=asked).headers["Access-Control-Allow-Headers"]
    assert "dpop" in allowed
    data = {"grant_type": "client_credentials", **world.client.form}
    refused = world.http.post("/oauth/token", data=data, headers={**origin, "DPoP": holder.proof()})
    assert refused.headers["Access-Control-Allow-Origin"] == origin["Origin"]
    assert NONCE in refused.headers["Access-Control-Expose-Headers"]
    assert refused.headers[NONCE]
    told = world.http.get("/oauth/userinfo", headers={**origin, **holder.asking("x", USERINFO)})
    assert NONCE in told.headers["Access-Control-Expose-Headers"]
