"""Commands on a database in trouble: one line that says what to do, and 1."""

import sqlite3
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import Result
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from tests.support.apps import MakeApp
from tests.support.databases import Databases, make_settings

COMMANDS = (
    "user list", "user create anna anna@example.org", "user block anna", "client list", "client show nobody",
    "client create Ledger", "scope list", "scope delete weather.read", "keys list", "keys rotate",
    "keys rotate-encryption", "invite create anna@example.org", "setup-link", "cleanup",
)  # fmt: skip
SECRET = "hunter2"


def run(app: Flask, command: str) -> Result:
    done = app.test_cli_runner().invoke(args=command.split())
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert done.exit_code == 1
    assert SECRET not in done.output
    assert len(done.stderr.splitlines()) == 1
    return done


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_without_tables_is_told_to_upgrade(tmp_path: Path, command: str) -> None:
    app = create_app(make_settings(f"sqlite:///{tmp_path / 'empty.sqlite3'}", tmp_path))
    assert "Run: flask db upgrade" in run(app, command).stderr


@pytest.mark.parametrize("command", [*COMMANDS, "db upgrade"])
def test_a_database_that_is_away_is_told(tmp_path: Path, command: str) -> None:
    app = create_app(make_settings(f"mysql+pymysql://me:{SECRET}@127.0.0.1:1/pforte", tmp_path))
    assert "Check DATABASE_URL" in run(app, command).stderr


def test_a_locked_database_is_told_to_try_again(databases: Databases, tmp_path: Path) -> None:
    url = databases.new_url("sqlite")
    app = create_app(make_settings(url, tmp_path))
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert "try again" in run(app, "user create anna anna@example.org").stderr


def test_another_encryption_secret_is_told(app: Flask, client: FlaskClient, app_with: MakeApp) -> None:
    client.get("/oauth/jwks.json")
    other = app_with(DATABASE_ENCRYPTION_SECRET="quite another secret that nobody knows 0123456789")
    assert "DATABASE_ENCRYPTION_SECRET" in run(other, "keys list").stderr


def test_wrong_usage_is_still_2(app: Flask) -> None:
    assert (
        app.test_cli_runner().invoke(args=["client", "create"]).exit_code == click.UsageError.exit_code == 2
    )
