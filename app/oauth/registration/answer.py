"""What an app is told about itself, :rfc:`7591#section-3.2.1`, :rfc:`7592#section-3`."""

from typing import Any

from ...clients import client_secrets, grants
from ...clients.dynamic.models import ClientRegistration
from ...clients.models import Client
from ...crypto import Undecryptable
from ...extensions import vault
from ..server import RESPONSE_TYPES
from .fields import ABOUT, OF_CLIENT

PATH = "/oauth/register"
NEVER = 0  # client_secret_expires_at


def describe(
    client: Client, about: ClientRegistration, *, issuer: str, token: str, secret: str | None
) -> dict[str, Any]:
    """All that is registered of ``client``, with its registration access ``token`` and, where it has one, its ``secret``."""
    answer: dict[str, Any] = {
        "client_id": client.id,
        "client_id_issued_at": int(client.created_at.timestamp()),
        "registration_client_uri": f"{issuer}{PATH}/{client.id}",
        "registration_access_token": token,
    }
    if secret is not None:
        answer |= {"client_secret": secret, "client_secret_expires_at": NEVER}
    answer |= _metadata(client, about)
    return answer


def kept_secret(client: Client) -> str | None:
    """The newest secret of ``client`` that works, where the portal keeps more of it than a digest."""
    if not client.needs_secret:
        return None
    for secret in reversed(client_secrets.list_live(client)):
        if secret.sealed is not None:
            try:
                return vault.decrypt(secret.sealed, client_secrets.sealed_for(secret.id))
            except Undecryptable:
                return None
    return None


def _metadata(client: Client, about: ClientRegistration) -> dict[str, Any]:
    has_code = grants.AUTHORIZATION_CODE in client.grant_type_list
    told: dict[str, Any] = {
        "application_type": about.application_type,
        "response_types": list(RESPONSE_TYPES) if has_code else [],
        "subject_type": "public",
    }
    for row, fields in ((client, OF_CLIENT), (about, ABOUT)):
        told |= {field.name: field.kind.tell(getattr(row, field.column)) for field in fields}
    told["token_endpoint_auth_method"] = client.auth_method or "client_secret_basic"
    return {name: value for name, value in told.items() if value is not None}
