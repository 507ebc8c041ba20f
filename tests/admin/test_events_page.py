"""The event log: narrowed by what people know, told in plain words, paged by key, taken along as a table."""

import csv
import io
import json
import re
from typing import Any

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from app.api import first_party
from app.audit import EventKind, record
from app.clients import disabling
from app.database.rows import db
from tests import factories as make
from tests.admin import acts, pages
from tests.support.statements import count_statements

NASTY = [
    "%",
    "_",
    "' OR 1=1 --",
    "\\",
    "<script>alert(1)</script>",
    "\u202e",
    "x" * 9000,
    "9" * 400,
    "-1",
    "\ud800",
]
FILTERS = ("kind", "person", "actor", "app", "ip", "since", "until")


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return pages.administrator(app)[1]


def note(app: Flask, *kinds: EventKind, **told: Any) -> None:
    with app.app_context():
        for kind in kinds:
            record(kind, **told)
        db.session.commit()


def listed(browser: FlaskClient, **query: str) -> list[str]:
    """What happened, as the rows say it."""
    page = browser.get("/admin/events", query_string=query)
    assert page.status_code == 200, page.text
    return heads(page.text)


def heads(page: str) -> list[str]:
    cells = re.findall(r'<th role="rowheader" scope="row">(.*?)</th>', page, re.DOTALL)
    return [" ".join(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", cell, flags=re.DOTALL).split()) for cell in cells]


def test_the_log_is_narrowed_by_person_actor_app_and_address(app: Flask, browser: FlaskClient) -> None:
    anna, boss = make.make_user(app, "anna"), make.make_user(app, "boss")
    client = make.make_client(app, anna, name="Ledger")
    note(app, EventKind.SIGNED_IN, user_id=anna.id, actor_id=anna.id, ip="2001:db8::7")
    note(app, EventKind.USER_BLOCKED, user_id=anna.id, actor_id=boss.id, ip="192.0.2.7")
    note(app, EventKind.SIGNED_OUT, user_id=boss.id, actor_id=boss.id, ip="192.0.2.7")
    made = ["Secret added Ledger", "App registered Ledger"]
    assert listed(browser) == ["Signed out", "Account blocked Please check", "Signed in", *made]
    assert listed(browser, person="ANNA") == ["Account blocked Please check", "Signed in", *made]
    assert (
        listed(browser, person="anna@example.org")
        == listed(browser, person=anna.id)
        == listed(browser, person="anna")
    )
    assert listed(browser, actor="boss") == ["Signed out", "Account blocked Please check"]
    assert listed(browser, person="anna", actor="boss") == ["Account blocked Please check"]
    assert listed(browser, app="ledger") == listed(browser, app=client.id) == made
    assert listed(browser, ip="192.0.2.7") == ["Signed out", "Account blocked Please check"]
    assert listed(browser, ip="2001:0db8:0::0007") == ["Signed in"]
    assert listed(browser, ip="192.0.2.7", person="anna", kind="account") == ["Account blocked Please check"]
    assert listed(browser, ip="192.0.2.9") == []


def test_the_log_is_narrowed_to_the_portals_own_app_by_its_client_id(
    app: Flask, browser: FlaskClient
) -> None:
    with app.app_context():
        own = first_party.get_client()
        disabling.disable_client(own, disabling.ADMINISTRATOR, actor_id=None)
        db.session.commit()
    make.make_client(app, name="pforte-api")
    assert listed(browser, app="pforte-api") == ["App disabled Pforte API Please check"]


def test_the_log_is_narrowed_by_kind_and_by_area(app: Flask, browser: FlaskClient) -> None:
    note(app, EventKind.SIGNED_IN, EventKind.SIGNED_OUT, EventKind.PROFILE_CHANGED)
    assert listed(browser, kind="authentication.session.started") == ["Signed in"]
    assert listed(browser, kind="authentication") == ["Signed out", "Signed in"]


def test_the_log_is_narrowed_by_days_both_included(app: Flask, browser: FlaskClient) -> None:
    for day in (
        "2026-11-01T23:59:59.999Z",
        "2026-11-02T00:00:00Z",
        "2026-11-03T23:59:59.999Z",
        "2026-11-04T00:00:00Z",
    ):
        with time_machine.travel(day, tick=False):
            note(app, EventKind.SCOPE_CREATED, name=day)
    both = listed(browser, kind="scopes", since="2026-11-02", until="2026-11-03")
    assert both == ["Permission created 2026-11-03T23:59:59.999Z", "Permission created 2026-11-02T00:00:00Z"]
    assert len(listed(browser, kind="scopes", since="2026-11-04")) == 1
    assert len(listed(browser, kind="scopes", until="2026-11-01")) == 1


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("person", "nobody"), ("actor", "nobody"), ("app", "No such app"), ("ip", "192.0.2"), ("ip", "localhost"),
        ("since", "yesterday"), ("until", "9999-12-31"), ("since", "0001-01-01"), ("until", "2026-02-30"),
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_said_beside_its_field(
    browser: FlaskClient, field: str, typed: str
) -> None:
    page = browser.get("/admin/events", query_string={field: typed, "kind": "scopes"})
    assert page.status_code == 422
    assert f'id="{field}-error"' in page.text
    assert f'value="{typed}"' in page.text
    assert '<option selected value="scopes">' in page.text


@pytest.mark.parametrize("kind", ["nonsense", "nothing.of.this", "scope"])
def test_a_kind_of_events_that_there_is_not_is_told_beside_its_field(browser: FlaskClient, kind: str) -> None:
    page = browser.get("/admin/events", query_string={"kind": kind})
    assert page.status_code == 422
    assert 'id="kind-error"' in page.text


@pytest.mark.parametrize("name", FILTERS)
def test_nasty_filters_find_nothing_and_break_nothing(app: Flask, browser: FlaskClient, name: str) -> None:
    note(app, EventKind.SIGNED_IN)
    for nasty in NASTY:
        page = browser.get("/admin/events", query_string={name: nasty.encode("utf-8", "surrogatepass")})
        assert page.status_code in (200, 422), ascii(nasty[:40])
        assert heads(page.text) == [], ascii(nasty[:40])
        assert "<script>alert" not in page.text, ascii(nasty[:40])


def test_pages_show_every_event_once_while_others_come(app: Flask, browser: FlaskClient) -> None:
    for number in range(30):
        note(app, EventKind.SCOPE_CREATED, name=f"s{number:02}", ip="192.0.2.7")
    first = browser.get("/admin/events?ip=192.0.2.7")
    note(app, *[EventKind.SCOPE_DELETED] * 7, ip="192.0.2.7")
    following = re.search(r'rel="next" href="\?([^"]+)"', first.text)
    assert following is not None
    second = browser.get("/admin/events?" + following[1].replace("&amp;", "&"))
    seen = heads(first.text) + heads(second.text)
    assert seen == [f"Permission created s{number:02}" for number in reversed(range(30))]
    assert browser.get("/admin/events?after=nonsense").status_code == 404


def test_a_page_costs_as_many_statements_for_many_events_as_for_few(app: Flask, browser: FlaskClient) -> None:
    note(app, EventKind.SIGNED_IN, user_id=make.make_user(app).id, client_id=make.make_client(app).id)
    browser.get("/admin/events")
    with count_statements() as few:
        browser.get("/admin/events")
    for _ in range(20):
        person = make.make_user(app).id
        note(app, EventKind.SIGNED_IN, user_id=person, actor_id=person, client_id=make.make_client(app).id)
    with count_statements() as many:
        assert len(listed(browser)) == 25
    assert len(many) == len(few)


def test_who_and_which_app_are_links_even_when_they_are_gone(app: Flask, browser: FlaskClient) -> None:
    note(
        app,
        EventKind.CLIENT_DELETED,
        user_id="a" * 32,
        actor_id="b" * 32,
        client_id="c" * 32,
        name="<b>Gone</b>",
    )
    page = browser.get("/admin/events").text
    for path in ("users/" + "a" * 32, "users/" + "b" * 32, "apps/" + "c" * 32):
        assert f'href="/admin/{path}"' in page
    assert "Deleted account" in page
    assert "&lt;b&gt;Gone&lt;/b&gt;" in page


def test_a_table_to_take_along_holds_what_is_narrowed_to_and_is_an_event(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    anna = make.make_user(app, "anna")
    note(app, EventKind.SIGNED_IN, user_id=anna.id, actor_id=anna.id)
    note(app, EventKind.SIGNED_OUT)
    answer = pages.post(browser, "/admin/events/export?person=anna", on="/admin/events")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="events.csv"'
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["kind"], row["person"], row["actor_id"]) == (
        "authentication.session.started",
        "anna",
        anna.id,
    )
    event = pages.recorded(db_session, "audit.events.exported")
    assert json.loads(event.details) == {"number": 1, "filters": {"person": anna.id}}
    assert event.actor_id is not None
    refused = pages.post(browser, "/admin/events/export?person=nobody", on="/admin/events")
    assert refused.headers["Location"] == "/admin/events?person=nobody"


def test_taking_events_along_asks_for_the_password(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    note(app, EventKind.SIGNED_OUT)
    token = make.csrf_token(browser.get("/admin/events"))
    acts.grow_stale(db_session)
    answer = browser.post(
        "/admin/events/export?kind=authentication",
        data={"csrf_token": token},
        headers={"Referer": "http://localhost/admin/events?kind=authentication"},
    )
    onward = "/admin/events?kind%3Dauthentication"
    assert answer.headers["Location"] == f"/reauthenticate?next={onward}"


@pytest.mark.any_database
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_attack_a_name_becomes_no_formula_in_a_spreadsheet(
    app: Flask, browser: FlaskClient, start: str
) -> None:
    from app.audit.export import _harmless

    assert _harmless(f"{start}HYPERLINK(1)") == f"'{start}HYPERLINK(1)"
    assert _harmless(f"x;{start}1") == f"x;'{start}1"
    client = make.make_client(app, name="=1+1;=2+2")
    answer = pages.post(browser, f"/admin/events/export?app={client.id}", on="/admin/events")
    assert {row["app"] for row in csv.DictReader(io.StringIO(answer.text))} == {"'=1+1;'=2+2"}
