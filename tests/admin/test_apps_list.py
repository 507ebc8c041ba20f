"""The list of apps, and the page of one: found, narrowed, and told without a secret."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from app.api import first_party
from app.clients.models import Client
from app.clock import now
from app.database.rows import db
from tests import factories as make
from tests.admin import pages
from tests.support.statements import count_statements


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return pages.administrator(app)[1]


def listed(browser: FlaskClient, **query: str) -> list[str]:
    page = browser.get("/admin/apps", query_string=query)
    assert page.status_code == 200
    return re.findall(r'href="/admin/apps/[0-9a-f]{32}">([^<]*)<', page.text)


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("ledger", ["Ledger Pro", "Ledger"]),
        ("LEDGER P", ["Ledger Pro"]),
        ("an", ["Ledger"]),
        ("Stranger", ["Stranger"]),
        ("edger", []),
        ("%", []),
        ("_edger", []),
        ("\\", []),
        ("' OR 1=1 --", []),
        ("x" * 100_000, []),
        ("\u200b", []),
    ],
)
def test_search_finds_by_the_beginning_of_name_and_owner(
    app: Flask, browser: FlaskClient, db_session: Session, sought: str, found: list[str]
) -> None:
    make.make_client(app, owner=make.make_user(app, "anna"), name="Ledger")
    make.make_client(app, owner=make.make_user(app, "mira"), name="Ledger Pro")
    stranger = make.make_client(app, name="Stranger")
    change(db_session, stranger, name_key=None, registered_dynamically=True)
    assert listed(browser, q=sought) == found


def test_apps_are_told_apart_by_the_end_of_their_ids(app: Flask, browser: FlaskClient) -> None:
    owner = make.make_user(app, "anna")
    ids = [make.make_client(app, owner=owner).id for _ in range(3)]
    for page in ("/admin/apps", f"/admin/users/{owner.id}"):
        text = browser.get(page).text
        assert [text.count(f">…{client_id[-8:]}<") for client_id in ids] == [1, 1, 1], page


def test_search_finds_by_client_id(app: Flask, browser: FlaskClient) -> None:
    client = make.make_client(app, name="Ledger")
    make.make_client(app, name="Other")
    assert listed(browser, q=client.id) == ["Ledger"]


def test_search_finds_the_portals_own_app_by_its_client_id(app: Flask, browser: FlaskClient) -> None:
    with app.app_context():
        first_party.get_client()
        db.session.commit()
    assert ">Pforte API<" in browser.get("/admin/apps", query_string={"q": "pforte-api"}).text


@pytest.mark.parametrize("state", ["disabled", "ownerless", "public", "password", "trusted"])
def test_the_list_is_narrowed_by_state(
    app: Flask, browser: FlaskClient, db_session: Session, state: str
) -> None:
    anna = make.make_user(app, "anna")
    make.make_client(app, owner=anna, name="usual")
    change(db_session, make.make_client(app, owner=anna, name="disabled"), disabled_at=now())
    make.make_client(app, name="ownerless")
    make.make_client(app, owner=anna, name="public", client_type="public")
    make.make_client(app, owner=anna, name="password", grant_types=("password", "refresh_token"))
    change(db_session, make.make_client(app, owner=anna, name="trusted"), trusted=True)
    assert listed(browser, state=state) == [state]
    assert len(listed(browser)) == 6


def test_a_page_costs_as_many_statements_for_many_apps_as_for_few(app: Flask, browser: FlaskClient) -> None:
    make.make_client(app)
    browser.get("/admin/apps")
    with count_statements() as few:
        browser.get("/admin/apps")
    for _ in range(5):
        make.make_client(app, owner=make.make_user(app))
    with count_statements() as many:
        assert len(listed(browser)) == 6
    assert len(many) == len(few)


def test_the_page_of_an_app_tells_everything_but_its_secret(app: Flask, browser: FlaskClient) -> None:
    owner = make.make_user(app, "anna")
    client = make.make_client(app, owner=owner, name="Ledger", scopes=("openid", "users.read"))
    assert client.secret is not None
    page = browser.get(f"/admin/apps/{client.id}").text
    for word in (client.id, "anna", make.CALLBACK, "client_credentials", "users.read", client.secret[-4:]):
        assert word in page
    assert client.secret not in page
    assert client.secret[:-4] not in page


def test_failures_of_the_app_lead_to_its_log(app: Flask, browser: FlaskClient) -> None:
    client = make.make_client(app, owner=make.make_user(app, "anna"), name="Ledger")
    body = {"grant_type": "authorization_code", "code": "nothing", **client.form}
    answer = browser.post("/oauth/token", data=body)
    assert answer.status_code == 400
    page = browser.get(f"/admin/apps/{client.id}").text
    assert f"/failures/{answer.headers['X-Request-Id']}" in page
    assert "code_unknown" in page
    log = browser.get(f"/dashboard/apps/{client.id}/log")
    assert log.status_code == 200
    # The pages of the owner are not the administrator's: no link on the way ends at a 404.
    for path in re.findall(r'href="(/(?:dashboard|admin)[^"#?]*)"', log.text):
        assert browser.get(path).status_code == 200, path


@pytest.mark.parametrize("client_id", ["0" * 32, "ä", "x" * 300])
def test_an_app_that_is_none_is_not_found(browser: FlaskClient, client_id: str) -> None:
    for act in ("", "/disable", "/enable", "/trust", "/distrust", "/delete", "/powers"):
        assert browser.get(f"/admin/apps/{client_id}{act}").status_code == 404


def change(session: Session, client: make.App, **values: object) -> None:
    session.execute(update(Client).where(Client.id == client.id).values(**values))
    session.commit()
