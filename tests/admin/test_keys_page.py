"""Signing keys on the admin pages: who signs, and replacing them after a fresh password check."""

from datetime import timedelta

from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.authentication.models import BrowserSession
from app.clock import now
from app.oauth.keys import ring
from app.oauth.models import SigningKey
from tests import factories as make
from tests.admin import pages
from tests.support.signing_keys import change_keys


def current(app: Flask) -> set[str]:
    with app.app_context():
        return {key.kid for key in ring.list_keys() if key.slot and key.slot.endswith(":current")}


def test_every_key_is_listed_with_its_state_and_never_its_private_half(
    app: Flask, db_session: Session
) -> None:
    _chief, browser = pages.administrator(app)
    page = browser.get("/admin/keys").text
    rows = db_session.query(SigningKey).all()
    assert len(rows) >= 6
    for key in rows:
        assert key.kid in page
        assert key.sealed_private_jwk not in page
    assert "current" in page
    assert "next" in page


def test_the_next_keys_sign_after_the_button_and_the_old_ones_still_verify(
    app: Flask, db_session: Session
) -> None:
    chief, browser = pages.administrator(app)
    browser.get("/admin/keys")
    before = current(app)
    # A rule may refuse keys that were published too lately.
    change_keys(db_session, created_at=now() - timedelta(days=30))
    assert pages.post(browser, "/admin/keys/rotate").headers["Location"] == "/admin/keys"
    after = current(app)
    assert len(after) == len(before) == 3
    assert not before & after
    page = browser.get("/admin/keys").text
    assert "still verifies" in page
    assert all(kid in page for kid in before)
    event = pages.recorded(db_session, "oauth.key.rotated")
    assert event.actor_id == chief.id
    assert all(kid in event.details for kid in after)


def test_a_sign_in_of_this_morning_is_not_enough_to_replace_the_keys(app: Flask, db_session: Session) -> None:
    _chief, browser = pages.administrator(app)
    browser.get("/admin/keys")
    before = current(app)
    token = make.csrf_token(browser.get("/admin/keys/rotate"))
    db_session.execute(update(BrowserSession).values(authenticated_at=now() - timedelta(hours=3)))
    db_session.commit()
    for answer in (
        browser.get("/admin/keys/rotate"),
        browser.post("/admin/keys/rotate", data={"csrf_token": token}),
    ):
        assert answer.headers["Location"] == "/reauthenticate?next=/admin/keys/rotate"
    assert current(app) == before
