"""A new encryption secret reaches two machines one after the other, and no request of anybody is lost."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from threading import Event
from typing import Any

import pytest
import requests

from tests.support.databases import SECRETS, Databases
from tests.support.people import Person
from tests.support.portals import Portal, running_portal

OLD = SECRETS["DATABASE_ENCRYPTION_SECRET"]
NEW = "a-new-secret-that-only-the-tests-know-0123456789"
INTEGRATIONS = 4
GRANTS = ("password", "refresh_token", "client_credentials")


Start = Callable[..., Portal]


@pytest.fixture
def start(databases: Databases) -> Iterator[Start]:
    """Starts one more machine on the same database: `start(secret, previous)`."""
    url = databases.new_url("mariadb")
    with ExitStack() as stack:

        def one_more(secret: str, previous: str = "") -> Portal:
            secrets = {"DATABASE_ENCRYPTION_SECRET": secret, "DATABASE_ENCRYPTION_SECRET_PREVIOUS": previous}
            return stack.enter_context(running_portal(url, workers=2, **secrets))

        yield one_more


class Integration:
    """A program that renews its token again and again, at whatever machine it meets."""

    def __init__(self, portal: Portal, app: dict[str, Any], person: Person) -> None:
        self._auth = (app["client_id"], app["client_secret"])
        self.answers: list[int] = []
        self.token = ""
        credentials = {"username": person.username, "password": person.password}
        self._ask(portal, grant_type="password", **credentials)

    def run(self, machines: list[Portal], until: Event) -> None:
        """Renew at one machine after the other."""
        while not until.is_set():
            for portal in machines:
                self.renew(portal)

    def renew(self, portal: Portal) -> None:
        """One more token, and one for the app itself."""
        self._ask(portal, grant_type="refresh_token", refresh_token=self.token)
        self._ask(portal, grant_type="client_credentials")

    def _ask(self, portal: Portal, **fields: str) -> None:
        answer = requests.post(f"{portal.url}/oauth/token", fields, auth=self._auth, timeout=60)
        self.answers.append(answer.status_code)
        self.token = answer.json().get("refresh_token", self.token)


@pytest.mark.slow
def test_nothing_is_lost_while_machines_change_over_one_by_one(start: Start) -> None:
    knows_the_new_one, uses_it = start(OLD, NEW), start(NEW, OLD)
    options = [word for grant in GRANTS for word in ("--grant", grant)]
    app = knows_the_new_one.flask_json("client", "create", "Integration", *options)
    person = Person(knows_the_new_one.url).register()
    programs = [Integration(knows_the_new_one, app, person) for _ in range(INTEGRATIONS)]
    over = Event()
    with ThreadPoolExecutor(INTEGRATIONS) as pool:
        running: list[Future[None]] = [
            pool.submit(program.run, [knows_the_new_one, uses_it], over) for program in programs
        ]
        try:
            told = uses_it.flask_json("keys", "rotate-encryption")
        finally:
            over.set()
        for each in running:
            each.result()
    assert told["unopened"] == {}
    assert told["resealed"]["client_secrets"] == 1
    for program in programs:
        program.renew(uses_it)  # what every token must do before the old secret goes
    waiting = uses_it.flask_json("keys", "rotate-encryption")["waiting"]
    assert (waiting["client_secrets"], waiting["refresh_tokens"]) == (0, 0), json.dumps(waiting)
    alone = start(NEW)
    for program in programs:
        program.renew(alone)
        assert set(program.answers) == {200}
        assert len(program.answers) > 5
