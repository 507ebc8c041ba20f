"""Access tokens nobody on the way can read: the signed JWT inside a JWE, :rfc:`7519#section-5.2`.

Only who holds ``JWE_ENCRYPTION_KEY``, this portal and the resource servers it was given to, sees what is inside;
whom to believe still follows from the signature.
"""

import json
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OctKey

from ...crypto import from_base64url

HEADER = {"alg": "dir", "enc": "A256GCM", "cty": "JWT"}
_REGISTRY = jwe.JWERegistry(algorithms=["dir", "A256GCM"])
_DOTS = 4  # of a compact JWE; a signed token has two


def encrypt(token: str, key: bytes) -> str:
    """The signed ``token`` inside a JWE under ``key``, 32 bytes."""
    return jwe.encrypt_compact(dict(HEADER), token, OctKey.import_key(key), registry=_REGISTRY)


def signed_part(token: str, key: bytes | None) -> str:
    """The signed token inside ``token``; one that is no JWE comes back as it is. Raises ValueError.

    The header must be the one we write, to the letter: another algorithm is an attack, and so is a ``zip``
    that would make gigabytes of a few bytes.
    """
    if token.count(".") != _DOTS:
        return token
    if key is None:
        raise ValueError("encrypted, and there is no key")
    try:
        if _header_of(token) != HEADER:
            raise ValueError("another header than ours")
        plaintext = jwe.decrypt_compact(token, OctKey.import_key(key), registry=_REGISTRY).plaintext
    except (JoseError, TypeError, RecursionError) as error:
        raise ValueError("not to be decrypted") from error
    return (plaintext or b"").decode("ascii")


def _header_of(token: str) -> Any:
    return json.loads(from_base64url(token.partition(".")[0]))
