"""flask group, and the options of flask client that name groups."""

import json

import pytest
from click.testing import Result
from flask import Flask

from app.api import first_party
from app.database.rows import db
from app.groups.members import groups_of
from tests import factories as make


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=arguments)


def ok(app: Flask, *arguments: str) -> str:
    done = run(app, *arguments)
    assert done.exit_code == 0, done.output
    return done.output


def test_a_group_is_made_filled_listed_and_deleted(app: Flask) -> None:
    for name in ("anna", "bert"):
        make.make_user(app, name)
    assert "Sales is there" in ok(app, "group", "create", "Sales", "--description", "Who sells")
    assert ok(app, "group", "add", "sales", "anna", "bert@example.org") == ("2 people are added to Sales.\n")
    assert ok(app, "group", "add", "Sales", "anna") == "Nothing was changed in Sales.\n"
    assert ok(app, "group", "remove", "Sales", "bert") == "1 person is taken out of Sales.\n"
    told = json.loads(ok(app, "group", "list", "--json"))
    assert [(each["name"], each["description"], each["people"]) for each in told] == [
        ("Sales", "Who sells", 1)
    ]
    assert "      1  Sales" in ok(app, "group", "list")
    assert ok(app, "group", "delete", "SALES") == "Sales is deleted.\n"
    assert json.loads(ok(app, "group", "list", "--json")) == []


def test_everything_is_told_as_json(app: Flask) -> None:
    person = make.make_user(app, "anna")
    made = json.loads(ok(app, "group", "create", "Sales", "--json"))
    assert (made["name"], made["members"]) == ("Sales", [])
    added = json.loads(ok(app, "group", "add", "Sales", "anna", "--json"))
    assert (added["members"], added["changed"]) == (["anna"], 1)
    with app.app_context():
        assert groups_of(person.id) == ["Sales"]
    removed = json.loads(ok(app, "group", "remove", "Sales", "anna", "--json"))
    assert (removed["members"], removed["changed"]) == ([], 1)
    assert json.loads(ok(app, "group", "delete", "Sales", "--json"))["deleted"] is True


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("create", ""), "Give the group a name"),
        (("create", "a;b"), "no comma and no semicolon"),
        (("create", "x" * 101), "up to 100 characters"),
        (("create", "SALES"), "There is a group of this name already"),
        (("create", "New", "--description", "x" * 201), "up to 200 characters"),
        (("delete", "Nothing"), "There is no group 'Nothing'"),
        (("add", "Nothing", "anna"), "There is no group 'Nothing'"),
        (("add", "Sales", "anna", "nobody", "no@one"), "There is no user 'nobody', 'no@one', so nothing"),
        (("remove", "Sales", "nobody"), "There is no user 'nobody'"),
    ],
)
def test_what_cannot_be_is_said_in_a_sentence(app: Flask, arguments: tuple[str, ...], told: str) -> None:
    person = make.make_user(app, "anna")
    make.make_group(app, "Sales")
    done = run(app, "group", *arguments)
    assert done.exit_code == 1
    assert told in done.output
    with app.app_context():
        assert groups_of(person.id) == []


def test_add_asks_for_somebody(app: Flask) -> None:
    make.make_group(app, "Sales")
    assert run(app, "group", "add", "Sales").exit_code == 2


def test_an_app_is_limited_shown_and_opened_again(app: Flask) -> None:
    for name in ("Sales", "North", "Support"):
        make.make_group(app, name)
    made = json.loads(
        ok(
            app,
            "client",
            "create",
            "Wiki",
            "--redirect-uri",
            make.CALLBACK,
            "--group",
            "sales",
            "--group",
            "Support",
            "--json",
        )
    )
    client_id = made["client_id"]
    assert made["groups"] == ["Sales", "Support"]
    changed = json.loads(ok(app, "client", "update", client_id, "--group", "North", "--json"))
    assert changed["groups"] == ["North"]
    assert "groups: North\n" in ok(app, "client", "show", client_id)
    unchanged = json.loads(ok(app, "client", "update", client_id, "--name", "Wiki 2", "--json"))
    assert unchanged["groups"] == ["North"]
    refused = run(app, "group", "delete", "North")
    assert refused.exit_code == 1
    assert "Wiki 2" in refused.output
    ok(app, "group", "delete", "North", "--force")
    assert "groups: nobody, since its groups are deleted\n" in ok(app, "client", "show", client_id)
    assert json.loads(ok(app, "client", "update", client_id, "--no-groups", "--json"))["groups"] is None
    assert "groups: everybody\n" in ok(app, "client", "show", client_id)


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--group", "Nothing", "--group", "Sales"), "There is no group 'Nothing'"),
        (("--group", "Sales", "--no-groups"), "contradict each other"),
    ],
)
def test_an_app_is_not_changed_by_halves(app: Flask, options: tuple[str, ...], told: str) -> None:
    make.make_group(app, "Sales")
    client = make.make_client(app)
    for arguments in (("create", "Wiki"), ("update", client.id, "--name", "Other")):
        done = run(app, "client", *arguments, *options)
        assert done.exit_code == 1
        assert told in done.output
    told_apps = json.loads(ok(app, "client", "list", "--json"))
    assert [each["name"] for each in told_apps if each["name"] in ("Wiki", "Other")] == []


def test_the_portals_own_app_stays_open(app: Flask) -> None:
    make.make_group(app, "Sales")
    with app.app_context():
        first_party.get_client()
        db.session.commit()
    done = run(app, "client", "update", "pforte-api", "--group", "Sales")
    assert (done.exit_code, "it is for everybody" in done.output) == (1, True)
