"""Everything that is sealed under ``DATABASE_ENCRYPTION_SECRET``, and how it is sealed anew after that has changed.

In small batches beside live traffic: a row is only written where it still is what was read, so nothing that happens
meanwhile is lost, and a run that was interrupted simply starts again.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from ..authentication.factors.recovery_codes import sealed_for as recovery_code_place
from ..authentication.factors.totp import sealed_for as totp_place
from ..authentication.models import RecoveryCode, TotpSecret
from ..clients.authentic_secrets import is_authentic as is_authentic_secret
from ..clients.authentic_secrets import mac_of as mac_of_secret
from ..clients.client_secrets import sealed_for as client_secret_place
from ..clients.models import Client, ClientSecret
from ..crypto import Undecryptable
from ..database.rows import changed, db, new_id
from ..diagnostics import causes
from ..diagnostics.models import LoggedRequest
from ..diagnostics.request_log.reading import sealed_for as redirect_uri_place
from ..extensions import vault
from ..notifications.mail import sealed_for as mail_place
from ..notifications.models import OutgoingMail
from ..oauth.keys.authentic import is_authentic, mac_of
from ..oauth.keys.pairs import sealed_for as signing_key_place
from ..oauth.models import SigningKey

ROWS_A_BATCH = 200  # rows a transaction writes: short locks, small write sets on a cluster
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


@dataclass
class Tally:
    """How many rows of one table were sealed anew or found under the previous secret, and how many nothing opens."""

    found: int = 0
    unopened: int = 0


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


def reseal_batch(kind: Sealed, after: str, tally: Tally) -> str | None:
    """Seal up to :data:`ROWS_A_BATCH` rows with a key beyond ``after`` anew; the last key of them, None at the end.

    ``tally`` counts them.
    """
    rows = _not_current(kind, after)
    resealed = []
    for row in rows:
        held = getattr(row, kind.column.key)
        sealed = kind.inside(held)
        if sealed is None:
            continue
        try:
            text = vault.decrypt(sealed, kind.place(row))
        except Undecryptable:
            tally.unopened += 1
            continue
        anew = vault.encrypt(text, kind.place(row))
        values = kind.changed(row, text, anew) if kind.changed else {kind.column.key: anew}
        unchanged = update(kind.model.__table__).where(kind.key == row[0], kind.column == held)
        if changed(unchanged.values(values)) == 1:
            tally.found += 1
            resealed.append(row)
    if kind.model is ClientSecret:  # workers go on with the digests they know until the revision changes
        for client_id in sorted({row.client_id for row in resealed}):
            db.session.execute(
                update(Client.__table__).where(Client.id == client_id).values(revision=new_id())
            )
    return str(rows[-1][0]) if rows else None


def survey() -> Iterator[tuple[str, Tally]]:
    """Of each table, how much is still sealed under the previous secret, and how much nothing opens."""
    for kind in SEALED:
        tally, after = Tally(), ""
        while rows := _not_current(kind, after):
            for row in rows:
                sealed = kind.inside(getattr(row, kind.column.key))
                try:
                    if sealed is not None and not vault.is_current(sealed, kind.place(row)):
                        tally.found += 1
                except Undecryptable:
                    tally.unopened += 1
            after = str(rows[-1][0])
        yield kind.name, tally


def _not_current(kind: Sealed, after: str) -> list[Row[Any]]:
    """The next rows that do not carry the mark of the current secret, their key first."""
    table = kind.model.__table__
    others = [column for column in table.c if column is not kind.key]
    marked = kind.column.contains(f'"{vault.mark}' if kind.only else vault.mark, autoescape=True)
    query = select(kind.key, *others).where(kind.key > after, kind.column.is_not(None), ~marked)
    if kind.only:
        query = query.where(kind.only())
    return list(db.session.execute(query.order_by(kind.key).limit(ROWS_A_BATCH)))
