"""Applications that others wrote let in one group only, set up as docs/groups.md shows."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from app import create_app
from app.database.rows import db
from app.groups import members
from app.groups.groups import create_group, find_by_name
from app.users.accounts import find_user
from tests.relying_applications.applications import Application, commands, running
from tests.relying_applications.kinds import KINDS
from tests.support.databases import Databases, make_settings
from tests.support.people import SECONDS, Person
from tests.support.portals import Portal, running_portal
from tests.support.ports import wait_until

pytestmark = pytest.mark.slow
ALIKE = ("engineer", "engineers emeriti", "software engineers", "eng.neers", "groups:engineers")
REFUSAL = "This is for engineers. Ask office@example.org to put you into the group."
LONG = [f"{number:02} {'of a group with a long name ' * 3}".strip() for number in range(40)]


@pytest.fixture(scope="module")
def house(databases: Databases) -> Iterator[Portal]:
    """A portal of these tests' own, so that nobody else has made a group of that name."""
    with running_portal(databases.new_url("sqlite"), workers=2) as started:
        yield started


@pytest.fixture(scope="module")
def people(house: Portal) -> dict[str, Person]:
    """Ada is in the group, Grace no longer: by the page's commands."""
    made = {name: Person(house.url, name).register() for name in ("ada", "grace")}
    for words in commands("group create", {name: person.username for name, person in made.items()}):
        house.flask(*words)
    return made


@pytest.fixture(scope="module", params=KINDS)
def application(request: pytest.FixtureRequest, house: Portal) -> Iterator[Application]:
    """Each of the three."""
    with running(KINDS[request.param], house) as started:
        yield started


@pytest.fixture(scope="module")
def similar(house: Portal, people: dict[str, Person]) -> Person:
    """Somebody who is in groups whose names are like the one that is let in."""
    return member_of(house, *ALIKE)


@pytest.fixture(scope="module")
def busy(house: Portal, people: dict[str, Person]) -> Person:
    """Somebody in the group and in many whose names come before it."""
    return member_of(house, *LONG, "engineers")


def member_of(house: Portal, *groups: str) -> Person:
    """A new person in these groups, which are made where there are none of that name."""
    person = Person(house.url).register()
    app = create_app(make_settings(house.database_url, house.instance))
    with app.app_context():  # a command for each would take half a minute
        user = find_user(person.username)
        assert user is not None
        for name in groups:
            group = find_by_name(name) or create_group(name, actor_id=None)
            members.add_members(group, [user.id], actor_id=None)
        db.session.commit()
    return person


@pytest.fixture
def newcomer(house: Portal, people: dict[str, Person]) -> Person:
    """Somebody who is in no group."""
    return Person(house.url).register()


def only(name: str) -> pytest.MarkDecorator:
    """For one of the applications."""
    return pytest.mark.parametrize("application", [name], indirect=True)


@pytest.mark.client("mod_auth_openidc", "signs in, lets in one group only")
@pytest.mark.client("JupyterHub", "signs in, lets in one group only")
@pytest.mark.client("oauthenticator", "signs in, lets in one group only")
@pytest.mark.client("Flask-AppBuilder", "signs in, lets in one group only")
def test_who_is_in_the_group_is_let_in_and_nobody_else(
    application: Application, people: dict[str, Person]
) -> None:
    assert application.arrive(people["ada"]).is_in
    refused = application.arrive(people["grace"])
    assert (refused.is_in, refused.page.status_code) == (False, 403)


def test_a_change_of_the_group_counts_at_the_next_sign_in(application: Application, newcomer: Person) -> None:
    assert not application.arrive(newcomer).is_in
    application.portal.flask("group", "add", "engineers", newcomer.username)
    assert application.arrive(newcomer).is_in
    application.portal.flask("group", "remove", "engineers", newcomer.username)
    assert not application.arrive(newcomer).is_in


def test_attack_a_group_whose_name_is_alike_opens_nothing(application: Application, similar: Person) -> None:
    assert application.arrive(similar).page.status_code == 403


def test_who_is_in_more_groups_than_an_id_token_holds_is_let_in(
    application: Application, busy: Person
) -> None:
    assert application.arrive(busy).is_in


def test_who_says_no_is_told_so_by_the_application(application: Application, newcomer: Person) -> None:
    application.portal.flask("group", "add", "engineers", newcomer.username)
    visit = application.arrive(newcomer, "deny")
    assert not visit.is_in
    assert visit.page.status_code < 500
    assert re.search("did not allow the access|request to sign in was denied", visit.page.text)


@pytest.mark.client("mod_auth_openidc", "turns out whoever leaves the group")
@only("apache")
def test_apache_turns_somebody_out_while_they_are_signed_in(
    application: Application, newcomer: Person
) -> None:
    application.portal.flask("group", "add", "engineers", newcomer.username)
    visit = application.arrive(newcomer)
    assert visit.is_still_in()
    application.portal.flask("group", "remove", "engineers", newcomer.username)
    wait_until(lambda: not visit.is_still_in(), 20, "the next question to userinfo")
    assert (visit.page.status_code, visit.page.text) == (403, REFUSAL)


@pytest.mark.client("JupyterHub", "signs out whoever leaves the group")
@only("jupyterhub")
def test_jupyterhub_signs_somebody_out_once_the_portal_has_the_limit_too(
    application: Application, newcomer: Person
) -> None:
    application.portal.flask("group", "add", "engineers", newcomer.username)
    visit = application.arrive(newcomer)
    (limit,) = commands("client update", {"CLIENT_ID": application.client_id})
    application.portal.flask(*limit)
    try:
        assert visit.is_still_in()
        application.portal.flask("group", "remove", "engineers", newcomer.username)
        wait_until(lambda: not visit.is_still_in(), 20, "the next question to userinfo")
        assert urlsplit(visit.target).path.startswith("/hub/")
        question = visit.get(application.kind.entrance).headers["Location"]
        page = newcomer.browser.get(question, timeout=SECONDS)
        assert (page.status_code, "an administrator of this portal" in page.text) == (403, True)
    finally:
        application.portal.flask("client", "update", application.client_id, "--no-groups")
