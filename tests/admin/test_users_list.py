"""The list of people: found by what they begin with, narrowed, paged; never by a wildcard."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Session

from app.clock import now
from app.users.directory import State, search
from app.users.models import User
from tests import factories as make
from tests.support.statements import count_statements


@pytest.fixture
def administrator(app: Flask) -> make.Person:
    return make.make_user(app, "chief", is_admin=True, email_verified=True)


@pytest.fixture
def browser(app: Flask, administrator: make.Person) -> FlaskClient:
    return make.browser_of(app, administrator)


def listed(browser: FlaskClient, **query: str) -> list[str]:
    page = browser.get("/admin/users", query_string=query)
    assert page.status_code == 200
    return re.findall(r'href="/admin/users/[0-9a-f]{32}">([^<]*)<', page.text)


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("anna", ["anna.b", "anna"]),
        ("ANNA.", ["anna.b"]),
        ("  Anna  ", ["anna.b", "anna"]),
        ("post@", ["jürgen"]),
        ("POST@B", ["jürgen"]),
        ("JÜRG", ["jürgen"]),
        ("ju\u0308rg", ["jürgen"]),
        ("nna", []),
        ("%", []),
        ("_nna", []),
        ("a%", []),
        ("\\", []),
        ("' OR 1=1 --", []),
        ("a" * 100_000, []),
        ("ä" * 300, []),
        ("\u200b", []),
    ],
)
def test_search_finds_what_begins_so_without_regard_to_case(
    app: Flask, browser: FlaskClient, sought: str, found: list[str]
) -> None:
    make.make_user(app, "anna", email="first@example.org")
    make.make_user(app, "jürgen", email="post@b.example")
    make.make_user(app, "anna.b", email="second@example.org")
    assert listed(browser, q=sought) == found


def test_search_finds_by_id_even_a_deleted_person(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    person = make.make_user(app, "gone")
    assert listed(browser, q=person.id) == ["gone"]
    make_so(db_session, person, deleted_at=now(), username="", username_key=None)
    assert listed(browser, q=person.id) == ["Deleted account"]
    assert listed(browser, q=person.id[:4]) == []


def test_the_list_is_narrowed_by_state(app: Flask, browser: FlaskClient, db_session: Session) -> None:
    make_so(db_session, make.make_user(app, "usual", email_verified=True))
    make_so(db_session, make.make_user(app, "locked", email_verified=True), blocked_at=now())
    make_so(db_session, make.make_user(app, "erased"), deleted_at=now(), username="", username_key=None)
    make.make_user(app, "new", email_verified=False)
    assert listed(browser) == ["new", "locked", "usual", "chief"]
    assert listed(browser, state="blocked") == ["locked"]
    assert listed(browser, state="unverified") == ["new"]
    assert listed(browser, state="administrators") == ["chief"]
    assert listed(browser, state="deleted") == ["Deleted account"]
    assert listed(browser, state="blocked", q="us") == []


@pytest.mark.parametrize("page", ["/admin/users", "/admin/apps"])
def test_a_state_that_there_is_not_is_told_beside_its_field(browser: FlaskClient, page: str) -> None:
    told = browser.get(page, query_string={"q": "ch", "state": "nonsense"})
    assert told.status_code == 422
    assert 'id="state-error"' in told.text
    assert 'value="ch"' in told.text
    assert "<title>Error: " in told.text
    assert 'role="table"' not in told.text
    assert browser.get(page, query_string={"q": "ch", "state": ""}).status_code == 200


def test_pages_carry_the_search_along_and_show_everybody_once(app: Flask, browser: FlaskClient) -> None:
    for number in range(30):
        make.make_user(app, f"guest{number:02}", email_verified=False)
    page = browser.get("/admin/users?q=guest&state=unverified")
    seen = listed(browser, q="guest")
    following = re.search(r'rel="next" href="\?([^"]+)"', page.text)
    assert following is not None
    address = "/admin/users?" + following[1].replace("&amp;", "&")
    assert "q=guest" in address
    assert "state=unverified" in address
    second = browser.get(address)
    seen += re.findall(r">(guest\d\d)</a>", second.text)
    assert seen == [f"guest{number:02}" for number in reversed(range(30))]
    assert 'rel="prev"' in second.text
    assert 'rel="next"' not in second.text
    assert browser.get("/admin/users?after=nonsense").status_code == 404


def test_a_page_costs_as_many_statements_for_many_people_as_for_few(app: Flask, browser: FlaskClient) -> None:
    browser.get("/admin/users")
    with count_statements() as few:
        browser.get("/admin/users")
    for _ in range(20):
        make.make_user(app)
    with count_statements() as many:
        assert len(listed(browser)) == 21
    assert len(many) == len(few)


def test_only_administrators_see_the_way_there(app: Flask, browser: FlaskClient) -> None:
    way = 'href="/admin"'
    assert way in browser.get("/account").text
    assert way not in make.browser_of(app, make.make_user(app)).get("/account").text


def make_so(session: Session, person: make.Person, **values: object) -> None:
    session.execute(update(User).where(User.id == person.id).values(updated_at=now(), **values))
    session.commit()


def test_administrators_are_found_by_the_index() -> None:
    """MariaDB looks at every row for “is_admin IS true”, half a second among 100,000, and at an index for “=”."""
    asked = str(search("", State.ADMINISTRATORS).compile(dialect=mysql.dialect()))
    assert "users.is_admin = true" in asked
