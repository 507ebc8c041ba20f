"""Commands on a database in trouble: one line that says what to do, and 1."""

import base64
import json
import sqlite3
import sys
import warnings
from contextlib import closing
from pathlib import Path

import click
import pytest
from click.testing import Result
from cryptography.hazmat.primitives.asymmetric import rsa
from flask import Flask
from flask.testing import FlaskClient

from app import create_app
from app.operations.command_line import CommandLine
from tests.support.apps import MakeApp
from tests.support.databases import Databases, make_settings
from tests.support.portals import Portal

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


def test_what_a_library_warns_of_is_kept_from_the_terminal_unless_it_is_asked_for(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    warn = click.Command("warn", callback=lambda: warnings.warn("Key of straw", UserWarning, stacklevel=1))
    guarded = CommandLine(commands={"warn": warn})
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        app.test_cli_runner().invoke(guarded, ["warn"])
        assert told == []
        monkeypatch.setattr(sys, "warnoptions", ["always"])
        app.test_cli_runner().invoke(guarded, ["warn"])
        assert len(told) == 1


@pytest.mark.any_database
def test_a_key_that_is_too_short_is_refused_in_one_line(sqlite_portal: Portal, tmp_path: Path) -> None:
    public_key = rsa.generate_private_key(65537, 1024).public_key().public_numbers()
    numbers = {name: to_base64url(number) for name, number in (("n", public_key.n), ("e", public_key.e))}
    file = tmp_path / "keys.json"
    file.write_text(json.dumps({"keys": [{"kty": "RSA", **numbers}]}))
    options = ("--auth-method", "private_key_jwt", "--jwks", str(file))
    refused = sqlite_portal.flask("client", "create", "Weather", *options, check=False)
    assert refused.returncode == 1
    assert "2048 bits" in refused.stderr
    assert len(refused.stderr.splitlines()) == 1


def to_base64url(number: int) -> str:
    return base64.urlsafe_b64encode(number.to_bytes(128, "big").lstrip(b"\0")).decode().rstrip("=")
