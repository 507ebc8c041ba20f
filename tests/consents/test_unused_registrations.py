"""Apps that registered themselves and that nobody let in are gone after a day; all others stay."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.clients import handing_over, verified
from app.clients.dynamic.models import ClientRegistration
from app.clients.models import Client
from app.consents.decisions import withdraw_consent
from app.consents.unused_registrations import delete_unused
from app.database.rows import db
from app.operations import cleanup
from app.users import accounts
from tests import factories as make
from tests.oauth.registrations import Registered, register
from tests.oauth.world import later

MakeApp = Callable[..., Flask]


@pytest.fixture
def open_app(app_with: MakeApp) -> Flask:
    """A portal that lets everybody register."""
    return app_with(DYNAMIC_REGISTRATION="open")


def clean(app: Flask) -> None:
    """What `flask cleanup` does."""
    with app.app_context():
        for _name, delete in cleanup.steps(365 * 86_400):
            while delete():
                db.session.commit()
            db.session.commit()


def is_there(session: Session, found: Registered) -> bool:
    session.expire_all()
    session.rollback()
    return session.get(Client, found.app.id) is not None


def test_an_app_that_nobody_let_in_is_gone_after_a_day(open_app: Flask, db_session: Session) -> None:
    found, old = register(open_app.test_client()), make.make_client(open_app)
    clean(open_app)
    with later(hours=23):
        clean(open_app)
    assert is_there(db_session, found)
    with later(hours=25):
        clean(open_app)
    assert not is_there(db_session, found)
    assert db_session.get(ClientRegistration, found.app.id) is None
    assert db_session.get(Client, old.id) is not None
    event = db_session.scalars(select(Event).where(Event.kind == "clients.client.deleted")).one()
    assert '"reason": "unused"' in event.details
    assert found.read().status_code == 401


@pytest.mark.parametrize("since", ["allowed", "withdrawn", "deleted account"])
def test_a_consent_ever_given_keeps_an_app(open_app: Flask, db_session: Session, since: str) -> None:
    found, person = register(open_app.test_client()), make.make_user(open_app)
    make.authorize(found.app, make.browser_of(open_app, person), scope="openid")
    with open_app.app_context():
        if since == "withdrawn":
            withdraw_consent(person.id, found.app.id)
        if since == "deleted account":
            accounts.delete(accounts.get_user(person.id))
        db.session.commit()
    with later(hours=25):
        clean(open_app)
        clean(open_app)
    assert is_there(db_session, found)
    assert db_session.get_one(ClientRegistration, found.app.id).unused_until is None


@pytest.mark.parametrize("by", ["verified", "handed over"])
def test_an_app_that_somebody_here_answers_for_stays(open_app: Flask, db_session: Session, by: str) -> None:
    found, chief = register(open_app.test_client()), make.make_user(open_app, is_admin=True)
    with open_app.app_context():
        client = db.session.get_one(Client, found.app.id)
        if by == "verified":
            verified.trust_client(client, actor_id=chief.id)
        else:
            handing_over.hand_over(client, accounts.get_user(chief.id), actor_id=chief.id)
        db.session.commit()
    with later(hours=25):
        clean(open_app)
    assert is_there(db_session, found)


def test_many_are_settled_in_batches(
    open_app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.consents.unused_registrations.APPS_A_BATCH", 2)
    http = open_app.test_client()
    for _number in range(3):
        register(http)
    with later(hours=25), open_app.app_context():
        assert [delete_unused(), delete_unused(), delete_unused()] == [2, 1, 0]
        db.session.commit()
    assert db_session.scalars(select(Client.id)).all() == []
