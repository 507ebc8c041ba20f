"""The database goes away under a running portal and comes back: 503 meanwhile, never a 4xx, no traceback."""

import secrets
import time

import requests

from app.database.engines import TRUSTED_FOR
from tests.support.mailboxes import Mailbox
from tests.support.people import Person
from tests.support.portals import running_portal
from tests.support.ports import wait_until
from tests.support.servers import private_mariadb

SECONDS = 30


def test_a_lost_database_is_a_503_and_recovers_by_itself() -> None:
    with private_mariadb() as maria, running_portal(maria.new_database(), workers=2) as portal:
        made = portal.flask_json(
            "client", "create", f"Lost {secrets.token_hex(3)}", "--grant", "client_credentials"
        )
        auth = (made["client_id"], made["client_secret"])
        person = Person(portal.url).register()

        def ask() -> requests.Response:
            fields = {"grant_type": "client_credentials"}
            return requests.post(f"{portal.url}/oauth/token", fields, auth=auth, timeout=SECONDS)

        assert ask().status_code == 200
        maria.stop()
        for _ in range(4):
            refused = ask()
            assert refused.status_code == 503
            assert int(refused.headers["Retry-After"]) > 0
            assert refused.json()["error"] == "temporarily_unavailable"
        asked = {"auth": auth, "headers": {"Accept": "application/problem+json"}, "timeout": SECONDS}
        unknown = requests.get(f"{portal.url}/failures/{'a' * 20}", **asked)
        assert (unknown.status_code, "Retry-After" in unknown.headers) == (503, True)
        for path in ("/account", "/account/apps/x", "/dashboard/apps", "/oauth/authorize?client_id=x"):
            page = person.browser.get(f"{portal.url}{path}", timeout=SECONDS)
            assert page.status_code == 503, f"{path}: {portal.log[-14000:]}"
            assert page.headers["Retry-After"]
            assert "<h1" in page.text
        ready = requests.get(f"{portal.url}/health/ready", timeout=SECONDS)
        assert (ready.status_code, ready.json()["database"]) == (503, "unavailable")
        assert requests.get(f"{portal.url}/health/live", timeout=SECONDS).ok
        assert requests.get(f"{portal.url}/login", timeout=SECONDS).ok

        maria.start_again()
        wait_until(lambda: ask().status_code == 200, 30, "the portal with its database")
        for _ in range(8):
            assert ask().status_code == 200
        assert person.browser.get(f"{portal.url}/account", timeout=SECONDS).ok
        assert "Traceback" not in portal.log, portal.log[portal.log.index("Traceback") - 300 :][:9000]
        assert made["client_secret"] not in portal.log


def test_connections_that_were_closed_while_they_rested_cost_nobody_a_page() -> None:
    """A server's wait_timeout, a proxy before a cluster and a firewall all close what says nothing for a while."""
    with private_mariadb() as maria:
        maria.run("SET GLOBAL wait_timeout=3")
        with running_portal(maria.new_database(), workers=1) as portal:
            person = Person(portal.url).register()
            time.sleep(TRUSTED_FOR + 1)
            page = person.browser.get(f"{portal.url}/account", timeout=SECONDS)
            assert page.status_code == 200, portal.log[-3000:]
            time.sleep(TRUSTED_FOR + 1)
            Person(portal.url).register()  # what was typed is not lost
            assert "gone away" not in portal.log


def test_a_mail_on_its_way_when_the_database_goes_is_one_line_and_the_next_one_leaves(
    smtp_server: Mailbox,
) -> None:
    mail = {"MAIL_URL": smtp_server.url, "MAIL_FROM": "portal@example.org"}
    smtp_server.held = True
    with private_mariadb() as maria, running_portal(maria.new_database(), workers=1, **mail) as portal:
        Person(portal.url).register()
        wait_until(lambda: smtp_server.at_the_door == 1, 30, "the mail at its server")
        maria.stop()
        smtp_server.held = False
        wait_until(lambda: "Mails wait for the database" in portal.log, 30, f"the line in {portal.log}")
        maria.start_again()
        smtp_server.wait_for(Person(portal.url).register().email)
        assert "Traceback" not in portal.log, portal.log
