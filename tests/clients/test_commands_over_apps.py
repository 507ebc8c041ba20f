"""flask client update, list, show, delete, rotate-secret."""

import json

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.api import first_party
from app.clients.models import Client
from app.database.rows import db
from tests.authentication.visitors import make_user
from tests.clients.developers import CALLBACK, FlaskClientCommand, created, only_app, run_flask_client


@pytest.fixture
def flask(app: Flask) -> FlaskClientCommand:
    """Runs `flask client ARGUMENTS`."""
    return run_flask_client(app)


def test_update_changes_what_is_given_and_replaces_whole_lists(app: Flask, flask: FlaskClientCommand) -> None:
    make_user(app)
    key = created(flask("create", "Weather", "--redirect-uri", CALLBACK, "--alg", "ES256", "--json"))[
        "client_id"
    ]
    options = [
        "--redirect-uri",
        "https://b.example",
        "--redirect-uri",
        "https://c.example",
        "--owner",
        "anna",
    ]
    answer = created(flask("update", key, "--name", "Storm", *options, "--json"))
    assert answer["redirect_uris"] == ["https://b.example", "https://c.example"]
    assert (answer["name"], answer["alg"], answer["owner"]) == ("Storm", "ES256", "anna")
    assert "client_secret" not in answer


def test_update_disables_and_enables_as_an_administrator(flask: FlaskClientCommand) -> None:
    key = created(flask("create", "Weather", "--json"))["client_id"]
    assert created(flask("update", key, "--disable", "--json"))["disabled_by"] == "administrator"
    assert created(flask("update", key, "--enable", "--json"))["disabled"] is False


def test_update_to_public_and_back(flask: FlaskClientCommand) -> None:
    key = created(flask("create", "Weather", "--redirect-uri", CALLBACK, "--json"))["client_id"]
    public = created(flask("update", key, "--public", "--json"))
    assert (public["auth_method"], public["pkce"]) == ("none", "required")
    assert [secret["valid"] for secret in public["secrets"]] == [False]
    back = flask("update", key, "--confidential", "--json")
    assert created(back)["auth_method"] is None
    assert f"flask client rotate-secret {key}" in back.stderr


def test_a_refused_update_changes_nothing(flask: FlaskClientCommand, db_session: Session) -> None:
    key = created(flask("create", "Weather", "--json"))["client_id"]
    assert (
        flask("update", key, "--name", "Storm", "--redirect-uri", "javascript:x", "--disable").exit_code == 1
    )
    assert (only_app(db_session).name, only_app(db_session).disabled_at) == ("Weather", None)
    assert flask("update", key, "--name", "Storm", "--owner", "nobody").exit_code == 1
    assert only_app(db_session).name == "Weather"


def test_list_and_show_tell_everything_but_secrets(flask: FlaskClientCommand) -> None:
    first = created(flask("create", "Weather", "--json"))
    created(flask("create", "Störung", "--json"))
    listed = flask("list")
    assert "Weather" in listed.stdout
    assert "Störung" in listed.stdout
    assert [each["name"] for each in json.loads(flask("list", "--json").stdout)] == ["Weather", "Störung"]
    for shown in (
        flask("show", first["client_id"]),
        flask("show", first["client_id"], "--json"),
        flask("list", "--json"),
    ):
        assert first["client_id"] in shown.stdout
        assert first["client_secret"] not in shown.stdout


def test_rotating_prints_a_new_secret_and_ends_the_old_one_now_or_later(
    flask: FlaskClientCommand, db_session: Session
) -> None:
    key = created(flask("create", "Weather", "--json"))["client_id"]
    answer = created(flask("rotate-secret", key, "--overlap", "7 days", "--json"))
    assert answer["client_secret"].startswith("pf_secret_")
    assert [secret["valid"] for secret in answer["secrets"]] == [True, True]
    assert answer["secrets"][0]["expires_at"] is not None
    answer = created(flask("rotate-secret", key, "--json"))
    assert [secret["valid"] for secret in answer["secrets"]] == [False, False, True]
    assert flask("rotate-secret", key, "--overlap", "soon").exit_code == 2
    assert len(only_app(db_session).secrets) == 3


def test_delete_ends_an_app(flask: FlaskClientCommand, db_session: Session) -> None:
    key = created(flask("create", "Weather", "--json"))["client_id"]
    assert flask("delete", key).exit_code == 0
    assert db_session.scalars(select(Client)).all() == []


def test_a_deletion_as_json(flask: FlaskClientCommand) -> None:
    key = created(flask("create", "Ledger", "--json"))["client_id"]
    told = json.loads(flask("delete", key, "--json").stdout)
    assert told == {"client_id": key, "name": "Ledger", "deleted": True}


@pytest.mark.parametrize("command", ["show", "update", "delete", "rotate-secret"])
def test_an_unknown_client_id_says_where_to_look(flask: FlaskClientCommand, command: str) -> None:
    result = flask(command, "unknown")
    assert result.exit_code == 1
    assert "flask client list" in result.stderr


@pytest.mark.parametrize("command", ["show", "update", "delete", "rotate-secret"])
@pytest.mark.parametrize("client_id", ["", "Ü", "\udcff", "x" * 5_000, "%", "Weather"])
def test_whatever_is_no_client_id_ends_with_one_line(
    flask: FlaskClientCommand, command: str, client_id: str
) -> None:
    created(flask("create", "Weather", "--json"))
    result = flask(command, client_id)
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (1, "", 1)


def test_what_list_shows_is_found_the_portals_own_app_too(app: Flask, flask: FlaskClientCommand) -> None:
    created(flask("create", "Weather", "--json"))
    with app.app_context():
        first_party.get_client()
        db.session.commit()
    listed = json.loads(flask("list", "--json").stdout)
    assert [each["client_id"] for each in listed][-1] == "pforte-api"
    assert [created(flask("show", each["client_id"], "--json")) for each in listed] == listed
    assert created(flask("update", "pforte-api", "--disable", "--json"))["disabled"] is True
    refused = flask("delete", "pforte-api")
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1)
    assert "flask client update pforte-api --disable" in refused.stderr
