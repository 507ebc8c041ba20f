"""Many at once: one wins, the others read why, and a team has an owner, always."""

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from app.audit.models import Event
from app.database.rows import db
from app.teams.models import Role, Team
from tests import factories as make
from tests.teams.visitors import Cast, ask_in, cast

SECONDS = 60


@pytest.fixture
def crew(app: Flask) -> Cast:
    return cast(app)


def at_once(*works: Callable[[], TestResponse]) -> list[TestResponse]:
    """The answers to requests that start together."""
    barrier = Barrier(len(works))

    def one(work: Callable[[], TestResponse]) -> TestResponse:
        barrier.wait(timeout=SECONDS)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def form(browser: FlaskClient, path: str, **fields: str) -> Callable[[], TestResponse]:
    """A form that is ready to be sent."""
    data = {"csrf_token": make.csrf_token(browser.get("/account/profile")), **fields}
    return lambda: browser.post(path, data=data)


def copies(app: Flask, person: make.Person, number: int) -> list[FlaskClient]:
    """Browsers of the same person."""
    return [make.browser_of(app, person) for _number in range(number)]


@pytest.mark.parametrize("_round", range(3))
def test_of_two_owners_who_leave_at_once_one_stays(crew: Cast, _round: int) -> None:
    crew.post("owner", f"/members/{crew.people['developer'].id}/role", role="owner")
    leave = f"{crew.page}/leave"
    answers = at_once(*(form(crew.browsers[role], leave) for role in ("owner", "developer")))
    assert Counter(answer.status_code for answer in answers) == {303: 1, 422: 1}
    (refused,) = [answer for answer in answers if answer.status_code == 422]
    assert "Make somebody else an owner first." in refused.text
    assert Counter(crew.roles().values()) == {"owner": 1, "reader": 1}


@pytest.mark.parametrize("act", ["remove", "role"])
def test_of_two_owners_who_remove_or_demote_each_other_one_stays_an_owner(crew: Cast, act: str) -> None:
    crew.post("owner", f"/members/{crew.people['developer'].id}/role", role="owner")
    paths = {
        role: f"{crew.page}/members/{crew.people[other].id}/{act}"
        for role, other in (("owner", "developer"), ("developer", "owner"))
    }
    answers = at_once(*(form(crew.browsers[role], path, role="reader") for role, path in paths.items()))
    assert Counter(answer.status_code for answer in answers)[303] == 1
    assert {answer.status_code for answer in answers} <= {303, 403, 404}
    assert Counter(crew.roles().values())["owner"] == 1


def test_of_twenty_acceptances_of_one_invitation_one_joins_and_all_are_in(app: Flask, crew: Cast) -> None:
    link = ask_in(app, crew.team, crew.people["stranger"].email, Role.READER, crew.people["owner"])
    browsers = copies(app, crew.people["stranger"], 20)
    answers = at_once(*(form(browser, link, decision="accept") for browser in browsers))
    assert Counter((answer.status_code, answer.location) for answer in answers) == {(303, crew.page): 20}
    with app.app_context():
        joined = db.select(db.func.count()).select_from(Event).where(Event.kind == "teams.member.joined")
        assert db.session.scalar(joined) == 1
    assert crew.roles()["the-stranger"] == "reader"


@pytest.mark.parametrize("_round", range(3))
def test_who_accepts_while_the_inviting_owner_is_removed_is_in_before_or_not_at_all(
    app: Flask, crew: Cast, _round: int
) -> None:
    crew.post("owner", f"/members/{crew.people['developer'].id}/role", role="owner")
    link = ask_in(app, crew.team, crew.people["stranger"].email, Role.OWNER, crew.people["developer"])
    removing = form(crew.browsers["owner"], f"{crew.page}/members/{crew.people['developer'].id}/remove")
    removed, accepted = at_once(removing, form(crew.browsers["stranger"], link, decision="accept"))
    assert removed.status_code == 303
    assert accepted.status_code in (303, 410)
    assert crew.roles().get("the-stranger") == ("owner" if accepted.status_code == 303 else None)
    assert "the-developer" not in crew.roles()


def deletion(browser: FlaskClient, person: make.Person) -> Callable[[], TestResponse]:
    """The form by which this person deletes their account."""
    return form(browser, "/account/data/delete", confirm=person.username, password=make.PASSWORD)


@pytest.mark.parametrize("_round", range(3))
def test_two_owners_who_delete_their_accounts_at_once_leave_an_heir(
    app: Flask, crew: Cast, _round: int
) -> None:
    crew.post("owner", f"/members/{crew.people['developer'].id}/role", role="owner")
    make.make_team(app, crew.people["developer"], reader=crew.people["owner"])
    answers = at_once(*(deletion(crew.browsers[role], crew.people[role]) for role in ("owner", "developer")))
    assert [(answer.status_code, answer.location) for answer in answers] == [(303, "/")] * 2
    assert crew.roles() == {"the-reader": "owner"}
    with app.app_context():
        assert db.session.scalars(db.select(Team.id)).all() == [crew.team.id]


@pytest.mark.parametrize("_round", range(3))
def test_who_accepts_while_the_inviting_owner_deletes_the_account_meets_no_error(
    app: Flask, crew: Cast, _round: int
) -> None:
    link = ask_in(app, crew.team, crew.people["stranger"].email, Role.READER, crew.people["owner"])
    accepting = form(crew.browsers["stranger"], link, decision="accept")
    deleted, accepted = at_once(deletion(crew.browsers["owner"], crew.people["owner"]), accepting)
    assert (deleted.status_code, deleted.location) == (303, "/")
    assert accepted.status_code in (303, 410)
    assert crew.roles().get("the-stranger") == ("reader" if accepted.status_code == 303 else None)
    assert (crew.roles()["the-developer"], crew.invited()) == ("owner", {})


@pytest.mark.parametrize("_round", range(3))
def test_of_twenty_invitations_of_one_address_at_once_one_is_open(
    app: Flask, crew: Cast, _round: int
) -> None:
    browsers = copies(app, crew.people["owner"], 20)
    forms = (form(each, crew.page, email="somebody@example.org", role="reader") for each in browsers)
    answers = at_once(*forms)
    assert Counter(answer.status_code for answer in answers) == {303: 5, 422: 15}
    assert crew.invited() == {"somebody@example.org": "reader"}


def test_of_two_teams_of_one_name_made_at_once_one_is_made(app: Flask, crew: Cast) -> None:
    browsers = [crew.browsers["reader"], crew.browsers["stranger"]]
    answers = at_once(*(form(browser, "/dashboard/teams/new", name="Same Name") for browser in browsers))
    assert Counter(answer.status_code for answer in answers) == {303: 1, 422: 1}


def test_of_a_deletion_and_an_acceptance_at_once_nothing_is_half_done(app: Flask, crew: Cast) -> None:
    link = ask_in(app, crew.team, crew.people["stranger"].email, Role.READER, crew.people["owner"])
    deleting = form(crew.browsers["owner"], f"{crew.page}/delete", confirm="Harbour Crew")
    deleted, accepted = at_once(deleting, form(crew.browsers["stranger"], link, decision="accept"))
    assert (deleted.status_code, accepted.status_code in (303, 410)) == (303, True)
    assert (crew.roles(), crew.invited()) == ({}, {})
