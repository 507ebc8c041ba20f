"""Permissions on the admin pages: defined, described anew, deleted, each with what it reaches."""

import json
import re
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.consents.decisions import give_consent
from app.database.rows import db
from app.scopes.models import Scope
from tests import factories as make
from tests.admin import acts, pages

WHOLE = {
    "name": "invoices.read",
    "description_en": "Read your invoices",
    "description_de": "Ihre Rechnungen lesen",
    "audience": "https://api.example",
}


def test_a_permission_is_defined_and_the_event_says_by_whom(app: Flask, db_session: Session) -> None:
    chief, browser = pages.administrator(app)
    assert pages.post(browser, "/admin/scopes/new", **WHOLE).headers["Location"] == "/admin/scopes"
    scope = db_session.get(Scope, "invoices.read")
    assert scope is not None
    assert (scope.description_de, scope.audience) == ("Ihre Rechnungen lesen", "https://api.example")
    event = pages.recorded(db_session, "scopes.scope.created")
    assert (event.actor_id, json.loads(event.details)) == (chief.id, {"name": "invoices.read"})
    page = browser.get("/admin/scopes").text
    for text in (*WHOLE.values(), "openid", "users.read"):
        assert text in page


@pytest.mark.parametrize("path", ["new", "edit?name=reports.read", "delete?name=reports.read"])
def test_every_act_needs_a_fresh_password_check(app: Flask, db_session: Session, path: str) -> None:
    chief, browser = pages.administrator(app)
    make.make_scope(app, "reports.read")
    path = f"/admin/scopes/{path}"
    token = make.csrf_token(browser.get(path))
    acts.grow_stale(db_session, chief)
    for answer in (browser.get(path), browser.post(path, data={"csrf_token": token, **WHOLE})):
        assert urlsplit(answer.headers["Location"]).path == "/reauthenticate"
    scopes = db_session.scalars(select(Scope)).all()
    assert [(scope.name, scope.description_en) for scope in scopes] == [("reports.read", "Read your reports")]


def test_a_permission_becomes_restricted_and_free_again(app: Flask, db_session: Session) -> None:
    _chief, browser = pages.administrator(app)
    pages.post(browser, "/admin/scopes/new", **WHOLE, restricted="y")
    assert db_session.get_one(Scope, "invoices.read").restricted is True
    assert len(re.findall(r"Restricted</span>", browser.get("/admin/scopes?locale=en").text)) == 2
    make.make_client(app, name="Ledger", scopes=("openid", "invoices.read"))
    path = "/admin/scopes/edit?name=invoices.read"
    page = browser.get(path).text
    assert re.search(r'<input[^>]*checked[^>]*name="restricted"', page)
    assert "Ledger" in page
    texts = {name: WHOLE[name] for name in ("description_en", "description_de")}
    pages.post(browser, path, **texts)
    db_session.expire_all()
    assert db_session.get_one(Scope, "invoices.read").restricted is False
    event = pages.recorded(db_session, "scopes.scope.changed")
    assert json.loads(event.details) == {"name": "invoices.read", "fields": ["restricted"]}


def test_what_a_permission_does_is_chosen_and_marked(app: Flask, db_session: Session) -> None:
    _chief, browser = pages.administrator(app)
    pages.post(browser, "/admin/scopes/new", **WHOLE, effect="spends")
    assert db_session.get_one(Scope, "invoices.read").effect == "spends"
    assert "Spends or deletes</span>" in browser.get("/admin/scopes?locale=en").text
    path = "/admin/scopes/edit?name=invoices.read"
    texts = {name: WHOLE[name] for name in ("description_en", "description_de")}
    for sent, kept in (({}, "spends"), ({"effect": "changes"}, "changes"), ({"effect": "burns"}, "changes")):
        pages.post(browser, path, **texts, **sent)
        db_session.expire_all()
        assert db_session.get_one(Scope, "invoices.read").effect == kept


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "two words"), ("name", "openid"), ("name", "x" * 65), ("name", "taken.read"),
        ("description_en", " "), ("description_de", "x" * 201), ("audience", "mit Leerzeichen"), ("audience", "pforte-api"), ("name", "pforte-api"),
    ],
)  # fmt: skip
def test_what_cannot_be_kept_is_said_beside_its_field_and_nothing_is_lost(
    app: Flask, db_session: Session, field: str, value: str
) -> None:
    _chief, browser = pages.administrator(app)
    make.make_scope(app, "taken.read")
    page = pages.post(browser, "/admin/scopes/new", **{**WHOLE, field: value})
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    for name, kept in WHOLE.items():
        if name != field:
            assert f'value="{kept}"' in page.text
    assert db_session.get(Scope, "invoices.read") is None


def test_descriptions_change_and_nothing_else(app: Flask, db_session: Session) -> None:
    chief, browser = pages.administrator(app)
    make.make_scope(app, "reports.read", audience="https://reports.example")
    path = "/admin/scopes/edit?name=reports.read"
    changes = {"description_en": "See your reports", "description_de": "Ihre Berichte sehen"}
    pages.post(browser, path, **changes, name="other", audience="https://elsewhere.example")
    scope = db_session.get(Scope, "reports.read")
    assert scope is not None
    assert (scope.description_en, scope.audience) == ("See your reports", "https://reports.example")
    assert pages.recorded(db_session, "scopes.scope.changed").actor_id == chief.id
    assert pages.post(browser, path, description_en="", description_de="x").status_code == 422


def test_deleting_says_how_many_apps_and_people_it_reaches(app: Flask, db_session: Session) -> None:
    chief, browser = pages.administrator(app)
    for name in ("a.b_c", "a.bxc", "a.b_c.d"):
        make.make_scope(app, name)
    client = make.make_client(app, name="Ledger", scopes=("openid", "a.b_c"))
    asked = (["openid", "a.b_c"], ["a.b_c"], ["a.bxc"], ["a.b_c.d"])
    people = [make.make_user(app) for _ in asked]
    with app.app_context():
        for person, scopes in zip(people, asked, strict=True):
            give_consent(person.id, client.id, scopes)
        db.session.commit()
    path = "/admin/scopes/delete?name=a.b_c"
    page = browser.get(path).text
    assert "1 app has this permission:" in page
    assert "Ledger" in page
    assert "2 people allow an app to use it." in page
    assert pages.post(browser, path).status_code == 302
    assert db_session.get(Scope, "a.b_c") is None
    assert pages.recorded(db_session, "scopes.scope.deleted").actor_id == chief.id


@pytest.mark.parametrize(
    "name", ["https://api.example/read", "../keys", "a?b#c", "100%", "<script>", "a//b&name=x"]
)
def test_names_that_no_path_carries_unharmed_lead_to_their_pages(app: Flask, name: str) -> None:
    _chief, browser = pages.administrator(app)
    make.make_scope(app, name)
    query = {"name": name}
    assert browser.get("/admin/scopes/edit", query_string=query).status_code == 200
    page = browser.get("/admin/scopes/delete", query_string=query)
    answer = browser.post(
        make.action_of(page, "/admin/scopes/delete"), data={"csrf_token": make.csrf_token(page)}
    )
    assert answer.status_code == 302
    assert browser.get("/admin/scopes/edit", query_string=query).status_code == 404


@pytest.mark.parametrize("name", ["openid", "users.read", "nothing.here", "", "ä", "x" * 5000])
@pytest.mark.parametrize("act", ["edit", "delete"])
def test_only_what_was_defined_here_can_be_changed(app: Flask, act: str, name: str) -> None:
    _chief, browser = pages.administrator(app)
    assert browser.get(f"/admin/scopes/{act}", query_string={"name": name}).status_code == 404
