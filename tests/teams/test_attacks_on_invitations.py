"""Who tries to use an invitation that is another's, over, or stolen."""

import pytest
from flask import Flask
from sqlalchemy import select

from app.database.rows import db
from app.teams.models import Role, TeamInvitation
from tests import factories as make
from tests.account.visitor import PASSWORD, last_link, sign_up, submit
from tests.teams.visitors import Cast, answer, ask_in, cast, said

SOMEBODY = "somebody@example.org"


@pytest.fixture
def crew(app: Flask) -> Cast:
    return cast(app)


def test_attack_somebody_else_follows_the_link(app: Flask, crew: Cast) -> None:
    link = ask_in(app, crew.team, SOMEBODY, Role.OWNER, crew.people["owner"])
    browser = crew.browsers["stranger"]
    page = browser.get(link)
    assert page.status_code == 403
    assert "s•••@example.org is invited to the team “Harbour Crew”" in said(page)
    assert SOMEBODY not in page.text
    token = make.csrf_token(browser.get("/account/profile"))
    for decision in ("accept", "decline"):
        sent = browser.post(link, data={"csrf_token": token, "decision": decision})
        assert sent.status_code == 403
    assert ("the-stranger" in crew.roles(), list(crew.invited())) == (False, [SOMEBODY])


def test_attack_a_squatter_with_an_unconfirmed_address_sees_no_invitation(app: Flask, crew: Cast) -> None:
    squatter = make.make_user(app, "squatter", email=SOMEBODY, email_verified=False)
    ask_in(app, crew.team, SOMEBODY, Role.OWNER, crew.people["owner"])
    browser = make.browser_of(app, squatter)
    assert "Harbour Crew" not in browser.get("/dashboard/teams").text
    with app.app_context():
        invitation = db.session.scalars(select(TeamInvitation.id)).one()
    token = make.csrf_token(browser.get("/account/profile"))
    sent = browser.post(
        f"{crew.page}/invitations/{invitation}/answer", data={"csrf_token": token, "decision": "accept"}
    )
    assert (sent.status_code, "squatter" in crew.roles()) == (410, False)


def test_attack_a_token_is_used_once_more_after_its_person_was_removed(app: Flask, crew: Cast) -> None:
    link = ask_in(app, crew.team, crew.people["stranger"].email, Role.OWNER, crew.people["owner"])
    answer(crew.browsers["stranger"], link)
    crew.post("owner", f"/members/{crew.people['stranger'].id}/remove")
    browser = crew.browsers["stranger"]
    token = make.csrf_token(browser.get("/account/profile"))
    assert browser.post(link, data={"csrf_token": token, "decision": "accept"}).status_code == 410
    assert "the-stranger" not in crew.roles()


def test_attack_an_invitation_of_another_team_is_taken_back_by_its_id(app: Flask, crew: Cast) -> None:
    other = make.make_team(app, crew.people["stranger"])
    ask_in(app, crew.team, SOMEBODY, Role.READER, crew.people["owner"])
    with app.app_context():
        invitation = db.session.scalars(select(TeamInvitation.id)).one()
    browser = crew.browsers["stranger"]
    token = make.csrf_token(browser.get("/account/profile"))
    for act in ("send", "take-back"):
        path = f"/dashboard/teams/{other.id}/invitations/{invitation}/{act}"
        assert browser.post(path, data={"csrf_token": token}).status_code == 404
    assert list(crew.invited()) == [SOMEBODY]


def test_attack_a_stolen_database_accepts_nothing(app: Flask, crew: Cast) -> None:
    link = ask_in(app, crew.team, crew.people["stranger"].email, Role.READER, crew.people["owner"])
    with app.app_context():
        row = db.session.scalars(select(TeamInvitation)).one()
        assert row.digest not in link
        for stolen in (row.digest, row.id):
            path = f"/dashboard/teams/invitations/{stolen}"
            assert crew.browsers["stranger"].get(path).status_code == 410


@pytest.mark.parametrize("role", list(Role))
def test_attack_a_forwarded_mail_lets_in_who_registers_with_its_address(
    app: Flask, crew: Cast, role: Role
) -> None:
    link = ask_in(app, crew.team, "emil@example.org", role, crew.people["owner"])
    browser = app.test_client()
    sign_up(browser, "emil", password=PASSWORD)
    page = browser.get(link)
    assert page.status_code == 403
    assert "Only who has confirmed the invited address can answer." in said(page)
    assert "Send the confirmation email again" in page.text
    token = make.csrf_token(browser.get("/account/profile"))
    for decision in ("accept", "decline"):
        sent = browser.post(link, data={"csrf_token": token, "decision": decision})
        assert sent.status_code == 403
    assert ("emil" in crew.roles(), crew.invited()) == (False, {"emil@example.org": role})
    assert "Invitations to your email address are shown here once" in browser.get("/dashboard/teams").text
    submit(browser, last_link(app, "verify_email"))
    assert submit(browser, link, decision="accept").location == crew.page
