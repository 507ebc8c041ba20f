"""What a browser is asked for: the options of WebAuthn, sections 5.4 and 5.5, as JSON."""

import json
from collections.abc import Iterable
from typing import Any

from webauthn import generate_authentication_options, generate_registration_options, options_to_json
from webauthn.helpers.cose import COSEAlgorithmIdentifier
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from ...crypto import from_base64url
from ...extensions import settings
from ...users.models import User
from ..models import Passkey
from . import relying_party
from .challenges import VALID_FOR
from .passkeys import user_handle

ALGORITHMS = [
    COSEAlgorithmIdentifier.ECDSA_SHA_256,
    COSEAlgorithmIdentifier.EDDSA,
    COSEAlgorithmIdentifier.RSASSA_PKCS1_v1_5_SHA_256,  # Windows Hello on older machines
]
TRANSPORTS = {transport.value for transport in AuthenticatorTransport}
_MILLISECONDS = int(VALID_FOR.total_seconds() * 1000)


def to_create(user: User, passkeys: Iterable[Passkey], challenge: bytes) -> dict[str, Any]:
    """The options for a new passkey of ``user``: found without a name being typed, made by none that has one."""
    options = generate_registration_options(
        rp_id=relying_party.id_of(settings.issuer),
        rp_name=settings.portal_name,
        user_id=user_handle(user.id),
        user_name=user.username,
        user_display_name=user.shown_name,
        challenge=challenge,
        timeout=_MILLISECONDS,
        attestation=AttestationConveyancePreference.NONE,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.PREFERRED,
        ),
        exclude_credentials=_descriptors(passkeys),
        supported_pub_key_algs=ALGORITHMS,
    )
    return json.loads(options_to_json(options))


def to_get(
    challenge: bytes, *, passkeys: Iterable[Passkey] = (), must_verify: bool = False
) -> dict[str, Any]:
    """The options for an answer by one of ``passkeys``; without these by any that the browser finds."""
    wanted = UserVerificationRequirement.REQUIRED if must_verify else UserVerificationRequirement.PREFERRED
    options = generate_authentication_options(
        rp_id=relying_party.id_of(settings.issuer),
        challenge=challenge,
        timeout=_MILLISECONDS,
        allow_credentials=_descriptors(passkeys),
        user_verification=wanted,
    )
    return json.loads(options_to_json(options))


def _descriptors(passkeys: Iterable[Passkey]) -> list[PublicKeyCredentialDescriptor]:
    return [
        PublicKeyCredentialDescriptor(
            id=from_base64url(passkey.credential_id),
            transports=[AuthenticatorTransport(name) for name in passkey.transports.split()] or None,
        )
        for passkey in passkeys
    ]
