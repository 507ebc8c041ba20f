"""Invitations into a team: sent, answered, replaced, taken back, refused; and who tries to use those of others."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import update

from app.clock import now
from app.database.rows import db
from app.teams import answering, inviting
from app.teams.models import Role
from app.users import accounts, mail_caps
from app.users.models import User
from tests import factories as make
from tests.account.visitor import last_link, mails, sign_up, submit
from tests.support.mailboxes import text_of
from tests.teams.visitors import Cast, answer, ask_in, cast, said

SOMEBODY = "somebody@example.org"


@pytest.fixture
def crew(app: Flask) -> Cast:
    return cast(app)


def invite(crew: Cast, email: str = SOMEBODY, role: str = "developer") -> str:
    """Invite by the form, and return what the page says then."""
    sent = crew.post("owner", "", email=email, role=role)
    return said(crew.browsers["owner"].get(sent.location) if sent.status_code == 303 else sent)


def change(app: Flask, person: make.Person, **values: object) -> None:
    with app.app_context():
        db.session.execute(update(User).where(User.id == person.id).values(**values))
        db.session.commit()


def test_an_invitation_is_accepted_by_the_link_of_its_mail(app: Flask, crew: Cast) -> None:
    assert f"The invitation is on its way to {crew.people['stranger'].email}." in invite(
        crew, crew.people["stranger"].email
    )
    (mail,) = mails(app, "team_invitation")
    text = " ".join(text_of(mail).split())
    assert "the-owner invites you at 127.0.0.1:8000 to the team “Harbour Crew”. As a developer" in text
    browser, link = crew.browsers["stranger"], last_link(app, "team_invitation")
    page = said(browser.get(link))
    assert "Join “Harbour Crew”? the-owner invites you to this team." in page
    assert "May register and change the team's apps and see their secrets." in page
    joined = answer(browser, link)
    assert joined.location == crew.page
    assert "You are in the team “Harbour Crew” now." in said(browser.get(joined.location))
    assert crew.roles()["the-stranger"] == "developer"
    assert crew.invited() == {}
    assert "Joined a team (Developer) – the-stranger" in said(browser.get(f"{crew.page}/activity"))


def test_the_mail_is_in_the_language_of_its_reader(app: Flask, crew: Cast) -> None:
    change(app, crew.people["stranger"], locale="de")
    invite(crew, crew.people["stranger"].email)
    (mail,) = mails(app, "team_invitation")
    assert "in ein Team eingeladen" in str(mail["Subject"])


def test_who_has_no_account_yet_creates_one_on_the_way(app: Flask, crew: Cast) -> None:
    link = ask_in(app, crew.team, "dora@example.org", Role.READER, crew.people["owner"])
    browser = app.test_client()
    login = browser.get(link).location
    assert login.startswith("/login?next=")
    register = (
        browser.get(login).text.partition('href="/register?')[2].partition('"')[0].replace("&amp;", "&")
    )
    came = sign_up(browser, "dora", f"/register?{register}")
    assert came.location == link
    assert "Confirm your email address first" in browser.get(link).text
    submit(browser, last_link(app, "verify_email"))
    assert answer(browser, link).location == crew.page
    assert crew.roles()["dora"] == "reader"


def test_a_person_with_the_confirmed_address_answers_without_the_mail(app: Flask, crew: Cast) -> None:
    invite(crew, crew.people["stranger"].email)
    browser = crew.browsers["stranger"]
    page = browser.get("/dashboard/teams")
    assert "Invitation to “Harbour Crew” the-owner invites you" in said(page)
    action = page.text.partition(f'action="{crew.page}')[2].partition('"')[0]
    assert crew.post("stranger", action, decision="decline").location == "/dashboard/teams"
    assert (crew.invited(), "the-stranger" in crew.roles()) == ({}, False)
    assert crew.post("stranger", action, decision="accept").status_code == 410
    invite(crew, crew.people["stranger"].email)
    page = browser.get("/dashboard/teams")
    action = page.text.partition(f'action="{crew.page}')[2].partition('"')[0]
    assert crew.post("stranger", action, decision="accept").location == crew.page
    assert crew.roles()["the-stranger"] == "developer"


def test_a_second_invitation_replaces_the_first_and_says_so(app: Flask, crew: Cast) -> None:
    first = ask_in(app, crew.team, crew.people["stranger"].email, Role.READER, crew.people["owner"])
    text = invite(crew, crew.people["stranger"].email.upper().replace("EXAMPLE.ORG", "Example.org"), "owner")
    assert "A new invitation is on its way to" in text
    assert "The one before no longer works." in text
    assert list(crew.invited().values()) == ["owner"]
    gone = crew.browsers["stranger"].get(first)
    assert (gone.status_code, "This invitation is over" in gone.text) == (410, True)
    answer(crew.browsers["stranger"], last_link(app, "team_invitation"))
    assert crew.roles()["the-stranger"] == "owner"


def test_sending_again_makes_a_new_link_and_taking_back_ends_it(app: Flask, crew: Cast) -> None:
    first = ask_in(app, crew.team, crew.people["stranger"].email, Role.READER, crew.people["owner"])
    (row,) = [
        row for row in crew.browsers["owner"].get(crew.page).text.split('action="') if "/send" in row[:200]
    ]
    action = row.partition('"')[0].removeprefix(crew.page)
    again = crew.post("owner", action)
    assert "The one before no longer works." in said(crew.browsers["owner"].get(again.location))
    second = last_link(app, "team_invitation")
    statuses = [crew.browsers["stranger"].get(link).status_code for link in (first, second)]
    assert statuses == [410, 200]
    page = crew.browsers["owner"].get(crew.page).text
    action = page.partition("/take-back")[0].rpartition('action="')[2].removeprefix(crew.page)
    back = crew.post("owner", f"{action}/take-back")
    assert "is taken back." in said(crew.browsers["owner"].get(back.location))
    assert crew.browsers["stranger"].get(second).status_code == 410
    assert crew.post("owner", f"{action}/take-back").status_code == 404


REFUSED = {
    "no address": "Enter an email address, such as anna@example.org.",
    "": "Enter an email address, such as anna@example.org.",
    "a@b@example.org": "Enter an email address, such as anna@example.org.",
    "x" * 3000 + "@example.org": "Enter an email address, such as anna@example.org.",
    "THE-reader@example.org": "Somebody with this address is in the team already.",
    "the-owner@example.org": "Somebody with this address is in the team already.",
}


@pytest.mark.parametrize("email", REFUSED)
def test_who_cannot_be_invited_is_refused_beside_the_field(crew: Cast, email: str) -> None:
    sent = crew.post("owner", "", email=email, role="reader")
    assert (sent.status_code, REFUSED[email] in said(sent)) == (422, True)
    assert 'value="reader" checked' in sent.text
    assert crew.invited() == {}


def test_a_blocked_account_and_a_refused_address_are_told_apart_by_nobody(app: Flask, crew: Cast) -> None:
    blocked, refused = make.make_user(app), make.make_user(app)
    change(app, blocked, blocked_at=now())
    change(app, refused, email_refused_at=now() + timedelta(minutes=1))
    for person in (blocked, refused):
        sent = crew.post("owner", "", email=person.email, role="reader")
        assert sent.status_code == 422
        assert "No invitation can reach this person at this address. Ask them for another one." in said(sent)
    assert mails(app, "team_invitation") == []


def test_who_has_not_confirmed_the_own_address_invites_nobody(app: Flask, crew: Cast) -> None:
    change(app, crew.people["owner"], email_verified_at=None)
    assert "Confirm your own email address first" in invite(crew)
    change(app, crew.people["stranger"], blocked_at=now())  # nor finds out who is blocked
    assert "Confirm your own email address first" in invite(crew, crew.people["stranger"].email)


def test_limits_say_what_to_do(app: Flask, crew: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    with app.app_context():
        for _number in range(5):
            mail_caps.takes_another("often@example.org", crew.people["owner"].id, "invitations to teams")
    assert "Several invitations went to this address within an hour." in invite(crew, "often@example.org")
    monkeypatch.setattr(inviting, "MOST_OPEN", 1)
    assert "is on its way" in invite(crew)
    assert "is on its way" in invite(crew)
    assert "invitations of this team are open" in invite(crew, "another@example.org")
    monkeypatch.setattr(inviting, "MOST_OPEN", 50)
    monkeypatch.setattr(inviting, "MOST_MEMBERS", 3)
    assert "as many as a team may have" in invite(crew, "another@example.org")
    monkeypatch.setattr(inviting, "MOST_MEMBERS", 50)
    monkeypatch.setattr(inviting, "MOST_A_DAY", 2)
    assert "as many as one person may. Go on tomorrow." in invite(crew, "another@example.org")
    assert list(crew.invited()) == [SOMEBODY]


def test_a_team_that_is_full_by_now_takes_nobody_in(
    app: Flask, crew: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = ask_in(app, crew.team, crew.people["stranger"].email, Role.READER, crew.people["owner"])
    monkeypatch.setattr(answering, "MOST_MEMBERS", 3)
    told = crew.browsers["stranger"].get(answer(crew.browsers["stranger"], link).location)
    assert "The team “Harbour Crew” is full." in said(told)
    assert len(crew.invited()) == 1


@pytest.mark.parametrize(
    "end",
    ["time", "blocked", "removed", "demoted", "deleted"],
)
def test_an_invitation_ends_with_its_time_and_with_the_right_of_who_invited(
    app: Flask, crew: Cast, end: str
) -> None:
    crew.post("owner", f"/members/{crew.people['developer'].id}/role", role="owner")
    link = ask_in(app, crew.team, crew.people["stranger"].email, Role.OWNER, crew.people["developer"])
    inviting_id = crew.people["developer"].id
    if end in ("blocked", "deleted"):
        with app.app_context():
            user = accounts.get_user(inviting_id)
            accounts.block(user) if end == "blocked" else accounts.delete(user)
            db.session.commit()
    elif end == "removed":
        crew.post("owner", f"/members/{inviting_id}/remove")
    elif end == "demoted":
        crew.post("owner", f"/members/{inviting_id}/role", role="developer")
    browser = crew.browsers["stranger"]
    with time_machine.travel(now() + timedelta(days=14, minutes=1 if end == "time" else -30)):
        browser = make.browser_of(app, crew.people["stranger"])
        assert browser.get(link).status_code == 410
        assert "Invitation to" not in said(browser.get("/dashboard/teams"))
        token = make.csrf_token(browser.get("/account/profile"))
        assert browser.post(link, data={"csrf_token": token, "decision": "accept"}).status_code == 410
    assert "the-stranger" not in crew.roles()


def test_a_link_that_was_used_leads_into_the_team(app: Flask, crew: Cast) -> None:
    link = ask_in(app, crew.team, crew.people["stranger"].email, Role.READER, crew.people["owner"])
    browser = crew.browsers["stranger"]
    answer(browser, link)
    assert browser.get(link).location == crew.page
    assert "You are in this team already." in said(browser.get(crew.page))


@pytest.mark.parametrize("mode", ["open", "invite", "closed"])
def test_who_has_no_account_reads_how_to_get_one(app_with: Callable[..., Flask], mode: str) -> None:
    app = app_with(REGISTRATION=mode)
    crew = cast(app)
    link = ask_in(app, crew.team, SOMEBODY, Role.READER, crew.people["owner"])
    (mail,) = mails(app, "team_invitation")
    text = " ".join(text_of(mail).split())
    browser = app.test_client()
    page = said(browser.get(browser.get(link).location))
    is_open = mode == "open"
    assert ("whoever has none yet can create it there" in text, "Create account" in page) == (
        is_open,
        is_open,
    )
    assert ("create one with the address that is invited" in page) == is_open
    assert ("asks the people who run 127.0.0.1:8000 for one" in text) == (not is_open)
    assert ("ask the people who run this portal for one with the address" in page) == (not is_open)
