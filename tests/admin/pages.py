"""An administrator's browser, and sending the forms of admin pages."""

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.audit.models import Event
from tests import factories as make


def administrator(app: Flask, name: str = "chief") -> tuple[make.Person, FlaskClient]:
    """Somebody who administers the portal, and their browser."""
    person = make.make_user(app, name, is_admin=True, email_verified=True)
    return person, make.browser_of(app, person)


def post(browser: FlaskClient, path: str, *, on: str | None = None, **fields: str) -> TestResponse:
    """Send these fields to ``path``, with the token of the page ``on``."""
    token = make.csrf_token(browser.get(on or path))
    return browser.post(path, data={"csrf_token": token, **fields})


def recorded(session: Session, kind: str) -> Event:
    """The one event of this kind."""
    session.expire_all()
    return session.scalars(select(Event).where(Event.kind == kind)).one()
