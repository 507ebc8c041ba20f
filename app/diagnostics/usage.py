"""When secrets and consents were last used, gathered in memory and written many at a time."""

import logging
import threading
import time
from datetime import datetime

from sqlalchemy import Update, bindparam, or_, update
from sqlalchemy.exc import DBAPIError

from ..clients.models import ClientSecret
from ..clock import now
from ..consents.models import Consent
from ..database.rows import UtcDateTime, db
from ..extensions import background, metrics
from ..process.metric_families import QUEUED

STAMP_EVERY = 10.0  # seconds between two stamps of one row: a busy app must not rewrite its row all the time
MOST_WAITING = 50_000

_log = logging.getLogger(__name__)
Stamped = type[ClientSecret] | type[Consent]


def _statement(table: Stamped) -> Update:
    moment = bindparam("moment", type_=UtcDateTime())
    older = or_(table.last_used_at.is_(None), table.last_used_at < moment)
    return update(table).where(table.id == bindparam("row"), older).values(last_used_at=moment)


class Stamps:
    """The last uses of the rows of one table."""

    def __init__(self, table: Stamped) -> None:
        self._table = table
        self._waiting: dict[str, datetime] = {}
        self._written: dict[str, float] = {}
        self._lock = threading.Lock()

    def used(self, row_id: str) -> None:
        """The row was used now."""
        with self._lock:
            if len(self._waiting) < MOST_WAITING or row_id in self._waiting:
                self._waiting[row_id] = now()

    @property
    def waiting(self) -> int:
        """How many stamps are yet to be written."""
        return len(self._waiting)

    def flush(self) -> None:
        """Write the stamps that are due. An older stamp never replaces a newer one of another worker."""
        stamps = self._take_due()
        if not stamps:
            return
        # In the order of their ids: two workers never wait for each other crosswise.
        values = [{"row": row_id, "moment": moment} for row_id, moment in sorted(stamps.items())]
        try:
            with db.engine.begin() as connection:
                connection.execute(_statement(self._table), values)
        except DBAPIError as error:
            _log.warning("Last uses could not be written: %s", type(error).__name__)
            self._put_back(stamps)

    def _take_due(self) -> dict[str, datetime]:
        moment = time.monotonic()
        with self._lock:
            self._written = {key: at for key, at in self._written.items() if moment - at < STAMP_EVERY}
            due = {key: at for key, at in self._waiting.items() if key not in self._written}
            for key in due:
                del self._waiting[key]
                self._written[key] = moment
        return due

    def _put_back(self, stamps: dict[str, datetime]) -> None:
        with self._lock:
            for key, at in stamps.items():
                self._waiting.setdefault(key, at)
                self._written.pop(key, None)


_secrets = Stamps(ClientSecret)
_consents = Stamps(Consent)


def secret_used(secret_id: str) -> None:
    """An app authenticated with this secret now."""
    _secrets.used(secret_id)


def consent_used(consent_id: str) -> None:
    """An app used what this consent allows now."""
    _consents.used(consent_id)


@metrics.watch(QUEUED, "last_used")
def waiting() -> int:
    """How many stamps of this process are yet to be written."""
    return _secrets.waiting + _consents.waiting


@background.add
def flush_usage() -> None:
    """Write the stamps that are due."""
    _secrets.flush()
    _consents.flush()
