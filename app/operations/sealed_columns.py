"""Everything that is sealed under ``DATABASE_ENCRYPTION_SECRET``: one table, by which it is sealed anew."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import InstrumentedAttribute

from ..authentication.factors.recovery_codes import sealed_for as recovery_code_place
from ..authentication.factors.totp import sealed_for as totp_place
from ..authentication.models import RecoveryCode, TotpSecret
from ..clients.authentic_secrets import is_authentic as is_authentic_secret
from ..clients.authentic_secrets import mac_of as mac_of_secret
from ..clients.client_secrets import sealed_for as client_secret_place
from ..clients.models import ClientSecret
from ..diagnostics import causes
from ..diagnostics.models import LoggedRequest
from ..diagnostics.request_log.reading import sealed_for as redirect_uri_place
from ..extensions import vault
from ..notifications.mail import sealed_for as mail_place
from ..notifications.models import OutgoingMail
from ..oauth.keys.authentic import is_authentic, mac_of
from ..oauth.keys.pairs import sealed_for as signing_key_place
from ..oauth.models import PushedRequest, SigningKey
from ..oauth.pushed_requests import sealed_for as pushed_request_place

_REPAIRABLE = [cause.name for cause in causes.CATALOGUE.values() if cause.repair == "add_redirect_uri"]


@dataclass(frozen=True)
class Sealed:
    """A column with sealed values: where its rows are, what is sealed in one, and what a row becomes."""

    model: Any
    column: InstrumentedAttribute[Any]
    place: Callable[[Any], str]
    """The place the value of a row is bound to."""
    inside: Callable[[Any], str | None] = lambda value: value
    """The sealed value in what the column holds."""
    changed: Callable[[Any, str, str], dict[str, Any]] | None = None
    """New columns of the row, the value in clear and the value sealed anew."""
    only: Callable[[], ColumnElement[bool]] | None = None

    @property
    def name(self) -> str:
        """The table."""
        return str(self.model.__tablename__)

    @property
    def key(self) -> Any:
        """The primary key."""
        (key,) = self.model.__table__.primary_key.columns
        return key


def _of_secret(row: Any, text: str, sealed: str) -> dict[str, Any]:
    """A MAC that is wrong stays wrong."""
    digest = vault.keyed_digest(text)
    mac = mac_of_secret(row.id, row.client_id, digest) if is_authentic_secret(row) else row.mac
    return {"sealed": sealed, "digest": digest, "mac": mac}


def _of_request(row: Any, _text: str, sealed: str) -> dict[str, Any]:
    return {"details": json.dumps({**json.loads(row.details), "redirect_uri": sealed}, ensure_ascii=False)}


def _of_signing_key(row: Any, _text: str, sealed: str) -> dict[str, Any]:
    """A MAC that is wrong stays wrong."""
    mac = mac_of(row) if is_authentic(row) else row.mac
    return {"sealed_private_jwk": sealed, "mac": mac}


SEALED = (
    Sealed(ClientSecret, ClientSecret.sealed, lambda row: client_secret_place(row.id), changed=_of_secret),
    Sealed(
        SigningKey,
        SigningKey.sealed_private_jwk,
        lambda row: signing_key_place(row.kid),
        changed=_of_signing_key,
    ),
    Sealed(TotpSecret, TotpSecret.sealed, lambda row: totp_place(row.user_id)),
    Sealed(RecoveryCode, RecoveryCode.sealed_digest, lambda row: recovery_code_place(row.id)),
    Sealed(PushedRequest, PushedRequest.sealed, lambda row: pushed_request_place(row.id)),
    Sealed(OutgoingMail, OutgoingMail.sealed, lambda row: mail_place(row.id)),
    Sealed(
        LoggedRequest,
        LoggedRequest.details,
        lambda row: redirect_uri_place(row.request_id),
        inside=lambda details: json.loads(details).get("redirect_uri"),
        changed=_of_request,
        only=lambda: and_(LoggedRequest.outcome == "refused", LoggedRequest.cause.in_(_REPAIRABLE)),
    ),
)
