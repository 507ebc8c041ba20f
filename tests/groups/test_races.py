"""Many at once: one of them wins, and nothing is done by halves."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event, func, select

from app.audit.models import Event
from app.clients.models import ClientGroup
from app.database.rows import db
from app.groups import groups
from app.groups.members import count_members
from app.groups.models import Group, GroupMember
from tests import factories as make
from tests.admin.pages import administrator
from tests.oauth.world import World

MANY = 20


@contextmanager
def once_after(words: str, act: Callable[[], object]) -> Iterator[None]:
    """Do something, once, behind the first statement that has these words."""
    waiting = [act]

    def note(_connection: Any, _cursor: Any, statement: str, *_others: Any) -> None:
        if words in statement and waiting:
            waiting.pop()()

    def look(*_anything: Any) -> None:
        """Somebody listens: hot reads go the way on which statements are heard of."""

    event.listen(Engine, "before_cursor_execute", look)
    event.listen(Engine, "after_cursor_execute", note)
    try:
        yield
    finally:
        event.remove(Engine, "before_cursor_execute", look)
        event.remove(Engine, "after_cursor_execute", note)
    assert not waiting


def test_20_adds_of_one_person_are_one_membership_and_one_event(app: Flask) -> None:
    _chief, first = administrator(app)
    anna, group = make.make_user(app, "anna"), make.make_group(app, "Sales")
    path, barrier = f"/admin/groups/{group.id}/add", Barrier(MANY)
    token = make.csrf_token(first.get(path))

    def add(_number: int) -> int:
        browser = app.test_client()
        browser._cookies = dict(first._cookies)  # the same browser, clicked many times
        barrier.wait(60)
        return browser.post(path, data={"csrf_token": token, "people": "anna"}).status_code

    with ThreadPoolExecutor(MANY) as pool:
        answers = list(pool.map(add, range(MANY)))
    assert set(answers) == {303}
    with app.app_context():
        assert count_members([group.id]) == {group.id: 1}
        told = select(func.count()).where(Event.kind == "groups.member.added", Event.user_id == anna.id)
        assert db.session.scalar(told) == 1


def test_20_groups_of_one_name_are_one(app: Flask) -> None:
    barrier = Barrier(MANY)

    def create(_number: int) -> bool:
        with app.app_context():
            barrier.wait(60)
            try:
                groups.create_group("Sales", actor_id=None)
                db.session.commit()
            except groups.GroupRefused:
                return False
            return True

    with ThreadPoolExecutor(MANY) as pool:
        assert sum(pool.map(create, range(MANY))) == 1


def test_attack_who_is_taken_out_while_a_refresh_is_under_way_gets_no_token(world: World) -> None:
    group = make.make_group(world.app, "Sales", world.person)
    make.restrict(world.app, world.client, group)
    token = world.tokens["refresh_token"]
    with once_after("FROM client_groups", lambda: make.leave(world.app, group, world.person)):
        refused = make.refresh(world.http, world.client, token)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    make.join(world.app, group, world.person)
    assert make.refresh(world.http, world.client, token).status_code == 200  # nothing was consumed


def test_a_group_that_goes_while_people_are_added_takes_nobody_along(app: Flask) -> None:
    _chief, browser = administrator(app)
    make.make_user(app, "anna")
    group = make.make_group(app, "Sales")
    _post_while_it_goes(
        app, group, browser, f"/admin/groups/{group.id}/add", {"people": "anna"}, "FROM users", 404
    )
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(GroupMember)) == 0


def test_a_group_that_goes_while_an_app_is_limited_to_it_is_said(app: Flask) -> None:
    _chief, browser = administrator(app)
    client, group = make.make_client(app), make.make_group(app, "Sales")
    path, fields = f"/admin/apps/{client.id}/groups", {"who": "groups", "groups": group.id}
    _post_while_it_goes(app, group, browser, path, fields, "FROM user_groups ORDER BY", 422)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ClientGroup)) == 0


def _post_while_it_goes(
    app: Flask,
    group: make.Group,
    browser: make.FlaskClient,
    path: str,
    fields: dict[str, str],
    words: str,
    status: int,
) -> None:
    """Send these fields; behind the statement with these words the group is deleted, if the database lets it."""

    def delete() -> None:
        with app.app_context():
            groups.delete_group(db.session.get_one(Group, group.id), even_if_used=True, actor_id=None)
            db.session.commit()

    token = make.csrf_token(browser.get(path))
    if app.config["SETTINGS"].database_url.startswith("sqlite"):
        delete()  # its transactions begin with the lock of a writer: one is over before the other begins
        assert browser.post(path, data={"csrf_token": token, **fields}).status_code in (404, 422)
        return
    with once_after(words, delete):
        assert browser.post(path, data={"csrf_token": token, **fields}).status_code == status
