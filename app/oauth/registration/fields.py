"""The client metadata that an app may register: one table. What it has not is ignored (:rfc:`7591#section-2`)."""

from dataclasses import dataclass
from typing import Any

from ...scopes import catalogue
from . import kinds
from .kinds import Kind


@dataclass(frozen=True)
class Field:
    """One member of the metadata: how it is written, and the column that keeps it."""

    name: str
    """On the wire."""
    kind: Kind
    column: str
    """Of the app, called alike in :class:`app.clients.details.Details`; of its registration for :data:`ABOUT`."""
    default: Any = ""
    """What is kept where nothing is sent."""


OF_CLIENT = (
    Field("client_name", kinds.TEXT, "name"),
    Field("client_uri", kinds.ADDRESS, "homepage_url"),
    Field("redirect_uris", kinds.URIS, "redirect_uris", ()),
    Field("post_logout_redirect_uris", kinds.URIS, "post_logout_redirect_uris", ()),
    Field("token_endpoint_auth_method", kinds.TEXT, "auth_method", None),
    Field("grant_types", kinds.WORDS, "grant_types", ("authorization_code",)),
    Field("scope", kinds.SCOPES, "scopes", tuple(catalogue.STANDARD)),
    Field("jwks", kinds.KEY_SET, "jwks", None),
    Field("jwks_uri", kinds.TEXT, "jwks_uri", None),
    Field("backchannel_logout_uri", kinds.TEXT, "backchannel_logout_uri", None),
    Field("require_pushed_authorization_requests", kinds.FLAG, "par_required", False),
    Field("dpop_bound_access_tokens", kinds.FLAG, "dpop_required", False),
    Field("id_token_signed_response_alg", kinds.TEXT, "alg", None),
)
"""What all apps have."""

ABOUT = (
    Field("logo_uri", kinds.ADDRESS, "logo_uri"),
    Field("policy_uri", kinds.ADDRESS, "policy_uri"),
    Field("tos_uri", kinds.ADDRESS, "tos_uri"),
    Field("contacts", kinds.CONTACTS, "contacts"),
    Field("software_id", kinds.SHORT_TEXT, "software_id"),
    Field("software_version", kinds.SHORT_TEXT, "software_version"),
)
"""What only apps that registered themselves have."""

NOT_OFFERED = {
    "sector_identifier_uri": (),
    "subject_type": ("public",),
    "id_token_encrypted_response_alg": (),
    "id_token_encrypted_response_enc": (),
    "userinfo_signed_response_alg": (),
    "userinfo_encrypted_response_alg": (),
    "userinfo_encrypted_response_enc": (),
    "authorization_signed_response_alg": (),
    "authorization_encrypted_response_alg": (),
    "authorization_encrypted_response_enc": (),
}
"""What this portal does not do, and the values by which nobody asks for it: an app that relied on it would break, or be less safe than it believes."""
SWITCHED_OFF = ("tls_client_certificate_bound_access_tokens", "require_signed_request_object")
"""The same, of what is switched on by true."""

NAMES = {field.column: field.name for field in OF_CLIENT}
"""What the checks of apps call a field, and what it is called on the wire."""
