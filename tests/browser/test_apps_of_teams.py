"""A developer leaves and nobody's integration stops; then the app goes to somebody else: three people, three browsers."""

import pytest
import requests
from playwright.sync_api import Page, expect

from tests.browser import walks
from tests.browser.test_teams import confirm, fits
from tests.support.browser import OpenPage
from tests.support.mailboxes import kept_link
from tests.support.portals import Portal

SIZES = {"en": (1280, 900), "de": (360, 780)}
CALLBACK = "https://app.example.org/callback"


class Integration:
    """A program with the app's credentials."""

    def __init__(self, portal: str, id_: str, secret: str) -> None:
        self._url, self._auth = f"{portal}/oauth/token", (id_, secret)

    def works(self) -> bool:
        """Whether it gets a token."""
        body = {"grant_type": "client_credentials"}
        return requests.post(self._url, body, auth=self._auth, timeout=walks.SECONDS).ok


def join(page: Page, portal: Portal, owner: Page, locale: str) -> str:
    """Let somebody new join the team whose page ``owner`` has open, as a developer; their name."""
    name = walks.register(page, portal.url, locale=locale)
    confirm(page, portal, name)
    owner.fill("[name=email]", f"{name}@example.org")
    owner.check("[name=role][value=developer]")
    walks.send(owner)
    page.goto(kept_link(portal.instance, "team_invitation", f"{name}@example.org"))
    page.click("[name=decision][value=accept]")
    return name


def register_app(page: Page, portal: Portal, team: str) -> tuple[str, Integration]:
    """Register an app for the team of this name; the path of its page, and the program that uses it."""
    page.goto(f"{portal.url}/dashboard/apps/new")
    page.fill("[name=name]", walks.new_name("Radar"))
    page.fill("[name=redirect_uris]", CALLBACK)
    page.check("[name=grant_types][value=client_credentials]")
    page.select_option("[name=team]", label=team)
    walks.send(page)
    id_, secret = page.inner_text("#client-id").strip(), page.inner_text("#client-secret").strip()
    return f"{portal.url}/dashboard/apps/{id_}", Integration(portal.url, id_, secret)


@pytest.mark.parametrize("locale", SIZES)
@pytest.mark.parametrize("javascript", [True, False])
def test_a_developer_leaves_and_the_app_goes_on(
    sqlite_portal: Portal, open_page: OpenPage, locale: str, javascript: bool
) -> None:
    owner, developer, receiver = (open_page(size=SIZES[locale], javascript=javascript) for _who in range(3))
    confirm(owner, sqlite_portal, walks.register(owner, sqlite_portal.url, locale=locale))
    owner.goto(f"{sqlite_portal.url}/dashboard/teams/new")
    team = walks.new_name("Crew")
    owner.fill("[name=name]", team)
    walks.send(owner)
    home = owner.url
    name = join(developer, sqlite_portal, owner, locale)
    app, program = register_app(developer, sqlite_portal, team)

    developer.goto(f"{home}/leave")
    developer.click("main button[type=submit]")
    developer.goto(app)
    expect(developer.locator("h1")).not_to_contain_text("Radar")
    assert program.works()
    owner.goto(app)
    expect(owner.locator(".notice--warn")).to_contain_text(name)
    owner.click('.notice--warn a[href$="/secrets/rotate"]')
    if javascript:
        fits(owner)
    owner.check("[name=overlap][value='1']")
    walks.send(owner)
    renewed = Integration(
        sqlite_portal.url, owner.inner_text("#client-id").strip(), owner.inner_text("#client-secret").strip()
    )
    assert (program.works(), renewed.works()) == (True, True)

    new = walks.register(receiver, sqlite_portal.url, locale=locale)
    owner.goto(f"{app}/transfer")
    owner.fill("[name=to]", new)
    walks.send(owner)
    receiver.goto(f"{sqlite_portal.url}/dashboard/apps")
    receiver.click('a[href$="/transfer"]')
    if javascript:
        fits(receiver)
        for path in ("", "/secrets", "/transfer"):
            walks.check(owner, app + path)
        walks.check(owner, home)
    receiver.click("[name=decision][value=accept]")
    expect(receiver).to_have_url(app)
    expect(receiver.locator(".notice--warn")).to_be_visible()
    assert renewed.works()
