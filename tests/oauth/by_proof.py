"""One way to provoke each cause of DPoP proofs, and of tokens that are bound to a key or are not."""

import time

from werkzeug.test import TestResponse

from tests import factories as make
from tests.oauth.holders import ISSUER, Holder, app_only, bound_tokens, redeem
from tests.oauth.world import World


def dpop_proof_missing(world: World) -> TestResponse:
    return app_only(world.http, world.make_client(dpop_required=True), None)


def dpop_proof_malformed(world: World) -> TestResponse:
    return app_only(world.http, world.client, Holder().proof(header={"typ": "JWT"}))


def dpop_proof_wrong_target(world: World) -> TestResponse:
    return app_only(world.http, world.client, Holder().proof(f"{ISSUER}/oauth/par"))


def dpop_proof_too_old(world: World) -> TestResponse:
    return app_only(world.http, world.client, Holder().proof(iat=int(time.time()) - 300))


def dpop_proof_replayed(world: World) -> TestResponse:
    proof = Holder().proof()
    assert app_only(world.http, world.client, proof).status_code == 200
    return app_only(world.http, world.client, proof)


def dpop_key_differs(world: World) -> TestResponse:
    pkce = make.make_proof()
    code = make.authorize(world.client, world.browser, pkce, dpop_jkt=Holder().jkt)
    return redeem(world.http, world.client, code, pkce, Holder().proof())


def token_bound(world: World) -> TestResponse:
    return world.userinfo(bound_tokens(world.client, world.browser, Holder())["access_token"])


def token_not_bound(world: World) -> TestResponse:
    token = world.tokens["access_token"]
    return world.http.get("/oauth/userinfo", headers=Holder().asking(token))
