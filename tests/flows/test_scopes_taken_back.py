"""What a person, an administrator or a deletion takes back is gone at once, from every token and on every worker."""

from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.clients import registration
from app.clients.details import OPERATOR_LIMITS, details_of
from app.consents.standing import find_consent
from app.scopes import catalogue
from app.scopes.models import Scope
from tests import factories as make
from tests.oauth.world import World

ASKED = "openid email reports.read"


@pytest.fixture
def world(app: Flask) -> World:
    make.make_scope(app)
    return World(app)


@pytest.fixture
def reporter(world: World) -> make.App:
    """An app with a scope that an administrator defined."""
    return world.make_client(scopes=("openid", "email", "reports.read"))


def untick(world: World, client: make.App, *names: str) -> None:
    """The person decides anew, without these."""
    page = make.ask(world.browser, client, scope=ASKED, prompt="consent")
    kept = [name for name in make.offered(page) if name not in names]
    assert "code" in make.answer_of(make.decide(world.browser, page, ticked=kept))


def me(http: FlaskClient, token: str) -> Any:
    return http.get("/oauth/me", headers=make.with_token(token))


def scopes_of(told: Any) -> list[str]:
    return list(told["scope"].split())


def test_a_deleted_scope_is_in_no_new_token_whatever_the_grant(world: World, reporter: make.App) -> None:
    before = make.tokens_for(reporter, world.browser, scope=ASKED)
    code = make.authorize(reporter, world.browser, scope=ASKED)
    assert world.app_only(reporter).json["scope"] == "reports.read"  # and the app is remembered
    world.delete_scope("reports.read")
    redeemed = make.redeem(world.http, reporter, code).json
    refreshed = make.refresh(world.http, reporter, before["refresh_token"]).json
    silent = make.answer_of(make.ask(world.browser, reporter, scope=None, prompt="none"))["code"]
    for answer in (redeemed, refreshed, make.redeem(world.http, reporter, silent).json):
        assert answer["scope"] == "openid email"
        assert make.claims_of(answer["access_token"])["scp"] == ["openid", "email"]
        assert make.claims_of(answer["access_token"])["aud"] == world.app.config["SETTINGS"].issuer
    assert "scope" not in world.app_only(reporter).json
    fields = {"grant_type": "client_credentials", **reporter.form}
    assert "scope" not in world.http.post("/v1/token", data=fields).json
    token = world.http.post("/api/authorize", data=reporter.form).json["token"]
    assert "scope" not in make.claims_of(token)
    assert world.app_only(reporter, scope="reports.read").json["error"] == "invalid_scope"
    assert make.answer_of(make.ask(world.browser, reporter, scope=ASKED))["error"] == "invalid_scope"


def test_a_deleted_scope_is_not_advertised(world: World) -> None:
    world.delete_scope("reports.read")
    for path in ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
        assert "reports.read" not in world.http.get(path).text


@pytest.mark.rfc("6749#section-6")
def test_a_refresh_that_names_a_deleted_scope_gets_the_others(world: World, reporter: make.App) -> None:
    token = make.tokens_for(reporter, world.browser, scope=ASKED)["refresh_token"]
    world.delete_scope("reports.read")
    answer = make.refresh(world.http, reporter, token, scope="openid reports.read")
    assert (answer.status_code, answer.json["scope"]) == (200, "openid")
    wider = make.refresh(world.http, reporter, answer.json["refresh_token"], scope="openid phone")
    assert wider.json["error"] == "invalid_scope"


def test_a_deleted_scope_is_reported_for_no_token_any_more(world: World, reporter: make.App) -> None:
    tokens = make.tokens_for(reporter, world.browser, scope=ASKED)
    alone = world.app_only(reporter).json["access_token"]
    world.delete_scope("reports.read")
    for kind in ("access_token", "refresh_token"):
        assert make.introspect(world.http, reporter, tokens[kind])["scope"] == "openid email"
    verified = world.http.post("/api/verify", headers=make.with_token(tokens["access_token"])).json
    assert (verified["scope"], verified["scp"]) == ("openid email", ["openid", "email"])
    assert make.introspect(world.http, reporter, alone) == {"active": False}


def test_tokens_that_allow_nothing_any_more_are_worth_nothing(world: World, reporter: make.App) -> None:
    tokens = make.tokens_for(reporter, world.browser, scope="reports.read")
    code = make.authorize(reporter, world.browser, scope="reports.read")
    world.delete_scope("reports.read")
    for kind in ("access_token", "refresh_token"):
        assert make.introspect(world.http, reporter, tokens[kind]) == {"active": False}
    for refused in (
        make.refresh(world.http, reporter, tokens["refresh_token"]),
        make.redeem(world.http, reporter, code),
    ):
        assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")


def test_another_scope_under_the_old_name_was_allowed_by_nobody(world: World, reporter: make.App) -> None:
    tokens = make.tokens_for(reporter, world.browser, scope=ASKED)
    world.delete_scope("reports.read")
    make.make_scope(world.app)
    world.change(lambda row: _give(row, "reports.read"), reporter)
    assert make.refresh(world.http, reporter, tokens["refresh_token"]).json["scope"] == "openid email"
    page = make.ask(world.browser, reporter, scope=ASKED)
    assert make.offered(page) == ["reports.read"]


def test_names_that_contain_the_deleted_one_stay(world: World) -> None:
    for name in ("reports.read.all", "Reports.read", "my.reports.read", "100%"):
        make.make_scope(world.app, name)
    scopes = ("openid", "reports.read.all", "reports.read", "Reports.read", "my.reports.read", "100%")
    client = world.make_client(scopes=scopes)
    asked = " ".join(scopes)
    token = make.tokens_for(client, world.browser, scope=asked)["refresh_token"]
    for name in ("reports.read", "100%"):
        world.delete_scope(name)
    rest = ["openid", "reports.read.all", "Reports.read", "my.reports.read"]
    assert scopes_of(make.refresh(world.http, client, token).json) == rest


def test_a_scope_deleted_elsewhere_cannot_be_given_by_a_worker_that_remembers_it(world: World) -> None:
    with world.app.app_context():
        assert catalogue.find_scope("reports.read")
        remembered = dict(catalogue._reads)
        scope = catalogue.db.session.get_one(Scope, "reports.read")
        catalogue.db.session.delete(scope)
        catalogue.db.session.commit()
        catalogue._reads.update(remembered)
        assert catalogue.find_scope("reports.read")
    with pytest.raises(registration.ClientRefused):
        world.make_client(scopes=("openid", "reports.read"))


def test_what_the_person_unticked_is_gone_from_older_tokens_at_once(world: World, reporter: make.App) -> None:
    tokens = make.tokens_for(reporter, world.browser, scope=ASKED)
    code = make.authorize(reporter, world.browser, scope=ASKED)
    assert "email" in me(world.http, tokens["access_token"]).json
    untick(world, reporter, "email")
    for path in ("/oauth/me", "/oauth/userinfo"):
        answer = world.http.get(path, headers=make.with_token(tokens["access_token"]))
        assert answer.status_code == 200
        assert "email" not in answer.json
    for kind in ("access_token", "refresh_token"):
        assert make.introspect(world.http, reporter, tokens[kind])["scope"] == "openid reports.read"
    assert make.redeem(world.http, reporter, code).json["scope"] == "openid reports.read"
    refreshed = make.refresh(world.http, reporter, tokens["refresh_token"], scope="openid email").json
    assert refreshed["scope"] == "openid"


def test_what_is_allowed_again_is_in_older_tokens_again(world: World, reporter: make.App) -> None:
    tokens = make.tokens_for(reporter, world.browser, scope=ASKED)
    untick(world, reporter, "email")
    untick(world, reporter)
    assert make.refresh(world.http, reporter, tokens["refresh_token"]).json["scope"] == ASKED
    assert "email" in me(world.http, tokens["access_token"]).json


def test_what_one_person_unticks_is_nothing_to_the_others(world: World, reporter: make.App) -> None:
    other = make.browser_of(world.app, make.make_user(world.app))
    token = make.tokens_for(reporter, other, scope=ASKED)["refresh_token"]
    make.tokens_for(reporter, world.browser, scope=ASKED)
    untick(world, reporter, "email")
    assert make.refresh(world.http, reporter, token).json["scope"] == ASKED


def test_what_is_taken_from_an_app_opens_nothing_any_more(world: World) -> None:
    client = world.make_client(scopes=("users.read", "reports.read"))
    token = world.app_only(client).json["access_token"]
    path = f"/api/users/{world.person.username}"
    assert world.http.get(path, headers=make.with_token(token)).status_code == 200
    world.change(lambda row: _leave(row, "reports.read"), client)
    assert world.http.get(path, headers=make.with_token(token)).status_code == 403
    assert make.introspect(world.http, client, token)["scope"] == "reports.read"


def test_who_declined_everything_is_asked_again_and_not_sent_off_with_an_empty_token(
    world: World, reporter: make.App
) -> None:
    make.authorize(reporter, world.browser, scope="openid")
    untick(world, reporter, "email", "reports.read")
    silent = make.ask(world.browser, reporter, scope="email reports.read", prompt="none")
    assert make.answer_of(silent)["error"] == "consent_required"
    page = make.ask(world.browser, reporter, scope="email reports.read")
    assert make.offered(page) == ["email", "reports.read"]
    assert " checked>" not in page.text
    assert make.decide(world.browser, page, ticked=[]).status_code == 422
    code = make.answer_of(make.decide(world.browser, page, ticked=["email"]))["code"]
    assert make.redeem(world.http, reporter, code).json["scope"] == "email"
    again = make.answer_of(make.ask(world.browser, reporter, scope="email reports.read"))
    assert make.redeem(world.http, reporter, again["code"]).json["scope"] == "email"
    with world.app.app_context():
        consent = find_consent(world.person.id, reporter.id)
        assert consent is not None
        assert consent.declined == "reports.read"


def _give(row: Any, name: str) -> None:
    _leave(row, *row.scope_list, name)


def _leave(row: Any, *names: str) -> None:
    registration.edit_client(
        row, replace(details_of(row), scopes=names), actor_id=None, limits=OPERATOR_LIMITS
    )
