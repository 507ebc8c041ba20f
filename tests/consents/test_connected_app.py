"""A connection can be edited: what is unticked is gone at once, on every token of the app."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.consents import decisions
from app.consents.models import Consent
from app.database.rows import db
from tests import factories as make
from tests.clients.developers import post

SCOPES = ("openid", "profile", "email", "books.write")


@pytest.fixture
def anna(app: Flask) -> make.Person:
    return make.make_user(app, "anna", locale="en")


@pytest.fixture
def browser(app: Flask, anna: make.Person) -> FlaskClient:
    return make.browser_of(app, anna)


@pytest.fixture
def library(app: Flask) -> make.App:
    make.make_scope(app, "books.write", effect="changes")
    return make.make_client(app, name="Library", scopes=SCOPES)


def path_of(client: make.App) -> str:
    return f"/account/apps/{client.id}"


def save(browser: FlaskClient, client: make.App, *ticked: str, **more: str) -> Any:
    path = path_of(client)
    return post(browser, path, path, scope=list(ticked), **more)


def boxes(page: str) -> dict[str, bool]:
    """Each permission, and whether it is ticked."""
    found = re.findall(r'type="checkbox" name="scope" value="([^"]+)"( checked)?', page)
    return {name: bool(is_ticked) for name, is_ticked in found}


def test_what_is_unticked_is_gone_from_every_token_at_once(
    browser: FlaskClient, client: FlaskClient, library: make.App
) -> None:
    tokens = make.tokens_for(library, browser, scope=" ".join(SCOPES))
    assert boxes(browser.get(path_of(library)).text) == dict.fromkeys(SCOPES[1:], True)
    assert save(browser, library, "profile").status_code == 303
    told = client.get("/oauth/userinfo", headers=make.with_token(tokens["access_token"])).json
    assert "preferred_username" in told
    assert "email" not in told
    assert make.introspect(client, library, tokens["access_token"])["scope"] == "openid profile"
    refreshed = make.refresh(client, library, tokens["refresh_token"]).json
    assert refreshed["scope"] == "openid profile"
    assert boxes(browser.get(path_of(library)).text) == {
        "profile": True,
        "email": False,
        "books.write": False,
    }


def test_what_is_ticked_again_counts_again(
    browser: FlaskClient, client: FlaskClient, library: make.App
) -> None:
    tokens = make.tokens_for(library, browser, scope=" ".join(SCOPES))
    save(browser, library, "profile")
    save(browser, library, "profile", "books.write")
    refreshed = make.refresh(client, library, tokens["refresh_token"]).json
    assert set(refreshed["scope"].split()) == {"openid", "profile", "books.write"}


def test_the_app_asks_nobody_again_for_what_was_taken_here(browser: FlaskClient, library: make.App) -> None:
    make.tokens_for(library, browser, scope=" ".join(SCOPES))
    save(browser, library, "profile")
    assert "code" in make.answer_of(make.ask(browser, library, scope=" ".join(SCOPES)))


def test_a_page_of_before_takes_nothing_away_that_it_did_not_show(
    browser: FlaskClient, library: make.App, db_session: Session
) -> None:
    make.tokens_for(library, browser, scope="openid profile")
    before = browser.get(path_of(library))
    make.decide(browser, make.ask(browser, library, scope="openid profile email"))
    shown = re.findall(r'name="shown" value="([^"]*)"', before.text)
    late = {"csrf_token": make.csrf_token(before), "shown": shown, "scope": []}
    assert browser.post(path_of(library), data=late).status_code == 303
    consent = db_session.scalars(select(Consent)).one()
    assert (consent.scope, consent.declined) == ("openid email", "profile")


def test_a_second_click_saves_once(browser: FlaskClient, library: make.App, db_session: Session) -> None:
    make.tokens_for(library, browser, scope="openid profile email")
    assert [save(browser, library, "email").status_code for _click in range(2)] == [303, 303]
    kinds = db_session.scalars(select(Event.kind).where(Event.kind == "consent.access.changed")).all()
    assert len(kinds) == 1


def test_an_app_without_permissions_has_nothing_to_save(browser: FlaskClient, library: make.App) -> None:
    make.tokens_for(library, browser, scope="openid")
    page = browser.get(path_of(library)).text
    assert "Save</button>" not in page
    assert f"/account/apps/{library.id}/disconnect" in page


def test_what_was_done_is_told_with_its_permissions(
    app: Flask, browser: FlaskClient, library: make.App, db_session: Session
) -> None:
    make.tokens_for(library, browser, scope="openid profile email")
    for ticked in (("profile",), ("profile",), ("email",)):
        save(browser, library, *ticked)
    events = db_session.scalars(
        select(Event).where(Event.kind == "consent.access.changed").order_by(Event.id)
    ).all()
    told = [json.loads(event.details) for event in events]
    assert [(each["added"], each["taken"]) for each in told] == [([], ["email"]), (["email"], ["profile"])]
    assert "You changed what an app may do." in browser.get("/account/activity?locale=en").text


def test_attack_a_form_gives_an_app_nothing_that_it_never_asked_for(
    browser: FlaskClient, library: make.App, db_session: Session
) -> None:
    make.tokens_for(library, browser, scope="openid profile")
    save(browser, library, "profile", "email", "books.write", "users.read", "x" * 5000)
    consent = db_session.scalars(select(Consent)).one()
    assert (consent.scope, consent.declined) == ("openid profile", "")


def test_attack_nobody_edits_the_connection_of_somebody_else(
    app: Flask, browser: FlaskClient, library: make.App, db_session: Session
) -> None:
    make.tokens_for(library, browser, scope="openid profile")
    bert = make.browser_of(app, make.make_user(app))
    assert bert.get(path_of(library)).status_code == 404
    token = make.csrf_token(bert.get("/account/profile"))
    assert bert.post(path_of(library), data={"csrf_token": token}).status_code == 404
    assert browser.post(path_of(library), data={"scope": ""}).status_code in (400, 403, 422)
    assert db_session.scalars(select(Consent.scope)).one() == "openid profile"


def test_who_unticks_everything_is_led_to_the_button_that_means_it(app: Flask, browser: FlaskClient) -> None:
    plain = make.make_client(app, name="Plain", scopes=("profile", "email"))
    make.tokens_for(plain, browser, scope="profile")
    answer = save(browser, plain)
    assert answer.status_code == 422
    assert "tick at least one permission, or disconnect" in answer.text
    assert f"/account/apps/{plain.id}/disconnect" in answer.text


@pytest.mark.parametrize("client_id", ["f" * 32, "x", "nobody"])
def test_no_app_and_one_that_is_disconnected_are_not_found(browser: FlaskClient, client_id: str) -> None:
    assert browser.get(f"/account/apps/{client_id}").status_code == 404


def test_a_disconnected_app_stays_disconnected(browser: FlaskClient, library: make.App) -> None:
    make.tokens_for(library, browser, scope="openid profile")
    page = browser.get(path_of(library))
    post(browser, f"{path_of(library)}/disconnect", "/account/apps")
    late = {"csrf_token": make.csrf_token(page), "scope": "profile"}
    assert browser.post(path_of(library), data=late).status_code == 404


def test_each_team_has_a_connection_of_its_own(
    app: Flask, browser: FlaskClient, anna: make.Person, db_session: Session
) -> None:
    team = make.make_team(app, anna, "Harbour")
    ledger = make.make_client(app, scopes=("openid", "teams", "email"))
    with app.app_context():
        for team_id in (None, team.id):
            decisions.give_consent(anna.id, ledger.id, ["openid", "teams", "email"], team_id=team_id)
        db.session.commit()
    assert f"{path_of(ledger)}?team={team.id}" in browser.get("/account/apps").text
    path = f"{path_of(ledger)}?team={team.id}"
    assert "For the team Harbour" in browser.get(path).text
    assert post(browser, path, path).status_code == 303
    scopes = {row.team_id: row.scope for row in db_session.scalars(select(Consent))}
    assert scopes == {None: "openid teams email", team.id: "openid teams"}
    other = make.make_team(app, make.make_user(app), "Lighthouse")
    assert browser.get(f"{path_of(ledger)}?team={other.id}").status_code == 404
