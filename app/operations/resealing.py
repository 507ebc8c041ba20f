"""How everything that is sealed is sealed anew after ``DATABASE_ENCRYPTION_SECRET`` has changed.

In small batches beside live traffic: a row is only written where it still is what was read, so nothing that happens
meanwhile is lost, and a run that was interrupted simply starts again.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, func, or_, select, update

from ..audit.events import EventKind
from ..audit.models import Event
from ..clients.models import Client, ClientSecret
from ..clock import now
from ..crypto import Undecryptable
from ..database.rows import changed, db, new_id
from ..extensions import vault
from ..oauth.models import TokenFamily
from .sealed_columns import SEALED, Sealed

ROWS_A_BATCH = 200  # rows a transaction writes: short locks, small write sets on a cluster


@dataclass
class Tally:
    """How many rows of one table were sealed anew or found under the previous secret, and how many nothing opens."""

    found: int = 0
    unopened: int = 0


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


@dataclass(frozen=True)
class StillOnOldSecret:
    """What only its holder can bring over: it goes on while the previous secret is set."""

    client_secrets: int
    refresh_tokens: int
    until: datetime | None
    """When the last of these refresh tokens expires, unless it is used before."""


def find_still_on_old_secret() -> StillOnOldSecret | None:
    """Secrets of which only a digest is kept, and refresh tokens, not used since everything was sealed anew.

    None before that was done, since nobody knows yet which were made under which secret.
    """
    key = json.dumps({"key": vault.key_id})
    done = select(func.max(Event.at)).where(Event.kind == EventKind.ENCRYPTION_ROTATED, Event.details == key)
    since = db.session.scalar(done)
    if since is None:
        return None
    secrets = select(func.count()).where(
        ClientSecret.sealed.is_(None),
        ClientSecret.revoked_at.is_(None),
        or_(ClientSecret.expires_at.is_(None), ClientSecret.expires_at > now()),
        func.coalesce(ClientSecret.last_used_at, ClientSecret.created_at) < since,
    )
    families = select(func.count(), func.max(TokenFamily.expires_at)).where(
        TokenFamily.revoked_at.is_(None),
        TokenFamily.expires_at > now(),
        func.coalesce(TokenFamily.rotated_at, TokenFamily.created_at) < since,
    )
    tokens, until = db.session.execute(families).one()
    return StillOnOldSecret(db.session.scalar(secrets) or 0, tokens, until)


def _not_current(kind: Sealed, after: str) -> list[Row[Any]]:
    """The next rows that do not carry the mark of the current secret, their key first."""
    table = kind.model.__table__
    others = [column for column in table.c if column is not kind.key]
    marked = kind.column.contains(f'"{vault.mark}' if kind.only else vault.mark, autoescape=True)
    query = select(kind.key, *others).where(kind.key > after, kind.column.is_not(None), ~marked)
    if kind.only:
        query = query.where(kind.only())
    return list(db.session.execute(query.order_by(kind.key).limit(ROWS_A_BATCH)))
