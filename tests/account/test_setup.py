"""The first administrator, and the commands that print links."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.clock import now
from app.users.models import User
from tests.account.visitor import PASSWORD, csrf_token, is_signed_in, person, sign_up, submit
from tests.support.apps import MakeApp

FIELDS = {"username": "root-anna", "email": "root@example.org", "password": PASSWORD}


def setup_path(app: Flask) -> str:
    """What the command prints, as a path."""
    done = app.test_cli_runner().invoke(args=["setup-link"])
    assert done.exit_code == 0, done.output
    return done.output.strip().removeprefix(app.config["SETTINGS"].issuer)


def test_the_printed_link_makes_the_first_administrator(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    path = setup_path(app)
    assert path.startswith("/setup/pf_link_")
    assert submit(client, path, **FIELDS).location == "/account"
    assert is_signed_in(client)
    assert person(db_session, "root-anna").is_admin


def test_the_link_as_json_and_none_once_there_is_an_administrator(app: Flask, client: FlaskClient) -> None:
    run = app.test_cli_runner().invoke
    url = json.loads(run(args=["setup-link", "--json"]).stdout)["url"]
    submit(client, url, **FIELDS)
    assert json.loads(run(args=["setup-link", "--json"]).stdout) == {"url": None}


def test_the_command_prints_no_link_once_there_is_an_administrator_and_says_what_to_do(
    app: Flask, client: FlaskClient
) -> None:
    submit(client, setup_path(app), **FIELDS)
    done = app.test_cli_runner().invoke(args=["setup-link"])
    assert (done.exit_code, done.stdout) == (0, "")
    assert "flask user admin NAME" in done.stderr


def test_a_setup_link_makes_no_second_administrator(app: Flask, client: FlaskClient) -> None:
    path = setup_path(app)
    submit(client, path, **FIELDS)
    another = app.test_client()
    assert another.get(path).status_code == 410
    answer = submit(another, path, page="/login", username="eve", email="eve@example.org", password=PASSWORD)
    assert answer.status_code == 410


def test_a_stranger_who_registers_first_does_not_kill_the_setup_link(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    path = setup_path(app)
    sign_up(app.test_client(), "stranger")
    assert submit(client, path, **FIELDS).status_code == 303
    assert person(db_session, "root-anna").is_admin
    assert not person(db_session, "stranger").is_admin


def test_an_administrator_made_by_command_ends_the_setup_link(app: Flask, client: FlaskClient) -> None:
    path = setup_path(app)
    sign_up(client)
    done = app.test_cli_runner().invoke(args=["user", "admin", "anna"])
    assert (done.exit_code, done.output) == (0, "anna is an administrator.\n")
    assert app.test_client().get(path).status_code == 410
    assert client.get("/admin").status_code == 200


def test_nobody_blocked_is_made_an_administrator_by_command(app: Flask, client: FlaskClient) -> None:
    sign_up(client)
    run = app.test_cli_runner().invoke
    run(args=["user", "block", "anna"])
    done = run(args=["user", "admin", "anna"])
    assert (done.exit_code, "anna is blocked." in done.stderr) == (1, True)


def test_of_simultaneous_set_ups_one_wins(app: Flask, db_session: Session) -> None:
    path = setup_path(app)
    clients = [app.test_client() for _ in range(5)]
    tokens = [csrf_token(client.get(path)) for client in clients]

    def set_up(number: int) -> int:
        fields = {"username": f"anna{number}", "email": f"anna{number}@example.org", "password": PASSWORD}
        return clients[number].post(path, data={**fields, "csrf_token": tokens[number]}).status_code

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = sorted(pool.map(set_up, range(len(clients))))
    assert answers == [303, 410, 410, 410, 410]
    assert db_session.scalar(select(func.count(User.id))) == 1


def test_a_new_setup_link_ends_the_older_one(app: Flask, client: FlaskClient) -> None:
    older, newer = setup_path(app), setup_path(app)
    assert client.get(older).status_code == 410
    assert client.get(newer).status_code == 200


def test_a_setup_link_ends_after_a_day(app: Flask, client: FlaskClient) -> None:
    path = setup_path(app)
    with time_machine.travel(now() + timedelta(hours=25)):
        assert client.get(path).status_code == 410


def test_a_refused_set_up_can_be_tried_again(app: Flask, client: FlaskClient) -> None:
    path = setup_path(app)
    page = submit(client, path, **{**FIELDS, "password": "123"})
    assert "This password is too short." in page.text
    assert submit(client, path, **FIELDS).status_code == 303


def test_an_invitation_is_printed_as_a_link_that_registers(app_with: MakeApp) -> None:
    app = app_with(REGISTRATION="invite")
    done = app.test_cli_runner().invoke(args=["invite", "create", "anna@example.org", "--json"])
    printed = json.loads(done.output)
    assert printed["url"] == f"http://127.0.0.1:8000/register?invite={printed['token']}"
    assert sign_up(app.test_client(), path=f"/register?invite={printed['token']}").status_code == 303


@pytest.mark.parametrize("address", ["anna@mail.test", " Anna@Example.ORG ", "ännä@münchen.example"])
def test_whom_registration_takes_can_be_invited(app_with: MakeApp, address: str) -> None:
    app = app_with(REGISTRATION="invite")
    done = app.test_cli_runner().invoke(args=["invite", "create", address, "--json"])
    printed = json.loads(done.stdout)
    path = f"/register?invite={printed['token']}"
    assert f'value="{printed["email"]}"' in app.test_client().get(path).text
    assert sign_up(app.test_client(), path=path, email=printed["email"]).status_code == 303


@pytest.mark.parametrize(
    "address", ["nobody", "a b@example.org", "", "x" * 3_000, f"anna@{'ß' * 120}.example"]
)
def test_an_invitation_needs_an_address(app: Flask, address: str) -> None:
    done = app.test_cli_runner().invoke(args=["invite", "create", address])
    assert done.exit_code == 2
    assert "email address" in done.output
