"""The language of emails that nobody asked for on a page."""

import pytest
from flask import Flask

from app.authentication.factors import changes
from app.clock import now
from app.database.rows import db
from app.users import accounts
from tests.account.visitor import mails, sign_up


@pytest.mark.parametrize(
    ("came_in", "chose", "language"), [("de-AT,en;q=0.5", None, "de"), ("en", "de", "de"), ("de", "en", "en")]
)
def test_it_is_the_one_a_person_chose_or_else_first_came_in(
    app: Flask, came_in: str, chose: str | None, language: str
) -> None:
    browser = app.test_client()
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = came_in
    sign_up(browser)
    browser.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    browser.get("/account")
    with app.app_context():
        anna = accounts.find_user("anna")
        assert anna is not None
        anna.locale, anna.email_verified_at, anna.totp_at = chose, now(), now()
        changes.reset(anna, "Sie war am Schalter.")
        db.session.commit()
    (mail,) = mails(app, "factors_reset")
    assert mail["Content-Language"] == language
