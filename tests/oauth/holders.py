"""Who holds a key and proves it: DPoP proofs as apps make them, and as they should not."""

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient
from joserfc.jwk import ECKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry
from werkzeug.test import TestResponse

from tests import factories as make

ISSUER = "http://127.0.0.1:8000"
TOKEN = f"{ISSUER}/oauth/token"
USERINFO = f"{ISSUER}/oauth/userinfo"
_REGISTRY = JWSRegistry(algorithms=["ES256", "ES384", "RS256", "PS256", "EdDSA", "Ed25519", "HS256", "none"])


def base64url(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def ath_of(token: str) -> str:
    return base64url(hashlib.sha256(token.encode()).digest())


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """A JWT of whatever header and claims; without a key it has no signature."""
    parts = [base64url(json.dumps(part).encode()) for part in (header, claims)]
    signing_input = ".".join(parts)
    signature = _REGISTRY.get_alg(header["alg"]).sign(signing_input.encode(), key) if key else b""
    return f"{signing_input}.{base64url(signature)}"


@dataclass
class Holder:
    """An app, or a thief, with a key of its own."""

    key: Any = field(default_factory=lambda: ECKey.generate_key("P-256"))
    alg: str = "ES256"

    @classmethod
    def of(cls, alg: str) -> "Holder":
        """One whose key fits ``alg``."""
        if alg in ("EdDSA", "Ed25519"):
            return cls(OKPKey.generate_key("Ed25519"), alg)
        return cls(ECKey.generate_key("P-256") if alg == "ES256" else RSAKey.generate_key(2048), alg)

    @property
    def jwk(self) -> dict[str, Any]:
        return dict(self.key.as_dict(private=False))

    @property
    def jkt(self) -> str:
        return str(self.key.thumbprint())

    def proof(
        self, url: str = TOKEN, method: str = "POST", *, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """A fresh proof; ``changes`` are its claims, where ``None`` leaves one out, ``header`` that of its header."""
        claims = {"jti": secrets.token_hex(12), "htm": method, "htu": url, "iat": int(time.time()), **changes}
        head = {"typ": "dpop+jwt", "alg": self.alg, "jwk": self.jwk, **(header or {})}
        return signed(
            *({k: v for k, v in part.items() if v is not None} for part in (head, claims)), self.key
        )

    def asking(self, token: str, url: str = USERINFO, method: str = "GET", **changes: Any) -> dict[str, str]:
        """The headers of a request with a bound access token and a proof of it."""
        proof = self.proof(url, method, **{"ath": ath_of(token), **changes})
        return {"Authorization": f"DPoP {token}", "DPoP": proof}


def app_only(http: FlaskClient, client: make.App, proof: str | None, **fields: str) -> TestResponse:
    """A client_credentials request with this proof."""
    headers = {"DPoP": proof} if proof is not None else {}
    data = {"grant_type": "client_credentials", **client.form, **fields}
    return http.post("/oauth/token", data=data, headers=headers)


def redeem(
    http: FlaskClient, client: make.App, code: str, pkce: make.Proof, proof: str | None, **fields: str
) -> TestResponse:
    """Redeem a code with this proof."""
    data = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": client.callback,
        "code_verifier": pkce.verifier,
        **client.form,
        **fields,
    }
    return http.post("/oauth/token", data=data, headers={"DPoP": proof} if proof is not None else {})


def refresh(http: FlaskClient, client: make.App, token: str, proof: str | None) -> TestResponse:
    """Renew with this proof."""
    data = {"grant_type": "refresh_token", "refresh_token": token, **client.form}
    return http.post("/oauth/token", data=data, headers={"DPoP": proof} if proof is not None else {})


def bound_tokens(client: make.App, browser: FlaskClient, holder: Holder, **asked: str) -> dict[str, Any]:
    """The tokens of a whole authorization, bound to the key of ``holder``."""
    pkce = make.make_proof()
    code = make.authorize(client, browser, pkce, **asked)
    answer = redeem(browser, client, code, pkce, holder.proof())
    assert answer.status_code == 200, answer.text
    return dict(answer.json or {})
