"""Apps that other people use outlive the account of their owner: in administrators' care, or for two weeks more."""

from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.audit.events import EventKind
from app.clients import care, handing_over
from app.clients.models import Client, ClientSecret
from app.clock import now
from app.consents import ending_notices
from app.consents.models import Consent
from app.database.rows import db
from app.operations.cleanup import steps
from app.users import accounts
from tests import factories as make
from tests.account.visitor import mails, submit
from tests.admin import acts, pages
from tests.support.mailboxes import text_of

PAGE, DELETE = "/account/data", "/account/data/delete"


@pytest.fixture
def anna(app: Flask) -> make.Person:
    return make.make_user(app, "anna")


@pytest.fixture
def calendar(app: Flask, anna: make.Person) -> make.App:
    """An app of anna's that berta, carla and she herself use."""
    calendar = make.make_client(app, anna, name="Calendar", introspects_all=True)
    for name in ("berta", "carla"):
        person = make.make_user(app, name, locale="de" if name == "carla" else None)
        make.tokens_for(calendar, make.browser_of(app, person), scope="openid")
    make.tokens_for(calendar, make.browser_of(app, anna), scope="openid")
    return calendar


@pytest.fixture
def berta(app: Flask, calendar: make.App) -> FlaskClient:
    """The browser of somebody who uses the calendar."""
    with app.app_context():
        found = accounts.find_user("berta")
        assert found is not None
        return make.browser_of(app, make.Person(found.id, "berta", "berta@example.org"))


def leave(app: Flask, person: make.Person, **fields: str) -> TestResponse:
    browser = make.browser_of(app, person)
    return submit(browser, DELETE, page=PAGE, password=make.PASSWORD, confirm=person.username, **fields)


def row(session: Session, client: make.App) -> Client | None:
    session.expire_all()
    return session.get(Client, client.id)


def cleanup(app: Flask) -> None:
    with app.app_context():
        for _name, delete in steps(10**8):
            while delete():
                db.session.commit()
            db.session.commit()


def test_the_page_names_each_and_how_many_others_use_it(
    app: Flask, anna: make.Person, calendar: make.App
) -> None:
    make.make_client(app, anna, name="Alone")
    text = " ".join(make.browser_of(app, anna).get(PAGE).text.split())
    assert ">Calendar</a>: 2 other people" in text
    assert "One app of yours is deleted with your account" in text
    assert "<li>Alone</li>" in text
    assert "What becomes of this app?" in text
    assert "It goes on working" in text
    nobody = make.browser_of(app, make.make_user(app)).get(PAGE).text
    assert 'name="apps"' not in nobody


def test_without_a_choice_the_field_names_them(
    app: Flask, db_session: Session, anna: make.Person, calendar: make.App
) -> None:
    refused = leave(app, anna)
    assert refused.status_code == 422
    assert "Choose what becomes of the apps that other people use: Calendar." in refused.text
    assert 'id="apps-error"' in refused.text
    assert acts.state(db_session, anna).deleted_at is None


def test_in_care_it_works_on_and_is_none_of_the_portals(
    app: Flask, db_session: Session, anna: make.Person, calendar: make.App, berta: FlaskClient
) -> None:
    make.make_client(app, anna, name="Alone")
    assert leave(app, anna, apps="care").status_code == 303
    kept = row(db_session, calendar)
    assert kept is not None
    assert (kept.owner_id, kept.ends_at, kept.disabled_at) == (None, None, None)
    assert kept.owner_left_at is not None
    assert not kept.is_vouched_for
    assert not kept.introspects_all
    assert db_session.scalars(select(Client.name).where(Client.name == "Alone")).all() == []
    assert set(db_session.scalars(select(ClientSecret.created_by))) <= {None}
    assert make.tokens_for(calendar, berta, scope="openid")["access_token"]
    ((whom, by, told),) = acts.events(db_session, EventKind.CLIENT_LEFT)
    assert (whom, by, told) == (anna.id, anna.id, {"app": "Calendar", "ends_at": None})
    assert mails(app, "app_ends") == []


def test_the_command_and_administrators_keep_it_as_well(
    app: Flask, db_session: Session, anna: make.Person, calendar: make.App
) -> None:
    _chief, desk = pages.administrator(app)
    asked = desk.get(f"/admin/users/{anna.id}/delete").text
    assert "One app of theirs that other people use stays, without an owner and in your care." in asked
    assert app.test_cli_runner().invoke(args=["user", "delete", "anna"]).exit_code == 0
    kept = row(db_session, calendar)
    assert kept is not None
    assert kept.owner_left_at is not None
    assert "1 app has lost its owner." in desk.get("/admin").text
    listed = desk.get("/admin/apps?state=in_care").text
    assert "Calendar" in listed
    assert "Without owner" in listed
    assert "Calendar" not in desk.get("/admin/apps?state=ownerless").text


def test_an_end_is_told_to_everybody_who_uses_it(
    app: Flask, db_session: Session, anna: make.Person, calendar: make.App, berta: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(ending_notices, "PEOPLE_A_TURN", 1)  # several turns, as for thousands
    assert leave(app, anna, apps="end").status_code == 303
    kept = row(db_session, calendar)
    assert kept is not None
    assert kept.ends_at is not None
    assert abs(kept.ends_at - now() - care.NOTICE) < timedelta(minutes=1)
    for _turn in range(4):
        told = mails(app, "app_ends")
    assert sorted(mail["To"] for mail in told) == ["berta@example.org", "carla@example.org"]
    german = next(mail for mail in told if mail["To"] == "carla@example.org")
    assert german["Subject"] == "Die App „Calendar“ endet bald"
    assert "/account/apps" in text_of(german)
    assert "1 app has lost its owner." in pages.administrator(app)[1].get("/admin").text
    assert "this app ends on" in berta.get("/account/apps").text


def test_it_ends_after_two_weeks_and_no_sooner(
    app: Flask, db_session: Session, anna: make.Person, calendar: make.App, berta: FlaskClient
) -> None:
    leave(app, anna, apps="end")
    with time_machine.travel(now() + timedelta(days=13, hours=23)):
        cleanup(app)
        assert row(db_session, calendar) is not None
    with time_machine.travel(now() + timedelta(days=14, minutes=1)):
        cleanup(app)
    assert row(db_session, calendar) is None
    assert db_session.scalars(select(Consent)).all() == []
    ended = acts.events(db_session, EventKind.CLIENT_DELETED)
    assert ended == [(None, None, {"app": "Calendar"})]
    assert make.ask(berta, calendar).status_code == 400


def test_handed_over_it_stays_and_belongs_to_somebody(
    app: Flask, db_session: Session, anna: make.Person, calendar: make.App
) -> None:
    leave(app, anna, apps="end")
    chief, desk = pages.administrator(app)
    dora = make.make_user(app, "dora")
    path = f"/admin/apps/{calendar.id}/hand-over"
    assert "If you hand it over to somebody, it stays." in desk.get(f"/admin/apps/{calendar.id}").text
    assert acts.act(desk, path, to="dora").status_code == 303
    kept = row(db_session, calendar)
    assert kept is not None
    assert (kept.owner_id, kept.owner_left_at, kept.ends_at) == (dora.id, None, None)
    assert not kept.registered_dynamically
    ((whom, by, _told),) = acts.events(db_session, EventKind.CLIENT_HANDED_OVER)
    assert (whom, by) == (dora.id, chief.id)
    (told,) = mails(app, "app_handed_over")
    assert told["To"] == "dora@example.org"
    assert f"/dashboard/apps/{calendar.id}" in text_of(told)
    theirs = make.browser_of(app, dora)
    assert "Calendar" in theirs.get("/dashboard/apps").text
    assert "An app was handed over to you." in theirs.get("/account/activity").text
    assert desk.get(path).headers["Location"] == f"/admin/apps/{calendar.id}"
    with time_machine.travel(now() + timedelta(days=15)):
        cleanup(app)
    assert row(db_session, calendar) is not None


@pytest.mark.parametrize(
    ("to", "why"),
    [("", "Enter a username or the name of a team."), ("nobody", "No person and no team here has this name."), ("blocked", "This account is blocked.")],
)  # fmt: skip
def test_nobody_is_handed_an_app_who_cannot_have_it(
    app: Flask, db_session: Session, anna: make.Person, calendar: make.App, to: str, why: str
) -> None:
    leave(app, anna, apps="care")
    _chief, desk = pages.administrator(app)
    acts.change(db_session, make.make_user(app, "blocked"), blocked_at=now())
    refused = acts.act(desk, f"/admin/apps/{calendar.id}/hand-over", to=to)
    assert refused.status_code == 422
    assert why in refused.text
    assert 'id="to-error"' in refused.text
    kept = row(db_session, calendar)
    assert kept is not None
    assert kept.owner_id is None


def test_attack_an_app_with_an_owner_is_not_handed_over(
    app: Flask, db_session: Session, anna: make.Person, calendar: make.App
) -> None:
    _chief, desk = pages.administrator(app)
    path = f"/admin/apps/{calendar.id}/hand-over"
    answer = desk.post(path, data={"csrf_token": acts.token_of(desk), "to": "berta"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/apps/{calendar.id}")
    kept = row(db_session, calendar)
    assert kept is not None
    assert kept.owner_id == anna.id


def test_of_two_administrators_who_hand_it_over_one_does(
    app: Flask, anna: make.Person, calendar: make.App
) -> None:
    leave(app, anna, apps="care")
    dora, emil = make.make_user(app, "dora"), make.make_user(app, "emil")
    with app.app_context():
        seen = db.session.get_one(Client, calendar.id)
        db.session.expunge(seen)  # as another worker has read it
        assert handing_over.hand_over(
            db.session.get_one(Client, calendar.id), accounts.get_user(dora.id), actor_id=None
        )
        db.session.commit()
        assert not handing_over.hand_over(seen, accounts.get_user(emil.id), actor_id=None)
        assert db.session.get_one(Client, calendar.id).owner_id == dora.id
        db.session.rollback()


def test_the_page_says_who_inherits_a_team_and_which_one_ends(app: Flask, anna: make.Person) -> None:
    berta = make.make_user(app, "berta")
    make.make_team(app, anna, "Of both", developer=berta)
    make.make_team(app, anna, "Of one")
    page = make.browser_of(app, anna).get("/account/data").text
    assert "berta becomes an owner." in page
    assert "The team Of one is deleted with your account" in page


@pytest.mark.parametrize("used", [True, False])
def test_the_app_of_a_team_that_ends_stays_where_others_use_it(
    app: Flask, db_session: Session, anna: make.Person, used: bool
) -> None:
    team = make.make_team(app, anna)
    radar = make.make_client(app, anna, name="Radar", team=team)
    make.tokens_for(radar, make.browser_of(app, anna), scope="profile")
    if used:
        make.tokens_for(radar, make.browser_of(app, make.make_user(app)), scope="profile")
        page = make.browser_of(app, anna).get("/account/data").text
        assert "Other people use one app of yours." in page
    leave(app, anna, **({"apps": "care"} if used else {}))
    kept = row(db_session, radar)
    assert (kept is not None) is used
    if kept is not None:
        assert (kept.team_id, kept.owner_id, kept.registered_dynamically) == (None, None, True)
        assert kept.owner_left_at is not None
