"""The application inside the test's own process: `app` to look, `make_app` to change."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app import create_app
from app.database.rows import db
from app.process.shared_folder import shared_folder
from tests.support.databases import Databases, make_settings
from tests.support.shared_app import SharedApp, close, compiled_once

MakeApp = Callable[..., Flask]
SHARED = pytest.StashKey["SharedApps"]()


class SharedApps:
    """The shared applications of this process, one a database."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._by_url: dict[str, SharedApp] = {}

    def take(self, url: str) -> Flask:
        """Return the application on this database as if it were new."""
        if url not in self._by_url:
            self._by_url[url] = SharedApp(url, self._folder / f"instance{len(self._by_url)}")
        return self._by_url[url].take()

    def what_changed(self) -> list[str]:
        """Name what has been changed of them."""
        return [name for each in self._by_url.values() for name in each.what_changed()]

    def close(self) -> None:
        """End their connections."""
        for each in self._by_url.values():
            each.close()


@pytest.fixture(scope="session")
def shared_apps(
    request: pytest.FixtureRequest, databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[SharedApps]:
    """The applications that tests share one after the other, each made when the first test asks for it."""
    found = request.config.stash[SHARED] = SharedApps(tmp_path_factory.mktemp("shared"))
    yield found
    found.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Fail a test that has changed the application it shares with others, when all its fixtures are gone."""
    yield
    shared = item.config.stash.get(SHARED, None)
    if shared is not None and "app" in getattr(item, "fixturenames", ()):
        changed = shared.what_changed()
        assert not changed, (
            f"changed of the application all tests share: {changed}; make_app() gives one to change"
        )


@pytest.fixture
def make_app(database: str, databases: Databases, tmp_path: Path) -> Iterator[MakeApp]:
    """Makes applications of the test's own: `make_app(REGISTRATION="closed")`, variables as in the contract.

    For tests that want other settings or keys, or change the application: a route more, another configuration.
    """
    made: list[Flask] = []

    def make(**changes: str) -> Flask:
        app = create_app(make_settings(database, tmp_path, **changes))
        made.append(compiled_once(app, databases.folder / "templates"))
        return made[-1]

    yield make
    for app in made:
        close(app)
    if made:
        shutil.rmtree(shared_folder(tmp_path), ignore_errors=True)


@pytest.fixture
def app(database: str, shared_apps: SharedApps) -> Flask:
    """The portal with its default settings, on SQLite and on MariaDB, for tests that leave it as it is."""
    return shared_apps.take(database)


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
