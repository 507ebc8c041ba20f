"""The list of people: found by any part of their names and addresses, narrowed, paged; never by a wildcard."""

import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.dialects import mysql
from sqlalchemy.orm import Session

from app.clock import now
from app.database.rows import db
from app.users import accounts
from app.users.directory import State, search
from app.users.models import SearchText, User
from tests import factories as make
from tests.admin.test_indexes import plan
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
        ("  Nna  ", ["anna.b", "anna"]),
        ("post@", ["jürgen"]),
        ("OST@B", ["jürgen"]),
        ("ÜRG", ["jürgen"]),
        ("u\u0308rg", ["jürgen"]),
        ("urgen", ["jürgen"]),
        ("uergen", ["jürgen"]),
        ("müller", ["jürgen"]),
        ("MULLER", ["jürgen"]),
        ("mueller", ["jürgen"]),
        ("straße", ["jürgen"]),
        ("strasse", ["jürgen"]),
        ("soren", ["anna"]),
        ("Søren", ["anna"]),
        ("lodz", ["anna"]),
        ("ﬁnn", ["anna"]),
        ("Ærø", ["anna"]),
        ("aero", ["anna"]),
        ("marie Anna", ["anna.b"]),
        ("nna example", ["anna.b", "anna"]),
        ("nna nowhere", []),
        ("annajürgen", []),
        ("%", ["jürgen"]),
        ("_nna", []),
        ("a%", ["jürgen"]),
        ("\\", ["jürgen"]),
        ("c_d", ["jürgen"]),
        ("cxd", []),
        ("' OR 1=1 --", []),
        ("a" * 100_000, []),
        ("ä" * 300, []),
        ("\u200b", []),
        ("\u0301", []),
        ("\u00a0", ["anna.b", "jürgen", "anna", "chief"]),
    ],
)
def test_search_finds_any_part_without_regard_to_case_and_accents(
    app: Flask, browser: FlaskClient, db_session: Session, sought: str, found: list[str]
) -> None:
    people = {
        "anna": ("first@example.org", "Søren Finn Łódź-Ærø", None, None),
        "jürgen": ("post@b.example", r"Müller 50a% c_d a\b Groß-Strasse", None, None),
        "anna.b": ("second@example.org", None, "Marie", "Curie"),
    }
    for username, (email, name, given_name, family_name) in people.items():
        person = make.make_user(app, username, email=email)
        user = db_session.get_one(User, person.id)
        user.name = name and name.replace(r"\u0308", "\u0308")
        user.given_name, user.family_name = given_name, family_name
        db_session.commit()
    assert listed(browser, q=sought) == found


def test_who_is_renamed_is_found_by_the_new_name_alone(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    user = db_session.get_one(User, make.make_user(app, "anna", email="anna@old.example").id)
    user.name, user.email, user.email_key = "Berta", "berta@new.example", "berta@new.example"
    db_session.commit()
    assert listed(browser, q="old.example") == []
    assert listed(browser, q="new.example") == ["anna"]
    assert listed(browser, q="berta") == ["anna"]


def test_who_is_gone_leaves_nothing_to_search(app: Flask, browser: FlaskClient, db_session: Session) -> None:
    person = make.make_user(app, "annamaria")
    with app.app_context():
        accounts.delete(accounts.get_user(person.id))
        db.session.commit()
    assert db_session.get(SearchText, person.id) is None
    assert listed(browser, q="annamaria", state="deleted") == []


@pytest.mark.parametrize("state", [None, *State])
@pytest.mark.parametrize("sought", ["part", "0123456789abcdef"])
def test_a_search_reads_the_narrow_rows_in_their_order(app: Flask, sought: str, state: State | None) -> None:
    """MariaDB sorts nothing, where many could match: only what an id or a rare state has left of them."""
    with app.app_context():
        query, key = search(sought, state)
        told = plan(query, key)
        assert len(db.session.execute(query.order_by(key.desc()).limit(26)).all()) == 0
    if state in (None, State.UNVERIFIED) and sought == "part":
        assert "filesort" not in told, told
        assert "TEMP B-TREE" not in told, told
        assert told.index("user_search_texts") < told.index("users"), told


def test_search_finds_by_id_even_a_deleted_person(
    app: Flask, browser: FlaskClient, db_session: Session
) -> None:
    person = make.make_user(app, "gone")
    assert listed(browser, q=person.id) == ["gone"]
    assert listed(browser, q=person.id, state="blocked") == []
    make_so(db_session, person, blocked_at=now())
    assert listed(browser, q=person.id, state="blocked") == ["gone"]
    make_so(db_session, person, blocked_at=None, deleted_at=now(), username="", username_key=None)
    assert listed(browser, q=person.id) == ["Deleted account"]
    assert listed(browser, q=person.id, state="deleted") == ["Deleted account"]
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
    asked = str(search("", State.ADMINISTRATORS)[0].compile(dialect=mysql.dialect()))
    assert "users.is_admin = true" in asked
