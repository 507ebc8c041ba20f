"""Consents for teams, as the rules and the other pages see them."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.models import Event
from app.clients.models import Client
from app.clock import now
from app.consents import counts, decisions, standing
from app.consents.ending_notices import tell_of_end
from app.consents.models import Consent
from app.database.rows import db
from app.notifications.models import OutgoingMail
from app.teams.models import TeamMember
from app.users.accounts import delete, get_user
from tests import factories as make

Three = tuple[str, str, list[str]]


@pytest.fixture
def three(app: Flask, app_context: Any) -> Three:
    """A person, an app, and the two teams that the person is in."""
    person = make.make_user(app, "anna")
    teams = [make.make_team(app, person, name).id for name in ("Harbour", "Lighthouse")]
    return person.id, make.make_client(app, name="Ledger").id, teams


def give_all(three: Three) -> None:
    person, client, teams = three
    for team_id in (None, *teams):
        decisions.give_consent(person, client, ["openid", "teams"], team_id=team_id)
    db.session.commit()


def test_each_is_a_row_of_its_own_and_given_twice_it_stays_one(three: Three) -> None:
    give_all(three)
    give_all(three)
    person, client, teams = three
    found = standing.list_consents_to(person, client)
    assert [consent.team_id for consent in found] == [teams[1], teams[0], None]  # decided last comes first
    assert {consent.for_whom for consent in found} == {"", *teams}
    assert standing.find_consent(person, client, teams[0]) == found[1]
    assert standing.find_consent(person, client) == found[2]


def test_what_is_declined_for_one_is_open_for_the_other(three: Three) -> None:
    person, client, teams = three
    decisions.give_consent(person, client, ["teams"], ["email"], team_id=teams[0])
    other = decisions.give_consent(person, client, ["teams", "email"], team_id=teams[1])
    assert (other.scope, other.declined) == ("teams email", "")


def test_somebody_with_three_consents_is_one_person(app: Flask, three: Three) -> None:
    give_all(three)
    client, bert = three[1], make.make_user(app)
    decisions.give_consent(bert.id, client, ["openid"])
    assert counts.count_people([client]) == {client: 2}
    assert counts.count_people([client], three[0]) == {client: 1}
    assert counts.count_up_to(client, 10) == 2
    assert counts.count_consents_with("openid") == 2
    assert counts.count_consents_with("teams") == 1


def test_somebody_with_three_consents_reads_once_that_the_app_ends(app: Flask, three: Three) -> None:
    give_all(three)
    bert = make.make_user(app)
    decisions.give_consent(bert.id, three[1], ["openid"])
    db.session.get_one(Client, three[1]).ends_at = now()
    tell_of_end(three[1], after="")
    assert db.session.scalars(select(OutgoingMail.template)).all() == ["app_ends", "app_ends"]


def test_events_name_the_team(three: Three) -> None:
    give_all(three)
    person, client, teams = three
    decisions.withdraw_consent(person, client, teams[0])
    db.session.commit()
    found = db.session.scalars(
        select(Event).where(Event.kind.startswith("consent.")).order_by(Event.id)
    ).all()
    assert [event.team_id for event in found] == [None, *teams, teams[0]]
    assert ['"team": "Harbour"' in event.details for event in found] == [False, True, False, True]


def test_leaving_withdraws_what_was_given_for_that_team_alone(app: Flask, three: Three) -> None:
    give_all(three)
    person, _client, teams = three
    other = make.make_client(app).id
    decisions.give_consent(person, other, ["openid"], team_id=teams[0])
    decisions.withdraw_for_team(db.session.get_one(TeamMember, (teams[0], person)))
    db.session.commit()
    assert [each.consent.for_whom for each in standing.list_consents(person)] == [teams[1], ""]
    assert len(standing.list_consents(person)) == 2


def test_coming_back_to_a_team_begins_anew(three: Three) -> None:
    person, client, teams = three
    decisions.give_consent(person, client, ["openid", "email", "teams"], team_id=teams[0])
    decisions.withdraw_for_team(db.session.get_one(TeamMember, (teams[0], person)))
    again = decisions.give_consent(person, client, ["teams"], team_id=teams[0])
    assert (again.scope, again.withdrawn_at) == ("teams", None)


def test_a_deleted_person_allows_nothing_for_any_team(three: Three) -> None:
    give_all(three)
    delete(get_user(three[0]))
    db.session.commit()
    assert db.session.scalars(select(Consent).where(Consent.withdrawn_at.is_(None))).all() == []


def test_administrators_read_for_which_team(app: Flask, three: Three) -> None:
    give_all(three)
    root = make.make_user(app, is_admin=True)
    browser = make.browser_of(app, root)
    assert "For the team Harbour" in browser.get(f"/admin/users/{three[0]}").text
    assert "Lighthouse" in browser.get("/admin/events").text


def test_the_person_reads_for_which_team(app: Flask, three: Three) -> None:
    give_all(three)
    own = make.browser_of(app, make.Person(three[0], "anna", "anna@example.org"))
    assert "You gave an app access for the team Lighthouse." in own.get("/account/activity").text
    home = own.get("/account").text
    assert "Ledger&nbsp;· Harbour" in home
    assert "Show what it may do" in home


@pytest.mark.parametrize("team", ["nobody", "0" * 32, "⛵", "x" * 5000])
def test_a_team_of_nobody_disconnects_nothing(app: Flask, three: Three, team: str) -> None:
    give_all(three)
    browser = make.browser_of(app, make.Person(three[0], "anna", "anna@example.org"))
    token = make.csrf_token(browser.get("/account/apps"))
    path = f"/account/apps/{three[1]}/disconnect"
    assert browser.post(path, data={"csrf_token": token, "team": team}).status_code == 404
    assert len(standing.list_consents(three[0])) == 3


def test_disconnecting_for_oneself_says_that_teams_stay(app: Flask, three: Three) -> None:
    give_all(three)
    browser = make.browser_of(app, make.Person(three[0], "anna", "anna@example.org"))
    token = make.csrf_token(browser.get("/account/apps"))
    browser.post(f"/account/apps/{three[1]}/disconnect", data={"csrf_token": token})
    assert (
        "Ledger no longer has access for yourself. What you gave it for teams stays."
        in browser.get("/account/apps").text
    )
