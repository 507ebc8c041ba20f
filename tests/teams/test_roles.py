"""Every role at every page and act of a team."""

import pytest
import time_machine
from flask import Flask

from app.clock import now
from app.teams.models import Role
from tests import factories as make
from tests.teams.test_statements import fill
from tests.teams.visitors import Cast, ask_in, cast

# For owner, developer, reader, stranger: what the page answers.
PAGES = {
    "": (200, 200, 200, 404),
    "/activity": (200, 200, 200, 404),
    "/leave": (200, 200, 200, 404),
    "/members/{developer}": (200, 403, 403, 404),
    "/rename": (200, 403, 403, 404),
    "/delete": (200, 403, 403, 404),
}
ACTS = {
    "": ({"email": "somebody@example.org", "role": "reader"}, (303, 403, 403, 404)),
    "/members/{reader}/role": ({"role": "owner"}, (303, 403, 403, 404)),
    "/members/{owner}/remove": ({}, (303, 403, 403, 404)),
    "/members/{developer}/remove": ({}, (303, 403, 403, 404)),
    "/invitations/{invitation}/send": ({}, (303, 403, 403, 404)),
    "/invitations/{invitation}/take-back": ({}, (303, 403, 403, 404)),
    "/rename": ({"name": "Other Crew"}, (303, 403, 403, 404)),
    "/delete": ({"confirm": "Harbour Crew"}, (303, 403, 403, 404)),
    "/leave": ({}, (422, 303, 303, 404)),
}
OF = ("owner", "developer", "reader", "stranger")


@pytest.fixture
def crew(app: Flask) -> Cast:
    return cast(app)


def filled(crew: Cast, path: str, invitation: str = "") -> str:
    return path.format(**{role: person.id for role, person in crew.people.items()}, invitation=invitation)


@pytest.mark.parametrize("path", PAGES)
def test_each_role_sees_its_pages(crew: Cast, path: str) -> None:
    answers = [crew.browsers[role].get(crew.page + filled(crew, path)).status_code for role in OF]
    assert tuple(answers) == PAGES[path]
    answer = crew.browsers["signed out"].get(crew.page + filled(crew, path))
    assert answer.location.startswith("/login?next=")


@pytest.mark.parametrize("role", OF)
@pytest.mark.parametrize("path", ACTS)
def test_each_role_does_its_acts_and_no_others(app: Flask, crew: Cast, path: str, role: str) -> None:
    ask_in(app, crew.team, "invited@example.org", Role.READER, crew.people["owner"])
    page = crew.browsers["owner"].get(crew.page)
    invitation = page.text.partition("/invitations/")[2].partition("/")[0]
    before = crew.roles(), crew.invited()
    fields, expected = ACTS[path]
    answer = crew.post(role, filled(crew, path, invitation), **fields)
    assert answer.status_code == expected[OF.index(role)], answer.text[:2000]
    if answer.status_code != 303:
        assert (crew.roles(), crew.invited()) == before


def test_readers_and_developers_see_neither_addresses_nor_buttons_of_owners(app: Flask, crew: Cast) -> None:
    ask_in(app, crew.team, "invited@example.org", Role.READER, crew.people["owner"])
    assert "invited@" in crew.browsers["owner"].get(crew.page).text.replace("<wbr>", "")
    for role in ("developer", "reader"):
        page = crew.browsers[role].get(crew.page).text.replace("<wbr>", "")
        assert "@example.org" not in page.partition("<main")[2]
        for words in ("Send invitation", "Rename", "Delete …", "/members/"):
            assert words not in page


@pytest.mark.any_database
@pytest.mark.parametrize("word", ["example.org", "the-owner@example.org", "@"])
def test_nobody_finds_out_an_address_by_searching_for_members(crew: Cast, word: str) -> None:
    page = crew.browsers["reader"].get(crew.page, query_string={"q": word})
    assert "Nobody matches" in page.text


@pytest.mark.any_database
@pytest.mark.parametrize(
    "act", ["/members/{developer}/role", "/members/{developer}/remove", "/rename", "/delete", ""]
)
def test_what_could_harm_asks_for_the_password_again(crew: Cast, act: str) -> None:
    fields = {"role": "owner", "confirm": "Harbour Crew", "email": "somebody@example.org", "name": "Mine"}
    with time_machine.travel(now().timestamp() + 11 * 60):
        answer = crew.post("owner", filled(crew, act), **fields)
    assert answer.status_code == 302
    assert answer.location.startswith("/reauthenticate")
    assert len(crew.roles()) == 3
    assert crew.invited() == {}


def test_owners_find_members_by_name_and_role(crew: Cast) -> None:
    browser = crew.browsers["owner"]
    page = browser.get(crew.page, query_string={"q": "READ", "member_role": "reader"}).text
    assert ">the-reader" in page
    assert ">the-developer" not in page
    assert "Choose one of these roles." in browser.get(crew.page, query_string={"member_role": "king"}).text
    assert browser.get(crew.page, query_string={"after": "nonsense"}).status_code == 404


def test_more_members_than_fit_a_page_are_all_found_by_turning_pages(app: Flask, crew: Cast) -> None:
    fill(app, crew.team, 60, crew.people["owner"])
    seen: set[str] = set()
    path: str | None = crew.page
    while path:
        text = crew.browsers["owner"].get(path).text
        seen.update(name for name in (f"extra{number}" for number in range(60)) if f">{name}<" in text)
        found = text.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
        path = crew.page + found if found.startswith("?") else found or None
    assert len(seen) == 60


def test_a_team_of_somebody_else_looks_like_one_that_never_was(crew: Cast) -> None:
    make.make_user(crew.app)
    theirs = crew.browsers["stranger"].get(crew.page)
    never = crew.browsers["stranger"].get("/dashboard/teams/" + "0" * 32)
    assert (theirs.status_code, len(theirs.text)) == (never.status_code, len(never.text))
