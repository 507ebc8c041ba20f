"""A deleted person is in no table any more: no name, no address of theirs, and none of those they came from."""

import json
from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import MetaData, insert, select
from sqlalchemy.orm import Session

from app.account.email_links import Purpose, create_link
from app.audit import EventKind, record
from app.audit.forgetting import forget_person
from app.audit.models import Event
from app.clients.client_secrets import add_secret
from app.clients.registration import find_client
from app.database.rows import db, new_id
from tests import factories as make
from tests.account.visitor import PASSWORD, last_link, person, sign_in, sign_out, sign_up, submit
from tests.admin import acts, pages
from tests.support.statements import count_statements

HOME, OFFICE, DESK = "198.51.100.77", "2001:db8:77::1", "192.0.2.33"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
TELLING = ("annamaria", "Musterfrau", "+4930901820", HOME, OFFICE, "2001:db8:77", "Firefox")


@pytest.fixture
def chief(app: Flask) -> tuple[make.Person, FlaskClient]:
    chief, browser = pages.administrator(app)
    browser.environ_base["REMOTE_ADDR"] = DESK
    return chief, browser


@pytest.fixture
def anna(app: Flask, db_session: Session, chief: tuple[make.Person, FlaskClient]) -> str:
    """annamaria, who did all that people do, and then administered the portal; her id."""
    browser = app.test_client()
    browser.environ_base |= {"REMOTE_ADDR": HOME, "HTTP_USER_AGENT": FIREFOX}
    sign_up(browser, "annamaria")
    submit(browser, last_link(app, "verify_email"))
    profile = {"name": "Annamaria Musterfrau", "country": "DE", "locale": "de", "mobile": "+49 30 901820"}
    submit(browser, "/account/profile", **profile)
    make.tokens_for(make.make_client(app), browser, scope="openid profile email phone offline_access")
    sign_out(browser)
    browser.environ_base["REMOTE_ADDR"] = OFFICE
    sign_in(browser, "annamaria", "a wrong password for her")
    sign_in(browser, "Annamaria@example.org")
    submit(browser, "/account/email", email="annamaria@new.example", current_password=PASSWORD)
    submit(browser, last_link(app, "verify_email"))
    anna = make.Person(person(db_session, "annamaria").id, "annamaria", "annamaria@new.example")
    make.make_client(app, anna)
    acts.change(db_session, anna, is_admin=True)
    berta = make.make_user(app, "berta")
    assert acts.act(browser, f"/admin/users/{berta.id}/block").status_code == 303
    with app.app_context():
        portals_own = find_client(make.make_client(app).id)
        add_secret(portals_own, "second", actor_id=anna.id, actor_name=anna.username)
        create_link(Purpose.INVITE, email=anna.email)
        record(EventKind.USER_INVITED, chief[0].id, chief[0].id, ip=DESK, email=anna.email)
        record(EventKind.TEAM_MEMBER_INVITED, chief[0].id, chief[0].id, ip=DESK, email=anna.email)
        record(EventKind.MAIL_HURRIED, chief[0].id, chief[0].id, ip=DESK, email="a•••@new.example")
        record(EventKind.ADMINISTRATION_REFUSED, None, anna.id, ip=HOME, network="2001:db8:77::/48")
        db.session.commit()
    assert acts.act(chief[1], f"/admin/users/{anna.id}/block").status_code == 303
    pages.post(chief[1], "/admin/events/export?person=annamaria", on="/admin/events")
    return anna.id


def texts() -> Iterator[tuple[str, str]]:
    """Every text of every table that the database has, with where it stands."""
    tables = MetaData()
    tables.reflect(db.engine)
    for table in tables.sorted_tables:
        for row in db.session.execute(select(table)).mappings():
            yield from ((f"{table.name}.{column}", str(value)) for column, value in row.items())


def told(app: Flask) -> set[str]:
    with app.app_context():
        found = [(where, text.casefold()) for where, text in texts()]
    words = [word.casefold() for word in (*TELLING, "a•••@new.example")]
    return {where for where, text in found if any(word in text for word in words)}


def test_no_table_tells_of_somebody_who_is_gone(
    app: Flask, anna: str, chief: tuple[make.Person, FlaskClient]
) -> None:
    assert {"events.ip", "events.details", "users.name", "users.ip", "users.email", "users.mobile"} <= told(
        app
    )
    assert acts.act(chief[1], f"/admin/users/{anna}/delete", confirm="annamaria").status_code == 303
    assert told(app) == set()


def test_neither_does_the_table_of_events_to_take_along(
    app: Flask, anna: str, chief: tuple[make.Person, FlaskClient]
) -> None:
    acts.act(chief[1], f"/admin/users/{anna}/delete", confirm="annamaria")
    for asked in ("", f"?person={anna}", f"?actor={anna}"):
        answer = pages.post(chief[1], f"/admin/events/export{asked}", on="/admin/events")
        assert anna in answer.text
        assert not [word for word in TELLING if word.casefold() in answer.text.casefold()]


def test_where_an_administrator_acted_from_stays_until_they_are_gone(
    app: Flask, anna: str, chief: tuple[make.Person, FlaskClient], db_session: Session
) -> None:
    acts.act(chief[1], f"/admin/users/{anna}/delete", confirm="annamaria")
    db_session.expire_all()
    by_chief = select(Event.ip).where(Event.user_id == anna, Event.actor_id == chief[0].id)
    assert set(db_session.scalars(by_chief)) == {DESK}
    blocked = select(Event).where(Event.kind == EventKind.USER_BLOCKED, Event.actor_id == anna)
    assert db_session.scalars(blocked).one().ip is None


def test_a_life_of_sign_ins_is_forgotten_in_a_few_statements(app: Flask) -> None:
    ids = ["a" * 32, "b" * 32]
    details = [json.dumps({"device": device}) for device in ("Firefox on Linux", "Safari on iPhone")]
    with app.app_context():
        rows = [
            {"id": new_id(), "kind": EventKind.SIGNED_IN, "ip": HOME, "user_id": one, "actor_id": one, "details": text}
            for one in ids
            for text in details * 1_500
        ]  # fmt: skip
        db.session.execute(insert(Event), rows)
        with count_statements() as statements:
            forget_person(ids[0], ["annamaria@example.org"])
        left = db.session.execute(select(Event.ip, Event.details).where(Event.user_id == ids[0])).all()
        assert {tuple(row) for row in left} == {(None, '{"device": null}')}
        kept = set(db.session.scalars(select(Event.ip).where(Event.user_id == ids[1])))
        db.session.rollback()
    assert kept == {HOME}
    assert len(statements) < 20
