"""A person in teams decides in a real Chromium for whom an app gets access, on a phone and on a desktop, in both languages."""

import pytest
from playwright.sync_api import Page
from sqlalchemy import create_engine, insert, select

from app.clock import now
from app.database.rows import new_id
from app.teams.models import Role, Team, TeamMember
from app.users.models import User
from tests.browser import walks
from tests.browser.test_long_names import misplaced
from tests.support.browser import OpenPage
from tests.support.portals import Portal
from tests.support.relying_party import RelyingParty

SIZES = {"phone": (390, 844), "desktop": (1280, 900)}
SCOPE = "openid profile email teams"


def join_teams(portal: Portal, username: str, names: list[str]) -> list[str]:
    """Let this person own new teams of these names; their ids."""
    engine, ids = create_engine(portal.database_url), [new_id() for _name in names]
    with engine.begin() as connection:
        user_id = connection.scalar(select(User.id).where(User.username == username))
        for team_id, name in zip(ids, names, strict=True):
            team = {"id": team_id, "name": name, "name_key": team_id, "name_look": team_id}
            connection.execute(insert(Team.__table__).values(**team, created_at=now(), revision=new_id()))
            member = {"team_id": team_id, "user_id": user_id, "role": Role.OWNER, "since": now()}
            connection.execute(insert(TeamMember.__table__).values(member))
    engine.dispose()
    return ids


def app_for_teams(page: Page, portal: Portal, party: RelyingParty) -> walks.App:
    app = walks.create_app(page, portal.url, party)
    page.goto(f"{portal.url}/dashboard/apps/{app.id}/edit")
    assert not page.is_checked("[name=scopes][value=teams]")
    page.check("[name=scopes][value=teams]")
    walks.send(page)
    return app


@pytest.mark.parametrize("locale", ["en", "de"])
@pytest.mark.parametrize("size", SIZES)
def test_the_question_for_whom_has_no_barriers(
    sqlite_portal: Portal, open_page: OpenPage, relying_party: RelyingParty, size: str, locale: str
) -> None:
    page = open_page(size=SIZES[size])
    name = walks.register(page, sqlite_portal.url, locale=locale)
    app = app_for_teams(page, sqlite_portal, relying_party)
    walks.check(page, app.ask(scope=SCOPE))  # in no team yet
    teams = join_teams(sqlite_portal, name, [f"Team {number}" for number in range(49)] + ["W" * 100])
    walks.check(page, app.ask(scope=SCOPE))
    assert page.get_attribute("html", "lang") == locale
    allow = page.locator("[name=decision][value=allow]").bounding_box()
    assert allow is not None
    assert allow["y"] < 1500  # fifty teams do not push the buttons out of reach
    walks.decide(page, "allow")
    page.wait_for_selector("#team-error")
    assert walks.barriers(page) == []
    assert page.evaluate("document.activeElement.name") == "team"
    for number, team in enumerate(teams[:2], start=1):
        page.goto(app.ask(scope=SCOPE, prompt="consent"))
        page.check(f"[name=team][value='{team}']")
        walks.decide(page, "allow")
        relying_party.wait_for_call(number)
    walks.check(page, app.ask(scope=SCOPE))  # which of the two?
    for path in ("/account/apps", "/account", "/account/activity"):
        walks.check(page, sqlite_portal.url + path)
    assert [told for told in walks.complaints(page) if "422" not in told] == []


def test_the_longest_names_of_teams_stay_in_the_card(
    sqlite_portal: Portal, open_page: OpenPage, relying_party: RelyingParty
) -> None:
    page = open_page()
    name = walks.register(page, sqlite_portal.url)
    app = app_for_teams(page, sqlite_portal, relying_party)
    [team] = join_teams(sqlite_portal, name, ["W" * 100])
    assert misplaced(page, app.ask(scope=SCOPE)) == []
    page.check(f"[name=team][value='{team}']")
    walks.decide(page, "allow")
    relying_party.wait_for_call()
    for path in ("/account/apps", "/account", "/account/activity"):
        assert misplaced(page, sqlite_portal.url + path) == []


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "plain"])
def test_an_app_gets_access_for_one_team_and_not_for_another_and_loses_it(
    sqlite_portal: Portal, open_page: OpenPage, relying_party: RelyingParty, javascript: bool
) -> None:
    page = open_page(javascript=javascript)
    name = walks.register(page, sqlite_portal.url)
    app = app_for_teams(page, sqlite_portal, relying_party)
    harbour, lighthouse = join_teams(sqlite_portal, name, ["Harbour", "Lighthouse"])
    got = {}
    for number, team in enumerate((harbour, lighthouse), start=1):
        page.goto(app.ask(scope=SCOPE, prompt="consent"))
        page.check(f"[name=team][value='{team}']")
        walks.decide(page, "allow")
        got[team] = app.tokens(relying_party.wait_for_call(number))
        assert app.person(got[team])["team"]["id"] == team
    page.goto(f"{sqlite_portal.url}/account/apps")
    page.locator("form").filter(has=page.locator(f"[name=team][value='{harbour}']")).get_by_role(
        "button"
    ).click()
    page.wait_for_selector("text=no longer has access for the team Harbour")
    with pytest.raises(AssertionError):
        app.person(got[harbour])
    assert app.person(got[lighthouse])["team"] == {"id": lighthouse, "name": "Lighthouse"}
