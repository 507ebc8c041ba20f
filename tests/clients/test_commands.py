"""flask client …"""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.models import Client
from app.extensions import vault
from tests.authentication.visitors import make_user
from tests.clients.developers import CALLBACK

KEYS = '{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}'


@pytest.fixture
def flask(app: Flask) -> Any:
    """Runs `flask client ARGUMENTS`."""

    def run(*arguments: object) -> Result:
        result = app.test_cli_runner().invoke(args=["client", *map(str, arguments)])
        assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
        return result

    return run


def created(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    answer = json.loads(result.stdout)
    assert isinstance(answer, dict)
    return answer


def only_app(session: Session) -> Client:
    session.expire_all()
    return session.scalars(select(Client)).one()


def test_create_prints_the_credentials(flask: Any, db_session: Session) -> None:
    result = flask("create", "Weather", "--redirect-uri", CALLBACK)
    assert result.exit_code == 0
    client_id, secret = (line.split(": ")[1] for line in result.stdout.splitlines())
    kept = only_app(db_session)
    assert (kept.id, kept.secrets[0].digest) == (client_id, vault.keyed_digest(secret))
    assert (kept.owner_id, kept.pkce_required, kept.auth_method) == (None, False, None)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (
            ["--redirect-uri", CALLBACK],
            {"grant_types": ["authorization_code", "refresh_token"], "pkce": "optional"},
        ),
        ([], {"grant_types": ["client_credentials"], "redirect_uris": []}),
        ([], {"scopes": ["openid", "profile", "email", "phone", "offline_access"], "owner": None}),
        (
            ["--public", "--redirect-uri", CALLBACK],
            {"pkce": "required", "client_secret": None, "auth_method": "none"},
        ),
        (["--grant", "password"], {"grant_types": ["password"]}),
        (["--scope", "users.read"], {"scopes": ["users.read"]}),
        (["--owner", "anna"], {"owner": "anna"}),
        (
            ["--redirect-uri", CALLBACK, "--redirect-uri", "https://b.example"],
            {"redirect_uris": [CALLBACK, "https://b.example"]},
        ),
        (
            ["--post-logout-redirect-uri", "https://b.example"],
            {"post_logout_redirect_uris": ["https://b.example"]},
        ),
        (["--alg", "ES256", "--pkce", "required"], {"alg": "ES256", "pkce": "required"}),
        (["--auth-method", "client_secret_post"], {"auth_method": "client_secret_post"}),
        (
            ["--preset", "zapier", "--redirect-uri", CALLBACK],
            {"preset": "zapier", "pkce": "optional", "retry_window": 120, "redirect_uris": [CALLBACK]},
        ),
        (["--preset", "zapier", "--redirect-uri", CALLBACK, "--pkce", "required"], {"pkce": "required"}),
    ],
)
def test_options_and_their_defaults(
    app: Flask, flask: Any, options: list[str], expected: dict[str, Any]
) -> None:
    make_user(app)
    answer = created(flask("create", "Weather", "--json", *options))
    assert {name: answer[name] for name in expected} == expected


def test_an_app_with_keys_of_its_own_gets_no_secret(flask: Any, tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_text(KEYS)
    answer = created(flask("create", "Weather", "--auth-method", "private_key_jwt", "--jwks", file, "--json"))
    assert (answer["client_secret"], answer["auth_method"]) == (None, "private_key_jwt")
    assert flask("rotate-secret", answer["client_id"]).exit_code == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--redirect-uri", "http://a.example"], "Line 1: “http://a.example” uses http"),
        (["--grant", "client-credentials"], "There is no grant “client-credentials” here."),
        (["--grant", "urn:ietf:params:oauth:grant-type:device_code"], "There is no grant"),
        (["--grant", "authorization_code"], "needs at least one redirect URI"),
        (["--public", "--redirect-uri", CALLBACK, "--pkce", "optional"], "must use PKCE"),
        (["--scope", "nonsense"], "There is no permission “nonsense”."),
        (["--owner", "nobody"], "There is no user 'nobody'"),
        (["--auth-method", "private_key_jwt"], "JSON Web Key Set"),
        (["--env-file", "/nowhere/at/all.env"], "cannot be written"),
    ],
)
def test_what_will_not_do_ends_with_1_and_a_line_that_says_why(
    flask: Any, db_session: Session, options: list[str], said: str
) -> None:
    result = flask("create", "Weather", *options)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert db_session.scalars(select(Client)).all() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["create"],
        ["create", "x", "--pkce", "maybe"],
        ["create", "x", "--alg", "HS256"],
        ["create", "x", "--preset", "unknown"],
        ["create", "x", "--jwks", "/nowhere.json"],
        ["rotate-secret"],
        ["nonsense"],
    ],
)
def test_wrong_usage_ends_with_2(flask: Any, arguments: list[str]) -> None:
    assert flask(*arguments).exit_code == 2


def test_a_taken_name_is_refused(flask: Any) -> None:
    assert flask("create", "Weather").exit_code == 0
    again = flask("create", "WEATHER")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "already has this name" in again.stderr


def test_an_env_file_is_for_its_owner_only_even_where_an_open_one_was(flask: Any, tmp_path: Path) -> None:
    file = tmp_path / "app.env"
    file.write_text("old")
    file.chmod(0o666)
    answer = created(
        flask("create", "Weather", "--scope", "openid", "--scope", "email", "--env-file", file, "--json")
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().splitlines() == [
        "ISSUER=http://127.0.0.1:8000",
        f"CLIENT_ID={answer['client_id']}",
        f"CLIENT_SECRET={answer['client_secret']}",
        'SCOPE="openid email"',
    ]
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".app.env")] == []


def test_update_changes_what_is_given_and_replaces_whole_lists(app: Flask, flask: Any) -> None:
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


def test_update_disables_and_enables_as_an_administrator(flask: Any) -> None:
    key = created(flask("create", "Weather", "--json"))["client_id"]
    assert created(flask("update", key, "--disable", "--json"))["disabled_by"] == "administrator"
    assert created(flask("update", key, "--enable", "--json"))["disabled"] is False


def test_update_to_public_and_back(flask: Any) -> None:
    key = created(flask("create", "Weather", "--redirect-uri", CALLBACK, "--json"))["client_id"]
    public = created(flask("update", key, "--public", "--json"))
    assert (public["auth_method"], public["pkce"]) == ("none", "required")
    assert [secret["valid"] for secret in public["secrets"]] == [False]
    back = flask("update", key, "--confidential", "--json")
    assert created(back)["auth_method"] is None
    assert f"flask client rotate-secret {key}" in back.stderr


def test_a_refused_update_changes_nothing(flask: Any, db_session: Session) -> None:
    key = created(flask("create", "Weather", "--json"))["client_id"]
    assert (
        flask("update", key, "--name", "Storm", "--redirect-uri", "javascript:x", "--disable").exit_code == 1
    )
    assert (only_app(db_session).name, only_app(db_session).disabled_at) == ("Weather", None)
    assert flask("update", key, "--name", "Storm", "--owner", "nobody").exit_code == 1
    assert only_app(db_session).name == "Weather"


def test_list_and_show_tell_everything_but_secrets(flask: Any) -> None:
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
    flask: Any, db_session: Session
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


def test_delete_ends_an_app(flask: Any, db_session: Session) -> None:
    key = created(flask("create", "Weather", "--json"))["client_id"]
    assert flask("delete", key).exit_code == 0
    assert db_session.scalars(select(Client)).all() == []


@pytest.mark.parametrize("command", ["show", "update", "delete", "rotate-secret"])
def test_an_unknown_client_id_says_where_to_look(flask: Any, command: str) -> None:
    result = flask(command, "unknown")
    assert result.exit_code == 1
    assert "flask client list" in result.stderr
