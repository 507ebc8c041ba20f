"""A proof counts once, on all workers and machines: a row a proof, as long as its ``iat`` would be accepted."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from ...crypto import digest
from ...diagnostics import causes
from ..models import UsedProof
from ..refusals import Refused
from .proofs import EARLIEST, LATEST, Proof

# Clocks of several machines differ by less than what the clock of an app may be ahead.
KEPT = timedelta(seconds=EARLIEST + 2 * LATEST)
_INSERT = insert(UsedProof.__table__)


def take_once(connection: Connection, proof: Proof) -> None:
    """Use ``proof`` up in the transaction of ``connection``. Raises :class:`Refused` where somebody has already."""
    until = datetime.fromtimestamp(proof.made_at, UTC) + KEPT
    values = {"proof_digest": digest(f"{proof.jkt} {proof.jti}"), "expires_at": until}
    try:
        connection.execute(_INSERT, values)
    except IntegrityError as error:
        raise Refused(causes.DPOP_PROOF_REPLAYED) from error
