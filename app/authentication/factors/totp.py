"""One-time codes of an app on the person's phone, :rfc:`6238`: SHA-1, six digits, a new one every 30 seconds.

So they work with every such app: several ignore what an address says of other hashes, lengths or times.
"""

import base64
import hmac
import secrets
from datetime import datetime
from urllib.parse import quote, urlencode

from sqlalchemy import ColumnElement, delete, or_

from ...clock import now
from ...crypto import equal
from ...database.rows import db
from ...extensions import vault
from ...users.models import User
from ..models import TotpSecret
from ..refusals import InvalidCode

STEP = 30  # seconds
DIGITS = 6
DRIFT = 1  # steps that a phone's clock may be early or late, :rfc:`6238#section-5.2`
SEED_BYTES = 20  # 160 bits, as :rfc:`4226#section-4` recommends


def new_seed() -> str:
    """Return a fresh seed in base32, as people type it."""
    return base64.b32encode(secrets.token_bytes(SEED_BYTES)).decode()


def address_of(seed: str, issuer: str, username: str) -> str:
    """Return the ``otpauth://`` address that sets an app up with ``seed``."""
    issuer = issuer.replace(":", "")  # which is between the two in what the app shows
    told = {"secret": seed, "issuer": issuer, "algorithm": "SHA1", "digits": DIGITS, "period": STEP}
    return f"otpauth://totp/{quote(f'{issuer}:{username}', safe='')}?{urlencode(told, quote_via=quote)}"


def code_at(seed: str, step: int) -> str:
    """Return the code of one time step, :rfc:`4226#section-5.3`."""
    mac = hmac.digest(base64.b32decode(seed), step.to_bytes(8, "big"), "sha1")
    offset = mac[-1] & 15
    number = int.from_bytes(mac[offset : offset + 4], "big") & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def find_step(seed: str, code: str, moment: datetime) -> int | None:
    """Return the time step whose code is ``code``, if it is one of those that count at ``moment``."""
    here = int(moment.timestamp()) // STEP
    steps = [here, *(here + drift for drift in range(-DRIFT, DRIFT + 1) if drift)]
    matching = [step for step in steps if equal(code_at(seed, step), code)]  # all, so that time tells nothing
    return matching[0] if matching else None


def find_unused_step(user: User, code: str) -> int | None:
    """Return the time step of ``code``, if the app of ``user`` shows it and neither it nor a later one was used."""
    row = db.session.get(TotpSecret, user.id)
    if user.totp_at is None or row is None:
        return None
    step = find_step(vault.decrypt(row.sealed, sealed_for(user.id)), code, now())
    is_used = step is not None and user.totp_step is not None and step <= user.totp_step
    return None if is_used else step


def unused(user: User, step: int) -> ColumnElement[bool]:
    """The condition on the row of ``user`` that a code of ``step`` counts: of several uses at once, for one."""
    same_app = User.totp_at == user.totp_at
    return same_app & or_(User.totp_step.is_(None), User.totp_step < step)


def check_shown_code(seed: str, code: str) -> int:
    """Return the time step of ``code``, which an app that is being set up shows. Raises :class:`InvalidCode`."""
    step = find_step(seed, code, now())
    if step is None:
        raise InvalidCode
    return step


def set_up(user: User, seed: str, step: int) -> None:
    """Ask ``user`` for codes of ``seed`` from now on, and no longer for those of another app; ``step`` is used."""
    db.session.execute(delete(TotpSecret).where(TotpSecret.user_id == user.id))
    db.session.add(TotpSecret(user_id=user.id, sealed=vault.encrypt(seed, sealed_for(user.id))))
    user.totp_at, user.totp_step = now(), step


def forget(user: User) -> None:
    """Ask ``user`` for no more codes."""
    db.session.execute(delete(TotpSecret).where(TotpSecret.user_id == user.id))
    user.totp_at = user.totp_step = None


def sealed_for(user_id: str) -> str:
    """The place a seed is bound to."""
    return f"totp_secrets.sealed.{user_id}"
