"""One way to provoke each cause of a client that signs instead of sending a secret (private_key_jwt)."""

import json
import time
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey
from werkzeug.test import TestResponse

from tests import factories as make
from tests.oauth.world import World

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@cache
def _key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "mine", "alg": "ES256", "use": "sig"})


def make_signer(world: World, **columns: Any) -> make.App:
    jwks = json.dumps({"keys": [_key().as_dict(private=False)]})
    return world.make_client(**{"auth_method": "private_key_jwt", "jwks": jwks, **columns})


def make_assertion(client: make.App, key: ECKey | RSAKey | None = None, **changes: Any) -> str:
    moment = int(time.time())
    claims = {
        "iss": client.id,
        "sub": client.id,
        "aud": "http://127.0.0.1:8000",
        "jti": "one",
        "exp": moment + 60,
    }
    said = {name: value for name, value in {**claims, **changes}.items() if value is not None}
    used = key or _key()
    alg = "ES256" if isinstance(used, ECKey) else "RS256"
    return jwt.encode({"alg": alg, "kid": used.kid or "mine"}, said, used)


def send(world: World, assertion: str, **fields: str) -> TestResponse:
    return world.token(
        grant_type="client_credentials", client_assertion=assertion, client_assertion_type=TYPE, **fields
    )


def assertion_malformed(world: World) -> TestResponse:
    return send(world, "nonsense-1234567", client_id=make_signer(world).id)


def assertion_signature_wrong(world: World) -> TestResponse:
    return send(world, make_assertion(make_signer(world), ECKey.generate_key("P-256", {"kid": "mine"})))


def assertion_claims_wrong(world: World) -> TestResponse:
    return send(world, make_assertion(make_signer(world), aud="https://elsewhere.example"))


def assertion_expired(world: World) -> TestResponse:
    return send(world, make_assertion(make_signer(world), exp=int(time.time()) - 120))


def assertion_not_yet_valid(world: World) -> TestResponse:
    return send(world, make_assertion(make_signer(world), nbf=int(time.time()) + 120))


def assertion_replayed(world: World) -> TestResponse:
    client = make_signer(world)
    assertion = make_assertion(client)
    assert send(world, assertion).status_code == 200
    return send(world, assertion)


def client_unverifiable(world: World) -> TestResponse:
    client = make_signer(world)
    world.change(lambda row: setattr(row, "jwks", None), client)
    return send(world, make_assertion(client))


def address_not_public(world: World) -> TestResponse:
    client = make_signer(world, jwks=None, jwks_uri="https://keys.example/jwks.json")
    world.change(lambda row: setattr(row, "jwks_uri", "https://127.0.0.1:1/jwks.json"), client)
    return send(world, make_assertion(client))
