"""An authenticator in software that does as it is told, also what no honest one would do."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

NO_AAGUID = bytes(16)
UP, UV, BE, BS, AT = 0x01, 0x04, 0x08, 0x10, 0x40
VERIFIED, PRESENT, ABSENT = UP | UV, UP, 0


@dataclass
class Authenticator:
    """One key for one portal; what it claims can be changed before each answer."""

    origin: str
    rp_id: str = "localhost"
    aaguid: bytes = NO_AAGUID
    synced: bool = True
    flags: int = VERIFIED
    count: int = 0
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def create(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The credential for these options; ``changes`` replace parts of it: ``cose``, ``attestation``, ``type`` …"""
        options = options["publicKey"]
        self.handle = websafe_decode(options["user"]["id"])
        cose = changes.get("cose") or dict(ES256.from_cryptography_key(self.key.public_key()))
        key = changes.get("public_key", cbor.encode(cose))
        attested = self.aaguid + len(self.id).to_bytes(2, "big") + self.id + key
        data = self._data(AT) + attested
        statement = changes.get("statement", {})
        format_ = changes.get("format", "none")
        attestation = cbor.encode({"fmt": format_, "attStmt": statement, "authData": data})
        response = {
            "clientDataJSON": self._client_data(changes.get("type", "webauthn.create"), options),
            "attestationObject": websafe_encode(changes.get("attestation", attestation)),
            "transports": changes.get("transports", ["internal"]),
        }
        return {"id": websafe_encode(self.id), "type": "public-key", "response": response}

    def get(self, options: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The assertion for these options; ``changes`` as for :meth:`create`."""
        data = changes.get("data", self._data(0))
        client_data = self._client_data(changes.get("type", "webauthn.get"), options["publicKey"])
        signed = data + hashlib.sha256(websafe_decode(client_data)).digest()
        signature = self.key.sign(signed, ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": client_data,
            "authenticatorData": websafe_encode(data),
            "signature": websafe_encode(changes.get("signature", signature)),
            "userHandle": websafe_encode(changes.get("handle", self.handle)),
        }
        return {"id": websafe_encode(self.id), "type": "public-key", "response": response}

    def _data(self, more: int) -> bytes:
        self.count += 1 if self.count else 0
        flags = self.flags | more | (BE | BS if self.synced else 0)
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client_data(self, type_: str, options: dict[str, Any]) -> str:
        told = {"type": type_, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return websafe_encode(json.dumps(told).encode())
