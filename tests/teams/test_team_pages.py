"""Making, renaming and deleting teams, with what is refused, and what their activity says."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.audit import EventKind, record
from app.database.rows import db
from app.teams import teams
from app.teams.apps import AppOfTeam
from app.teams.models import Team, TeamInvitation, TeamMember
from app.teams.signals import apps_of_team_wanted, member_left, numbers_of_apps_wanted, team_ended
from tests import factories as make
from tests.account.visitor import mails, submit, values
from tests.support.mailboxes import text_of
from tests.teams.visitors import Cast, cast, said

BAD_NAMES = {
    "": "Enter a name for the team.",
    "   ": "Enter a name for the team.",
    "x" * 101: "The name may have up to 100 characters. Shorten it.",
    "Har\u200bbour": "The name contains characters that cannot be seen.",
    "H\u0430rbour": "mixes letters of two scripts that look alike. Write each word in one script.",
    "Pforte Support": "With “Pforte” in its name, the team would look like a part of this portal.",
    "Ledger support": "With “support” in its name",
    "Ledger ✓": "With “✓” in its name",
    "Harbour Crew": "Another team has this name, or one that looks the same.",
    "harbour  CREW": "Another team has this name, or one that looks the same.",
    "Harbour Crevv": "Another team has this name, or one that looks the same.",
}


@pytest.fixture
def crew(app: Flask) -> Cast:
    return cast(app)


@pytest.fixture
def owner(crew: Cast) -> FlaskClient:
    return crew.browsers["owner"]


@pytest.fixture
def with_apps(crew: Cast) -> Iterator[list[AppOfTeam]]:
    """What another feature tells of the team's apps."""
    apps = [AppOfTeam("a" * 32, "Weather", ("the-leaver", "")), AppOfTeam("b" * 32, "Tide", on_offer=True)]

    def tell(_team: Team) -> list[AppOfTeam]:
        return apps

    def count(ids: tuple[str, ...]) -> dict[str, int]:
        return dict.fromkeys(ids, len(apps))

    with apps_of_team_wanted.connected_to(tell), numbers_of_apps_wanted.connected_to(count):
        yield apps


@pytest.mark.parametrize("name", BAD_NAMES)
@pytest.mark.parametrize("page", ["new", "rename"])
def test_a_name_that_will_not_do_is_refused_with_what_to_do(
    crew: Cast, owner: FlaskClient, db_session: Session, page: str, name: str
) -> None:
    make.make_team(crew.app, crew.people["stranger"], "Other Crew")
    if page == "new":
        path = "/dashboard/teams/new"
    else:
        name = name.replace("Harbour Crew", "Other Crew").replace("harbour  CREW", "other  CREW")
        name = name.replace("Harbour Crevv", "Other Crevv")
        path = f"{crew.page}/rename"
    before = sorted(db_session.scalars(select(Team.name)))
    answer = submit(owner, path, name=name)
    assert answer.status_code == 422
    (expected,) = {text for typed, text in BAD_NAMES.items() if typed == name} or {
        "Another team has this name, or one that looks the same."
    }
    assert expected in said(answer)
    if name.strip():
        assert values(answer)["name"] == name.replace("\u200b", "\u200b")
    db_session.expire_all()
    assert sorted(db_session.scalars(select(Team.name))) == before


def test_markup_in_a_name_is_shown_as_it_was_typed(app: Flask, owner: FlaskClient) -> None:
    answer = submit(owner, "/dashboard/teams/new", name="<b>Bold</b> & Co")
    for path in (answer.location, "/dashboard/teams", "/account/teams", f"{answer.location}/activity"):
        page = owner.get(path).text
        assert "<b>Bold" not in page
        assert "&lt;b&gt;Bold&lt;/b&gt; &amp; Co" in page


def test_a_team_of_a_hundred_letters_can_be_made_renamed_and_deleted(
    owner: FlaskClient, db_session: Session
) -> None:
    name = "Ä" * 100
    page = submit(owner, "/dashboard/teams/new", name=name).location
    assert submit(owner, f"{page}/rename", name="Short").location == page
    assert "Saved." in owner.get(page).text
    assert submit(owner, f"{page}/rename", name="SHORT").location == page
    wrong = submit(owner, f"{page}/delete", confirm="short")
    assert (wrong.status_code, "Type “SHORT”" in said(wrong)) == (422, True)
    assert submit(owner, f"{page}/delete", confirm=" SHORT ").location == "/dashboard/teams"
    assert owner.get(page).status_code == 404
    assert db_session.scalars(select(Team.name)).all() == ["Harbour Crew"]


def test_one_person_makes_a_hundred_teams_and_is_told_then(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teams, "MOST_TEAMS", 2)
    browser = make.browser_of(app, make.make_user(app))
    answers = [submit(browser, "/dashboard/teams/new", name=f"Crew {letter}") for letter in "abc"]
    assert [answer.status_code for answer in answers] == [303, 303, 422]
    assert "as many as one person may" in answers[2].text


def test_a_team_with_apps_is_not_deleted(crew: Cast, owner: FlaskClient, with_apps: list[AppOfTeam]) -> None:
    answer = submit(owner, f"{crew.page}/delete", confirm="Harbour Crew")
    assert (answer.status_code, "The team still has apps." in answer.text) == (422, True)
    assert len(crew.roles()) == 3
    with_apps.clear()
    assert submit(owner, f"{crew.page}/delete", confirm="Harbour Crew").status_code == 303


def test_deleting_a_team_tells_of_each_member_and_takes_invitations_along(
    crew: Cast, owner: FlaskClient, db_session: Session
) -> None:
    crew.post("owner", "", email="somebody@example.org", role="reader")
    left: list[str] = []

    def note(member: TeamMember) -> None:
        left.append(member.user_id)

    def end(team: Team, last: str) -> None:
        left.extend((team.name, last))

    with member_left.connected_to(note), team_ended.connected_to(end):
        submit(owner, f"{crew.page}/delete", confirm="Harbour Crew")
    assert sorted(left[:3]) == sorted(crew.people[role].id for role in ("owner", "developer", "reader"))
    assert left[3:] == ["Harbour Crew", crew.people["owner"].id]
    for table in (Team, TeamMember, TeamInvitation):
        assert db_session.scalars(select(table)).all() == []


def test_who_loses_a_team_by_its_deletion_hears_by_whom(crew: Cast, owner: FlaskClient) -> None:
    submit(owner, f"{crew.page}/delete", confirm="Harbour Crew")
    told = mails(crew.app, "team_removed")
    assert sorted(str(mail["To"]) for mail in told) == ["the-developer@example.org", "the-reader@example.org"]
    assert "the-owner deleted the team “Harbour Crew” at" in " ".join(text_of(told[0]).split())
    assert "You were removed from a team." in said(crew.browsers["reader"].get("/account/activity"))
    assert "You were removed" not in said(owner.get("/account/activity"))


def test_the_page_names_apps_and_who_still_knows_their_secrets(
    crew: Cast, owner: FlaskClient, with_apps: list[AppOfTeam]
) -> None:
    rotate = f'href="/dashboard/apps/{"a" * 32}/secrets/rotate"'
    for role, may in (("owner", True), ("developer", True), ("reader", False)):
        page = crew.browsers[role].get(crew.page)
        told = said(page)
        assert ("the-leaver has seen secrets of “Weather” that still work, and no longer" in told) is may
        assert ("Somebody whose account is deleted has seen secrets of “Weather”" in told) is may
        assert (rotate in page.text) is may
        assert f'href="/dashboard/apps/{"a" * 32}"' in page.text
        assert (f'href="/dashboard/apps/{"b" * 32}/transfer"' in page.text) is (role == "owner")
    assert "3 members · 2 apps" in said(owner.get("/dashboard/teams"))


def test_the_activity_says_who_did_what_to_whom(crew: Cast, owner: FlaskClient) -> None:
    crew.post("owner", f"/members/{crew.people['reader'].id}/role", role="developer")
    crew.post("owner", f"/members/{crew.people['reader'].id}/remove")
    crew.post("owner", "", email="somebody@example.org", role="reader")
    with crew.app.app_context():
        ids = {"client_id": "c" * 32, "team_id": crew.team.id}
        record(EventKind.SECRET_ADDED, None, crew.people["developer"].id, **ids, app="Weather", name="second")
        db.session.commit()
    text = said(owner.get(f"{crew.page}/activity"))
    for words in (
        "Secret added Weather – the-developer",
        "Invited to a team somebody@example.org (Reader) – the-owner",
        "Removed from a team the-reader the-owner",
        "Role in a team changed (Developer) the-reader the-owner",
        "Team created – the-owner",
    ):
        assert words in text, text
    assert text.index("Secret added") < text.index("Team created")
    others = said(crew.browsers["developer"].get(f"{crew.page}/activity"))
    assert "Invited to a team s•••@example.org (Reader)" in others


def test_the_activity_says_to_whom_an_app_went_or_was_offered(crew: Cast, owner: FlaskClient) -> None:
    with crew.app.app_context():
        about = {"team_id": crew.team.id, "app": "Tide", "actor_id": crew.people["owner"].id}
        record(EventKind.CLIENT_OFFERED, **about, person=crew.people["stranger"].id)
        record(EventKind.OFFER_DECLINED, **about, person="f" * 32)
        record(EventKind.CLIENT_GIVEN_AWAY, **about, team="Other Crew")
        record(EventKind.OFFER_WITHDRAWN, **about)
        db.session.commit()
    page = owner.get(f"{crew.page}/activity")
    for words in (
        "App offered to somebody else Tide , to the-stranger – the-owner",
        "Offer of an app declined Tide , to a deleted account – the-owner",
        "App handed over to somebody else Tide , to the team “Other Crew” – the-owner",
        "Offer of an app taken back Tide – the-owner",
    ):
        assert words in said(page), said(page)
    assert 'data-label="Person"' not in page.text


def test_the_activity_goes_on_at_the_next_page(crew: Cast, owner: FlaskClient) -> None:
    with crew.app.app_context():
        for number in range(30):
            record(EventKind.TEAM_RENAMED, team_id=crew.team.id, before=f"Name {number}.")
        db.session.commit()
    first = owner.get(f"{crew.page}/activity").text
    older = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0]
    second = owner.get(older.replace("&amp;", "&")).text
    assert ("Name 29." in first, "Name 4." in first, "Name 4." in second) == (True, False, True)
    assert owner.get(f"{crew.page}/activity?before=x").status_code == 404


def test_who_is_in_no_team_reads_what_teams_are_for(app: Flask) -> None:
    browser = make.browser_of(app, make.make_user(app))
    assert "A team looks after apps together" in browser.get("/dashboard/teams").text
    assert "You are in no team" in browser.get("/account/teams").text


def test_the_account_says_which_role_since_when_and_by_whom(crew: Cast) -> None:
    text = said(crew.browsers["reader"].get("/account/teams"))
    assert "Harbour Crew Reader just now the-owner Leave" in text
    assert "Team owner just now made by you" in said(crew.browsers["owner"].get("/account/teams"))
