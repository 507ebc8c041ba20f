"""Apps of teams: what each role may do with them, and who has seen their secrets."""

from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.clients import registration, secret_views
from app.clients.models import Client, ClientSecret
from app.clock import now
from app.database.rows import db
from app.teams.models import Role, TeamMember
from tests import factories as make
from tests.account.visitor import mails, submit
from tests.support.mailboxes import text_of

SECRET = "client-secret"


class House(NamedTuple):
    """A team with an app, and its people."""

    app: make.App
    team: make.Team
    owner: make.Person
    developer: make.Person
    reader: make.Person
    stranger: make.Person


@pytest.fixture
def house(app: Flask) -> House:
    owner, developer, reader, stranger = (
        make.make_user(app, name) for name in ("olga", "dora", "rita", "sam")
    )
    team = make.make_team(app, owner, "Weather makers", developer=developer, reader=reader)
    return House(make.make_client(app, owner, team=team), team, owner, developer, reader, stranger)


PAGES = {
    "": (200, 200, 200),
    "/log": (200, 200, 200),
    "/edit": (403, 200, 200),
    "/secrets": (403, 200, 200),
    "/secrets/new": (403, 200, 200),
    "/secrets/rotate": (403, 200, 200),
    "/transfer": (403, 403, 200),
    "/delete": (403, 403, 200),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("place", range(3))
def test_each_role_opens_what_it_may(app: Flask, house: House, page: str, place: int) -> None:
    person = (house.reader, house.developer, house.owner)[place]
    answer = make.browser_of(app, person).get(f"/dashboard/apps/{house.app.id}{page}")
    assert answer.status_code == PAGES[page][place]
    if answer.status_code == 403:
        assert "olga" in answer.text  # whom to ask
        assert f'href="/dashboard/apps/{house.app.id}"' in answer.text


@pytest.mark.parametrize("page", PAGES)
def test_attack_strangers_find_nothing(app: Flask, house: House, page: str) -> None:
    path = f"/dashboard/apps/{house.app.id}{page}"
    assert make.browser_of(app, house.stranger).get(path).status_code == 404


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/edit", {"name": "Taken over", "redirect_uris": "https://evil.example/"}),
        ("/secrets/new", {"name": "mine"}),
        ("/secrets/rotate", {"overlap": "0"}),
        ("/disable", {}),
        ("/delete", {"confirm": "App"}),
        ("/transfer", {"to": "rita"}),
        ("/transfer/withdraw", {}),
    ],
)
def test_attack_a_reader_changes_nothing(
    app: Flask, house: House, db_session: Session, path: str, fields: dict[str, str]
) -> None:
    browser = make.browser_of(app, house.reader)
    before = db_session.get_one(Client, house.app.id).revision
    answer = submit(browser, f"/dashboard/apps/{house.app.id}{path}", page="/account/profile", **fields)
    assert answer.status_code == 403
    db_session.expire_all()
    assert db_session.get_one(Client, house.app.id).revision == before


def test_attack_a_reader_sees_no_secret(app: Flask, house: House, db_session: Session) -> None:
    secret_id = db_session.scalars(select(ClientSecret.id)).one()
    path = f"/dashboard/apps/{house.app.id}/secrets/{secret_id}/reveal"
    browser = make.browser_of(app, house.reader)
    assert submit(browser, path, page="/account/profile", password=make.PASSWORD).status_code == 403
    page = browser.get(f"/dashboard/apps/{house.app.id}").text
    assert "/secrets" not in page
    assert "/edit" not in page
    assert "/transfer" not in page


def test_an_app_is_registered_for_a_team(app: Flask, house: House, db_session: Session) -> None:
    browser = make.browser_of(app, house.developer)
    fields = {"name": "Rain radar", "redirect_uris": make.CALLBACK, "team": house.team.id}
    answer = submit(browser, "/dashboard/apps/new", **fields)
    assert answer.status_code == 302
    made = db_session.scalars(select(Client).where(Client.name == "Rain radar")).one()
    assert (made.team_id, made.owner_id, made.is_vouched_for) == (house.team.id, None, False)
    assert "Weather makers" in browser.get(answer.location).text


def test_a_second_click_on_the_app_of_a_team_leads_to_it(app: Flask, house: House) -> None:
    browser = make.browser_of(app, house.developer)
    fields = {"name": "Rain radar", "redirect_uris": make.CALLBACK, "team": house.team.id}
    first = submit(browser, "/dashboard/apps/new", **fields)
    assert submit(browser, "/dashboard/apps/new", **fields).location == first.location


@pytest.mark.parametrize("who", ["reader", "stranger"])
def test_attack_nobody_registers_for_a_team_without_the_role(
    app: Flask, house: House, db_session: Session, who: str
) -> None:
    browser = make.browser_of(app, getattr(house, who))
    fields = {"name": "Rain radar", "redirect_uris": make.CALLBACK, "team": house.team.id}
    answer = submit(browser, "/dashboard/apps/new", **fields)
    assert answer.status_code == 422
    assert "You cannot register apps for this team." in answer.text
    assert db_session.scalar(select(Client).where(Client.name == "Rain radar")) is None


def test_the_list_says_whose_each_app_is(app: Flask, house: House) -> None:
    own = make.make_client(app, house.reader, name="Rita's own")
    browser = make.browser_of(app, house.reader)
    page = browser.get("/dashboard/apps").text
    assert "Team Weather makers" in page
    assert f'/dashboard/apps/{own.id}"' in page
    only = browser.get(f"/dashboard/apps?team={house.team.id}").text
    assert f"/dashboard/apps/{house.app.id}" in only
    assert f"/dashboard/apps/{own.id}" not in only
    assert f"/dashboard/apps/{own.id}" in browser.get("/dashboard/apps?q=RITA").text
    assert "No app matches" in browser.get("/dashboard/apps?q=snow").text
    foreign = make.browser_of(app, house.stranger).get(f"/dashboard/apps?team={house.team.id}")
    assert foreign.status_code == 422
    assert house.app.id not in foreign.text


Leave = Callable[[Session, House], None]


def _leaves(session: Session, house: House) -> None:
    session.execute(delete(TeamMember).where(TeamMember.user_id == house.developer.id))


def _becomes_reader(session: Session, house: House) -> None:
    session.execute(
        update(TeamMember).where(TeamMember.user_id == house.developer.id).values(role=Role.READER)
    )


@pytest.mark.parametrize("end", [_leaves, _becomes_reader])
def test_the_team_reads_which_secrets_somebody_knows_who_left(
    app: Flask, house: House, db_session: Session, end: Leave
) -> None:
    developer, owner = make.browser_of(app, house.developer), make.browser_of(app, house.owner)
    home = f"/dashboard/apps/{house.app.id}"
    secret_id = db_session.scalars(select(ClientSecret.id)).one()
    submit(developer, f"{home}/secrets/{secret_id}/reveal", password=make.PASSWORD)
    assert "no longer look after this app" not in owner.get(home).text
    end(db_session, house)
    db_session.commit()
    assert developer.get(f"{home}/secrets").status_code in (403, 404)
    for page in (home, f"{home}/secrets", f"{home}/secrets/rotate"):
        text = owner.get(page).text
        assert "no longer look after this app" in text
        assert "dora" in text
    assert f'href="{home}/secrets/rotate"' in owner.get(home).text
    replaced = submit(owner, f"{home}/secrets/rotate", overlap="0")
    assert SECRET in owner.get(replaced.location).text
    assert "no longer look after this app" not in owner.get(home).text


def test_a_secret_that_goes_on_for_a_while_is_still_warned_of(
    app: Flask, house: House, db_session: Session
) -> None:
    owner, home = make.browser_of(app, house.owner), f"/dashboard/apps/{house.app.id}"
    submit(owner, f"{home}/secrets/rotate", overlap="7")
    secrets = db_session.scalars(select(ClientSecret).order_by(ClientSecret.id)).all()
    assert secrets[0].expires_at is not None
    assert abs(secrets[0].expires_at - now() - timedelta(days=7)) < timedelta(minutes=1)
    assert [each.expires_at for each in secrets[1:]] == [None]
    with app.app_context():
        db.session.execute(update(TeamMember).values(role=Role.READER))
        client = db.session.get_one(Client, house.app.id)
        assert len(secret_views.list_known_to_others(client)) == 2


def test_attack_a_made_up_end_of_the_old_secrets_is_refused(app: Flask, house: House) -> None:
    owner, home = make.browser_of(app, house.owner), f"/dashboard/apps/{house.app.id}"
    assert submit(owner, f"{home}/secrets/rotate", overlap="9999").status_code == 422


def test_owners_are_told_what_others_do_and_by_whom(app: Flask, house: House, db_session: Session) -> None:
    secret_id = db_session.scalars(select(ClientSecret.id)).one()
    developer, home = make.browser_of(app, house.developer), f"/dashboard/apps/{house.app.id}"
    submit(developer, f"{home}/secrets/{secret_id}/reveal", password=make.PASSWORD)
    (mail,) = mails(app, "secret_revealed")
    assert mail["To"] == house.owner.email
    assert "dora looked at the secret" in text_of(mail)
    assert "Weather makers" in text_of(mail)


def test_every_act_is_in_the_activity_of_the_team(app: Flask, house: House, db_session: Session) -> None:
    developer, home = make.browser_of(app, house.developer), f"/dashboard/apps/{house.app.id}"
    submit(developer, f"{home}/secrets/new", name="second")
    submit(developer, f"{home}/disable", page=home)
    kinds = db_session.scalars(select(Event.kind).where(Event.team_id == house.team.id)).all()
    assert {"clients.client.registered", "clients.secret.added", "clients.client.disabled"} <= set(kinds)


def test_apps_of_one_team_introspect_each_others_tokens(
    app: Flask, house: House, client: FlaskClient
) -> None:
    other = make.make_client(app, house.owner, team=house.team)
    foreign = make.make_client(app, house.stranger)
    token = make.tokens_for(house.app, make.browser_of(app, house.reader), scope="profile")["access_token"]
    assert make.introspect(client, other, token)["active"]
    assert not make.introspect(client, foreign, token)["active"]


def test_a_personal_app_with_two_people_suggests_a_team(app: Flask) -> None:
    anna = make.make_user(app)
    own, browser = make.make_client(app, anna), make.browser_of(app, anna)
    home = f"/dashboard/apps/{own.id}"
    for number in range(2):
        assert "only you can look after it" not in browser.get(home).text, number
        make.tokens_for(own, make.browser_of(app, make.make_user(app)), scope="profile")
    assert "2 people use this app, and only you can look after it." in browser.get(home).text


def test_consent_says_which_team_made_the_app(app: Flask, house: House) -> None:
    page = make.ask(make.browser_of(app, house.stranger), house.app)
    assert "Made by Team Weather makers" in page.text


def test_a_team_has_no_more_apps_than_a_person(
    app: Flask, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    from dataclasses import replace

    from app.clients.pages import new_app

    monkeypatch.setattr(new_app, "DEVELOPER_LIMITS", replace(new_app.DEVELOPER_LIMITS, most_apps=1))
    browser = make.browser_of(app, house.developer)
    fields = {"name": "Rain radar", "redirect_uris": make.CALLBACK, "team": house.team.id}
    answer = submit(browser, "/dashboard/apps/new", **fields)
    assert answer.status_code == 422
    assert "The team has 1 apps" in answer.text


def test_readers_of_the_log_repair_nothing(app: Flask, house: House) -> None:
    reader = make.browser_of(app, house.reader)
    refused = make.ask(reader, house.app, redirect_uri="https://app.example.org/other")
    request_id = refused.headers["X-Request-Id"]
    page = reader.get(f"/failures/{request_id}")
    assert 'id="cause"' in page.text
    assert "/repair" not in page.text
    answer = submit(reader, f"/failures/{request_id}/repair", page="/account/profile")
    assert answer.status_code == 404
    developer = make.browser_of(app, house.developer)
    assert "/repair" in developer.get(f"/failures/{request_id}").text


def test_the_command_says_whose_an_app_is(app: Flask, house: House) -> None:
    run = app.test_cli_runner().invoke
    assert "Weather makers" in run(args=["client", "list"]).output
    assert '"team": "Weather makers"' in run(args=["client", "show", house.app.id, "--json"]).output


def test_the_app_of_a_team_stays_when_who_made_it_is_gone(
    app: Flask, house: House, db_session: Session
) -> None:
    from app.users import accounts

    with app.app_context():
        accounts.delete(accounts.get_user(house.developer.id))
        db.session.commit()
        assert registration.find_client(house.app.id) is not None
