"""Random secrets, digests, comparisons, and encryption at rest."""

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32  # 256 bits: beyond guessing, so a fast digest is enough to keep it
_NONCE_BYTES = 12  # what AES-GCM takes without hashing it first
_FORMAT = "v1:"


class Undecryptable(Exception):
    """The stored value was encrypted under another secret, for another row, or was altered."""


def new_secret(prefix: str) -> str:
    """A fresh secret of 256 random bits, ``prefix`` in front so that secret scanners know its kind.

    Letters, digits, ``-`` and ``_`` only: it survives form encoding in a Basic header unchanged.
    """
    return prefix + base64url(secrets.token_bytes(SECRET_BYTES))


def digest(value: str) -> str:
    """The SHA-256 of ``value`` in hex: what is kept of a code, a mail link or a session id."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


def equal(left: str | bytes, right: str | bytes) -> bool:
    """Whether both are the same, in a time that does not tell where they differ."""
    return hmac.compare_digest(_bytes(left), _bytes(right))


def base64url(value: bytes) -> str:
    """``value`` in base64url without padding, :rfc:`7515#appendix-C`."""
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode("ascii")


def from_base64url(value: str) -> bytes:
    """The bytes of an unpadded base64url text. Raises ValueError when it is none."""
    padded = value.encode("ascii") + b"=" * (-len(value) % 4)
    return base64.b64decode(padded, altchars=b"-_", validate=True)


class Vault:
    """Keys derived from ``DATABASE_ENCRYPTION_SECRET``: encryption at rest, keyed digests, MACs.

    Each purpose has a key of its own, so that a value made for one means nothing to another.
    """

    def configure(self, secret: str) -> None:
        """Take ``secret`` as the root of all keys."""
        self._cipher = AESGCM(_derive(secret, "encryption at rest"))
        self._digest_key = _derive(secret, "client secret digest")
        self._mac_key = _derive(secret, "refresh token mac")

    def encrypt(self, plaintext: str, context: str) -> str:
        """``plaintext`` sealed for one place, named by ``context`` such as ``table.column.id``."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._cipher.encrypt(nonce, plaintext.encode(), context.encode())
        return _FORMAT + base64url(nonce + sealed)

    def decrypt(self, sealed: str, context: str) -> str:
        """What :meth:`encrypt` sealed for ``context``. Raises :class:`Undecryptable`."""
        try:
            raw = from_base64url(sealed.removeprefix(_FORMAT))
            return self._cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode()).decode()
        except (InvalidTag, ValueError) as error:
            raise Undecryptable(context) from error

    def keyed_digest(self, value: str) -> str:
        """What is kept of a client secret for checking: worthless without the key outside the database."""
        return hmac.new(self._digest_key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def mac(self, seed: bytes, message: bytes) -> bytes:
        """32 bytes that only this portal *and* the holder of ``seed`` can make for ``message``."""
        return hmac.digest(self._mac_key, seed + message, "sha256")


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=f"pforte {purpose}".encode()).derive(
        secret.encode()
    )


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
