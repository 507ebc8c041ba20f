"""Roles that change, people who are removed or leave; an owner who can sign in is always there."""

import pytest
from flask import Flask

from app.database.rows import db
from app.users import accounts
from tests import factories as make
from tests.account.visitor import mails
from tests.support.mailboxes import text_of
from tests.teams.visitors import Cast, cast, said


@pytest.fixture
def crew(app: Flask) -> Cast:
    return cast(app)


def member(crew: Cast, role: str) -> str:
    return f"/members/{crew.people[role].id}"


def test_another_role_is_told_by_mail_and_a_new_owner_to_all_owners(app: Flask, crew: Cast) -> None:
    crew.post("owner", f"{member(crew, 'developer')}/role", role="owner")
    assert crew.roles()["the-developer"] == "owner"
    (told,) = mails(app, "team_role_changed")
    assert told["To"] == "the-developer@example.org"
    assert "the-owner made you an owner of the team “Harbour Crew”" in " ".join(text_of(told).split())
    crew.post("owner", f"{member(crew, 'reader')}/role", role="owner")
    (told,) = mails(app, "team_new_owner")
    assert told["To"] == "the-developer@example.org"
    assert "the-owner made the-reader an owner" in " ".join(text_of(told).split())


def test_the_same_role_again_changes_nothing_and_tells_nobody(app: Flask, crew: Cast) -> None:
    answer = crew.post("owner", f"{member(crew, 'reader')}/role", role="reader")
    assert "Nothing was changed." in crew.browsers["owner"].get(answer.location).text
    assert mails(app, "team_*") == []


@pytest.mark.parametrize("role", ["", "king", "OWNER"])
def test_what_is_no_role_is_refused(crew: Cast, role: str) -> None:
    answer = crew.post("owner", f"{member(crew, 'reader')}/role", role=role)
    assert (answer.status_code, "Choose one of these roles." in answer.text) == (422, True)
    answer = crew.post("owner", "", email="somebody@example.org", role=role)
    assert (answer.status_code, "Choose one of these roles." in answer.text) == (422, True)
    assert (crew.roles()["the-reader"], crew.invited()) == ("reader", {})


def test_who_is_removed_hears_of_it_and_finds_nothing_any_more(app: Flask, crew: Cast) -> None:
    answer = crew.post("owner", f"{member(crew, 'reader')}/remove")
    assert "the-reader is no longer in the team." in said(crew.browsers["owner"].get(answer.location))
    (told,) = mails(app, "team_removed")
    assert told["To"] == "the-reader@example.org"
    assert crew.browsers["reader"].get(crew.page).status_code == 404
    assert crew.post("owner", f"{member(crew, 'reader')}/remove").status_code == 404


def test_who_leaves_is_out_and_nobody_gets_a_mail(app: Flask, crew: Cast) -> None:
    answer = crew.post("developer", "/leave")
    assert "You have left the team “Harbour Crew”." in said(crew.browsers["developer"].get(answer.location))
    assert "Left a team" in crew.browsers["owner"].get(f"{crew.page}/activity").text
    assert mails(app, "team_*") == []


def test_the_last_owner_neither_leaves_nor_is_removed_nor_becomes_less(crew: Cast) -> None:
    before = crew.roles()
    answers = {
        "leave": crew.post("owner", "/leave"),
        "role": crew.post("owner", f"{member(crew, 'owner')}/role", role="reader"),
    }
    assert {name: answer.status_code for name, answer in answers.items()} == {"leave": 422, "role": 422}
    assert "You are its only owner who can sign in. Make somebody else an owner first." in said(
        answers["leave"]
    )
    assert "The team needs an owner who can sign in." in said(answers["role"])
    answer = crew.post("owner", f"{member(crew, 'owner')}/remove")
    assert "The team needs an owner who can sign in." in said(crew.browsers["owner"].get(answer.location))
    assert crew.roles() == before


def test_an_owner_who_is_blocked_does_not_count(crew: Cast) -> None:
    crew.post("owner", f"{member(crew, 'reader')}/role", role="owner")
    with crew.app.app_context():
        accounts.block(accounts.get_user(crew.people["reader"].id))
        db.session.commit()
    assert crew.post("owner", "/leave").status_code == 422


def test_who_is_alone_in_a_team_is_told_to_delete_it(app: Flask) -> None:
    anna = make.make_user(app)
    team, browser = make.make_team(app, anna), make.browser_of(app, anna)
    path = f"/dashboard/teams/{team.id}/leave"
    answer = browser.post(path, data={"csrf_token": make.csrf_token(browser.get(path))})
    assert "You are the only one in this team. Delete it instead" in said(answer)


def test_an_owner_may_leave_where_another_stays_and_may_remove_themselves(crew: Cast) -> None:
    crew.post("owner", f"{member(crew, 'developer')}/role", role="owner")
    answer = crew.post("owner", f"{member(crew, 'owner')}/remove")
    assert answer.location == "/dashboard/teams"
    assert crew.roles() == {"the-developer": "owner", "the-reader": "reader"}


@pytest.mark.parametrize("role", ["reader", "developer"])
def test_attack_a_member_makes_himself_an_owner(crew: Cast, role: str) -> None:
    assert crew.post(role, f"{member(crew, role)}/role", role="owner").status_code == 403
    assert crew.post(role, "", email=f"the-{role}@example.org", role="owner").status_code == 403
    assert crew.roles()[f"the-{role}"] == role


def test_attack_an_owner_who_was_removed_acts_on_with_pages_that_are_still_open(crew: Cast) -> None:
    crew.post("owner", f"{member(crew, 'developer')}/role", role="owner")
    crew.post("owner", f"{member(crew, 'developer')}/remove")
    for path, fields in (
        ("", {"email": "accomplice@example.org", "role": "owner"}),
        (f"{member(crew, 'owner')}/remove", {}),
        ("/rename", {"name": "Mine"}),
        ("/delete", {"confirm": "Harbour Crew"}),
    ):
        assert crew.post("developer", path, **fields).status_code == 404
    assert (crew.roles(), crew.invited()) == ({"the-owner": "owner", "the-reader": "reader"}, {})


def test_attack_a_member_of_another_team_is_not_reached_through_this_one(app: Flask, crew: Cast) -> None:
    other = make.make_team(app, crew.people["stranger"])
    assert crew.post("owner", f"{member(crew, 'stranger')}/remove").status_code == 404
    assert crew.post("owner", f"{member(crew, 'stranger')}/role", role="reader").status_code == 404
    assert crew.browsers["stranger"].get(f"/dashboard/teams/{other.id}").status_code == 200
