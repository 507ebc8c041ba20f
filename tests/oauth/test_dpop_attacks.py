"""Thieves of refresh tokens and devices' codes, and apps whose answers got lost: what a bound key is worth."""

import pytest
from sqlalchemy import func, select

from app.database.rows import db
from app.oauth.models import UsedProof
from app.operations.cleanup import delete_batch
from tests import factories as make
from tests.flows import devices
from tests.oauth.holders import Holder, app_only, bound_tokens, refresh
from tests.oauth.world import World, later


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def public(world: World) -> make.App:
    return world.make_client(client_type="public")


def test_a_lost_answer_is_given_again_to_the_same_key(world: World, public: make.App, holder: Holder) -> None:
    token = bound_tokens(public, world.browser, holder)["refresh_token"]
    first = refresh(world.http, public, token, holder.proof())
    again = refresh(world.http, public, token, holder.proof())
    assert (first.status_code, again.status_code) == (200, 200), again.text
    assert first.json["refresh_token"] == again.json["refresh_token"]
    assert refresh(world.http, public, again.json["refresh_token"], holder.proof()).status_code == 200


def test_attack_who_lacks_the_key_ends_a_family_by_its_old_token(
    world: World, public: make.App, holder: Holder
) -> None:
    token = bound_tokens(public, world.browser, holder)["refresh_token"]
    newer = refresh(world.http, public, token, holder.proof()).json["refresh_token"]
    newest = refresh(world.http, public, newer, holder.proof()).json["refresh_token"]
    for proof in (None, Holder().proof()):
        assert refresh(world.http, public, token, proof).status_code == 400
    assert refresh(world.http, public, newest, holder.proof()).status_code == 200


def test_attack_the_proof_of_a_refresh_comes_again_with_its_token(
    world: World, public: make.App, holder: Holder
) -> None:
    token = bound_tokens(public, world.browser, holder)["refresh_token"]
    proof = holder.proof()
    newer = refresh(world.http, public, token, proof).json["refresh_token"]
    again = refresh(world.http, public, token, proof)
    assert (again.status_code, again.json["error"]) == (400, "invalid_dpop_proof")
    assert refresh(world.http, public, newer, holder.proof()).status_code == 200


def test_a_device_is_bound_to_the_key_it_proves_and_loses_nothing_by_a_poll_without_one(
    world: World, holder: Holder
) -> None:
    television = devices.make_app(world.app, dpop_required=True)
    device = devices.begin(world.app, television)
    devices.allow(world.browser, device)
    fields = {"grant_type": devices.DEVICE_CODE, "device_code": device.answer["device_code"]}
    bare = world.http.post("/oauth/token", data=fields | television.form)
    assert (bare.status_code, bare.json["error"]) == (400, "invalid_dpop_proof")
    tokens = world.http.post("/oauth/token", data=fields | television.form, headers={"DPoP": holder.proof()})
    assert (tokens.status_code, tokens.json["token_type"]) == (200, "DPoP"), tokens.text
    stolen = tokens.json["refresh_token"]
    for proof in (None, Holder().proof()):
        assert refresh(world.http, television, stolen, proof).status_code == 400
    assert refresh(world.http, television, stolen, holder.proof()).status_code == 200


def test_what_was_used_is_forgotten_once_nobody_takes_it_any_more(world: World, holder: Holder) -> None:
    """And not before, or the proof would count twice."""

    def clean() -> int:
        with world.app.app_context():
            delete_batch(UsedProof)
            db.session.commit()
            return int(db.session.scalar(select(func.count()).select_from(UsedProof)) or 0)

    proof = holder.proof()
    assert app_only(world.http, world.client, proof).status_code == 200
    for seconds, kept in ((0, 1), (62, 1), (130, 0)):
        with later(seconds=seconds):
            assert clean() == kept
            assert app_only(world.http, world.client, proof).status_code == 400
