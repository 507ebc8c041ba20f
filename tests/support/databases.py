"""The databases a test runs on: SQLite and MariaDB, migrated once and emptied after every test."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from flask_migrate import upgrade
from sqlalchemy import Connection, Engine, create_engine

from app import create_app
from app.database.rows import db
from config import Settings
from tests.support.servers import MariaDb, private_mariadb, private_redis

KINDS = ("sqlite", "mariadb")
SECRETS = {
    "SECRET_KEY": "tHeP0rtal0fTests-9fQ2vLxw7ZbNc4RkYs6JdUg1",
    "DATABASE_ENCRYPTION_SECRET": "0fTestsT00-Bm8zXr3WqEa5TnVh7KpCy2GsLd9FuJ",
}
# Most tests only want somebody to sign in; a hash as in production takes 30 milliseconds.
QUICK_HASHES = {"PASSWORD_HASHER": "bcrypt", "BCRYPT_SALT_ROUNDS": "4"}
# Making RSA keys takes long, so the first test's keys serve all; alembic_version must stay.
KEPT = ("signing_keys", "alembic_version")


def make_settings(database_url: str, instance: Path, **changes: str) -> Settings:
    """Settings of a test's application; `changes` are variables as the contract names them."""
    environ = {"APP_ENV": "testing", "DATABASE_URL": database_url, **SECRETS, **QUICK_HASHES}
    return Settings.from_environment({**environ, **changes}, instance)


class Databases:
    """The migrated databases of one test process, each made when the first test asks for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._servers = ExitStack()
        self._mariadb: MariaDb | None = None
        self._urls: dict[str, str] = {}
        self._engines: dict[str, Engine] = {}

    def url(self, kind: str) -> str:
        """The URL of the migrated database that tests share one after the other."""
        if kind not in self._urls:
            url = self.new_url(kind)
            app = create_app(make_settings(url, self.folder))
            with app.app_context():
                upgrade()
                for engine in db.engines.values():
                    engine.dispose()
            self._urls[kind] = url
            self._engines[kind] = create_engine(app.config["SETTINGS"].database_url)
        return self._urls[kind]

    def new_url(self, kind: str) -> str:
        """The URL of an empty database without any table."""
        if kind == "sqlite":
            number = len(list(self.folder.glob("*.sqlite3")))
            path = self.folder / f"pforte{number}.sqlite3"
            path.touch(mode=0o600)
            return f"sqlite:///{path}"
        return self.mariadb.new_database()

    @property
    def mariadb(self) -> MariaDb:
        """The private server, started at the first use."""
        if self._mariadb is None:
            self._mariadb = self._servers.enter_context(private_mariadb())
        return self._mariadb

    def empty(self, kind: str) -> None:
        """Delete every row of the shared database; signing keys stay."""
        with self._engines[kind].begin() as connection:
            _delete_rows(connection)

    def close(self) -> None:
        """End the servers."""
        for engine in self._engines.values():
            engine.dispose()
        self._servers.close()


def _delete_rows(connection: Connection) -> None:
    on_sqlite = connection.dialect.name == "sqlite"
    run = connection.exec_driver_sql
    run("PRAGMA foreign_keys=OFF" if on_sqlite else "SET foreign_key_checks=0")
    names = [table.name for table in db.metadata.sorted_tables if table.name not in KEPT]
    # One question first: most tests fill few tables, and an empty DELETE is not free either.
    filled = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in names)
    for (name,) in run(filled).all() if names else []:
        run(f"DELETE FROM {name}")
    if not on_sqlite:
        run("SET foreign_key_checks=1")


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Databases]:
    """The servers and databases of this process."""
    found = Databases(tmp_path_factory.mktemp("databases"))
    yield found
    found.close()


@pytest.fixture
def database(request: pytest.FixtureRequest, databases: Databases) -> Iterator[str]:
    """The URL of a migrated database without rows: the test runs on SQLite and once more on MariaDB."""
    yield databases.url(request.param)
    databases.empty(request.param)


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """The URL of a Redis server of our own."""
    with private_redis() as url:
        yield url
