"""Public keys of apps that sign in to the token endpoint with them (:rfc:`7523`)."""

import json
import warnings
from typing import Any

from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import KeySet, RSAKey

from .refusals import KeysRefused, Problem, Reason

LONGEST_KEY_SET = 16_000  # characters; a dozen RSA keys
_SECRET_PARTS = frozenset(["d", "p", "q", "dp", "dq", "qi", "oth", "k"])

SHORTEST_RSA = 2048  # bits, NIST SP 800-131A

# A shorter one is refused here, in words; the library's own would stand raw in the server's log.
warnings.filterwarnings("ignore", message="Key size should be", category=SecurityWarning)


def is_too_short(key: object) -> bool:
    """Tell whether ``key`` is an RSA key that can be broken."""
    return isinstance(key, RSAKey) and key.public_key.key_size < SHORTEST_RSA


def usable_keys(text: str) -> KeySet:
    """Return the keys of a registered set that may prove something; raises what joserfc raises."""
    return KeySet([key for key in KeySet.import_key_set(json.loads(text)).keys if not is_too_short(key)])


def find_problem(text: str) -> Problem | None:
    """What is wrong with this JSON Web Key Set (:rfc:`7517#section-5`)."""
    if len(text) > LONGEST_KEY_SET:
        return Problem("jwks", Reason.TOO_LONG)
    try:
        read_key_set(json.loads(text))
    except KeysRefused as refused:
        return Problem("jwks", refused.reason)
    except (ValueError, RecursionError):
        return Problem("jwks", Reason.KEYS_MALFORMED)
    return None


def read_key_set(document: Any) -> KeySet:
    """Return the keys of a JSON Web Key Set. Raises :class:`KeysRefused`."""
    try:
        keys = document["keys"]
        if not keys or not all(isinstance(key, dict) for key in keys):
            raise KeysRefused(Reason.KEYS_MALFORMED)
        if any(_SECRET_PARTS & key.keys() for key in keys):
            raise KeysRefused(Reason.KEYS_PRIVATE)
        found = KeySet.import_key_set(document)
    except (JoseError, ValueError, KeyError, TypeError, RecursionError):
        raise KeysRefused(Reason.KEYS_MALFORMED) from None
    if any(is_too_short(key) for key in found.keys):
        raise KeysRefused(Reason.KEYS_TOO_SHORT)
    return found


def read_published_keys(document: Any) -> KeySet:
    """Return the keys of a set that an app publishes, also for others: what nobody here can use is left out.

    :rfc:`7517#section-5`. A private key in it is refused all the same. Raises :class:`KeysRefused`, also where none is left.
    """
    keys = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(keys, list):
        raise KeysRefused(Reason.KEYS_MALFORMED)
    usable, refused = [], Reason.KEYS_MALFORMED
    for key in keys:
        try:
            usable += read_key_set({"keys": [key]}).keys
        except KeysRefused as error:
            if error.reason is Reason.KEYS_PRIVATE:
                raise
            refused = error.reason
    if not usable:
        raise KeysRefused(refused)
    return KeySet(usable)
