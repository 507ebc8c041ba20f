"""The export: everything there is of a person, nothing secret, nobody else's, in pieces."""

import json
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask, has_app_context
from flask.testing import FlaskClient
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.account.email_links import Purpose, create_link
from app.account.models import FactorRecovery
from app.audit.events import EventKind
from app.audit.models import Event
from app.authentication.factors import recovery_codes
from app.authentication.models import Passkey
from app.clock import now
from app.consents.decisions import give_consent
from app.database.rows import Base, db, new_id
from app.extensions import settings
from app.privacy import export
from app.privacy.sections import ACCOUNT, LEFT_OUT, SECTIONS
from app.users import accounts
from app.users.pictures import replace_picture
from config import CHECKOUT
from tests import factories as make
from tests.account.visitor import submit
from tests.admin import acts, pages
from tests.privacy import schema_page
from tests.support.json_schema import problems
from tests.support.statements import count_statements

PAGE, EXPORT = "/account/data", "/account/data/export"
NAMING_A_PERSON = ("user_id", "owner_id", "actor_id", "created_by")
SECRETS = ("password_hash", "digest", "token_digest", "code_digest", "sealed", "mac", "seed", "email_key", "username_key")  # fmt: skip


@pytest.fixture
def anna(app: Flask) -> make.Person:
    return make.make_user(app, "anna", ip="192.0.2.7")


@pytest.fixture
def browser(app: Flask, anna: make.Person) -> FlaskClient:
    """The browser of anna, who has a row in every table that is about people."""
    browser = make.browser_of(app, anna)
    profile = {"given_name": "Anna", "family_name": "Muster", "country": "DE", "locale": "de", "mobile": "+49 30 901820"}  # fmt: skip
    submit(browser, "/account/profile", **profile)
    own = make.make_client(app, anna, name="Anna's app")
    make.make_team(app, anna)
    make.make_group(app, "Sales", anna)
    make.tokens_for(own, browser, scope="openid profile email phone offline_access")
    with app.app_context():
        user = accounts.get_user(anna.id)
        create_link(Purpose.UNDO_EMAIL, user, "anna@old.example")
        recovery_codes.make(user)
        replace_picture(user, b"RIFF")
        ends = now() + timedelta(days=3)
        db.session.add(FactorRecovery(id=new_id(), user_id=anna.id, ends_at=ends))
        key = {"credential_id": "key of anna", "public_key": "of anna", "aaguid": "0" * 36}
        db.session.add(Passkey(id=new_id(), user_id=anna.id, name="Anna's phone", **key))
        db.session.commit()
    return browser


def take_along(browser: FlaskClient, password: str = make.PASSWORD) -> TestResponse:
    return submit(browser, EXPORT, page=PAGE, password=password)


def test_a_filled_export_is_what_its_schema_says(browser: FlaskClient) -> None:
    schema = json.loads((CHECKOUT / "docs" / "your-data.schema.json").read_text(encoding="utf-8"))
    answer = take_along(browser)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="pforte-20')
    assert answer.headers["Cache-Control"] == "no-store"
    document = json.loads(answer.text)
    assert list(problems(schema, document)) == []
    empty = [section.name for section in SECTIONS if not document[section.name]]
    assert empty == ["acts"]
    assert document["account"]["mobile"] == "+4930901820"
    assert document["account"]["family_name"] == "Muster"
    assert document["email_links"][0]["email"] == "anna@old.example"
    assert document["connected_apps"][0]["app"] == "Anna's app"
    assert document["passkeys"][0]["name"] == "Anna's phone"
    assert (len(document["recovery_codes"]), document["pictures"][0]["content"]) == (10, "UklGRg==")
    assert "of anna" not in answer.text
    assert "openid" in document["connected_apps"][0]["permissions"]
    assert document["apps"][0]["redirect_uris"] == [make.CALLBACK]
    assert (document["connected_apps"][0]["team_id"], document["connected_apps"][0]["team"]) == (None, None)


def test_an_export_says_for_which_team_access_was_given(
    app: Flask, browser: FlaskClient, anna: make.Person
) -> None:
    team, client = make.make_team(app, anna, "Harbour"), make.make_client(app)
    with app.app_context():
        give_consent(anna.id, client.id, ["teams"], team_id=team.id)
        db.session.commit()
    document = json.loads(take_along(browser).text)
    told = next(each for each in document["connected_apps"] if each["client_id"] == client.id)
    assert (told["team_id"], told["team"], told["permissions"]) == (team.id, "Harbour", ["teams"])


@pytest.mark.parametrize(
    "broken",
    [
        lambda document: document.pop("devices"),
        lambda document: document["account"].update(password_hash="$argon2id$"),
        lambda document: document["devices"][0].update(created_at="yesterday"),
        lambda document: document["devices"][0].update(remembered=1),
        lambda document: document["apps"][0].update(redirect_uris="https://app.example.org/"),
    ],
)
def test_the_schema_refuses_what_is_otherwise(browser: FlaskClient, broken: Any) -> None:
    document = json.loads(take_along(browser).text)
    broken(document)
    assert len(list(problems(schema_page.schema(), document))) == 1


@pytest.mark.any_database
def test_the_schema_is_printed_from_the_sections() -> None:
    page = (CHECKOUT / "docs" / "your-data.schema.json").read_text(encoding="utf-8")
    assert page == schema_page.render()


def test_nothing_secret_and_no_digest_is_in_it(app: Flask, browser: FlaskClient) -> None:
    taken = take_along(browser).text
    found = []
    with app.app_context():
        for table in Base.metadata.sorted_tables:
            for name in SECRETS:
                if name in table.columns:
                    found += db.session.scalars(select(table.columns[name])).all()
    hidden = [each.hex() if isinstance(each, bytes) else each for each in found if each]
    assert len(hidden) > 8
    readable = ("anna", "anna@example.org")  # the folded forms of what is told anyway
    assert [each for each in hidden if each in taken and each not in readable] == []
    assert "pf_" not in taken


@pytest.mark.any_database
def test_every_table_that_names_a_person_is_in_the_export_or_says_why_not() -> None:
    fields = [*ACCOUNT, *(field for section in SECTIONS for field in section.fields)]
    told = {field.column.class_.__tablename__ for field in fields if hasattr(field.column, "class_")}
    naming = {
        table.name
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if column.name in NAMING_A_PERSON
        or any(key.column.table.name == "users" for key in column.foreign_keys)
    }
    assert naming <= told | LEFT_OUT.keys(), "a line in SECTIONS of app/privacy/sections.py, or in LEFT_OUT"
    assert told.isdisjoint(LEFT_OUT)
    assert naming >= LEFT_OUT.keys()


def test_nothing_of_anybody_else_is_in_it(app: Flask, browser: FlaskClient, anna: make.Person) -> None:
    chief, desk = pages.administrator(app)
    desk.environ_base["REMOTE_ADDR"] = "192.0.2.99"
    berta = make.make_user(app, "berta")
    make.make_client(app, berta, name="Berta's app")
    assert acts.act(desk, f"/admin/users/{anna.id}/end-sessions").status_code == 303
    document = take_along(make.browser_of(app, anna)).text
    assert "Berta" not in document
    assert "192.0.2.99" not in document
    assert chief.id in document
    assert anna.id in take_along(desk).text
    assert "anna" not in take_along(desk).text


def test_whoever_takes_it_along_is_written_down(
    browser: FlaskClient, anna: make.Person, db_session: Session
) -> None:
    take_along(browser)
    event = pages.recorded(db_session, EventKind.DATA_EXPORTED)
    assert (event.user_id, event.actor_id) == (anna.id, anna.id)


def test_attack_without_the_password_nothing_is_told_and_tries_are_counted(browser: FlaskClient) -> None:
    for _ in range(5):
        refused = take_along(browser, "a wrong password for her")
        assert refused.status_code == 422
        assert 'id="export-password-error"' in refused.text
        assert "+4930901820" not in refused.text
    assert take_along(browser).status_code == 429
    assert take_along(browser).headers["Retry-After"]
    with time_machine.travel(now() + timedelta(minutes=1)):
        assert take_along(browser).status_code == 200


def many_events(user_id: str, number: int) -> None:
    rows = [
        {"id": new_id(), "kind": EventKind.SIGNED_IN, "user_id": user_id, "details": '{"device": "Firefox on Linux"}'}
        for _ in range(number)
    ]  # fmt: skip
    db.session.execute(insert(Event), rows)
    db.session.commit()


def test_it_is_read_piece_by_piece_and_begins_before_any_is_read(app: Flask, anna: make.Person) -> None:
    with app.app_context():
        many_events(anna.id, 2_200)
        pieces = export.write(anna.id, {}, portal=settings.issuer, moment=now())
        with count_statements() as statements:
            first = next(pieces)
            assert statements == []
            rest = list(pieces)
    document = json.loads(first + "".join(rest))
    assert len(document["activity"]) == 2_200
    assert len({event["id"] for event in document["activity"]}) == 2_200
    of_events = [each for each in statements if "FROM events" in each and "events.user_id =" in each]
    assert len(of_events) == 5
    assert all("LIMIT" in each for each in statements)
    assert max(piece.count('"kind"') for piece in rest) == export.ROWS_A_PIECE


def test_a_download_that_is_broken_off_leaves_no_application_context(
    browser: FlaskClient, app: Flask
) -> None:
    fields = {"csrf_token": make.csrf_token(browser.get(PAGE)), "password": make.PASSWORD}
    answer = browser.post(EXPORT, data=fields, buffered=False)
    pieces = answer.iter_encoded()
    next(pieces)
    assert not has_app_context()
    with app.app_context():
        answer.close()
        assert has_app_context()


def test_memory_stays_flat_however_much_there_is(app: Flask, anna: make.Person) -> None:
    def peak() -> int:
        tracemalloc.start()
        for _piece in export.write(anna.id, {}, portal=settings.issuer, moment=now()):
            pass
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    with app.app_context():
        many_events(anna.id, 1_500)
        peak()  # what is made at the first use
        few = peak()
        many_events(anna.id, 13_500)
        assert peak() < few * 1.3


def test_the_answer_is_streamed(browser: FlaskClient) -> None:
    fields = {"csrf_token": make.csrf_token(browser.get(PAGE)), "password": make.PASSWORD}
    answer = browser.post(EXPORT, data=fields, buffered=False)
    assert answer.is_streamed
    assert "Content-Length" not in answer.headers
    json.loads(b"".join(answer.iter_encoded()))


def test_what_the_database_says_of_the_rows_of_one_person_is_an_index(app: Flask, anna: make.Person) -> None:
    with app.app_context():
        many_events(anna.id, 50)
        section = next(each for each in SECTIONS if each.name == "activity")
        query = section.rows_of(anna.id, after="", most=500).compile(
            db.engine, compile_kwargs={"literal_binds": True}
        )
        word = "EXPLAIN QUERY PLAN" if db.engine.dialect.name == "sqlite" else "EXPLAIN"
        plan = " ".join(str(row) for row in db.session.execute(text(f"{word} {query}")))
    assert "ix_events_user_id_id" in plan
