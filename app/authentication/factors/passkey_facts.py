"""What templates say about passkeys: whether there can be any, and what scripts tell the browser."""

import json

from flask_login import current_user

from ...crypto import base64url
from ...extensions import settings, vault
from . import new_passkeys, passkeys, relying_party


def can_have() -> bool:
    """Whether browsers make passkeys for this portal."""
    return relying_party.can_have_passkeys(settings.issuer)


def has_name() -> bool:
    """Whether this portal has a domain name."""
    return relying_party.has_name(settings.issuer)


def named_issuer() -> str:
    """What ``ISSUER`` may be on a developer's machine, so that there are passkeys."""
    return relying_party.named(settings.issuer)


def issuer() -> str:
    """What ``ISSUER`` is."""
    return settings.issuer


def origin() -> str:
    """Where a page must be open, so that browsers let it use passkeys."""
    return relying_party.origin_of(settings.issuer)


def may_come_unasked() -> bool:
    """Whether the person at this browser has just signed in by password."""
    if not current_user.is_authenticated:
        return False
    return new_passkeys.may_come_unasked(current_user.browser_session)


def mark_of_person() -> str:
    """Name the person for this browser's memory, in a way that says nothing to anybody else."""
    return vault.keyed_digest(f"passkey asked for by {current_user.id}")[:16]


def person_signal() -> str:
    """What the person is called, for what keeps the passkeys (WebAuthn Level 3, section 5.1.10)."""
    names = {"name": current_user.username, "displayName": current_user.shown_name}
    return json.dumps({**_whose(), **names})


def passkeys_signal() -> str:
    """Which passkeys still count, for what keeps them."""
    own = passkeys.list_passkeys(current_user.id)
    ids = [passkey.credential_id for passkey in own if passkey.copied_at is None]
    return json.dumps({**_whose(), "allAcceptedCredentialIds": ids})


def _whose() -> dict[str, str]:
    handle = base64url(passkeys.user_handle(current_user.id))
    return {"rpId": relying_party.id_of(settings.issuer), "userId": handle}
