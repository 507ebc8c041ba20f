"""Groups: what they may be called, and who goes in and out."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.audit.models import Event
from app.database.rows import db
from app.groups import groups, members, people
from app.groups.models import Group, GroupMember
from app.groups.refusals import GroupGone, GroupInUse, GroupRefused, NotFound, Problem
from app.users import accounts
from app.users.models import User
from tests import factories as make
from tests.groups.crowd import make_crowd
from tests.support.statements import count_statements


@pytest.fixture
def sales(app_context: None) -> Group:
    group = groups.create_group("Sales", actor_id=None)
    db.session.commit()
    return group


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Sales   north ", "Sales north"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("x" * 100, "x" * 100),
        ("Vertrieb & Ärzte (Süd)", "Vertrieb & Ärzte (Süd)"),
        ("Команда", "Команда"),
        ("営業部 🎉", "営業部 🎉"),
        ("cn=admins:eu/west", "cn=admins:eu/west"),
    ],
)
def test_names_are_kept_as_people_write_them(app_context: None, typed: str, kept: str) -> None:
    assert groups.create_group(typed, actor_id=None).name == kept


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("", Problem.NAME_MISSING),
        ("   ", Problem.NAME_MISSING),
        ("x" * 101, Problem.NAME_TOO_LONG),
        ("\ufdfa" * 60, Problem.NAME_TOO_LONG),
        ("a;b", Problem.NAME_SEPARATOR),
        ("a,b", Problem.NAME_SEPARATOR),
        ("a\nb", Problem.NAME_INVISIBLE),
        ("a\u200bb", Problem.NAME_INVISIBLE),
        ("a\u202eb", Problem.NAME_INVISIBLE),
        ("a\0b", Problem.NAME_INVISIBLE),
        ("Sаles", Problem.NAME_MIXED_SCRIPTS),  # a Cyrillic а
        ("SALES", Problem.NAME_TAKEN),
        ("Ｓales", Problem.NAME_TAKEN),
    ],
)
def test_attack_a_name_that_programs_or_people_take_for_another_is_refused(
    sales: Group, typed: str, problem: Problem
) -> None:
    other = groups.create_group("Other", actor_id=None)
    for act in (
        lambda: groups.create_group(typed, actor_id=None),
        lambda: groups.change_group(other, typed, "", actor_id=None),
    ):
        with pytest.raises(GroupRefused) as refused:
            act()
        assert (refused.value.field, refused.value.problem) == ("name", problem)


def test_a_group_may_change_the_case_of_its_own_name(sales: Group) -> None:
    assert groups.change_group(sales, "SALES", "All of it", actor_id=None) == ["name", "description"]
    assert groups.change_group(sales, "SALES", "All of it", actor_id=None) == []
    with pytest.raises(GroupRefused):
        groups.change_group(sales, "SALES", "x" * 201, actor_id=None)


def test_people_go_in_and_out_once(app: Flask, sales: Group) -> None:
    ids = [make.make_user(app).id for _ in range(3)]
    assert members.add_members(sales, [*ids, ids[0]], actor_id=ids[0]) == ids
    assert members.add_members(sales, ids, actor_id=None) == []
    assert members.groups_of(ids[0]) == []  # not before it is committed
    db.session.commit()
    assert members.groups_of(ids[0]) == ["Sales"]
    ((group, member, adder),) = members.list_groups_of(ids[1])
    assert (group.name, member.added_by, adder) == ("Sales", ids[0], accounts.get_user(ids[0]).username)
    assert members.remove_members(sales, ids[:2], actor_id=None) == sorted(ids[:2])
    assert members.remove_members(sales, ids[:2], actor_id=None) == []
    db.session.commit()
    assert members.groups_of(ids[0]) == []
    kinds = [(kind, user_id) for kind, user_id in db.session.execute(select(Event.kind, Event.user_id))]
    for kind, number in (("groups.member.added", 3), ("groups.member.removed", 2)):
        assert len([each for each in kinds if each[0] == kind]) == number


def test_deleting_a_group_lets_everybody_leave_and_tells_them(app: Flask, sales: Group) -> None:
    person = make.make_user(app)
    client = make.make_client(app)
    group = make.Group(sales.id, sales.name)
    db.session.rollback()
    make.restrict(app, client, group)
    members.add_members(sales, [person.id], actor_id=None)
    db.session.commit()
    with pytest.raises(GroupInUse):
        groups.delete_group(sales, actor_id=None)
    group_id = sales.id
    groups.delete_group(sales, even_if_used=True, actor_id=None)
    db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(GroupMember)) == 0
    assert db.session.scalar(
        select(Event.id).where(Event.kind == "groups.member.removed", Event.user_id == person.id)
    )
    with pytest.raises(GroupGone):
        members.add_members(Group(id=group_id, name="Sales"), [person.id], actor_id=None)


def test_people_are_found_as_they_are_typed_and_all_who_are_nobody_are_named(
    app: Flask, app_context: None
) -> None:
    make.make_user(app, "anna", email="a@example.org")
    make.make_user(app, "bert", email="b@example.org")
    found = people.get_people(["ANNA", " b@EXAMPLE.org ", "anna", "", "a@example.org"])
    assert [user.username for user in found] == ["anna", "bert"]
    with pytest.raises(NotFound) as missing:
        people.get_people(["anna", "nobody", "no@example.org", "nobody"])
    assert missing.value.names == ["nobody", "no@example.org"]


def test_attack_who_is_called_like_an_address_is_not_added_for_its_owner(
    app: Flask, app_context: None
) -> None:
    owner = make.make_user(app, "owner", email="x@example.org")
    liar = make.make_user(app, "liar")
    row = accounts.get_user(liar.id)
    row.username = row.username_key = "x@example.org"  # as an import may leave it
    db.session.commit()
    assert [user.id for user in people.get_people(["x@example.org"])] == [owner.id]


def test_a_deleted_person_is_nobody(app: Flask, app_context: None) -> None:
    accounts.delete(accounts.get_user(make.make_user(app, "anna").id))
    db.session.commit()
    with pytest.raises(NotFound):
        people.get_people(["anna", "anna@example.org"])


def test_many_people_take_as_many_statements_as_few(app: Flask, sales: Group) -> None:
    taken = []
    for number in (5, 300):
        ids = make_crowd(number)
        with count_statements() as statements:
            members.add_members(sales, ids, actor_id=None)
            people.get_people([f"{user_id}" for user_id in usernames(ids)])
        taken.append(len(statements))
        db.session.commit()
    assert taken[0] == taken[1]


def usernames(ids: list[str]) -> list[str]:
    return list(db.session.scalars(select(User.username).where(User.id.in_(ids))))
