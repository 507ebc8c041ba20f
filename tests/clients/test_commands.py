"""flask client create."""

import stat
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.models import Client
from app.extensions import vault
from tests.authentication.visitors import make_user
from tests.clients.developers import CALLBACK, FlaskClientCommand, created, only_app, run_flask_client

KEYS = '{"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}'


@pytest.fixture
def flask(app: Flask) -> FlaskClientCommand:
    """Runs `flask client ARGUMENTS`."""
    return run_flask_client(app)


def test_create_prints_the_credentials(flask: FlaskClientCommand, db_session: Session) -> None:
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
        (
            ["--scope", "users.read  openid", "--scope", "email openid"],
            {"scopes": ["users.read", "openid", "email"]},
        ),
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
    app: Flask, flask: FlaskClientCommand, options: list[str], expected: dict[str, Any]
) -> None:
    make_user(app)
    answer = created(flask("create", "Weather", "--json", *options))
    assert {name: answer[name] for name in expected} == expected


def test_an_app_with_keys_of_its_own_gets_no_secret(flask: FlaskClientCommand, tmp_path: Path) -> None:
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
        (["--grant", "urn:ietf:params:oauth:grant-type:token-exchange"], "There is no grant"),
        (["--grant", "authorization_code"], "needs at least one redirect URI"),
        (["--public", "--redirect-uri", CALLBACK, "--pkce", "optional"], "must use PKCE"),
        (["--scope", ""], "There is no permission “”."),
        (["--scope", "openid nonsense"], "There is no permission “nonsense”."),
        (["--scope", "nonsense"], "There is no permission “nonsense”."),
        (["--owner", "nobody"], "There is no user 'nobody'"),
        (["--auth-method", "private_key_jwt"], "JSON Web Key Set"),
        (["--env-file", "/nowhere/at/all.env"], "cannot be written"),
    ],
)
def test_what_will_not_do_ends_with_1_and_a_line_that_says_why(
    flask: FlaskClientCommand, db_session: Session, options: list[str], said: str
) -> None:
    result = flask("create", "Weather", *options)
    assert result.exit_code == 1
    assert said in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert db_session.scalars(select(Client)).all() == []


@pytest.mark.any_database
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
def test_wrong_usage_ends_with_2(flask: FlaskClientCommand, arguments: list[str]) -> None:
    assert flask(*arguments).exit_code == 2


def test_a_taken_name_is_refused(flask: FlaskClientCommand) -> None:
    assert flask("create", "Weather").exit_code == 0
    again = flask("create", "WEATHER")
    assert (again.exit_code, again.stdout) == (1, "")
    assert "already has this name" in again.stderr


def test_an_env_file_is_for_its_owner_only_even_where_an_open_one_was(
    flask: FlaskClientCommand, tmp_path: Path
) -> None:
    file = tmp_path / "app.env"
    file.write_text("old")
    file.chmod(0o666)
    answer = created(
        flask(
            "create",
            "Weather",
            "--redirect-uri",
            CALLBACK,
            "--scope",
            "openid email",
            "--env-file",
            file,
            "--json",
        )
    )
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().splitlines() == [
        "ISSUER=http://127.0.0.1:8000",
        f"CLIENT_ID={answer['client_id']}",
        f"CLIENT_SECRET={answer['client_secret']}",
        'SCOPE="openid email"',
    ]
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith(".app.env")] == []


@pytest.mark.parametrize(
    ("options", "scope"),
    [
        ([], ""),
        (["--scope", "openid users.read"], "users.read"),
        (["--scope", "openid users.read", "--grant", "password"], "openid users.read"),
        (["--scope", "openid users.read", "--redirect-uri", CALLBACK], "openid users.read"),
    ],
)
def test_an_env_file_names_only_scopes_that_the_grants_can_ask_for(
    flask: FlaskClientCommand, tmp_path: Path, options: list[str], scope: str
) -> None:
    file = tmp_path / "app.env"
    assert flask("create", "Weather", *options, "--env-file", file).exit_code == 0
    assert file.read_text().splitlines()[-1] == f'SCOPE="{scope}"'
