"""Two portals on two nodes of a real Galera cluster, with one Redis: to people and apps they are one portal."""

import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.support.clusters import private_cluster
from tests.support.documented import block
from tests.support.people import BUSY, SECONDS, FromAddress, Person
from tests.support.portals import Portal, running_portal
from tests.support.servers import private_redis

CALLBACK = "http://127.0.0.1:9/callback"
ISSUER = "http://127.0.0.1:9"  # one address for both, as people see it; nobody listens there
LIMIT = 40
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
Nodes = tuple[Portal, Portal]


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    """A portal on each node, both with the URL parameter that docs/operations.md gives for Galera."""
    waiting = block("sh", "init_command").strip().rstrip("'").partition("?")[2]
    own = {"ISSUER": ISSUER, "RATE_LIMIT_REQUESTS_NUMBER": str(LIMIT), "RATE_LIMIT_WHITE_LIST": "127.0.0.1"}
    with private_cluster() as members, private_redis() as redis, ExitStack() as stack:
        members[0].run("CREATE DATABASE pforte CHARACTER SET utf8mb4 COLLATE utf8mb4_bin")
        urls = [f"mysql://root@localhost/pforte?unix_socket={node.socket}&{waiting}" for node in members]
        first, second = (
            stack.enter_context(running_portal(url, workers=2, REDIS_URL=redis, **own)) for url in urls
        )
        yield first, second
        for portal in (first, second):
            assert "Traceback" not in portal.log, portal.log[-9000:]


@pytest.fixture
def registered(nodes: Nodes) -> dict[str, Any]:
    """An app of the portal's own."""
    name = f"Clustered {secrets.token_hex(4)}"
    return dict(nodes[0].flask_json("client", "create", name, "--redirect-uri", CALLBACK))


def new_code(portal: Portal, person: Person, app: dict[str, Any]) -> str:
    """A code that this node gives."""
    asked = {"client_id": app["client_id"], "redirect_uri": CALLBACK, "response_type": "code", "state": "s"}
    back = person.allow(f"{portal.local}/oauth/authorize?{urlencode(asked)}")
    return parse_qs(urlsplit(back).query)["code"][0]


def ask(portal: Portal, app: dict[str, Any], **fields: str) -> requests.Response:
    auth = (app["client_id"], app["client_secret"])
    return requests.post(f"{portal.local}/oauth/token", fields, auth=auth, timeout=SECONDS)


def redeem(portal: Portal, app: dict[str, Any], code: str) -> requests.Response:
    return ask(portal, app, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)


def refresh(portal: Portal, app: dict[str, Any], token: str) -> requests.Response:
    return ask(portal, app, grant_type="refresh_token", refresh_token=token)


def on_both(nodes: Nodes, each: int, work: Callable[[Portal], requests.Response]) -> list[requests.Response]:
    """The answers to requests that start together, as many at each node."""
    barrier = Barrier(2 * each)

    def one(index: int) -> requests.Response:
        barrier.wait(timeout=SECONDS)
        return work(nodes[index % 2])

    with ThreadPoolExecutor(2 * each) as pool:
        return list(pool.map(one, range(2 * each)))


def test_what_one_node_gives_the_other_takes_at_once(nodes: Nodes, registered: dict[str, Any]) -> None:
    person = Person(nodes[0].local).register()
    for here, there in (nodes, nodes[::-1]) * 8:
        person.portal = here.local
        tokens = redeem(there, registered, new_code(here, person, registered))
        assert tokens.status_code == 200, tokens.text
        again = refresh(here, registered, tokens.json()["refresh_token"])
        assert again.status_code == 200, again.text
        headers = {"Authorization": f"Bearer {again.json()['access_token']}"}
        told = requests.get(f"{there.local}/oauth/me", headers=headers, timeout=SECONDS)
        assert told.json()["username"] == person.username


def test_of_redemptions_on_both_nodes_one_wins(nodes: Nodes, registered: dict[str, Any]) -> None:
    person = Person(nodes[0].local).register()
    for _round in range(5):
        code = new_code(nodes[0], person, registered)
        answers = on_both(nodes, 3, lambda portal, code=code: redeem(portal, registered, code))
        assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 5}
        (won,) = [answer.json() for answer in answers if answer.ok]
        # The others were replays, which end what the code gave, on both nodes.
        for portal in nodes:
            assert refresh(portal, registered, won["refresh_token"]).json()["error"] == "invalid_grant"


def test_refreshes_on_both_nodes_get_the_same_successor(nodes: Nodes, registered: dict[str, Any]) -> None:
    person = Person(nodes[0].local).register()
    token = redeem(nodes[1], registered, new_code(nodes[0], person, registered)).json()["refresh_token"]
    for _round in range(5):
        answers = on_both(nodes, 3, lambda portal, token=token: refresh(portal, registered, token))
        assert {answer.status_code for answer in answers} == {200}
        (token,) = {answer.json()["refresh_token"] for answer in answers}


def test_a_person_is_signed_in_and_out_on_both_nodes(nodes: Nodes) -> None:
    person = Person(nodes[0].local).register()
    elsewhere = f"{nodes[1].local}/account"
    assert person.browser.get(elsewhere, timeout=SECONDS, allow_redirects=False).status_code == 200
    cookies = person.browser.cookies.copy()
    person.open("/account")
    person.press("/logout")
    person.browser.cookies = cookies
    answer = person.browser.get(elsewhere, timeout=SECONDS, allow_redirects=False)
    assert answer.headers["Location"].startswith("/login")


def test_wrong_passwords_on_both_nodes_are_counted_together(nodes: Nodes) -> None:
    person = Person(nodes[0].local).register()

    def guess(portal: Portal) -> requests.Response:
        guesser = Person(portal.local)
        guesser.open("/login")
        fields = guesser.form("username").filled(username=person.username, password="wrong, and guessed")
        while True:
            answer = guesser.browser.post(f"{portal.local}/login", fields, timeout=SECONDS)
            if answer.status_code != 503 or BUSY not in answer.text:  # whoever is told to come back does
                return answer

    answers = on_both(nodes, 4, guess)
    assert {answer.status_code for answer in answers} <= {422, 429}
    assert [guess(portal).status_code for portal in nodes] == [429, 429]


def test_an_address_has_one_limit_over_both_machines(nodes: Nodes) -> None:
    with requests.Session() as session:
        session.mount("http://", FromAddress("127.0.0.9"))
        statuses = [
            session.get(f"{portal.local}/login", timeout=SECONDS).status_code
            for portal in nodes
            for _request in range(LIMIT // 2 + 5)
        ]
    assert Counter(statuses) == {200: LIMIT, 429: 10}
