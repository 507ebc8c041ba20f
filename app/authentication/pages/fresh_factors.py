"""What a person is to take to their phone or to paper, between two pages: sealed in the cookie for this session only."""

import json

from flask import session
from flask_login import current_user

from ...crypto import Undecryptable
from ...extensions import vault
from ..factors import totp

_SEED, _CODES = "fresh_seed", "fresh_codes"  # in the cookie


def seed() -> str:
    """Return the seed that is being set up, the same whenever the page is opened, until :func:`forget_seed`."""
    kept = _open(_SEED)
    if kept is None:
        kept = totp.new_seed()
        session[_SEED] = vault.encrypt(kept, _place(_SEED))
    return kept


def forget_seed() -> None:
    """Begin with another seed next time."""
    session.pop(_SEED, None)


def keep_codes(codes: list[str]) -> None:
    """Keep new recovery codes for the page that follows."""
    session[_CODES] = vault.encrypt(json.dumps(codes), _place(_CODES))


def take_codes() -> list[str]:
    """Return the recovery codes that were kept, once; none where there are none."""
    kept = _open(_CODES)
    session.pop(_CODES, None)
    return json.loads(kept) if kept else []


def _open(name: str) -> str | None:
    try:
        return vault.decrypt(session[name], _place(name)) if name in session else None
    except Undecryptable:  # of another session, or under another secret
        return None


def _place(name: str) -> str:
    return f"session.{name}.{current_user.browser_session.id}"
