"""Whoever has something of one team gets nothing of another by it, and nothing of the person's own."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.consents.decisions import NotInTeam, give_consent
from app.consents.models import Consent
from app.crypto import base64url
from app.database.rows import db
from app.teams.members import list_teams_of
from tests import factories as make
from tests.flows import teams_of
from tests.flows.teams_of import ask, connect, team_of
from tests.support.statements import count_statements


@pytest.fixture
def ledger(app: Flask) -> make.App:
    return teams_of.make_app(app, name="Ledger")


@pytest.mark.parametrize("sent", ["team", "teams", "for_whom", "team_id", "resource"])
def test_no_parameter_of_the_token_endpoint_moves_a_token_to_another_team(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team], sent: str
) -> None:
    connect(browser, ledger, teams[1].id)
    page = ask(browser, ledger, prompt="consent")
    code = make.answer_of(make.decide(browser, page, team=teams[0].id))["code"]
    got = make.redeem(browser, ledger, code, **{sent: teams[1].id}).json or {}
    assert team_of(got) == {"id": teams[0].id, "name": "Harbour"}
    renewed = make.refresh(browser, ledger, got["refresh_token"], **{sent: teams[1].id}).json or {}
    assert team_of(renewed) == {"id": teams[0].id, "name": "Harbour"}


def test_fewer_scopes_do_not_make_a_teams_token_the_persons_own(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    got = connect(browser, ledger, teams[0].id)
    renewed = make.refresh(browser, ledger, got["refresh_token"], scope="openid").json or {}
    assert renewed["scope"] == "openid"
    assert team_of(renewed) == {"id": teams[0].id, "name": "Harbour"}


def test_lean_id_tokens_name_the_team_too(app: Flask, browser: FlaskClient, teams: list[make.Team]) -> None:
    lean = teams_of.make_app(app, lean_id_tokens=True)
    assert team_of(connect(browser, lean, teams[0].id)) == {"id": teams[0].id, "name": "Harbour"}


def test_a_team_in_the_address_of_the_request_chooses_nothing(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    page = ask(browser, ledger, team=teams[1].id)
    assert teams_of.chosen(page) == []
    assert make.decide(browser, page).status_code == 422


def test_a_consent_form_of_another_person_gives_nothing_for_their_team(
    app: Flask, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    bert = make.make_user(app, "bert")
    make.make_team(app, bert, "Berts")
    his = make.browser_of(app, bert)
    assert make.decide(his, ask(his, ledger), team=teams[0].id).status_code == 422
    with app.app_context():
        assert db.session.scalars(select(Consent)).all() == []


def test_the_rule_itself_refuses_a_team_of_others(app: Flask, ledger: make.App, anna: make.Person) -> None:
    theirs = make.make_team(app, make.make_user(app))
    with app.app_context():
        for team_id in (theirs.id, "0" * 32, "nonsense"):
            with pytest.raises(NotInTeam):
                give_consent(anna.id, ledger.id, ["openid"], team_id=team_id)
            db.session.rollback()


@pytest.mark.parametrize("team", [{"id": ["a"]}, {"id": None}, "text", ["list"], {"id": "x" * 900}, {}])
def test_a_hint_with_a_broken_team_is_never_a_failure_of_ours(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team], team: Any
) -> None:
    hint = connect(browser, ledger, teams[0].id)["id_token"]
    connect(browser, ledger, teams[1].id)
    # The key of an old hint may be gone, and then nobody can check it.
    header = {**make.header_of(hint), "kid": "gone"}
    claims = {**make.claims_of(hint), "team": team}
    forged = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims)) + ".c2ln"
    answer = make.answer_of(ask(browser, ledger, prompt="none", id_token_hint=forged))
    assert answer["error"] in ("interaction_required", "consent_required")


def test_a_hint_of_a_team_the_person_never_gave_anything_for_gets_nothing(
    app: Flask, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    hint = connect(browser, ledger, teams[0].id)["id_token"]
    theirs = make.make_team(app, make.make_user(app))
    for team in (teams[1].id, theirs.id):
        claims = {**make.claims_of(hint), "team": {"id": team, "name": "x"}}
        header = {**make.header_of(hint), "kid": "gone"}
        forged = ".".join(base64url(json.dumps(part).encode()) for part in (header, claims)) + ".c2ln"
        silent = ask(browser, ledger, prompt="none", id_token_hint=forged)
        assert make.answer_of(silent)["error"] == "consent_required"


def test_an_app_acts_for_no_team_by_itself(app: Flask) -> None:
    client = teams_of.make_app(app, scopes=("openid", "teams"))
    http = app.test_client()
    asked = {"grant_type": "client_credentials", **client.form}
    assert (http.post("/oauth/token", data={**asked, "scope": "teams"}).json or {})[
        "error"
    ] == "invalid_scope"
    alone = http.post("/oauth/token", data=asked).json or {}
    assert "scope" not in alone
    assert "team" not in make.claims_of(alone["access_token"])


def test_an_app_without_the_scope_may_not_ask_for_it(app: Flask, browser: FlaskClient) -> None:
    client = make.make_client(app)
    assert make.answer_of(ask(browser, client))["error"] == "invalid_scope"


def test_tokens_about_the_longest_team_stay_short(
    app: Flask, browser: FlaskClient, anna: make.Person
) -> None:
    client, team = teams_of.make_app(app), make.make_team(app, anna, "ü" * 100)
    got = connect(browser, client, team.id)
    assert all(len(got[name]) < 4000 for name in ("access_token", "id_token"))
    assert team_of(got) == {"id": team.id, "name": "ü" * 100}


def test_hot_paths_of_a_teams_tokens_take_no_statement_more(
    browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    got = connect(browser, ledger, teams[0].id)
    bearer = make.with_token(got["access_token"])
    browser.get("/oauth/userinfo", headers=bearer)
    with count_statements() as counted:

        def taken() -> int:
            number = len(counted)
            counted.clear()
            return number

        assert (browser.get("/oauth/userinfo", headers=bearer).json or {})["team"]["name"] == "Harbour"
        assert taken() == 1
        assert make.introspect(browser, ledger, got["access_token"])["active"]
        assert taken() == 2
        assert make.introspect(browser, ledger, got["refresh_token"])["active"]
        assert taken() == 2
        assert make.refresh(browser, ledger, got["refresh_token"]).status_code == 200
        assert taken() == 2
        code = make.answer_of(ask(browser, ledger))["code"]
        taken()
        assert make.redeem(browser, ledger, code).status_code == 200
        assert taken() == 3


def test_teams_are_not_read_for_apps_that_do_not_ask(
    app: Flask, browser: FlaskClient, ledger: make.App, teams: list[make.Team]
) -> None:
    make.authorize(ledger, browser, scope="openid")
    with count_statements() as counted:
        make.ask(browser, ledger, scope="openid")
    assert not [statement for statement in counted if "team_members" in statement]
    with app.app_context():
        assert len(list_teams_of("")) == 0
