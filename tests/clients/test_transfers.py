"""Offering an app: to whom, who may answer, what ends, and that one answer counts."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.clients import transfers
from app.clients.models import Client, ClientTransfer
from app.clock import now
from app.database.rows import db
from app.teams.models import Role, TeamMember
from app.users import accounts
from tests import factories as make
from tests.account.visitor import mails, submit
from tests.admin import acts
from tests.support.mailboxes import text_of
from tests.support.statements import count_statements


@pytest.fixture
def anna(app: Flask) -> make.Person:
    return make.make_user(app, "anna")


@pytest.fixture
def berta(app: Flask) -> make.Person:
    return make.make_user(app, "berta")


@pytest.fixture
def calendar(app: Flask, anna: make.Person) -> make.App:
    return make.make_client(app, anna, name="Calendar")


def path_of(calendar: make.App) -> str:
    return f"/dashboard/apps/{calendar.id}/transfer"


def offer(app: Flask, who: make.Person, calendar: make.App, to: str) -> TestResponse:
    return submit(make.browser_of(app, who), path_of(calendar), to=to)


def answer(app: Flask, who: make.Person, calendar: make.App, **fields: str) -> TestResponse:
    return submit(make.browser_of(app, who), path_of(calendar), **fields)


def row(session: Session, calendar: make.App) -> Client:
    session.expire_all()
    return session.get_one(Client, calendar.id)


def test_an_app_is_somebody_elses_once_they_accept(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    assert offer(app, anna, calendar, "berta").status_code == 302
    assert row(db_session, calendar).owner_id == anna.id
    (asked,) = mails(app, "app_offered")
    assert asked["To"] == berta.email
    assert path_of(calendar) in text_of(asked)
    receiver = make.browser_of(app, berta)
    assert "anna offers you the app Calendar." in receiver.get("/dashboard/apps").text
    assert receiver.get(f"/dashboard/apps/{calendar.id}").status_code == 404  # not theirs yet
    assert answer(app, berta, calendar).status_code == 302  # a bare POST accepts
    assert row(db_session, calendar).owner_id == berta.id
    assert make.browser_of(app, anna).get(f"/dashboard/apps/{calendar.id}").status_code == 404
    assert "anna" in receiver.get(f"/dashboard/apps/{calendar.id}").text  # who knows a secret of it
    (told,) = mails(app, "app_given_away")
    assert told["To"] == anna.email
    assert "ask the people who run" in " ".join(text_of(told).split())
    assert mails(app, "app_handed_over") == []  # who accepted knows it


def test_integrations_notice_nothing(
    app: Flask, client: FlaskClient, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    person = make.browser_of(app, make.make_user(app))
    tokens = make.tokens_for(calendar, person, scope="openid profile offline_access")
    offer(app, anna, calendar, "berta")
    answer(app, berta, calendar)
    assert make.refresh(client, calendar, tokens["refresh_token"]).status_code == 200


def test_a_declined_app_stays(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    offer(app, anna, calendar, "berta")
    assert answer(app, berta, calendar, decision="decline").location == "/dashboard/apps"
    assert row(db_session, calendar).owner_id == anna.id
    assert db_session.scalar(select(ClientTransfer)) is None
    assert "berta declined" in mails(app, "offer_declined")[0]["Subject"]


def test_owners_of_the_team_accept_for_it(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    developer = make.make_user(app, "dora")
    team = make.make_team(app, berta, "Weather makers", developer=developer)
    offer(app, anna, calendar, "weather MAKERS")
    assert make.browser_of(app, developer).get(path_of(calendar)).status_code == 404
    assert "to your team" in make.browser_of(app, berta).get("/dashboard/apps").text
    answer(app, berta, calendar, decision="accept")
    assert (row(db_session, calendar).team_id, row(db_session, calendar).owner_id) == (team.id, None)


def test_a_team_of_ones_own_has_it_at_once(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    team = make.make_team(app, anna, "Weather makers", owner=berta)
    db_session.execute(update(Client).values(trusted=True))
    db_session.commit()
    offer(app, anna, calendar, "Weather makers")
    kept = row(db_session, calendar)
    assert (kept.team_id, kept.trusted) == (team.id, True)  # the same hands, and more of them
    assert [mail["To"] for mail in mails(app, "app_handed_over")] == [berta.email]


def test_what_administrators_allowed_ends_in_other_hands(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    db_session.execute(update(Client).values(trusted=True, introspects_all=True))
    db_session.commit()
    offer(app, anna, calendar, "berta")
    answer(app, berta, calendar)
    assert (row(db_session, calendar).trusted, row(db_session, calendar).introspects_all) == (False, False)


def test_the_other_owners_of_a_team_hear_that_its_app_goes(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person
) -> None:
    team = make.make_team(app, anna, "Weather makers", owner=berta)
    radar = make.make_client(app, anna, name="Radar", team=team)
    offer(app, anna, radar, "anna")  # out of the team, into her own hands
    answer(app, anna, radar)
    assert row(db_session, radar).owner_id == anna.id
    (told,) = mails(app, "app_given_away")
    assert told["To"] == berta.email
    assert "of your team “Weather makers” at 127.0.0.1:8000 went to anna" in " ".join(text_of(told).split())


NOBODY = "No person and no team of this name can take an app."
BAD: dict[str, tuple[str, dict[str, Any]]] = {
    "nobody of this name": (NOBODY, {}),
    "": ("Enter a username or the name of a team.", {}),
    "anna": ("The app belongs to them already.", {}),
    "blocked": (NOBODY, {}),
    "<b>berta</b>": (NOBODY, {}),
    "x" * 300: (NOBODY, {}),
}


@pytest.mark.parametrize("to", BAD)
def test_who_cannot_have_it_is_refused_beside_the_field(
    app: Flask, db_session: Session, anna: make.Person, calendar: make.App, to: str
) -> None:
    acts.change(db_session, make.make_user(app, "blocked"), blocked_at=now())
    refused = offer(app, anna, calendar, to)
    assert refused.status_code == 422
    assert BAD[to][0] in refused.text
    assert 'id="to-error"' in refused.text
    assert db_session.scalar(select(ClientTransfer)) is None


def test_attack_what_only_administrators_give_ends_in_other_hands(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person
) -> None:
    grants = ("authorization_code", "client_credentials", "password")
    reader = make.make_client(app, anna, grant_types=grants, scopes=("openid", "users.read"))
    offer(app, anna, reader, "berta")
    for who in (anna, berta):
        assert "password, users.read" in make.browser_of(app, who).get(path_of(reader)).text
    answer(app, berta, reader)
    kept = row(db_session, reader)
    assert (kept.grant_type_list, kept.scope_list) == (
        ["authorization_code", "client_credentials"],
        ["openid"],
    )


def test_the_page_of_an_offer_says_that_keys_stay_with_who_made_them(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    offer(app, anna, calendar, "berta")
    receiver = make.browser_of(app, berta)
    assert "keys of its own" not in receiver.get(path_of(calendar)).text
    db_session.execute(update(Client).values(jwks='{"keys": []}'))
    db_session.commit()
    assert "It also signs in with keys of its own" in receiver.get(path_of(calendar)).text


def test_attack_an_address_does_not_tell_whose_it_is(
    app: Flask, anna: make.Person, calendar: make.App
) -> None:
    make.make_user(app, "secretnick", email="jane.doe@example.org")
    refused = offer(app, anna, calendar, "jane.doe@example.org")
    assert (refused.status_code, NOBODY in refused.text, "secretnick" in refused.text) == (422, True, False)


def test_attack_nobody_gets_an_app_by_a_team_named_like_a_person(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    eve = make.make_user(app, "eve")
    make.make_team(app, eve, "Berta", developer=anna)  # whoever asks is in it
    offer(app, anna, calendar, "berta")
    assert db_session.scalars(select(ClientTransfer)).one().to_user_id == berta.id


def test_attack_offers_fill_no_mailbox(
    app: Flask, monkeypatch: pytest.MonkeyPatch, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    for _number in range(7):
        assert offer(app, anna, calendar, "berta").status_code == 302
    assert len(mails(app, "app_offered")) == 5
    monkeypatch.setattr(transfers, "MOST_A_DAY", 7)
    refused = offer(app, anna, calendar, "berta")
    assert (refused.status_code, "within a day" in refused.text) == (422, True)


def test_dead_offers_hide_none_that_stands(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    for _number in range(10):
        offer(app, anna, make.make_client(app, anna), "berta")
    db_session.execute(update(ClientTransfer).values(expires_at=now()))
    db_session.commit()
    offer(app, anna, calendar, "berta")
    with count_statements() as statements:
        page = make.browser_of(app, berta).get("/dashboard/apps").text
    assert "anna offers you the app Calendar." in page
    assert len([each for each in statements if "client_transfers" in each]) == 1


def test_attack_offers_keep_no_team_from_ending(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    team = make.make_team(app, berta, "Weather makers", reader=make.make_user(app, "rita"))
    offer(app, anna, calendar, "Weather makers")
    owner = make.browser_of(app, berta)
    assert "Calendar" in owner.get(f"/dashboard/teams/{team.id}").text
    assert "still has apps" not in owner.get(f"/dashboard/teams/{team.id}/delete").text
    submit(owner, f"/dashboard/teams/{team.id}/delete", confirm="Weather makers")
    assert db_session.scalar(select(ClientTransfer)) is None


def test_a_disabled_app_is_not_offered_and_an_offer_of_it_not_accepted(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    offer(app, anna, calendar, "berta")
    db_session.execute(update(Client).values(disabled_at=now(), disabled_by="owner"))
    db_session.commit()
    assert "Enable it first." in offer(app, anna, calendar, "berta").text
    assert answer(app, berta, calendar).location == "/dashboard/apps"
    assert row(db_session, calendar).owner_id == anna.id


def test_a_new_offer_ends_the_former(
    app: Flask, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    make.make_user(app, "carl")
    offer(app, anna, calendar, "berta")
    offer(app, anna, calendar, "carl")
    assert make.browser_of(app, berta).get(path_of(calendar)).status_code == 404


def test_an_offer_that_is_taken_back_is_over(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    offer(app, anna, calendar, "berta")
    owner = make.browser_of(app, anna)
    assert "Take the offer back" in owner.get(path_of(calendar)).text
    submit(owner, f"{path_of(calendar)}/withdraw", page=path_of(calendar))
    assert make.browser_of(app, berta).get(path_of(calendar)).status_code == 404
    assert acts.events(db_session, "clients.offer.withdrawn") != []


@pytest.mark.parametrize("gone", ["left", "demoted", "blocked", "deleted", "time"])
def test_attack_an_offer_ends_with_the_right_of_who_made_it(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, gone: str
) -> None:
    other = make.make_user(app, "olga")
    team = make.make_team(app, other, owner=anna)
    calendar = make.make_client(app, other, team=team)
    assert offer(app, anna, calendar, "berta").status_code == 302
    with app.app_context():
        member = db.session.get_one(TeamMember, (team.id, anna.id))
        if gone == "left":
            db.session.delete(member)
        elif gone == "demoted":
            member.role = Role.DEVELOPER
        elif gone == "blocked":
            accounts.block(accounts.get_user(anna.id))
        elif gone == "deleted":
            accounts.delete(accounts.get_user(anna.id))
        else:
            db.session.execute(update(ClientTransfer).values(expires_at=now()))
        db.session.commit()
    browser = make.browser_of(app, berta)
    assert browser.get(path_of(calendar)).status_code == 404
    assert submit(browser, path_of(calendar), page="/account/profile").status_code == 404
    assert row(db_session, calendar).team_id == team.id


def test_attack_others_can_neither_see_nor_answer_an_offer(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    offer(app, anna, calendar, "berta")
    thief = make.browser_of(app, make.make_user(app, "thief"))
    assert thief.get(path_of(calendar)).status_code == 404
    assert submit(thief, path_of(calendar), page="/account/profile", decision="accept").status_code == 404
    assert submit(thief, path_of(calendar), page="/account/profile", to="thief").status_code == 404
    assert row(db_session, calendar).owner_id == anna.id


def test_attack_a_stolen_session_gives_no_app_away(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    browser = make.browser_of(app, anna)
    acts.grow_stale(db_session)
    asked = submit(browser, path_of(calendar), to="berta")
    assert asked.location.startswith("/reauthenticate")
    assert db_session.scalar(select(ClientTransfer)) is None


def test_an_offer_to_a_team_named_like_a_person_goes_to_ones_own_team(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    make.make_team(app, make.make_user(app), "berta")  # somebody else's
    offer(app, anna, calendar, "berta")
    assert db_session.scalars(select(ClientTransfer)).one().to_user_id == berta.id


def test_the_command_gives_an_app_to_a_team_and_to_a_person(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    team, run = make.make_team(app, berta, "Weather makers"), app.test_cli_runner().invoke
    assert run(args=["client", "transfer", calendar.id, "--to-team", "Weather makers"]).exit_code == 0
    assert row(db_session, calendar).team_id == team.id
    told = run(args=["client", "transfer", calendar.id, "--to-user", "anna", "--json"])
    assert '"owner": "anna"' in told.output
    assert row(db_session, calendar).team_id is None
    assert [mail["To"] for mail in mails(app, "app_handed_over")] == [berta.email, anna.email]


@pytest.mark.parametrize(
    ("more", "code", "told"),
    [
        ([], 2, "Name one of --to-user and --to-team."),
        (["--to-user", "anna", "--to-team", "x"], 2, "Name one of"),
        (["--to-user", "nobody"], 1, "There is no user 'nobody'."),
        (["--to-team", "none"], 1, "There is no team 'none'."),
    ],
)
def test_the_command_says_what_is_wrong(
    app: Flask, calendar: make.App, more: list[str], code: int, told: str
) -> None:
    result = app.test_cli_runner().invoke(args=["client", "transfer", calendar.id, *more])
    assert result.exit_code == code
    assert told in result.output


def test_administrators_hand_an_app_in_care_to_a_team(
    app: Flask, db_session: Session, anna: make.Person, berta: make.Person, calendar: make.App
) -> None:
    from tests.admin import pages

    make.tokens_for(calendar, make.browser_of(app, berta), scope="profile")
    team = make.make_team(app, berta, "Weather makers")
    with app.app_context():
        accounts.delete(accounts.get_user(anna.id))
        db.session.commit()
    _chief, desk = pages.administrator(app)
    acts.act(desk, f"/admin/apps/{calendar.id}/hand-over", to="Weather makers")
    kept = row(db_session, calendar)
    assert (kept.team_id, kept.owner_left_at, kept.registered_dynamically) == (team.id, None, False)
    assert (
        "Somebody whose account is deleted"
        in make.browser_of(app, berta).get(f"/dashboard/apps/{calendar.id}").text
    )
