"""Public keys of apps that sign in to the token endpoint with them (:rfc:`7523`)."""

import json

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from .refusals import Problem, Reason

LONGEST_KEY_SET = 16_000  # characters; a dozen RSA keys
_SECRET_PARTS = frozenset(["d", "p", "q", "dp", "dq", "qi", "oth", "k"])


def find_problem(text: str) -> Problem | None:
    """What is wrong with this JSON Web Key Set (:rfc:`7517#section-5`)."""
    if len(text) > LONGEST_KEY_SET:
        return Problem("jwks", Reason.TOO_LONG)
    try:
        document = json.loads(text)
        keys = document["keys"]
        if not keys or not all(isinstance(key, dict) for key in keys):
            return Problem("jwks", Reason.KEYS_MALFORMED)
        if any(_SECRET_PARTS & key.keys() for key in keys):
            return Problem("jwks", Reason.KEYS_PRIVATE)
        KeySet.import_key_set(document)
    except (JoseError, ValueError, KeyError, TypeError, RecursionError):
        return Problem("jwks", Reason.KEYS_MALFORMED)
    return None
