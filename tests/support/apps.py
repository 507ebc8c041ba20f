"""The application inside the test's own process."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from app.database.rows import db
from tests.support.databases import make_settings

MakeApp = Callable[..., Flask]


@pytest.fixture
def make_app(database: str, tmp_path: Path) -> Iterator[MakeApp]:
    """Makes applications on the test's database: `make_app(REGISTRATION="closed")`, variables as in the contract."""
    made: list[Flask] = []

    def make(**changes: str) -> Flask:
        made.append(create_app(make_settings(database, tmp_path, **changes)))
        return made[-1]

    yield make
    for app in made:
        _close(app)


@pytest.fixture
def app(make_app: MakeApp) -> Flask:
    """The portal with its default settings, on SQLite and on MariaDB."""
    return make_app()


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser without cookies."""
    return app.test_client()


@pytest.fixture
def db_session(app: Flask) -> Iterator[Session]:
    """A session of the test's own: commit what requests shall see, `expire_all()` to see what they did."""
    with app.app_context():
        engine = db.engine
    with Session(engine, expire_on_commit=False) as session:
        yield session


@pytest.fixture
def app_context(app: Flask) -> Iterator[Any]:
    """An application context, for tests of rules; requests get their own in a test that makes some."""
    with app.app_context() as context:
        yield context


def _close(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
