"""The signing keys: the one that signs, the next one, and those that still verify."""

import json
import threading
import time
from typing import Any

from flask import current_app
from sqlalchemy import or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from ...clients.models import Client
from ...clock import now
from ...crypto import Undecryptable
from ...database.engines import read_connection
from ...database.rows import db
from ...extensions import settings
from ..models import SigningKey
from .authentic import is_authentic
from .pairs import Key, new_row, private_key, public_key

ALGORITHMS = ("RS256", "ES256", "EdDSA")
# Published only where an app uses it: some libraries stumble over keys that they do not know.
RARE = ("EdDSA",)
SLOTS = {f"{alg}:{slot}" for alg in ALGORITHMS for slot in ("current", "next")}
FRESH_FOR = 30.0  # seconds a worker trusts the keys it has read; a rotation reaches it within that time
ASKED_EVERY = 1.0  # seconds between two questions for apps that use what is not published
_RETRY_AFTER = 1.0  # seconds between two readings provoked by unknown key ids


class KeyRing:
    """The keys of one process, parsed once."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._read_at = float("-inf")
        self.current: dict[str, Key] = {}
        self.verifying: dict[str, Key] = {}
        self.jwks: dict[str, Any] = {"keys": []}
        self._published: frozenset[str] = frozenset()
        self._asked_at = float("-inf")
        self._used_until: dict[str, float] = {}

    def signing_key(self, alg: str) -> Key:
        """The key that signs with ``alg`` now, published from its first signature on."""
        self.refresh(force=alg not in self._published)
        return self.current[alg]

    def verification_key(self, kid: str) -> Key | None:
        """Return the key of that id, if it still verifies."""
        self.refresh()
        if kid not in self.verifying and time.monotonic() - self._read_at > _RETRY_AFTER:
            self.refresh(force=True)
        return self.verifying.get(kid)

    def knows(self, kid: str) -> bool:
        """Whether the key of that id still verifies, without asking anew for one that is gone."""
        self.refresh()
        return kid in self.verifying

    def refresh_published(self) -> None:
        """Refresh; and where an app has just begun to use an algorithm, at once: its tokens are verified already."""
        self.refresh()
        if time.monotonic() - self._asked_at < ASKED_EVERY:
            return
        self._asked_at = time.monotonic()
        if any(alg not in self._published and _has_app(alg) for alg in RARE):
            self.refresh(force=True)

    def refresh(self, force: bool = False) -> None:
        """Read the rows again when what is known is old; make the first keys where there are none.

        Raises :class:`Undecryptable` where those there are were not made here, or under another secret.
        """
        if not force and time.monotonic() - self._read_at < FRESH_FOR:
            return
        with self._lock:
            if not force and time.monotonic() - self._read_at < FRESH_FOR:
                return
            rows = _read_rows()
            if not _slots(rows) >= SLOTS:
                _make_missing(_slots(rows))
                rows = _read_rows()
                if not _slots(rows) >= SLOTS:
                    # The slots are held by keys of another secret, or that nobody made here.
                    raise Undecryptable("signing_keys")
            self._take(rows)

    def _take(self, rows: list[Any]) -> None:
        self.verifying = {row.kid: self.verifying.get(row.kid) or public_key(row) for row in rows}
        self.current = {
            row.alg: known
            if (known := self.current.get(row.alg)) and known.kid == row.kid
            else private_key(row)
            for row in rows
            if row.slot == f"{row.alg}:current"
        }
        self._published = frozenset(ALGORITHMS) - {alg for alg in RARE if not self._is_used(alg)}
        self.jwks = {"keys": [json.loads(row.public_jwk) for row in rows if row.alg in self._published]}
        self._read_at = time.monotonic()

    def _is_used(self, alg: str) -> bool:
        """Whether ``alg`` signs for somebody, or did while this process ran and its tokens may still be valid."""
        if settings.access_token_alg == alg or _has_app(alg):
            longest = max(settings.access_token_ttl, settings.id_token_ttl)
            self._used_until[alg] = time.monotonic() + longest
        return self._used_until.get(alg, 0.0) > time.monotonic()


def current() -> KeyRing:
    """This application's keys."""
    found: KeyRing = current_app.extensions["signing_keys"]
    return found


def list_keys() -> list[SigningKey]:
    """All keys, oldest first."""
    return list(db.session.scalars(select(SigningKey).order_by(SigningKey.created_at, SigningKey.kid)))


def _read_rows() -> list[Any]:
    columns = SigningKey.__table__.c
    query = select(SigningKey.__table__).where(or_(columns.expires_at.is_(None), columns.expires_at > now()))
    with read_connection() as connection:
        rows = list(connection.execute(query.order_by(columns.created_at, columns.kid)))
    ours = [row for row in rows if is_authentic(row)]
    foreign = [row.kid for row in rows if row not in ours]
    if ours and foreign:  # where all are, the secret is another one, and that is told
        current_app.logger.error(
            "Signing keys that were not made here are not served: %s", ", ".join(foreign)
        )
    return ours


def _has_app(alg: str) -> bool:
    """Whether an app asks for tokens signed with ``alg``."""
    with read_connection() as connection:
        return connection.scalar(select(Client.id).where(Client.alg == alg).limit(1)) is not None


def _slots(rows: list[Any]) -> set[str]:
    return {row.slot for row in rows if row.slot}


def _make_missing(slots: set[str]) -> None:
    """Create what is missing; where another worker was quicker, its keys are taken.

    A transaction of its own: the keys are the portal's, whatever becomes of the request that met none.
    """
    moment = now()
    for missing in sorted(SLOTS - slots):
        alg, slot = missing.split(":")
        try:
            with Session(db.engine) as session, session.begin():
                session.add(new_row(alg, slot, moment))
        except IntegrityError:
            continue
