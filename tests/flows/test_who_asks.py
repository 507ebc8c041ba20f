"""The consent page tells of every app who asks."""

import re
from html import unescape

import pytest

from app.clients import verified
from app.database.rows import db
from app.oauth.authorization import who_asks
from app.users import accounts
from tests import factories as make
from tests.oauth.world import World

NOT_CHECKED = "This portal has not checked the app."


def told(world: World, client: make.App) -> str:
    """What the page says, without its marks."""
    page = world.ask(client).text
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page.partition("<main")[2])))


@pytest.mark.asvs("10.7.2")
def test_maker_age_and_people_of_an_app_are_told(world: World) -> None:
    page = told(world, world.client)
    assert NOT_CHECKED in page
    assert re.search(
        r"Made by owner · here since \d+ \w+ \d{4} · not used by anybody yet|Made by owner · here since \w+ \d+, \d{4} · not",
        page,
    )
    for _ in range(2):
        make.authorize(world.client, make.browser_of(world.app, make.make_user(world.app)))
    assert "used by 2 people" in told(world, world.client)


@pytest.mark.parametrize("username", ["support", "pforte.team", "geprüft", "PayPaI", "Раураl"])
def test_attack_the_makers_name_borrows_authority(world: World, username: str) -> None:
    """Older usernames may be such, and the name in the profile anything."""
    trusted = make.make_client(world.app, name="PayPal")
    world.change(lambda row: verified.trust_client(row, actor_id=world.person.id), trusted)
    world.owner = make.make_user(world.app, "stranger")
    with world.app.app_context():
        owner = accounts.get_user(world.owner.id)
        owner.username, owner.name = username, "Pforte Security Team ✔"
        db.session.commit()
    page = told(world, world.client)
    assert "Made by somebody with an account here · here since" in page
    assert "Pforte Security Team" not in page
    world.change(lambda row: verified.trust_client(row, actor_id=world.person.id))
    assert f"Made by {username}" in told(world, world.client)


def test_many_people_are_not_counted(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(who_asks, "MOST_COUNTED", 1)
    for _ in range(2):
        make.authorize(world.client, make.browser_of(world.app, make.make_user(world.app)))
    assert "used by more than 1 people" in told(world, world.client)


def test_who_is_vouched_for_is_told_apart(world: World) -> None:
    world.change(lambda row: verified.trust_client(row, actor_id=world.owner.id))
    page = told(world, world.client)
    assert ("Verified by this portal" in page, NOT_CHECKED in page) == (True, False)
    own = told(world, make.make_client(world.app))
    assert ("An app of this portal" in own, NOT_CHECKED in own, "Made by" in own) == (True, False, False)


@pytest.mark.asvs("10.4.7")
def test_an_app_that_registered_itself_says_so(world: World) -> None:
    client = make.make_client(world.app)
    world.change(lambda row: setattr(row, "registered_dynamically", True), client)
    page = told(world, client)
    assert ("It registered itself" in page, NOT_CHECKED in page) == (True, True)


def test_where_it_leads_stands_above_the_buttons(world: World) -> None:
    page = world.ask().text
    assert page.index("You will be sent to:") < page.index('value="allow"')
