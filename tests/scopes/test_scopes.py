import json
import re
import threading
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.clients.details import Details
from app.database.rows import db
from app.scopes import catalogue, definitions
from app.scopes.models import Scope
from app.scopes.refusals import ScopeRefused
from tests.diagnostics.answers import make_client
from tests.factories import make_client as make_app
from tests.support.statements import count_statements

TEXTS = ("--description-en", "Read invoices", "--description-de", "Rechnungen lesen")


def run(app: Flask, *arguments: str) -> Result:
    return app.test_cli_runner().invoke(args=["scope", *arguments])


def test_a_scope_is_created_listed_and_deleted(app: Flask, db_session: Session) -> None:
    assert run(app, "create", "invoices.read", *TEXTS, "--audience", "api://books").exit_code == 0
    (scope,) = [
        each for each in json.loads(run(app, "list", "--json").output) if each["name"] == "invoices.read"
    ]
    assert scope == {
        "name": "invoices.read", "description_en": "Read invoices", "description_de": "Rechnungen lesen",
        "audience": "api://books", "standard": False, "restricted": False, "effect": "reads",
    }  # fmt: skip
    assert "invoices.read" in run(app, "list").output
    assert run(app, "delete", "invoices.read").exit_code == 0
    assert "invoices.read" not in run(app, "list").output
    kinds = db_session.scalars(select(Event.kind).order_by(Event.id)).all()
    assert kinds == ["scopes.scope.created", "scopes.scope.deleted"]


def test_what_a_scope_does_is_told_and_changed_by_commands(app: Flask) -> None:
    told = json.loads(run(app, "create", "invoices.pay", *TEXTS, "--effect", "spends", "--json").output)
    assert told["effect"] == "spends"
    for options, effect in ((("--effect", "changes"), "changes"), (("--restricted",), "changes")):
        assert json.loads(run(app, "update", "invoices.pay", *options, "--json").output)["effect"] == effect
    assert run(app, "create", "invoices.burn", *TEXTS, "--effect", "burns").exit_code == 2


def test_create_as_json_prints_the_scope(app: Flask) -> None:
    told: dict[str, Any] = json.loads(run(app, "create", "a:b/c", *TEXTS, "--json").output)
    assert (told["name"], told["audience"]) == ("a:b/c", None)


@pytest.mark.any_database
@pytest.mark.rfc("6749#3.3")
@pytest.mark.parametrize(
    "name",
    ["", "two words", 'quo"te', "back\\slash", "com,ma", "ümlaut", "tab\t", "x" * 65, "new\nline", "nul\x00"],
)
def test_a_name_that_is_no_scope_token_is_refused(app: Flask, name: str) -> None:
    refused = run(app, "create", name, *TEXTS)
    assert refused.exit_code == 1
    assert "name" in refused.output


@pytest.mark.any_database
@pytest.mark.parametrize(
    "name",
    ["openid", "email", "OpenID", "users.read", "offline_access", "default", "Default", "Pforte-API"],
)
def test_a_name_with_a_meaning_of_its_own_is_refused(app: Flask, name: str) -> None:
    assert run(app, "create", name, *TEXTS).exit_code == 1
    assert run(app, "delete", name).exit_code == 1


def test_a_name_is_taken_once(app: Flask) -> None:
    assert run(app, "create", "invoices.read", *TEXTS).exit_code == 0
    refused = run(app, "create", "invoices.read", *TEXTS)
    assert refused.exit_code == 1
    assert "There is a permission of this name already" in refused.output


@pytest.mark.parametrize(
    "options",
    [
        ("--description-en", " ", "--description-de", "x"), ("--description-en", "x", "--description-de", "y" * 201),
        (*TEXTS, "--audience", "two words"), (*TEXTS, "--audience", "x" * 256), (*TEXTS, "--audience", "ü"),
    ],
)  # fmt: skip
def test_descriptions_and_audience_are_checked(app: Flask, options: tuple[str, ...]) -> None:
    assert run(app, "create", "invoices.read", *options).exit_code == 1


@pytest.mark.parametrize("form", ["{}", "{}/", "PFORTE-API"])
def test_the_portal_itself_is_no_audience_of_a_defined_scope(app: Flask, form: str) -> None:
    issuer = app.config["SETTINGS"].issuer
    refused = run(app, "create", "invoices.read", *TEXTS, "--audience", form.format(issuer.upper()))
    assert refused.exit_code == 1
    assert "This audience is the portal itself" in refused.output


def test_what_can_be_changed_is_changed_and_the_rest_stays(app: Flask) -> None:
    run(app, "create", "invoices.read", *TEXTS, "--audience", "api://books", "--restricted")
    told = json.loads(run(app, "update", "invoices.read", "--description-en", "See", "--json").output)
    assert (told["description_en"], told["description_de"]) == ("See", "Rechnungen lesen")
    assert (told["audience"], told["restricted"]) == ("api://books", True)
    assert run(app, "update", "invoices.read", "--no-restricted").exit_code == 0
    told = json.loads(run(app, "update", "invoices.read", "--json").output)
    assert (told["description_en"], told["restricted"]) == ("See", False)
    assert run(app, "update", "invoices.read", "--description-de", " ").exit_code == 1
    for name in ("openid", "users.read", "nothing"):
        assert run(app, "update", name, "--no-restricted").exit_code == 1


def test_wrong_usage_ends_with_status_2(app: Flask) -> None:
    assert run(app, "create", "invoices.read").exit_code == 2
    assert run(app, "delete").exit_code == 2


def test_a_scope_that_apps_have_is_deleted_by_force_only(app: Flask) -> None:
    run(app, "create", "invoices.read", *TEXTS)
    run(app, "create", "invoices", *TEXTS)
    make_client(app, None, scopes=("openid", "invoices.read"))
    refused = run(app, "delete", "invoices.read")
    assert refused.exit_code == 1
    assert "1 app has this scope: Ledger." in refused.output
    assert run(app, "delete", "invoices").exit_code == 0  # no part of another name counts
    forced = run(app, "delete", "invoices.read", "--force", "--json")
    assert forced.exit_code == 0
    assert json.loads(forced.output) == {"name": "invoices.read", "deleted": True, "apps": ["Ledger"]}


def test_a_refused_deletion_counts_the_apps_and_names_the_first_of_them(app: Flask) -> None:
    run(app, "create", "invoices.read", *TEXTS)
    names = [f"Books {number:02}" for number in range(22)]
    for name in names:
        make_app(app, name=name, scopes=("invoices.read",))
    refused = run(app, "delete", "invoices.read")
    assert refused.exit_code == 1
    assert "22 apps have this scope: Books 00, " in refused.output
    assert [name for name in names if name in refused.output] == names[:20]


def test_an_unknown_scope_cannot_be_deleted(app: Flask) -> None:
    assert run(app, "delete", "nothing").exit_code == 1


def test_known_scopes_cost_a_statement_in_five_seconds_and_new_ones_are_found_at_once(app: Flask) -> None:
    run(app, "create", "one", *TEXTS)
    catalogue.forget()
    with app.app_context():
        with count_statements() as statements:
            for _ in range(50):
                assert catalogue.find_scope("one")
                assert catalogue.find_scope("openid")
                assert catalogue.audience_of("one") is None
        assert len(statements) == 1
        _insert_elsewhere("two")
        assert catalogue.find_scope("two") is not None
        assert catalogue.find_scope("three") is None


def test_a_deleted_scope_is_forgotten_by_the_other_workers_after_a_while(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(app, "create", "one", *TEXTS)
    with app.app_context():
        assert catalogue.find_scope("one")
        db.session.delete(db.session.get_one(Scope, "one"))
        db.session.commit()
        assert catalogue.find_scope("one")
        monkeypatch.setattr(catalogue, "FRESH_FOR", 0.0)
        assert catalogue._defined(at_most=0.0) == {}
        assert catalogue.find_scope("one") is None


def test_a_scope_is_described_in_the_language_of_its_reader(app: Flask) -> None:
    run(app, "create", "one", *TEXTS)
    with app.test_request_context():
        assert catalogue.describe("one", "en") == "Read invoices"
        assert catalogue.describe("one", "de") == "Rechnungen lesen"
        assert catalogue.describe("email", "en") == "See your email address"
        assert catalogue.describe("nobody.defined.it", "de") == "nobody.defined.it"


def test_the_standard_scopes_come_first_and_users_read_is_restricted(app_context: object) -> None:
    scopes = catalogue.list_scopes()
    assert [scope.name for scope in scopes[:5]] == ["openid", "profile", "email", "phone", "offline_access"]
    assert [scope.name for scope in scopes if scope.restricted] == ["users.read"]


def _insert_elsewhere(name: str) -> None:
    """As another worker does: nothing in this process hears of it."""
    with db.engine.begin() as connection:
        values = {"name": name, "description_en": "x", "description_de": "x"}
        connection.execute(Scope.__table__.insert(), values)


def test_two_administrators_cannot_define_one_name(app: Flask) -> None:
    outcomes: list[str] = []

    def define() -> None:
        with app.app_context():
            try:
                definitions.create_scope("race", "a", "b")
                db.session.commit()
                outcomes.append("made")
            except ScopeRefused as refused:
                outcomes.append(refused.reason)

    threads = [threading.Thread(target=define) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made", "name_taken", "name_taken", "name_taken"]


def test_the_scope_of_teams_is_there_but_no_app_has_it_unasked(app: Flask) -> None:
    listed = run(app, "list").output
    assert re.search(r"^teams +\(the issuer\) +Know for which team you give access$", listed, re.MULTILINE)
    assert "teams" not in Details(name="Ledger").scopes
    assert run(app, "create", "teams", *TEXTS).exit_code == 1
    discovery = app.test_client().get("/.well-known/openid-configuration").json or {}
    assert "teams" in discovery["scopes_supported"]
    assert "team" in discovery["claims_supported"]
