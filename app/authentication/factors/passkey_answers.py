"""What an authenticator answered, read and verified: nothing of it is believed, and nothing is written."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from webauthn import verify_authentication_response, verify_registration_response
from webauthn.authentication.verify_authentication_response import VerifiedAuthentication
from webauthn.helpers import decode_credential_public_key, decoded_public_key_to_cryptography
from webauthn.registration.verify_registration_response import VerifiedRegistration

from ...crypto import base64url, from_base64url
from ...extensions import settings
from ..models import LONGEST_CREDENTIAL_ID, LONGEST_PUBLIC_KEY, Passkey
from . import relying_party
from .authenticator_data import check_authenticator_data, without_statement
from .passkey_options import ALGORITHMS, TRANSPORTS
from .refusals import PasskeyRefused, Reason

Verified = TypeVar("Verified")


@dataclass(frozen=True)
class Answer:
    """An answer as it came, and the challenge it says it is to."""

    credential_id: str
    response: Mapping[str, Any]
    challenge: bytes
    user_handle: bytes | None

    def as_json(self, **response: str) -> dict[str, Any]:
        """The answer for the library, which never sees the parts that nobody asked for."""
        told = {"clientDataJSON": self.response["clientDataJSON"], **response}
        whole = {"id": self.credential_id, "rawId": self.credential_id, "type": "public-key"}
        return {**whole, "response": told}


def read(credential: object) -> Answer:
    """Return the answer that a browser sent. Raises :class:`PasskeyRefused` for what is none."""
    if not isinstance(credential, dict) or credential.get("type") != "public-key":
        raise PasskeyRefused(Reason.MALFORMED)
    response = credential.get("response")
    if not isinstance(response, dict):
        raise PasskeyRefused(Reason.MALFORMED)
    credential_id = base64url(_bytes(credential, "id"))
    if not 0 < len(credential_id) <= LONGEST_CREDENTIAL_ID:
        raise PasskeyRefused(Reason.MALFORMED)
    try:
        told = json.loads(_bytes(response, "clientDataJSON"))
    except (ValueError, RecursionError) as error:
        raise PasskeyRefused(Reason.MALFORMED) from error
    if not isinstance(told, dict):
        raise PasskeyRefused(Reason.MALFORMED)
    if told.get("crossOrigin"):  # a frame in a page of another site
        raise PasskeyRefused(Reason.UNPROVEN)
    handle = _bytes(response, "userHandle") if response.get("userHandle") else None
    return Answer(credential_id, response, _bytes(told, "challenge"), handle)


def verify_sign_in(answer: Answer, passkey: Passkey) -> VerifiedAuthentication:
    """Verify that ``passkey`` has signed, at this portal's origin. Raises :class:`PasskeyRefused`."""
    data = _bytes(answer.response, "authenticatorData")
    check_authenticator_data(data)
    signature = base64url(_bytes(answer.response, "signature"))
    credential = answer.as_json(authenticatorData=base64url(data), signature=signature)
    return _verified(
        lambda: verify_authentication_response(
            credential=credential,
            expected_challenge=answer.challenge,
            expected_rp_id=relying_party.id_of(settings.issuer),
            expected_origin=relying_party.origin_of(settings.issuer),
            credential_public_key=from_base64url(passkey.public_key),
            credential_current_sign_count=0,  # it would be looked at before the signature, by which anybody could tell
        )
    )


def verify_registration(answer: Answer, *, with_presence: bool) -> VerifiedRegistration:
    """Verify that a passkey was made for this portal, of a kind that it can use. Raises :class:`PasskeyRefused`."""
    attestation = without_statement(_bytes(answer.response, "attestationObject"))
    credential = answer.as_json(attestationObject=base64url(attestation))
    made = _verified(
        lambda: verify_registration_response(
            credential=credential,
            expected_challenge=answer.challenge,
            expected_rp_id=relying_party.id_of(settings.issuer),
            expected_origin=relying_party.origin_of(settings.issuer),
            require_user_presence=with_presence,
            supported_pub_key_algs=ALGORITHMS,
        )
    )
    key = made.credential_public_key
    _verified(lambda: decoded_public_key_to_cryptography(decode_credential_public_key(key)))
    if base64url(made.credential_id) != answer.credential_id or len(base64url(key)) > LONGEST_PUBLIC_KEY:
        raise PasskeyRefused(Reason.MALFORMED)
    return made


def transports_of(answer: Answer) -> str:
    """How the browser says that it reaches the authenticator, as far as that is known."""
    told = answer.response.get("transports")
    named = [name for name in told if isinstance(name, str)] if isinstance(told, list) else []
    return " ".join(sorted(TRANSPORTS.intersection(named)))


def _verified(verify: Callable[[], Verified]) -> Verified:
    try:
        return verify()
    except Exception as error:  # the library raises whatever the answer makes its own libraries raise
        raise PasskeyRefused(Reason.UNPROVEN) from error


def _bytes(texts: Mapping[str, Any], name: str) -> bytes:
    text = texts.get(name)
    if not isinstance(text, str):
        raise PasskeyRefused(Reason.MALFORMED)
    try:
        return from_base64url(text)
    except ValueError as error:
        raise PasskeyRefused(Reason.MALFORMED) from error
