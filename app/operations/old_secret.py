"""What a new encryption secret finds and cannot seal anew: only its holders can bring it over, by using it."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select

from ..audit.events import EventKind
from ..audit.models import Event
from ..clients.models import ClientSecret
from ..clock import now
from ..database.rows import db
from ..extensions import vault
from ..oauth.models import TokenFamily


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
