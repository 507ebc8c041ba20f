"""What administrators do to apps, what it changes for their people, and who reads of it."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.clients.models import Client
from tests import factories as make
from tests.admin import acts, pages

Chief = tuple[make.Person, FlaskClient]
ACTS = ("disable", "enable", "trust", "distrust", "delete", "powers")


@pytest.fixture
def chief(app: Flask) -> Chief:
    return pages.administrator(app)


@pytest.fixture
def anna(app: Flask) -> make.Person:
    return make.make_user(app, "anna")


@pytest.fixture
def client(app: Flask, anna: make.Person) -> make.App:
    return make.make_client(app, owner=anna, name="Ledger")


def state(session: Session, client: make.App) -> Client | None:
    session.expire_all()
    return session.get(Client, client.id)


def told(session: Session, kind: str) -> list[tuple[Any, Any]]:
    return [(user_id, actor_id) for user_id, actor_id, _details in acts.events(session, kind)]


def test_what_an_administrator_disables_only_an_administrator_enables(
    app: Flask, chief: Chief, anna: make.Person, client: make.App, db_session: Session
) -> None:
    person, browser = chief
    owner = make.browser_of(app, anna)
    acts.act(browser, f"/admin/apps/{client.id}/disable")
    refused = browser.post("/oauth/token", data={"grant_type": "client_credentials", **client.form})
    assert (refused.status_code, (refused.json or {})["error"]) == (401, "invalid_client")
    owner.post(f"/dashboard/apps/{client.id}/enable", data={"csrf_token": acts.token_of(owner)})
    kept = state(db_session, client)
    assert kept is not None
    assert kept.disabled_by == "administrator"
    acts.act(browser, f"/admin/apps/{client.id}/enable")
    answer = browser.post("/oauth/token", data={"grant_type": "client_credentials", **client.form})
    assert answer.status_code == 200
    assert told(db_session, "clients.client.disabled") == [(anna.id, person.id)]
    assert told(db_session, "clients.client.enabled") == [(anna.id, person.id)]
    assert "was disabled" in owner.get("/account/activity?locale=en").text


def test_a_verified_app_says_so_and_asks_for_consent_all_the_same(
    app: Flask, chief: Chief, anna: make.Person, client: make.App, db_session: Session
) -> None:
    person, browser = chief
    visitor = make.browser_of(app, make.make_user(app))
    assert "Verified by this portal" not in make.ask(visitor, client).text
    acts.act(browser, f"/admin/apps/{client.id}/trust")
    page = make.ask(visitor, client)
    assert page.status_code == 200
    assert "Verified by this portal" in page.text
    acts.act(browser, f"/admin/apps/{client.id}/distrust")
    assert "Verified by this portal" not in make.ask(visitor, client).text
    assert told(db_session, "clients.client.trusted") == [(anna.id, person.id)]
    assert told(db_session, "clients.client.distrusted") == [(anna.id, person.id)]


@pytest.mark.parametrize(
    ("changes", "stays"),
    [
        ({"description": "Keeps books"}, True),
        ({"name": "Your Bank"}, False),
        ({"homepage_url": "https://bank.example"}, False),
        ({"redirect_uris": "https://elsewhere.example/callback"}, False),
        ({"client_type": "public"}, False),
    ],
)
def test_a_verified_app_that_its_owner_makes_another_one_is_no_longer_verified(
    app: Flask,
    chief: Chief,
    anna: make.Person,
    client: make.App,
    db_session: Session,
    changes: dict[str, str],
    stays: bool,
) -> None:
    acts.act(chief[1], f"/admin/apps/{client.id}/trust")
    owner = make.browser_of(app, anna)
    path = f"/dashboard/apps/{client.id}/edit"
    fields = {
        "csrf_token": make.csrf_token(owner.get(path)),
        "name": "Ledger",
        "redirect_uris": make.CALLBACK,
        "client_type": "confidential",
        "grant_types": ["authorization_code", "refresh_token"],
        "scopes": ["openid"],
    }
    assert owner.post(path, data={**fields, **changes}).status_code == 302
    kept = state(db_session, client)
    assert kept is not None
    assert kept.trusted is stays
    expected = [] if stays else [(anna.id, anna.id)]
    assert told(db_session, "clients.client.distrusted") == expected


def test_only_administrators_switch_the_password_grant_and_give_restricted_permissions(
    app: Flask, chief: Chief, anna: make.Person, client: make.App, db_session: Session
) -> None:
    person, browser = chief
    path = f"/admin/apps/{client.id}/powers"
    acts.act(browser, path, password_grant="y", scopes="users.read")
    kept = state(db_session, client)
    assert kept is not None
    assert "password" in kept.grant_type_list
    assert {"users.read", "openid"} <= set(kept.scope_list)
    assert kept.redirect_uri_list == [make.CALLBACK]
    page = browser.get(path).text
    assert re.search(r'name="password_grant"[^>]*checked|checked[^>]*name="password_grant"', page)
    acts.act(browser, path)
    kept = state(db_session, client)
    assert kept is not None
    assert "password" not in kept.grant_type_list
    assert "users.read" not in kept.scope_list
    assert told(db_session, "clients.client.changed") == [(anna.id, person.id)] * 2


def test_administrators_move_the_switch_of_pkce(
    app: Flask, chief: Chief, client: make.App, db_session: Session
) -> None:
    path = f"/admin/apps/{client.id}/powers"
    for sent, required in (({"pkce_required": "y"}, True), ({}, False)):
        acts.act(chief[1], path, **sent)
        kept = state(db_session, client)
        assert kept is not None
        assert kept.pkce_required is required
        switch = re.search(r'<input[^>]*name="pkce_required"[^>]*>', chief[1].get(path).text)
        assert switch is not None
        assert ("checked" in switch[0]) is required


def test_the_switch_of_a_public_app_cannot_be_moved(app: Flask, chief: Chief, db_session: Session) -> None:
    public = make.make_client(app, client_type="public")
    path = f"/admin/apps/{public.id}/powers"
    assert 'name="pkce_required"' not in chief[1].get(path).text
    acts.act(chief[1], path)
    kept = state(db_session, public)
    assert kept is not None
    assert kept.pkce_required


def test_an_app_of_the_portal_without_preset_has_to_use_pkce(
    app: Flask, chief: Chief, db_session: Session
) -> None:
    fields = {"name": "Ledger 2", "redirect_uris": make.CALLBACK, "client_type": "confidential"}
    answer = acts.act(
        chief[1], "/admin/apps/new", **fields, grant_types="authorization_code", scopes="openid"
    )
    kept = db_session.get_one(Client, answer.headers["Location"].rpartition("/")[2])
    assert kept.pkce_required


@pytest.mark.parametrize("scope", ["profile", "no.such.scope", "openid users.read", "x" * 9000])
def test_a_box_that_was_not_there_gives_nothing(
    app: Flask, chief: Chief, client: make.App, db_session: Session, scope: str
) -> None:
    before = state(db_session, client)
    assert before is not None
    scopes = before.scopes
    acts.act(chief[1], f"/admin/apps/{client.id}/powers", scopes=scope)
    kept = state(db_session, client)
    assert kept is not None
    assert kept.scopes == scopes


def test_an_app_of_the_portal_shows_its_secret_once_and_asks_like_any_other(
    app: Flask, chief: Chief, db_session: Session
) -> None:
    person, browser = chief
    uri = "https://zapier.com/dashboard/auth/oauth/return/App123CLIAPI/"
    fields = {
        "preset": "zapier",
        "name": "Zapier",
        "redirect_uris": uri,
        "client_type": "confidential",
        "grant_types": "client_credentials",
        "scopes": "openid",
    }
    answer = acts.act(browser, "/admin/apps/new", **fields)
    assert answer.status_code == 303
    page = browser.get(answer.headers["Location"])
    found = re.search(r'<code id="client-secret">(pf_secret_[\w-]+)</code>', page.text)
    assert found is not None
    assert "client-secret" not in browser.get(answer.headers["Location"]).text
    client_id = answer.headers["Location"].rpartition("/")[2]
    kept = db_session.get_one(Client, client_id)
    assert (kept.owner_id, kept.preset, kept.retry_window, kept.pkce_required) == (None, "zapier", 120, False)
    assert kept.grant_type_list == ["authorization_code", "refresh_token"]
    visitor = make.browser_of(app, make.make_user(app))
    zapier = make.App(client_id, found[1], uri)
    tokens = make.redeem(visitor, zapier, make.authorize(zapier, visitor, scope="openid"))
    assert tokens.status_code == 200
    assert told(db_session, "clients.client.registered") == [(None, person.id)]


def test_a_refused_app_keeps_what_was_typed(app: Flask, chief: Chief, client: make.App) -> None:
    answer = acts.act(
        chief[1], "/admin/apps/new", name="Ledger", redirect_uris="nonsense", client_type="confidential"
    )
    assert answer.status_code == 422
    assert "nonsense</textarea>" in answer.text
    assert "Another app already has this name" in answer.text


def test_deleting_asks_for_the_name(
    app: Flask, chief: Chief, anna: make.Person, client: make.App, db_session: Session
) -> None:
    person, browser = chief
    assert acts.act(browser, f"/admin/apps/{client.id}/delete", confirm="ledger").status_code == 422
    assert state(db_session, client) is not None
    answer = acts.act(browser, f"/admin/apps/{client.id}/delete", confirm="Ledger")
    assert answer.headers["Location"] == "/admin/apps"
    assert state(db_session, client) is None
    assert told(db_session, "clients.client.deleted") == [(anna.id, person.id)]


@pytest.mark.any_database
@pytest.mark.parametrize("name", ACTS)
def test_every_act_needs_a_fresh_password_check(
    app: Flask, chief: Chief, client: make.App, db_session: Session, name: str
) -> None:
    person, browser = chief
    token = acts.token_of(browser)
    acts.grow_stale(db_session, person)
    for path in (f"/admin/apps/{client.id}/{name}", "/admin/apps/new"):
        for answer in (
            browser.get(path),
            browser.post(path, data={"csrf_token": token, "confirm": "Ledger"}),
        ):
            assert answer.headers["Location"] == f"/reauthenticate?next={path}"
    assert state(db_session, client) is not None


@pytest.mark.any_database
@pytest.mark.parametrize("name", ACTS)
def test_the_owner_can_do_none_of_it(
    app: Flask, anna: make.Person, client: make.App, db_session: Session, name: str
) -> None:
    owner = make.browser_of(app, anna)
    fields = {"csrf_token": acts.token_of(owner), "confirm": "Ledger", "password_grant": "y"}
    assert owner.post(f"/admin/apps/{client.id}/{name}", data=fields).status_code == 404
    kept = state(db_session, client)
    assert kept is not None
    assert (kept.trusted, kept.disabled_at, "password" in kept.grant_type_list) == (False, None, False)


@pytest.mark.any_database
def test_deleting_an_app_says_how_many_people_lose_access(app: Flask, chief: Chief, client: make.App) -> None:
    path = f"/admin/apps/{client.id}/delete"
    assert "Nobody uses this app at present." in chief[1].get(path).text
    make.tokens_for(client, make.browser_of(app, make.make_user(app)))
    assert "1 person loses access." in chief[1].get(path).text
