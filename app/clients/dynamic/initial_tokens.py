"""Initial access tokens: administrators give them to whoever shall register apps (:rfc:`7591#appendix-A.2`)."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, func, or_, select, update

from ...audit.events import EventKind, record
from ...clock import now
from ...crypto import digest, new_secret
from ...database.rows import changed, db
from ...users.display_names import tidy
from .models import ClientRegistration, RegistrationToken

PREFIX = "pf_initial_"
LIFETIME = timedelta(days=7)  # where nobody says otherwise: what lies in a chat or a script is found some day
LONGEST_NAME = 100


class TokenNotValid(Exception):
    """Nobody may register with this token; ``token`` is the one that has ended, None where there never was one."""

    def __init__(self, token: RegistrationToken | None) -> None:
        super().__init__("ended" if token is not None else "unknown")
        self.token = token


def create_token(
    name: str, *, lifetime: timedelta | None = LIFETIME, by: str | None
) -> tuple[RegistrationToken, str]:
    """Make a token called ``name`` (of 100 characters at most), and return its row and itself, which is kept nowhere.

    Without a ``lifetime`` it is valid until somebody ends it.
    """
    text, moment = new_secret(PREFIX), now()
    token = RegistrationToken(
        name=tidy(name)[:LONGEST_NAME],
        digest=digest(text),
        last_four=text[-4:],
        created_by=by,
        created_at=moment,
        expires_at=moment + lifetime if lifetime is not None else None,
    )
    db.session.add(token)
    record(EventKind.REGISTRATION_TOKEN_CREATED, by, by, name=token.name)
    db.session.flush()
    return token, text


def select_tokens() -> Select[RegistrationToken]:
    """All tokens, those that have ended and are still known included."""
    return select(RegistrationToken)


def count_valid() -> int:
    """How many tokens let somebody register now."""
    return db.session.scalar(select(func.count()).select_from(RegistrationToken).where(*_valid(now()))) or 0


def find_token(token_id: str) -> RegistrationToken | None:
    """The token with this id, or with this name where exactly one valid token has it."""
    found = db.session.get(RegistrationToken, token_id)
    if found is not None:
        return found
    named = select(RegistrationToken).where(RegistrationToken.name == token_id, *_valid(now())).limit(2)
    ways = db.session.scalars(named).all()
    return ways[0] if len(ways) == 1 else None


def find_token_of(client_id: str) -> RegistrationToken | None:
    """The token that let this app register itself, where it needed one that is still known."""
    query = select(RegistrationToken).join(
        ClientRegistration, ClientRegistration.initial_token_id == RegistrationToken.id
    )
    return db.session.scalar(query.where(ClientRegistration.client_id == client_id))


def is_valid(token: RegistrationToken) -> bool:
    """Whether somebody may register with ``token`` now."""
    return token.revoked_at is None and (token.expires_at is None or token.expires_at > now())


def ended_at(token: RegistrationToken) -> datetime | None:
    """When ``token`` ended; None while it is valid."""
    return None if is_valid(token) else token.revoked_at or token.expires_at


def revoke_token(token: RegistrationToken, *, by: str | None) -> bool:
    """End ``token``; False where it has ended already. Apps that it let register stay."""
    this = update(RegistrationToken).where(RegistrationToken.id == token.id, *_valid(now()))
    if changed(this.values(revoked_at=now()).execution_options(synchronize_session="fetch")) != 1:
        return False
    record(EventKind.REGISTRATION_TOKEN_REVOKED, by, by, name=token.name)
    return True


def use_token(text: str) -> str:
    """Count one registration with the token ``text``, and return the token's id. Raises :class:`TokenNotValid`.

    Its row is locked until the transaction ends.
    """
    moment, digested = now(), digest(text)
    this = update(RegistrationToken).where(RegistrationToken.digest == digested, *_valid(moment))
    used = this.values(uses=RegistrationToken.uses + 1, last_used_at=moment)
    is_used = changed(used.execution_options(synchronize_session=False)) == 1
    token = db.session.scalar(select(RegistrationToken).where(RegistrationToken.digest == digested))
    if not is_used or token is None:
        raise TokenNotValid(token)
    return token.id


def _valid(moment: datetime) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    never_ends = or_(RegistrationToken.expires_at.is_(None), RegistrationToken.expires_at > moment)
    return RegistrationToken.revoked_at.is_(None), never_ends
