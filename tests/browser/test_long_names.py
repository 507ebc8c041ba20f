"""Whatever people call themselves and their apps: nothing leaves its card, from a small phone to a wide screen."""

import pytest
import requests
from playwright.sync_api import Page

from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal

SIZES = {320: 640, 390: 844, 820: 1180, 1280: 900, 1600: 1000}
CALLBACK = f"https://app.example.org/{'callback' * 30}"
ELSEWHERE = f"https://{'elsewhere' * 6}.{'example' * 8}.org/{'callback' * 20}"
# What sticks out of its card, and words that stand one letter a line.
MISPLACED = """
  () => {
    const told = (each) => `${each.tagName}.${each.className}: ${each.textContent.trim().slice(0, 40)}`;
    const seen = [...document.querySelectorAll("main *")].filter(
      (each) => each.checkVisibility() && !each.closest(".visually-hidden, svg, thead, option, wbr"));
    const outside = seen.filter((each) => {
      const [box, place] = [each, each.parentElement.closest(".card, .gate__card, .empty, main")]
        .map((one) => one.getBoundingClientRect());
      return box.right > place.right + 1 || box.left < place.left - 1;
    });
    const narrow = seen.filter((each) => each.textContent.trim().length > 3
      && each.matches("td, th, dd, h1, h2, p, a, code, time, .badge") && each.getBoundingClientRect().width < 20);
    return [...outside, ...narrow].map(told);
  }
"""
PUBLIC = ("/", "/login", "/register", "/forgot-password", "/nowhere")
OWN = (
    *(
        "/",
        "/account",
        "/account/profile",
        "/account/email",
        "/account/security",
        "/account/sessions",
        "/account/activity",
    ),
    *(
        "/account/data",
        "/account/security/passkeys",
        "/account/security/totp",
        "/login/accounts",
        "/reauthenticate",
    ),
    *("/account/apps", "/dashboard/apps", "/dashboard/apps/new", "/nowhere"),
    *("/admin/users/new", "/admin/users/invitations", "/admin/groups", "/admin/groups/new"),
    *("/admin", "/admin/users", "/admin/apps", "/admin/apps/new", "/admin/scopes", "/admin/scopes/new"),
    *("/admin/keys", "/admin/keys/rotate", "/admin/events", "/admin/failures", "/admin/mails"),
)
OF_THE_APP = (
    *("dashboard/apps/{}", "dashboard/apps/{}/edit", "dashboard/apps/{}/secrets", "dashboard/apps/{}/log"),
    *("dashboard/apps/{}/delete", "admin/apps/{}", "admin/apps/{}/powers", "admin/apps/{}/delete"),
    "admin/apps/{}/groups",
)


def long_name(letters: int) -> str:
    """One word of so many wide letters."""
    return walks.new_name("W").replace("-", "").ljust(letters, "W")


def misplaced(page: Page, url: str) -> list[str]:
    """Open the page once and look at it in every size: what does not stay where it belongs."""
    page.goto(url)
    for closed in page.query_selector_all("main summary:visible"):
        closed.click()
    found = []
    for width, height in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        document = page.evaluate("document.documentElement.scrollWidth")
        outside = [f"the page is {document} wide"] if document > width else []
        found += [f"{url} at {width}: {what}" for what in (*outside, *page.evaluate(MISPLACED))]
    return found


@pytest.fixture
def name(sqlite_portal: Portal) -> str:
    """An administrator's."""
    name = long_name(64)
    options = ("--admin", "--verified", "--password-stdin")
    address = f"{name[:40]}@{'mail' * 12}.example.org"
    sqlite_portal.flask("user", "create", name, address, *options, stdin=walks.PASSWORD)
    return name


@pytest.fixture
def group_id(sqlite_portal: Portal, name: str) -> str:
    """A group that they are in."""
    group = long_name(100)
    sqlite_portal.flask("group", "create", group, "--description", long_name(200))
    return str(sqlite_portal.flask_json("group", "add", group, name)["id"])


@pytest.fixture
def client_id(sqlite_portal: Portal, name: str) -> str:
    """An app of theirs that was refused something, by its name and at length."""
    options = ("--owner", name, "--redirect-uri", CALLBACK, "--scope", "openid email groups")
    made = sqlite_portal.flask_json("client", "create", long_name(100), *options)
    for secret in ("wrong", made["client_secret"]):
        body = {"grant_type": "authorization_code", "code": "nothing", "redirect_uri": CALLBACK * 3}
        requests.post(
            f"{sqlite_portal.url}/oauth/token", data=body, auth=(made["client_id"], secret), timeout=30
        )
    return str(made["client_id"])


@pytest.mark.parametrize("locale", ["en", "de"])
def test_nothing_leaves_its_card_whatever_its_name(
    sqlite_portal: Portal, open_page: OpenPage, name: str, group_id: str, client_id: str, locale: str
) -> None:
    page, url = open_page(), sqlite_portal.url
    question = f"{url}/oauth/authorize?response_type=code&client_id={client_id}&scope=openid+email+groups"
    found = [what for path in PUBLIC for what in misplaced(page, f"{url}{path}?locale={locale}")]
    for changes in ("", f"&redirect_uri={CALLBACK}x"):
        found += misplaced(page, question + changes)
    page.goto(f"{url}/login")
    walks.sign_in(page, name)
    for path in (*OWN, *(f"/{path.format(client_id)}" for path in OF_THE_APP)):
        found += misplaced(page, url + path)
    for path in ("", "/edit", "/add", "/delete"):
        found += misplaced(page, f"{url}/admin/groups/{group_id}{path}")
    for changes in ("", "&prompt=select_account", f"&redirect_uri={ELSEWHERE}"):
        found += misplaced(page, question + changes)
    page.goto(f"{url}/admin/users?q={name}")
    found += misplaced(page, f"{url}{page.get_attribute('tbody a', 'href')}")
    page.goto(f"{url}/admin/failures")
    failure = f"{url}{page.get_attribute('main .log__more p a', 'href')}"
    for path in ("", "/repair/elsewhere"):
        found += misplaced(page, failure + path)
    assert page.is_visible(".failure__place"), "the last page is that of the repair"
    assert not found, "\n".join(found)
