"""Whose refused request it probably was: the owner of that app shall read why, although nothing was proven."""

from sqlalchemy.exc import SQLAlchemyError

from ...diagnostics import causes, request_log
from ...diagnostics.causes import Cause
from ..client_lookup import find_client
from . import claimed_clients


def attribute(cause: Cause, token: str | None = None) -> None:
    """Put the refusal into the log of the app that the request names, unless the log knows better.

    A client ID is public, so anybody may name one: refusals are few a minute and app, and say what was seen.
    """
    if request_log.is_attributed() or cause is causes.PORTAL_TROUBLE:
        return
    try:
        claimed = next(filter(find_client, claimed_clients.claimed(token)), None)
    except SQLAlchemyError:
        return  # the log is not worth a second trouble
    request_log.attribute_to(client_id=claimed)
