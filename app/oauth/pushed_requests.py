"""Pushed authorization requests (:rfc:`9126`): kept as sealed parameters under the digest of their ``request_uri``."""

import json
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, bindparam, insert, or_, update
from werkzeug.datastructures import MultiDict

from ..clock import now
from ..crypto import digest, new_secret
from ..database.rows import new_id
from ..diagnostics import causes
from ..extensions import vault
from .models import PushedRequest
from .refusals import Refused

URN = "urn:ietf:params:oauth:request_uri:"
PREFIX = "pf_par_"
LIFETIME = 60  # seconds in which it must be opened, :rfc:`9126#section-2.2`
OPEN_FOR = timedelta(minutes=30)  # for a person to sign in, set a factor up, and agree
LONGEST = 30_000  # bytes of all parameters; sealed it fits MariaDB's TEXT

_ROW = PushedRequest.__table__
_INSERT = insert(_ROW)
# What may still be opened or answered by this browser; whoever else was faster is seen here and nowhere else.
_GOES_ON = (
    _ROW.c.id == bindparam("pushed"),
    _ROW.c.answered_at.is_(None),
    _ROW.c.expires_at > bindparam("moment"),
    or_(_ROW.c.opened_at.is_(None), _ROW.c.browser_digest == bindparam("browser")),
)
_OPEN = (
    update(_ROW)
    .where(*_GOES_ON)
    .values(opened_at=bindparam("moment"), browser_digest=bindparam("browser"), expires_at=bindparam("until"))
)
_ANSWER = update(_ROW).where(*_GOES_ON).values(answered_at=bindparam("moment"), sealed=None)


def is_reference(uri: str) -> bool:
    """Whether ``uri`` could be one of ours."""
    return uri.startswith(URN)


def random_of(uri: str) -> str:
    """The random part of a ``request_uri`` of ours, by which its row is found."""
    return uri.removeprefix(URN)


def push(connection: Connection, client_id: str, parameters: Iterable[tuple[str, str]]) -> str:
    """Keep the ``parameters`` of this client and return their ``request_uri``. Raises :class:`Refused`."""
    said = json.dumps(list(parameters), ensure_ascii=False, separators=(",", ":"))
    length = len(said.encode())
    if length > LONGEST:
        raise Refused(causes.PUSHED_TOO_LONG, length=length, limit=LONGEST)
    row_id, random, moment = new_id(), new_secret(PREFIX), now()
    values = {
        "id": row_id,
        "uri_digest": digest(random),
        "client_id": client_id,
        "sealed": vault.encrypt(said, sealed_for(row_id)),
        "created_at": moment,
        "expires_at": moment + timedelta(seconds=LIFETIME),
    }
    connection.execute(_INSERT, values)
    return URN + random


def parameters_of(row: Row[Any]) -> MultiDict[str, str]:
    """What was pushed. Raises :class:`~app.crypto.Undecryptable`."""
    return MultiDict(map(tuple, json.loads(vault.decrypt(row.sealed, sealed_for(row.id)))))


def open_for(connection: Connection, row_id: str, browser: str) -> bool:
    """Bind it to the browser of this digest, for :data:`OPEN_FOR`; False when another was faster, or its time is over."""
    moment = now()
    return _changed(connection, _OPEN, row_id, browser, moment, until=moment + OPEN_FOR)


def answer(connection: Connection, row_id: str, browser: str | None) -> bool:
    """Use it up; False when it has its answer, is another browser's, or its time is over.

    A compare-and-swap: of simultaneous answers exactly one is given.
    """
    return _changed(connection, _ANSWER, row_id, browser, now())


def sealed_for(row_id: str) -> str:
    """The place that the sealed parameters are bound to."""
    return f"pushed_requests.sealed.{row_id}"


def _changed(
    connection: Connection,
    statement: Any,
    row_id: str,
    browser: str | None,
    moment: datetime,
    **more: datetime,
) -> bool:
    values = {"pushed": row_id, "browser": browser, "moment": moment, **more}
    return connection.execute(statement, values).rowcount == 1
