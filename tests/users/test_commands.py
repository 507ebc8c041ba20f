import json
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.authentication.models import BrowserSession
from app.clock import now
from app.users import directory
from app.users.models import User
from tests.authentication.visitors import PASSWORD, make_user, sign_in
from tests.support.statements import count_statements


def run(app: Flask, *arguments: str, **options: Any) -> Result:
    return app.test_cli_runner().invoke(args=["user", *arguments], **options)


def find(db_session: Session, username: str = "anna") -> User:
    db_session.expire_all()
    return db_session.scalars(select(User).where(User.username_key == username)).one()


def test_create_prints_a_link_that_sets_the_password_once(app: Flask, db_session: Session) -> None:
    made = run(app, "create", "anna", "anna@example.org", "--admin", "--verified")
    assert made.exit_code == 0
    link = made.output.splitlines()[-1]
    assert link.startswith(app.config["SETTINGS"].issuer + "/reset-password/pf_link_")
    user = find(db_session)
    assert user.is_admin
    assert user.email_verified_at is not None
    assert user.password_hash is None


def test_create_as_json_has_the_link_too(app: Flask) -> None:
    told = json.loads(run(app, "create", "anna", "anna@example.org", "--json").output)
    assert told["username"] == "anna"
    assert told["administrator"] is False
    assert told["set_password_url"].startswith("http")


def test_create_takes_the_password_from_standard_input(app: Flask) -> None:
    made = run(app, "create", "anna", "anna@example.org", "--password-stdin", input=PASSWORD + "\n")
    assert made.exit_code == 0
    assert PASSWORD not in made.output
    assert "http" not in made.output
    assert sign_in(app.test_client()).status_code == 303


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("ANNA", "new@example.org"), "is taken"),
        (("new", "ANNA@example.org"), "Somebody else has the address"),
        (("new user", "new@example.org"), "cannot be a username"),
        (("new", "nowhere"), "is no address for mails"),
    ],
)
def test_create_says_why_not_and_ends_with_status_1(app: Flask, arguments: tuple[str, str], why: str) -> None:
    make_user(app)
    refused = run(app, "create", *arguments)
    assert refused.exit_code == 1
    assert why in refused.stderr
    assert refused.stdout == ""


def test_create_refuses_a_common_password_in_english(app: Flask) -> None:
    refused = run(app, "create", "anna", "anna@example.org", "--password-stdin", input="password\n")
    assert refused.exit_code == 1
    assert "on lists that attackers try first" in refused.stderr


@pytest.mark.parametrize("command", ["block", "unblock", "delete"])
def test_a_user_nobody_knows_ends_with_status_1(app: Flask, command: str) -> None:
    refused = run(app, command, "nobody")
    assert refused.exit_code == 1
    assert "There is no user 'nobody'" in refused.stderr


@pytest.mark.parametrize(
    "arguments", [("block",), ("create", "anna"), ("list", "--yaml"), ("vanish", "anna")]
)
def test_wrong_usage_ends_with_status_2(app: Flask, arguments: tuple[str, ...]) -> None:
    assert run(app, *arguments).exit_code == 2


def test_list_prints_everybody_and_never_a_hash(app: Flask) -> None:
    make_user(app)
    make_user(app, "bert", "bert@example.org", is_admin=True)
    run(app, "block", "bert")
    text = run(app, "list").output
    assert "anna@example.org" in text
    assert "administrator, blocked" in text
    told = json.loads(run(app, "list", "--json").output)
    assert [person["username"] for person in told] == ["anna", "bert"]
    assert [person["blocked"] for person in told] == [False, True]
    assert "$" not in text + str(told)


@pytest.mark.parametrize("number", [0, 1, 2, 3, 4, 5])
def test_everybody_is_listed_once_though_few_are_read_at_a_time(
    app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    monkeypatch.setattr(directory, "AT_ONCE", 2)
    names = [f"person{each}" for each in range(number)]
    for name in names:
        db_session.add(User(username=name, username_key=name, email_key=name))
        db_session.add(User(username="", deleted_at=now()))
        db_session.flush()
    db_session.commit()
    with count_statements() as statements:
        told = run(app, "list", "--json").stdout
    assert [person["username"] for person in json.loads(told)] == names
    assert sum("FROM users" in statement for statement in statements) == number // 2 + 1 + number % 2
    assert told == json.dumps(json.loads(told), ensure_ascii=False, indent=2) + "\n"
    assert [line.split()[0] for line in run(app, "list").stdout.splitlines()] == ["USERNAME", *names]


def test_block_ends_sessions_and_refuses_sign_ins_until_unblock(app: Flask, db_session: Session) -> None:
    make_user(app)
    browser = app.test_client()
    sign_in(browser)
    assert run(app, "block", "Anna").exit_code == 0
    assert db_session.scalars(select(BrowserSession)).all() == []
    assert browser.get("/account/sessions").status_code == 302
    assert sign_in(browser).status_code == 422
    assert run(app, "unblock", "anna").exit_code == 0
    assert sign_in(browser).status_code == 303


def test_commands_tell_as_json_what_has_become_of_a_user(app: Flask) -> None:
    user_id = make_user(app)
    assert json.loads(run(app, "block", "anna", "--json").stdout)["blocked"] is True
    assert json.loads(run(app, "unblock", "anna", "--json").stdout)["blocked"] is False
    deleted = json.loads(run(app, "delete", "anna", "--json").stdout)
    assert deleted == {"id": user_id, "username": "anna", "deleted": True}


def test_list_tells_every_field_of_a_person(app: Flask, db_session: Session) -> None:
    make_user(app, email_verified=True, locale="de", ip="192.0.2.1")
    user = find(db_session)
    user.mobile, user.country, user.platform = "+491701234567", "DE", "ios"
    db_session.commit()
    (told,) = json.loads(run(app, "list", "--json").stdout)
    facts = {"mobile": "+491701234567", "country": "DE", "platform": "ios", "ip": "192.0.2.1", "locale": "de"}
    assert (
        told.items() >= {**facts, "has_profile": True, "verified": True, "mobile_verified_at": None}.items()
    )
    assert {"name", "email_verified_at", "blocked_at", "created_at", "updated_at"} <= told.keys()


def test_delete_frees_the_name_for_somebody_new(app: Flask, db_session: Session) -> None:
    make_user(app)
    old = find(db_session).id
    assert run(app, "delete", "anna").exit_code == 0
    assert run(app, "create", "anna", "anna@example.org").exit_code == 0
    assert find(db_session).id != old
