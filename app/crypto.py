"""Random secrets, digests, comparisons, and encryption at rest."""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

SECRET_BYTES = 32  # 256 bits: beyond guessing, so a fast digest is enough to keep it
_NONCE_BYTES = 12  # what AES-GCM takes without hashing it first
_FORMAT = "v2"  # then the id of the secret, then the text; v1 had no id


class Undecryptable(Exception):
    """The stored value was encrypted under another secret, for another row, or was altered."""


def new_secret(prefix: str) -> str:
    """A fresh secret of 256 random bits, ``prefix`` in front so that secret scanners know its kind.

    Letters, digits, ``-`` and ``_`` only: it survives form encoding in a Basic header unchanged.
    """
    return prefix + base64url(secrets.token_bytes(SECRET_BYTES))


def new_request_id() -> str:
    """20 letters and digits of 100 random bits: nobody finds somebody else's failure page by guessing."""
    return base64.b32encode(secrets.token_bytes(13))[:20].decode().lower()


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


@dataclass(frozen=True)
class _Keys:
    """What follows from one secret; each purpose has a key of its own, so that a value of one means nothing to another."""

    id: str
    cipher: AESGCM
    digest_key: bytes
    mac_key: bytes
    row_key: bytes

    @classmethod
    def of(cls, secret: str) -> Self:
        return cls(
            _derive(secret, "encryption key id").hex()[:8],
            AESGCM(_derive(secret, "encryption at rest")),
            _derive(secret, "client secret digest"),
            _derive(secret, "refresh token mac"),
            _derive(secret, "row mac"),
        )


class Vault:
    """Keys derived from ``DATABASE_ENCRYPTION_SECRET``: encryption at rest, keyed digests, MACs.

    With a previous secret, what was made under it is still understood; what is made anew never uses it.
    """

    def configure(self, secret: str, previous: str | None = None) -> None:
        """Take ``secret`` as the root of all keys, and ``previous`` as that of values made before."""
        self._keys = _Keys.of(secret)
        self._previous = _Keys.of(previous) if previous else None
        self._all = (self._keys, self._previous) if self._previous else (self._keys,)
        self.mark = f"{_FORMAT}:{self._keys.id}:"
        """Prefix of values sealed under the current secret: ``v2:<key id>:``."""

    @property
    def key_id(self) -> str:
        """The name of the current secret, which says nothing about it."""
        return self._keys.id

    @property
    def has_previous(self) -> bool:
        """Whether a previous secret is known."""
        return self._previous is not None

    def encrypt(self, plaintext: str, context: str) -> str:
        """``plaintext`` sealed for one place, named by ``context`` such as ``table.column.id``."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._keys.cipher.encrypt(nonce, plaintext.encode(), context.encode())
        return self.mark + base64url(nonce + sealed)

    def decrypt(self, sealed: str, context: str) -> str:
        """What :meth:`encrypt` sealed for ``context``. Raises :class:`Undecryptable`."""
        return self._open(sealed, context)[0]

    def is_current(self, sealed: str, context: str) -> bool:
        """Whether it was sealed under the current secret. Raises :class:`Undecryptable`."""
        return self._open(sealed, context)[1] is self._keys

    def keyed_digest(self, value: str) -> str:
        """What is kept of a client secret for checking: worthless without the key outside the database."""
        return _keyed_digest(self._keys, value)

    def previous_digest(self, value: str) -> str | None:
        """The keyed digest as it was under the previous secret, if there is one."""
        return _keyed_digest(self._previous, value) if self._previous else None

    def mac(self, seed: bytes, message: bytes) -> bytes:
        """32 bytes that only this portal *and* the holder of ``seed`` can make for ``message``."""
        return hmac.digest(self._keys.mac_key, seed + message, "sha256")

    def is_mac(self, mac: bytes, seed: bytes, message: bytes) -> bool:
        """Whether :meth:`mac` made ``mac``, under the current secret or the previous one."""
        return any(equal(mac, hmac.digest(keys.mac_key, seed + message, "sha256")) for keys in self._all)

    def row_mac(self, message: str) -> str:
        """What says that this portal wrote ``message``, the content of a row, in 64 hexadecimal digits."""
        return _row_mac(self._keys, message)

    def is_row_mac(self, mac: str, message: str) -> bool:
        """Whether :meth:`row_mac` made ``mac``, under the current secret or the previous one."""
        return any(equal(mac, _row_mac(keys, message)) for keys in self._all)

    def _open(self, sealed: str, context: str) -> tuple[str, _Keys]:
        head, _colon, text = sealed.rpartition(":")
        named = head.removeprefix(f"{_FORMAT}:") if head.startswith(_FORMAT) else None
        for keys in self._all:
            if named not in (None, keys.id):
                continue
            try:
                raw = from_base64url(text)
                opened = keys.cipher.decrypt(raw[:_NONCE_BYTES], raw[_NONCE_BYTES:], context.encode())
                return opened.decode(), keys
            except (InvalidTag, ValueError):
                continue
        raise Undecryptable(context)


def _keyed_digest(keys: _Keys, value: str) -> str:
    return hmac.new(keys.digest_key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()


def _row_mac(keys: _Keys, message: str) -> str:
    return hmac.new(keys.row_key, message.encode(), hashlib.sha256).hexdigest()


def _derive(secret: str, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), length=32, salt=None, info=f"pforte {purpose}".encode()).derive(
        secret.encode()
    )


def _bytes(value: str | bytes) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
