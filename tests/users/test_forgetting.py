"""What is left of a deleted person's addresses: nothing."""

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.account.email_links import Purpose, create_link
from app.account.models import EmailLink
from app.audit import EventKind, record
from app.audit.models import Event
from app.database.rows import db
from app.users import accounts
from tests import factories as make
from tests.account.visitor import PASSWORD, last_link, person, sign_up, submit


@pytest.fixture
def deleted(app: Flask, client: FlaskClient, db_session: Session) -> None:
    """anna, who changed her address, was invited, and is gone."""
    other = make.make_user(app, "berta")
    sign_up(client)
    submit(client, last_link(app, "verify_email"))
    submit(client, "/account/email", email="anna@new.example", current_password=PASSWORD)
    submit(client, last_link(app, "verify_email"))
    user_id = person(db_session).id
    with app.app_context():
        for email in ("anna@new.example", "berta@example.org"):
            create_link(Purpose.INVITE, email=email)
            record(EventKind.USER_INVITED, other.id, other.id, email=email)
        db.session.commit()
        accounts.delete(accounts.get_user(user_id))
        db.session.commit()


@pytest.mark.usefixtures("deleted")
def test_no_event_names_an_address_of_somebody_who_is_gone(db_session: Session) -> None:
    db_session.expire_all()
    events = db_session.scalars(select(Event)).all()
    assert not [event.details for event in events if "anna@" in event.details]
    changed = next(event for event in events if event.kind == EventKind.EMAIL_CHANGED)
    assert json.loads(changed.details) == {"email": None}
    assert any("berta@example.org" in event.details for event in events)


@pytest.mark.usefixtures("deleted")
def test_no_link_to_an_address_of_somebody_who_is_gone_stays(db_session: Session) -> None:
    assert db_session.scalars(select(EmailLink.email)).all() == ["berta@example.org"]
