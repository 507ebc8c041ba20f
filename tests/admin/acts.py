"""An administrator at the pages: opening an act, pressing its button, and what was written down."""

import json
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.audit.models import Event
from app.authentication.models import BrowserSession
from app.clock import now
from app.users.models import User
from tests import factories as make


def act(browser: FlaskClient, path: str, **fields: str) -> TestResponse:
    """Open the page of an act and send its form, with these fields."""
    page = browser.get(path)
    assert page.status_code == 200, f"{page.status_code} {page.headers.get('Location')}"
    return browser.post(path, data={"csrf_token": make.csrf_token(page), **fields})


def token_of(browser: FlaskClient) -> str:
    """A CSRF token of this browser."""
    return make.csrf_token(browser.get("/account/profile"))


def events(session: Session, kind: str) -> list[tuple[str | None, str | None, dict[str, Any]]]:
    """Whom, who and what of every event of that kind, the earliest first."""
    session.expire_all()
    rows = session.scalars(select(Event).where(Event.kind == kind).order_by(Event.id))
    return [(row.user_id, row.actor_id, json.loads(row.details)) for row in rows]


def state(session: Session, person: make.Person) -> User:
    """The row of this person as it is now."""
    session.expire_all()
    return session.get_one(User, person.id)


def change(session: Session, person: make.Person, **values: object) -> None:
    """Change the row of this person behind the portal's back."""
    session.execute(update(User).where(User.id == person.id).values(updated_at=now(), **values))
    session.commit()


def grow_stale(session: Session, person: make.Person | None = None) -> None:
    """Let the password check of this person's sessions, or of all, be long ago."""
    long_ago = update(BrowserSession).values(authenticated_at=now().replace(year=2020))
    session.execute(long_ago if person is None else long_ago.where(BrowserSession.user_id == person.id))
    session.commit()
