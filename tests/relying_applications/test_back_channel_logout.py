"""An application that others wrote hears that somebody has signed out, and ends its own session."""

import re
from collections.abc import Iterator

import pytest

from tests.relying_applications.applications import Application, commands, running
from tests.relying_applications.kinds import KINDS
from tests.support.databases import Databases
from tests.support.people import SECONDS, Person
from tests.support.portals import running_portal
from tests.support.ports import free_port, wait_until

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def apache(databases: Databases) -> Iterator[Application]:
    """Apache with mod_auth_openidc, and a portal that may reach it."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    allowed = {"FETCH_ALLOW": f"127.0.0.1:{port}"}
    with (
        running_portal(databases.new_url("sqlite"), workers=2, **allowed) as portal,
        running(KINDS["apache"], portal, port) as started,
    ):
        where = f"{url}/signed-in?logout=backchannel"
        portal.flask("client", "update", started.client_id, "--backchannel-logout-uri", where)
        yield started


@pytest.fixture(scope="module")
def ada(apache: Application) -> Person:
    """Somebody whom the application lets in."""
    made = {name: Person(apache.portal.url, name).register() for name in ("ada", "grace")}
    for words in commands("group create", {name: person.username for name, person in made.items()}):
        apache.portal.flask(*words)
    return made["ada"]


@pytest.mark.client("mod_auth_openidc", "ends the session of the very browser on back-channel logout")
def test_mod_auth_openidc_ends_the_session_of_that_browser_alone(apache: Application, ada: Person) -> None:
    elsewhere = Person(apache.portal.url)
    elsewhere.username = ada.username
    there, here = apache.arrive(elsewhere.sign_in()), apache.arrive(ada)
    assert there.is_still_in()
    assert here.is_still_in()
    sign_out(ada)
    wait_until(lambda: not here.is_still_in(), SECONDS, "the end of the session")
    assert here.page.is_redirect  # to the portal, where nobody is signed in any more
    assert there.is_still_in()


def sign_out(person: Person) -> None:
    """Press the button."""
    page = person.browser.get(f"{person.portal}/account", timeout=SECONDS)
    token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert token, page.text[:500]
    answer = person.browser.post(
        f"{person.portal}/logout", data={"csrf_token": token[1]}, allow_redirects=False, timeout=SECONDS
    )
    assert answer.status_code in (302, 303), answer.text[:500]
