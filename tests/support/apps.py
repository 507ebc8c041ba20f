"""The application inside the test's own process: `app` and `app_with` to look, `make_app` to change."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.database.rows import db
from app.process.shared_folder import shared_folder
from tests.support.databases import Databases, make_settings
from tests.support.shared_app import SharedApp, close, new_app

MakeApp = Callable[..., Flask]
SHARED = pytest.StashKey["SharedApps"]()


class SharedApps:
    """The shared applications of this process, one for each database and each way its settings are changed."""

    MOST = 8  # kept at a time: each has connections of its own

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()
        self._kept: dict[tuple[object, ...], SharedApp] = {}
        self._taken: set[SharedApp] = set()

    def take(self, url: str, **changes: str) -> Flask:
        """Return the application on this database with these changes as if it were new."""
        key = (url, *sorted(changes.items()))
        shared = self._kept.pop(key, None) or self._new(url, **changes)
        self._kept[key] = shared
        self._taken.add(shared)
        return shared.take()

    def _new(self, url: str, **changes: str) -> SharedApp:
        if len(self._kept) == self.MOST:
            longest_ago = next(iter(self._kept))
            self._kept.pop(longest_ago).close()
        return SharedApp(url, self._folder / f"instance{next(self._numbers)}", **changes)

    def what_changed(self) -> list[str]:
        """Name what has been changed of those taken since this was asked."""
        taken, self._taken = self._taken, set()
        return [name for each in taken for name in each.what_changed()]

    def close(self) -> None:
        """End their connections."""
        for each in self._kept.values():
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
    if shared is not None and "shared_apps" in getattr(item, "fixturenames", ()):
        changed = shared.what_changed()
        assert not changed, (
            f"changed of an application that tests share: {changed}; make_app() gives one to change"
        )


@pytest.fixture
def make_app(database: str, tmp_path: Path) -> Iterator[MakeApp]:
    """Makes applications of the test's own: to change, to restart, or with settings that no other test has."""
    made: list[Flask] = []

    def make(**changes: str) -> Flask:
        made.append(new_app(make_settings(database, tmp_path, **changes)))
        return made[-1]

    yield make
    for app in made:
        close(app)
    if made:
        shutil.rmtree(shared_folder(tmp_path), ignore_errors=True)


@pytest.fixture
def app_with(database: str, shared_apps: SharedApps) -> MakeApp:
    """The portal with other settings, `app_with(REGISTRATION="closed")`, for tests that leave it as it is."""
    return partial(shared_apps.take, database)


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
