"""A team takes another name: nobody has vouched for its apps under that one."""

from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.audit.models import Event
from app.clients.models import Client
from tests import factories as make
from tests.account.visitor import submit


def test_attack_a_team_with_a_verified_app_takes_the_name_of_a_bank(app: Flask, db_session: Session) -> None:
    owner = make.make_user(app)
    team, other = make.make_team(app, owner, "Weather makers"), make.make_team(app, owner)
    client, elsewhere = make.make_client(app, owner, team=team), make.make_client(app, owner, team=other)
    db_session.execute(update(Client).values(trusted=True, unconfirmed_emails=True))
    db_session.commit()
    browser, path = make.browser_of(app, owner), f"/dashboard/teams/{team.id}/rename"
    assert "Verified apps of the team have to be verified again." in browser.get(path).text
    submit(browser, path, name="Weather makers")
    assert db_session.get_one(Client, client.id, populate_existing=True).trusted
    submit(browser, path, name="Deutsche Bank AG")
    row = db_session.get_one(Client, client.id, populate_existing=True)
    assert (row.trusted, row.unconfirmed_emails) == (False, False)
    assert db_session.get_one(Client, elsewhere.id, populate_existing=True).trusted
    told = select(Event).where(Event.kind == "clients.client.distrusted")
    (event,) = db_session.scalars(told)
    assert (event.client_id, event.team_id, event.actor_id) == (client.id, team.id, owner.id)
    assert "Verified" not in make.ask(make.browser_of(app, make.make_user(app)), client).text
