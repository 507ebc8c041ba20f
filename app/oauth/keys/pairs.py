"""Key pairs: generated, encrypted for their row, and decrypted again."""

import json
import warnings
from datetime import datetime
from typing import Any, TypeAlias

from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OKPKey, RSAKey, import_key

from ...extensions import vault
from ..models import SigningKey
from .authentic import authenticate

Key: TypeAlias = RSAKey | ECKey | OKPKey

# RFC 9864 renames it to Ed25519, which few clients know yet; the public contract offers the old name.
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)


def sealed_for(kid: str) -> str:
    """The place that a sealed private key is bound to."""
    return f"signing_keys.{kid}"


def new_row(alg: str, slot: str, moment: datetime) -> SigningKey:
    """A new key for ``slot``, its private half encrypted."""
    key = _generate(alg)
    kid = key.thumbprint()
    common = {"kid": kid, "alg": alg, "use": "sig"}
    private = json.dumps({**key.as_dict(private=True), **common})
    row = SigningKey(
        kid=kid,
        alg=alg,
        slot=f"{alg}:{slot}",
        public_jwk=json.dumps({**key.as_dict(private=False), **common}),
        sealed_private_jwk=vault.encrypt(private, sealed_for(kid)),
        created_at=moment,
        signs_from=moment if slot == "current" else None,
    )
    authenticate(row)
    return row


def _generate(alg: str) -> Key:
    if alg == "RS256":
        return RSAKey.generate_key(2048)
    return ECKey.generate_key("P-256") if alg == "ES256" else OKPKey.generate_key("Ed25519")


def private_key(row: Any) -> Key:
    """The key that signs, decrypted. Raises :class:`~app.crypto.Undecryptable`."""
    return import_key(json.loads(vault.decrypt(row.sealed_private_jwk, sealed_for(row.kid))))  # type: ignore[return-value]


def public_key(row: Any) -> Key:
    """The key that verifies."""
    return import_key(json.loads(row.public_jwk))  # type: ignore[return-value]
