"""Who comes with forms of other sites, at the doors of administrators or too often is seen in the event log."""

import json
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import refused_requests
from app.audit.models import Event
from app.clock import now
from app.database.rows import db
from app.extensions import background
from tests import factories as make
from tests.admin.pages import administrator
from tests.support.apps import MakeApp

FROM = {"REMOTE_ADDR": "203.0.113.7"}


def events(app: Flask, session: Session, kind: str) -> list[tuple[Event, dict[str, Any]]]:
    """The events of that kind that were written so far, and their details."""
    background.init_app(app)
    background.run_once()
    session.expire_all()
    rows = session.scalars(select(Event).where(Event.kind == f"requests.{kind}").order_by(Event.id))
    return [(row, json.loads(row.details)) for row in rows]


@pytest.mark.parametrize(
    "path", ["/login", "/logout", "/account/profile", "/reset-password/pf_link_abcdefgh"]
)
def test_attack_a_form_of_another_site_is_an_event_with_its_path_and_without_what_it_opens(
    app: Flask, db_session: Session, path: str
) -> None:
    browser = make.browser_of(app, make.make_user(app))
    headers = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    answer = browser.post(path, data={"csrf_token": "made-up"}, headers=headers, environ_base=FROM)
    assert answer.status_code in (302, 303, 400)
    ((event, told),) = events(app, db_session, "form.refused")
    assert (event.ip, event.request_id) == ("203.0.113.7", answer.headers["X-Request-Id"])
    assert (told["method"], told["path"]) == ("POST", path.replace("pf_link_abcdefgh", "[secret]"))


def test_a_form_of_our_own_that_came_late_is_no_attack_and_no_event(app: Flask, db_session: Session) -> None:
    browser = make.browser_of(app, make.make_user(app))
    answer = browser.post("/account/profile", data={"name": "A"}, headers={"Sec-Fetch-Site": "same-origin"})
    assert answer.status_code == 400
    assert events(app, db_session, "form.refused") == []


def test_attack_whoever_tries_the_doors_of_administrators_is_named(app: Flask, db_session: Session) -> None:
    person = make.make_user(app, "mallory")
    browser = make.browser_of(app, person)
    assert browser.get("/admin/users", environ_base=FROM).status_code == 404
    ((event, told),) = events(app, db_session, "administration.refused")
    assert (event.user_id, event.actor_id, event.ip) == (None, person.id, "203.0.113.7")
    assert (told["method"], told["path"]) == ("GET", "/admin/users")
    _chief, browser = administrator(app)
    for locale, words in (("en", "Page of administrators refused"), ("de", "Seite der Administration")):
        page = browser.get(f"/admin/events?kind=requests&locale={locale}").text
        assert words in page
        assert "/admin/users" in page
        assert "mallory" in page
    assert "/admin/users" not in browser.get("/account/activity").text


def test_a_limit_of_registrations_is_told_apart(app_with: MakeApp, db_session: Session) -> None:
    app = app_with(RATE_LIMIT_WHITE_LIST="")
    client = app.test_client()
    for number in range(31):
        person = {"username": f"p{number}", "email": "no address", "password": "x"}
        answer = client.post("/api/register", json=person, environ_base=FROM)
    assert answer.status_code == 429
    ((_event, told),) = events(app, db_session, "limit.reached")
    assert (told["limit"], told["path"]) == ("registrations", "/api/register")


def test_attack_masses_of_refusals_fill_no_table(app: Flask, db_session: Session) -> None:
    browser = make.browser_of(app, make.make_user(app))
    for _ in range(30):
        browser.get("/admin/users")
    assert len(events(app, db_session, "administration.refused")) == 20
    with time_machine.travel(now().replace(year=now().year + 1), tick=True):
        assert refused_requests.has_room("requests.administration.refused")


def test_what_waits_while_the_database_is_away_is_bounded_and_written_later(
    app: Flask, db_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refused_requests, "MOST_WAITING", 2)
    browser: FlaskClient = make.browser_of(app, make.make_user(app))
    for path in ("users", "apps", "keys"):
        browser.get(f"/admin/{path}")
    with app.app_context(), monkeypatch.context() as away:
        away.setattr(db.engine, "begin", None)
        with pytest.raises(TypeError):
            refused_requests.write_refused_requests()
    told = [told["path"] for _event, told in events(app, db_session, "administration.refused")]
    assert told == ["/admin/users", "/admin/apps"]
