"""One way to provoke each cause of a client that signs instead of sending a secret (private_key_jwt)."""

import json
import time
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.jwk import ECKey
from werkzeug.test import TestResponse

from tests import factories as make
from tests.oauth.world import World

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@cache
def _key() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "mine", "alg": "ES256", "use": "sig"})


def _signer(world: World, **columns: Any) -> make.App:
    jwks = json.dumps({"keys": [_key().as_dict(private=False)]})
    return world.make_client(auth_method="private_key_jwt", jwks=jwks, **columns)


def _assertion(client: make.App, key: ECKey | None = None, **changes: Any) -> str:
    moment = int(time.time())
    claims = {
        "iss": client.id,
        "sub": client.id,
        "aud": "http://127.0.0.1:8000",
        "jti": "one",
        "exp": moment + 60,
    }
    return jwt.encode({"alg": "ES256", "kid": "mine"}, {**claims, **changes}, key or _key())


def _send(world: World, assertion: str, **fields: str) -> TestResponse:
    return world.token(
        grant_type="client_credentials", client_assertion=assertion, client_assertion_type=TYPE, **fields
    )


def assertion_malformed(world: World) -> TestResponse:
    return _send(world, "nonsense-1234567", client_id=_signer(world).id)


def assertion_signature_wrong(world: World) -> TestResponse:
    return _send(world, _assertion(_signer(world), ECKey.generate_key("P-256", {"kid": "mine"})))


def assertion_claims_wrong(world: World) -> TestResponse:
    return _send(world, _assertion(_signer(world), aud="https://elsewhere.example"))


def assertion_expired(world: World) -> TestResponse:
    return _send(world, _assertion(_signer(world), exp=int(time.time()) - 120))


def assertion_replayed(world: World) -> TestResponse:
    client = _signer(world)
    assertion = _assertion(client)
    assert _send(world, assertion).status_code == 200
    return _send(world, assertion)
