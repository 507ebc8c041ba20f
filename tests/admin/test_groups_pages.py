"""The pages of groups: for administrators only, and every slip is said beside its field."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.audit.models import Event
from app.audit.wording import tell
from app.clients.models import Client
from app.database.rows import db
from app.groups import members
from app.groups.members import groups_of
from app.groups.models import Group
from tests import factories as make
from tests.admin.pages import administrator, post
from tests.admin.test_new_users import error
from tests.groups.crowd import make_crowd
from tests.support.statements import count_statements

LONG = "Ünder-" * 16 + "long"
MARKUP = "<img src=x onerror=alert(1)>"


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return administrator(app)[1]


def text_of(page: TestResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page.text)).split())


def follow(browser: FlaskClient, response: TestResponse) -> str:
    assert response.status_code == 303, response.text[:2000]
    return text_of(browser.get(response.headers["Location"]))


def in_groups(app: Flask, person: make.Person) -> list[str]:
    with app.app_context():
        return groups_of(person.id)


def test_a_group_is_made_filled_renamed_and_deleted(app: Flask, browser: FlaskClient) -> None:
    anna, bert = make.make_user(app, "anna"), make.make_user(app, "bert")
    assert "There is no group yet" in text_of(browser.get("/admin/groups"))
    made = post(browser, "/admin/groups/new", name="Sales", description="Who sells")
    assert "The group Sales is there." in follow(browser, made)
    page = made.headers["Location"]
    told = follow(browser, post(browser, f"{page}/add", people="anna\n bert@example.org \n\nanna"))
    assert "2 people are added." in told
    told = follow(browser, post(browser, f"{page}/add", people="bert"))
    assert "One person was in it already." in told
    assert "Added by chief" not in told  # the label is the cell's
    assert told.count("chief") >= 2
    told = follow(browser, post(browser, f"{page}/edit", name="Vertrieb", description=""))
    assert "Saved." in told
    assert in_groups(app, anna) == ["Vertrieb"]
    told = follow(browser, post(browser, f"{page}/members/{bert.id}/remove", on=page))
    assert "bert is no longer in Vertrieb." in told
    assert in_groups(app, bert) == []
    refused = post(browser, f"{page}/delete", confirm="Sales")
    assert "Type “Vertrieb”." in refused.text
    assert "The group Vertrieb is deleted." in follow(
        browser, post(browser, f"{page}/delete", confirm="Vertrieb")
    )
    assert browser.get(page).status_code == 404


@pytest.mark.parametrize(
    ("name", "description", "field", "sentence"),
    [
        ("", "", "name", "Give the group a name"),
        ("x" * 101, "", "name", "up to 100 characters"),
        ("a, b", "", "name", "no comma and no semicolon"),
        ("a\u200bb", "", "name", "invisible character"),
        ("Sаles", "", "name", "several scripts"),
        ("SALES", "", "name", "There is a group of this name already."),
        ("Other", "x" * 201, "description", "up to 200 characters"),
    ],
)
def test_bad_input_is_said_beside_its_field_and_kept(
    app: Flask, browser: FlaskClient, name: str, description: str, field: str, sentence: str
) -> None:
    make.make_group(app, "Sales")
    group = make.make_group(app, "Support")
    for path in ("/admin/groups/new", f"/admin/groups/{group.id}/edit"):
        page = post(browser, path, name=name, description=description)
        assert page.status_code == 422
        assert sentence in error(page, field)
        assert f'value="{html.escape(name)}"' in page.text or not name
    with app.app_context():
        names = db.session.scalars(select(Group.name).order_by(Group.name)).all()
    assert names == ["Sales", "Support"]


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Name at least one person."),
        ("  \n \n", "Name at least one person."),
        ("anna\nnobody", "Nobody here has this username or email address: nobody. Nothing was changed."),
        (
            "no1\nanna\nno2@example.org",
            "Nobody here has these usernames or email addresses: no1, no2@example.org.",
        ),
        ("\n".join(f"no{index}" for index in range(25)), "no19 and 5 more"),
        ("x" * 3000, "Nobody here has this username"),
    ],
)
def test_who_is_nobody_is_named_and_nobody_is_added(
    app: Flask, browser: FlaskClient, typed: str, sentence: str
) -> None:
    anna, group = make.make_user(app, "anna"), make.make_group(app, "Sales")
    page = post(browser, f"/admin/groups/{group.id}/add", people=typed)
    assert page.status_code == 422
    assert sentence in error(page, "people")
    assert in_groups(app, anna) == []


@pytest.mark.parametrize("name", [LONG, MARKUP, "営業部 🎉"])
def test_names_stand_as_they_are_on_every_page(app: Flask, browser: FlaskClient, name: str) -> None:
    anna, client = make.make_user(app, "anna"), make.make_client(app)
    group = make.make_group(app, name, anna)
    make.restrict(app, client, group)
    for path in (
        "/admin/groups",
        f"/admin/groups/{group.id}",
        f"/admin/groups/{group.id}/edit",
        f"/admin/groups/{group.id}/add",
        f"/admin/groups/{group.id}/delete",
        f"/admin/users/{anna.id}",
        f"/admin/users/{anna.id}/groups",
        f"/admin/apps/{client.id}",
        f"/admin/apps/{client.id}/groups",
    ):
        page = browser.get(path)
        assert page.status_code == 200, path
        assert html.escape(name) in page.text, path
        assert MARKUP not in page.text


def test_the_list_is_searched_and_counts(app: Flask, browser: FlaskClient) -> None:
    make.make_group(app, "Sales", make.make_user(app), make.make_user(app))
    for index in range(30):
        make.make_group(app, f"Team {index:02}")
    assert "Sales" in browser.get("/admin/groups?q=SAL").text
    first = browser.get("/admin/groups")
    assert (first.text.count("<tr "), 'rel="next"' in first.text) == (26, True)
    following = re.search(r'href="([^"]+)"[^>]*>Next page|rel="next" href="([^"]+)"', first.text)
    assert following is not None
    assert "Team 29" in browser.get("/admin/groups" + html.unescape(following[1] or following[2])).text
    assert "No group matches" in browser.get("/admin/groups?q=zzz").text
    assert browser.get("/admin/groups?after=junk").status_code == 404


def test_a_person_is_added_to_groups_and_taken_out(app: Flask, browser: FlaskClient) -> None:
    anna = make.make_user(app, "anna")
    sales, support = make.make_group(app, "Sales"), make.make_group(app, "Support")
    path = f"/admin/users/{anna.id}/groups"
    told = follow(browser, post(browser, path, groups=[sales.id, support.id]))
    assert "anna is in 2 more groups." in told
    assert in_groups(app, anna) == ["Sales", "Support"]
    away = post(browser, f"/admin/groups/{sales.id}/members/{anna.id}/remove", on=path, back="person")
    assert away.headers["Location"].endswith(path)
    assert in_groups(app, anna) == ["Support"]
    assert "Support" in browser.get(f"/admin/users/{anna.id}").text
    again = post(browser, f"/admin/groups/{sales.id}/members/{anna.id}/remove", on=path)
    assert "There was nothing to do." in follow(browser, again)
    refused = post(browser, path)
    assert (refused.status_code, error(refused, "groups")) == (422, "Choose at least one group.")


def test_many_groups_are_chosen_by_name(app: Flask, browser: FlaskClient) -> None:
    anna, client = make.make_user(app, "anna"), make.make_client(app)
    for index in range(40):
        make.make_group(app, f"Group of many {index:02}")
    path = f"/admin/users/{anna.id}/groups"
    refused = post(browser, path, names="Group of many 01\nNothing\nNone")
    assert "There are no groups of these names: Nothing, None." in error(refused, "names")
    follow(browser, post(browser, path, names="group of MANY 01\n\nGroup of many 02\n"))
    assert in_groups(app, anna) == ["Group of many 01", "Group of many 02"]
    path = f"/admin/apps/{client.id}/groups"
    refused = post(browser, path, who="groups", names="Nothing")
    assert "There is no group of this name: Nothing." in error(refused, "names")
    follow(browser, post(browser, path, who="groups", names="Group of many 07"))
    assert "Group of many 07" in browser.get(path).text


def test_an_app_is_for_some_groups_and_for_everybody_again(app: Flask, browser: FlaskClient) -> None:
    client, sales = make.make_client(app), make.make_group(app, "Sales")
    path = f"/admin/apps/{client.id}/groups"
    refused = post(browser, path, who="groups")
    assert error(refused, "groups") == "Choose at least one group, or let everybody use the app."
    told = follow(browser, post(browser, path, who="groups", groups=sales.id))
    assert "Only for Sales" in told
    assert "Nothing was changed." in follow(browser, post(browser, path, who="groups", groups=sales.id))
    warned = browser.get(f"/admin/groups/{sales.id}/delete").text
    assert "One app is only for this group, or for it and others:" in warned
    assert "It stays closed to everybody else." in warned
    follow(browser, post(browser, f"/admin/groups/{sales.id}/delete", confirm="Sales"))
    assert "Nobody: its groups are deleted" in browser.get(f"/admin/apps/{client.id}").text
    with app.app_context():
        assert db.session.get_one(Client, client.id).groups_only
    assert "Saved." in follow(browser, post(browser, path, who="everybody"))
    assert "Only for" not in browser.get(f"/admin/apps/{client.id}").text


@pytest.mark.parametrize("who", ["", "nonsense"])
def test_attack_a_broken_choice_opens_nothing(app: Flask, browser: FlaskClient, who: str) -> None:
    client, sales = make.make_client(app), make.make_group(app, "Sales")
    make.restrict(app, client, sales)
    assert post(browser, f"/admin/apps/{client.id}/groups", who=who).status_code == 422
    with app.app_context():
        assert db.session.get_one(Client, client.id).groups_only


def test_the_person_reads_of_it_under_activity(app: Flask, db_session: Session) -> None:
    chief, browser = administrator(app)
    anna, group = make.make_user(app, "anna"), make.make_group(app, "Sales")
    post(browser, f"/admin/groups/{group.id}/add", people="anna")
    event = db_session.scalars(select(Event).where(Event.kind == "groups.member.added")).one()
    assert (event.user_id, event.actor_id) == (anna.id, chief.id)
    with app.test_request_context():
        told = tell(event)
        assert (told.sentence, told.about) == ("You were added to a group by an administrator.", "Sales")
    assert (
        "You were added to a group by an administrator."
        in make.browser_of(app, anna).get("/account/activity").text
    )


@pytest.mark.parametrize("path", ["", "/new", "/{}", "/{}/edit", "/{}/add", "/{}/delete"])
def test_attack_nobody_else_sees_the_pages(app: Flask, path: str) -> None:
    group = make.make_group(app, "Sales")
    somebody = make.browser_of(app, make.make_user(app))
    assert somebody.get(f"/admin/groups{path.format(group.id)}").status_code == 404


def test_a_group_of_2000_and_a_person_in_50_take_as_many_statements_as_few(
    app: Flask, browser: FlaskClient
) -> None:
    anna = make.make_user(app, "anna")
    small, large = make.make_group(app, "Small"), make.make_group(app, "Large")
    with app.app_context():
        for group, number in ((small, 30), (large, 2000)):
            ids = make_crowd(number)
            members.add_members(db.session.get_one(Group, group.id), ids, actor_id=None)
        db.session.commit()
    taken: dict[str, list[int]] = {}

    def measure(name: str, path: str) -> None:
        browser.get(path)
        with count_statements() as statements:
            assert browser.get(path).status_code == 200
        taken.setdefault(name, []).append(len(statements))

    for group in (small, large):
        measure("group", f"/admin/groups/{group.id}")
        measure("search", f"/admin/groups/{group.id}?q=crowd")
    make.join(app, small, anna)
    measure("person", f"/admin/users/{anna.id}")
    measure("list", "/admin/groups")
    for _ in range(49):
        make.make_group(app, None, anna)
    measure("person", f"/admin/users/{anna.id}")
    measure("list", "/admin/groups")
    assert all(len(set(numbers)) == 1 for numbers in taken.values()), taken
