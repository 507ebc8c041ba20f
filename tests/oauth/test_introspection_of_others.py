"""Who learns of tokens that are not theirs: nobody but whom administrators allowed it, in the hands they did."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_migrate import downgrade, upgrade
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app import create_app
from app.api import first_party
from app.clients.models import Client
from app.database.rows import db
from app.extensions import background
from tests import factories as make
from tests.account.visitor import mails
from tests.admin import acts
from tests.admin.pages import administrator
from tests.clients.developers import CALLBACK, FlaskClientCommand, created, run_flask_client
from tests.support.databases import KINDS, Databases, make_settings
from tests.support.statements import count_statements

NOTHING = {"active": False}


@pytest.fixture
def flask(app: Flask) -> FlaskClientCommand:
    return run_flask_client(app)


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return make.browser_of(app, make.make_user(app, "anna"))


@pytest.fixture
def token(app: Flask, browser: FlaskClient) -> str:
    """An access token of somebody else's app."""
    return str(make.tokens_for(make.make_client(app, make.make_user(app)), browser)["access_token"])


def asker(flask: FlaskClientCommand, *options: str) -> make.App:
    """An app made by command with these options."""
    answer = created(flask("create", "Asker", *options, "--json"))
    return make.App(answer["client_id"], answer["client_secret"])


def test_an_integration_whose_secret_lies_elsewhere_learns_nothing_about_other_people_s_tokens(
    flask: FlaskClientCommand, browser: FlaskClient, token: str
) -> None:
    zapier = asker(flask, "--preset", "zapier", "--redirect-uri", CALLBACK)
    assert make.introspect(browser, zapier, token) == NOTHING


@pytest.mark.parametrize(
    ("options", "introspection"),
    [
        ([], "all"),
        (["--scope", "users.read"], "all"),
        (["--introspection", "own"], "own"),
        (["--redirect-uri", CALLBACK], "own"),
        (["--redirect-uri", CALLBACK, "--introspection", "all"], "all"),
        (["--preset", "zapier", "--redirect-uri", CALLBACK], "own"),
        (["--owner", "anna"], "own"),
        (["--owner", "anna", "--introspection", "all"], "all"),
        (["--public", "--redirect-uri", CALLBACK], "own"),
    ],
)
def test_a_service_that_an_operator_makes_introspects_all_and_nobody_else_unless_it_is_said(
    flask: FlaskClientCommand, browser: FlaskClient, token: str, options: list[str], introspection: str
) -> None:
    answer = created(flask("create", "Asker", *options, "--json"))
    assert answer["introspection"] == introspection
    if answer["client_secret"]:
        told = make.introspect(browser, make.App(answer["client_id"], answer["client_secret"]), token)
        assert told.get("username") == ("anna" if introspection == "all" else None)
    sentence = {"all": "everybody's access tokens", "own": "its own tokens"}[introspection]
    assert sentence in flask("show", answer["client_id"]).stdout


def test_a_public_app_introspects_nothing(flask: FlaskClientCommand, db_session: Session) -> None:
    for_public = ("--public", "--redirect-uri", CALLBACK, "--introspection", "all")
    refused = flask("create", "Asker", *for_public)
    assert (refused.exit_code, len(refused.stderr.splitlines())) == (1, 1)
    assert db_session.scalars(select(Client)).all() == []


def test_no_log_tells_either_whether_other_people_s_tokens_are_active(
    app: Flask, browser: FlaskClient, token: str
) -> None:
    owner = make.make_user(app)
    curious = make.make_client(app, owner)
    assert make.introspect(browser, curious, token) == NOTHING
    with count_statements() as statements:
        assert make.introspect(browser, curious, token) == NOTHING
        assert len(statements) == 2
    disconnect = f"/account/apps/{make.claims_of(token)['client_id']}/disconnect"
    assert browser.post(disconnect, data={"csrf_token": acts.token_of(browser)}).status_code in (302, 303)
    assert make.introspect(browser, curious, token) == NOTHING
    background.init_app(app)
    background.run_once()
    log = make.browser_of(app, owner).get(f"/dashboard/apps/{curious.id}/log").text
    assert log.count('data-cause="introspection_of_others"') == 3


@pytest.fixture
def client(app: Flask) -> make.App:
    """An app of somebody who is told."""
    return make.make_client(app, make.make_user(app, "owner", locale="en"), name="Ledger")


def test_an_administrator_allows_it_and_ends_it_after_the_password_and_the_owner_is_told(
    app: Flask, browser: FlaskClient, token: str, client: make.App, db_session: Session
) -> None:
    person, chief = administrator(app)
    page = f"/admin/apps/{client.id}"
    allow = f"{page}/allow-introspection"
    assert browser.get(allow).status_code == 404
    acts.grow_stale(db_session, person)
    assert chief.get(allow).location.startswith("/reauthenticate?next=")
    chief = make.browser_of(app, person)
    owner = db_session.get_one(Client, client.id).owner_id
    for path, answer, sentence in (
        (allow, "anna", "Everybody's access tokens"),
        (f"{page}/end-introspection", None, "Its own tokens and those of other apps of its owner"),
    ):
        acts.act(chief, path)
        assert make.introspect(browser, client, token).get("username") == answer
        assert sentence in chief.get(f"{page}?locale=en").text.replace("&#39;", "'")
    for kind in ("allowed", "ended"):
        told = acts.events(db_session, f"clients.introspection.{kind}")
        assert told == [(owner, person.id, {"app": "Ledger"})]
    subjects = [mail["Subject"] for mail in mails(app, "introspection_changed")]
    assert subjects == [
        "“Ledger” may introspect everybody's access tokens",
        "“Ledger” no longer introspects everybody's access tokens",
    ]


def test_the_owner_reads_on_the_app_s_page_that_it_introspects_all(app: Flask, client: make.App) -> None:
    owner = make.browser_of(app, make.Person(owner_of(app, client), "owner", ""))
    path, sentence = f"/dashboard/apps/{client.id}?locale=en", "allowed this app to introspect everybody"
    assert sentence not in owner.get(path).text
    acts.act(administrator(app)[1], f"/admin/apps/{client.id}/allow-introspection")
    assert sentence in owner.get(path).text


def owner_of(app: Flask, client: make.App) -> str:
    with app.app_context():
        return str(db.session.get_one(Client, client.id).owner_id)


def test_in_other_hands_and_without_a_secret_the_word_of_administrators_ends(
    app: Flask, flask: FlaskClientCommand, browser: FlaskClient, token: str
) -> None:
    made = asker(flask)
    assert make.introspect(browser, made, token)["active"] is True
    make.make_user(app, "ben")
    assert created(flask("update", made.id, "--owner", "ben", "--json"))["introspection"] == "own"
    assert make.introspect(browser, made, token) == NOTHING
    kept = created(flask("update", made.id, "--owner", "ben", "--introspection", "all", "--json"))
    assert kept["introspection"] == "all"
    assert created(flask("update", made.id, "--owner", "ben", "--json"))["introspection"] == "all"
    uris = ("--redirect-uri", CALLBACK, "--grant", "authorization_code")
    public = created(flask("update", made.id, "--public", *uris, "--json"))
    assert public["introspection"] == "own"
    assert created(flask("update", made.id, "--confidential", "--json"))["introspection"] == "own"


@pytest.mark.parametrize("kind", KINDS)
def test_services_of_older_versions_go_on_and_no_integration_does(databases: Databases, kind: str) -> None:
    app = create_app(make_settings(databases.new_url(kind), databases.folder))
    with app.app_context():
        upgrade()
    alone = ("client_credentials",)
    service = make.make_client(app, redirect_uris=[], grant_types=alone)
    integration, left = make.make_client(app), make.make_client(app, redirect_uris=[], grant_types=alone)
    own = make.make_client(app, make.make_user(app), redirect_uris=[], grant_types=alone)
    with app.app_context():
        first_party.get_client()
        db.session.execute(update(Client).where(Client.id == left.id).values(registered_dynamically=True))
        db.session.commit()
        downgrade(revision="0010_email_keys")
        upgrade()
        db.session.remove()
        asking = db.session.scalars(select(Client.id).where(Client.introspects_all.is_(True))).all()
        assert asking == [service.id]
        assert {integration.id, own.id, left.id} <= set(db.session.scalars(select(Client.id)))
        assert all(
            client.secrets for client in db.session.scalars(select(Client)) if client.id != "pforte-api"
        )
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()
