"""Phones with an authenticator app, which is nobody's of ours, and what people type."""

import re
from datetime import datetime

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from app.authentication.factors import recovery_codes, totp
from app.clock import now
from app.database.rows import db
from app.notifications.models import OutgoingMail
from app.users import accounts
from tests.authentication.visitors import csrf_token, sign_in

VERIFY = "/login/verify"
SET_UP = "/account/security/totp"
CODES = "/account/security/recovery-codes"


class Phone:
    """An app that was set up with this seed: `phone.code()` is what it shows now."""

    def __init__(self, seed: str) -> None:
        self._app = pyotp.TOTP(seed)

    def code(self, steps: int = 0) -> str:
        """What it shows now, or so many steps later."""
        return str(self._app.at(int(now().timestamp()) + steps * totp.STEP))

    def wrong_code(self) -> str:
        """Six digits that it shows at no moment near this one."""
        near = {self.code(steps) for steps in range(-3, 4)}
        return next(
            code
            for code in ("000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777")
            if code not in near
        )


def give_phone(app: Flask, user_id: str) -> Phone:
    """Set an app up for this person, none of whose codes was used so far."""
    seed = totp.new_seed()
    with app.app_context():
        totp.set_up(accounts.get_user(user_id), seed, 0)
        db.session.commit()
    return Phone(seed)


def give_codes(app: Flask, user_id: str) -> list[str]:
    """New recovery codes of this person."""
    with app.app_context():
        codes = recovery_codes.make(accounts.get_user(user_id))
        db.session.commit()
    return codes


def verify(browser: FlaskClient, code: str, *, path: str = VERIFY, **fields: str) -> TestResponse:
    """The answer to this code, typed into the form of the second step."""
    return browser.post(path, data={"csrf_token": csrf_token(browser, path), "code": code, **fields})


def sign_in_with(browser: FlaskClient, phone: Phone, username: str = "anna") -> TestResponse:
    """Both steps of a sign-in."""
    assert sign_in(browser, username).location.startswith(VERIFY)
    return verify(browser, phone.code())


def phone_for(page: TestResponse) -> Phone:
    """A phone into which somebody typed the key of this page."""
    found = re.search(r'<code id="totp-key">([A-Z2-7 ]+)</code>', page.text)
    assert found, page.text[:2000]
    return Phone(found[1].replace(" ", ""))


def codes_on(page: TestResponse) -> list[str]:
    """The recovery codes that this page shows."""
    return re.findall(r"<li><code>([2-9A-HJ-NP-Z-]{14})</code></li>", page.text)


def queued(app: Flask, template: str) -> int:
    """How many mails of this template wait or have left."""
    with app.app_context():
        return len(db.session.scalars(select(OutgoingMail.id).where(OutgoingMail.template == template)).all())


def at(moment: datetime) -> int:
    """The time step of this moment."""
    return int(moment.timestamp()) // totp.STEP
