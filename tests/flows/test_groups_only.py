"""An app that only the people of some groups may use: at every door, and for tokens given before."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.database.rows import db
from app.extensions import background
from app.groups import groups
from app.groups.members import count_members
from app.groups.models import Group
from app.users import accounts
from tests import factories as make
from tests.oauth.world import World

SILENT = {"prompt": "none"}


@pytest.fixture
def sales(world: World) -> make.Group:
    return make.make_group(world.app, "Sales")


def outsider(world: World) -> FlaskClient:
    return make.browser_of(world.app, make.make_user(world.app))


def causes_in_log(world: World) -> list[str]:
    background.init_app(world.app)
    background.run_once()
    page = make.browser_of(world.app, world.owner).get(f"/dashboard/apps/{world.client.id}/log")
    return [part.partition('"')[0] for part in page.text.split('data-cause="')[1:]]


def test_somebody_of_the_group_is_let_in_and_others_read_whom_to_ask(world: World, sales: make.Group) -> None:
    make.restrict(world.app, world.client, sales)
    make.join(world.app, sales, world.person)
    assert make.tokens_for(world.client, world.browser)["access_token"]
    page = make.ask(outsider(world), world.client)
    assert (page.status_code, "Location" in page.headers) == (403, False)
    assert "ask owner, who makes the app, or an administrator of this portal" in page.text
    assert "Use another account" in page.text
    assert "Sales" not in page.text  # its name is not theirs to know
    assert "person_not_in_group" in causes_in_log(world)


def test_who_is_not_signed_in_is_asked_to_sign_in_first(world: World, sales: make.Group) -> None:
    make.restrict(world.app, world.client, sales)
    answer = make.ask(world.http, world.client)
    assert answer.headers["Location"].startswith("/login?")


def test_the_page_speaks_german(world: World, sales: make.Group) -> None:
    make.restrict(world.app, world.client, sales)
    page = make.ask(outsider(world), world.client, ui_locales="de")
    assert (page.status_code, '<html lang="de"' in page.text) == (403, True)


def test_a_silent_request_and_the_way_back_tell_the_app(world: World, sales: make.Group) -> None:
    make.restrict(world.app, world.client, sales)
    late = outsider(world)
    silent = make.answer_of(make.ask(late, world.client, **SILENT))
    back = make.answer_of(make.decide(late, make.ask(late, world.client), "back"))
    for answer in (silent, back):
        assert answer["error"] == "access_denied"
        assert answer["error_description"] == (
            "The person is in none of the groups that may use this client."
        )
        assert answer["state"] == "st-1234567"


def test_another_account_can_be_used_from_the_page(world: World, sales: make.Group) -> None:
    make.restrict(world.app, world.client, sales)
    late = outsider(world)
    page = make.ask(late, world.client)
    action = make.action_of(page, "/oauth/account")
    answer = late.post(action, data={"csrf_token": make.csrf_token(page), "choice": "other"})
    assert answer.headers["Location"].startswith("/login?another=1")


def test_attack_an_outsider_posts_the_decision_at_once(world: World, sales: make.Group) -> None:
    late = outsider(world)
    page = make.ask(late, world.client)
    make.restrict(world.app, world.client, sales)
    answer = make.decide(late, page)
    assert answer.headers["Location"].startswith("/oauth/authorize?")
    assert late.get(answer.headers["Location"]).status_code == 403


def test_attack_a_code_from_before_is_redeemed_outside_and_works_once_inside(
    world: World, sales: make.Group
) -> None:
    code = world.code
    make.restrict(world.app, world.client, sales)
    refused = make.redeem(world.http, world.client, code)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    make.join(world.app, sales, world.person)
    assert make.redeem(world.http, world.client, code).status_code == 200


def test_whoever_leaves_the_group_has_tokens_that_do_not_count_until_they_are_back(
    world: World, sales: make.Group
) -> None:
    make.restrict(world.app, world.client, sales)
    make.join(world.app, sales, world.person)
    access, renew = world.tokens["access_token"], world.tokens["refresh_token"]
    make.leave(world.app, sales, world.person)
    assert world.userinfo(access).status_code == 401
    for token in (access, renew):
        assert make.introspect(world.http, world.client, token) == {"active": False}
    verify = world.http.get("/api/greet", headers=make.with_token(access))
    assert verify.status_code == 401
    refused = make.refresh(world.http, world.client, renew)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    assert causes_in_log(world)[0] == "person_not_in_group"
    make.join(world.app, sales, world.person)  # nothing was consumed
    assert world.userinfo(access).status_code == 200
    assert make.refresh(world.http, world.client, renew).status_code == 200


def test_the_password_grant_refuses_whoever_is_outside(world: World, sales: make.Group) -> None:
    client = world.make_client(grant_types=("password",), redirect_uris=[])
    make.restrict(world.app, client, sales)
    fields = {"grant_type": "password", "username": "person", "password": make.PASSWORD, **client.form}
    assert world.person.username == "person"
    refused = world.token(**fields)
    assert (refused.status_code, refused.json["error"]) == (400, "invalid_grant")
    make.join(world.app, sales, world.person)
    assert world.token(**fields).status_code == 200


def test_the_app_itself_acts_on_without_people(world: World, sales: make.Group) -> None:
    make.restrict(world.app, world.client, sales)
    token = world.app_only().json["access_token"]
    assert make.introspect(world.http, world.client, token)["active"] is True


def test_one_of_several_groups_is_enough(world: World, sales: make.Group) -> None:
    make.restrict(world.app, world.client, sales, make.make_group(world.app, "Support", world.person))
    assert make.authorize(world.client, world.browser)


def test_attack_deleting_the_group_opens_its_app_to_nobody(world: World, sales: make.Group) -> None:
    make.restrict(world.app, world.client, sales)
    make.join(world.app, sales, world.person)
    access = world.tokens["access_token"]
    with world.app.app_context():
        groups.delete_group(db.session.get_one(Group, sales.id), even_if_used=True, actor_id=None)
        db.session.commit()
    assert world.userinfo(access).status_code == 401
    assert make.ask(world.browser, world.client).status_code == 403
    page = make.browser_of(world.app, world.owner).get(f"/dashboard/apps/{world.client.id}")
    assert "Nobody: its groups are deleted" in page.text


def test_the_developer_reads_the_restriction_and_cannot_change_it(world: World, sales: make.Group) -> None:
    make.restrict(world.app, world.client, sales)
    owner = make.browser_of(world.app, world.owner)
    page = owner.get(f"/dashboard/apps/{world.client.id}")
    assert "Only for" in page.text
    assert "Sales" in page.text
    assert owner.get(f"/admin/apps/{world.client.id}/groups").status_code == 404
    assert make.ask(owner, world.client).status_code == 403  # nor is it theirs without the group


def test_a_deleted_account_leaves_its_groups(app: Flask) -> None:
    person = make.make_user(app)
    group = make.make_group(app, "Sales", person)
    with app.app_context():
        accounts.delete(accounts.get_user(person.id))
        db.session.commit()
        assert count_members([group.id]) == {group.id: 0}
