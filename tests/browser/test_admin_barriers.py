"""axe finds nothing on the pages of administrators, in light and dark, and they fit a phone."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests
from playwright.sync_api import Page
from sqlalchemy import create_engine, delete, insert

from app.clock import now
from app.database.rows import new_id
from app.notifications.models import OutgoingMail
from tests.browser import walks
from tests.support.browser import OpenPage
from tests.support.portals import Portal

SIZES = {"phone": (360, 780), "desktop": (1280, 900)}
PATHS = (
    *("/admin/users", "/admin/users/new", "/admin/users/invitations", "/admin/apps"),
    *("/admin", "/admin/scopes", "/admin/scopes/new", "/admin/keys", "/admin/keys/rotate", "/admin/mails"),
    *("/admin/events", "/admin/events?person=nobody-at-all", "/admin/events?kind=oauth&until=1999-01-01"),
    *("/admin/failures", "/admin/failures?cause=client_unknown"),
    *("/admin/groups", "/admin/groups?q=no-group-at-all", "/admin/groups/new"),
)


def sign_in(page: Page, portal: Portal) -> None:
    """Make an administrator by command, who signs in."""
    name = walks.new_name("chief")
    options = ("--admin", "--verified", "--password-stdin")
    portal.flask("user", "create", name, f"{name}@example.org", *options, stdin=walks.PASSWORD)
    page.goto(f"{portal.url}/login?locale=en")
    walks.sign_in(page, name)


def fill(page: Page, portal: Portal) -> str:
    """A permission made by its form, and a failure; the permission's name."""
    name = walks.new_name("invoices") + ".read"
    page.goto(f"{portal.url}/admin/scopes/new")
    page.fill("[name=name]", name)
    page.fill("[name=description_en]", "Read your invoices")
    page.fill("[name=description_de]", "Ihre Rechnungen lesen")
    walks.send(page)
    body = {"grant_type": "client_credentials", "client_id": "unknown", "client_secret": "nothing"}
    assert requests.post(f"{portal.url}/oauth/token", data=body, timeout=walks.SECONDS).status_code == 401
    return name


def fill_group(portal: Portal, name: str) -> tuple[str, str]:
    """A group with somebody in it, by command; the ids of both."""
    options = (f"{name}.member", f"{name}.member@example.org", "--verified", "--password-stdin")
    portal.flask("user", "create", *options, stdin=walks.PASSWORD)
    portal.flask("group", "create", name)
    group = portal.flask_json("group", "add", name, f"{name}.member")
    people = portal.flask_json("user", "list")
    return group["id"], next(each["id"] for each in people if each["username"] == f"{name}.member")


@pytest.fixture
def waiting_mail(sqlite_portal: Portal) -> Iterator[None]:
    """A mail that waits, and that no secret opens."""
    later, mail_id = now() + timedelta(hours=1), new_id()
    mail = {"id": mail_id, "sealed": "unreadable", "template": "reset_password", "attempts": 3}
    engine = create_engine(sqlite_portal.database_url)
    with engine.begin() as connection:
        connection.execute(
            insert(OutgoingMail), [{**mail, "last_error": "SMTPConnectError 421", "next_try_at": later}]
        )
    yield
    with engine.begin() as connection:
        connection.execute(delete(OutgoingMail).where(OutgoingMail.id == mail_id))
    engine.dispose()


@pytest.mark.usefixtures("waiting_mail")
@pytest.mark.parametrize("size", SIZES)
def test_pages_of_administrators_have_no_barriers(
    sqlite_portal: Portal, open_page: OpenPage, size: str
) -> None:
    page = open_page(size=SIZES[size])
    sign_in(page, sqlite_portal)
    name = fill(page, sqlite_portal)
    group, person = fill_group(sqlite_portal, name)
    own = (
        *(f"/admin/scopes/edit?name={name}", f"/admin/scopes/delete?name={name}"),
        *(f"/admin/groups/{group}{path}" for path in ("", "?q=nobody", "/edit", "/add", "/delete")),
        f"/admin/users/{person}/groups",
    )
    for path in (*PATHS, *own):
        page.goto(sqlite_portal.url + path)
        for closed in page.query_selector_all("main summary"):
            closed.click()
        assert walks.barriers(page) == [], path
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wide), path
