"""Many at once, on several workers of a real portal: exactly one wins, and nobody meets a locked database."""

import secrets
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.support.html_forms import forms_of
from tests.support.people import Person
from tests.support.portals import Portal

CALLBACK = "http://127.0.0.1:9/callback"
SECONDS = 60


@pytest.fixture
def registered(portal: Portal) -> dict[str, Any]:
    """An app of the portal's own, with everything switched on."""
    grants = ("authorization_code", "refresh_token", "client_credentials")
    options = [part for grant in grants for part in ("--grant", grant)]
    name = f"Race {secrets.token_hex(4)}"
    return dict(portal.flask_json("client", "create", name, "--redirect-uri", CALLBACK, *options))


def at_once(number: int, work: Callable[[int], requests.Response]) -> list[requests.Response]:
    """The answers to ``number`` requests that start together."""
    barrier = Barrier(number)

    def one(index: int) -> requests.Response:
        barrier.wait(timeout=SECONDS)
        return work(index)

    with ThreadPoolExecutor(number) as pool:
        return list(pool.map(one, range(number)))


def new_code(portal: Portal, person: Person, app: dict[str, Any]) -> str:
    query = urlencode(
        {"client_id": app["client_id"], "redirect_uri": CALLBACK, "response_type": "code", "state": "s"}
    )
    back = person.allow(f"{portal.url}/oauth/authorize?{query}")
    return parse_qs(urlsplit(back).query)["code"][0]


def ask(portal: Portal, app: dict[str, Any], **fields: str) -> requests.Response:
    auth = (app["client_id"], app["client_secret"])
    return requests.post(f"{portal.url}/oauth/token", fields, auth=auth, timeout=SECONDS)


def redeem(portal: Portal, app: dict[str, Any], code: str) -> requests.Response:
    return ask(portal, app, grant_type="authorization_code", code=code, redirect_uri=CALLBACK)


def times_told(person: Person) -> int:
    """How often the person reads that a token was used again."""
    person.open("/account/activity")
    assert person.page is not None
    return person.page.text.count("An app lost its access")


@pytest.mark.asvs("10.4.2")
def test_of_twenty_redemptions_of_one_code_one_wins_and_its_tokens_end(
    portal: Portal, registered: dict[str, Any]
) -> None:
    person = Person(portal.url).register()
    code = new_code(portal, person, registered)
    answers = at_once(20, lambda _index: redeem(portal, registered, code))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 19}
    (won,) = [answer.json() for answer in answers if answer.ok]
    # The other nineteen were replays, and a replay ends what the code gave.
    headers = {"Authorization": f"Bearer {won['access_token']}"}
    assert requests.get(f"{portal.url}/oauth/userinfo", headers=headers, timeout=SECONDS).status_code == 401
    refused = ask(portal, registered, grant_type="refresh_token", refresh_token=won["refresh_token"])
    assert refused.json()["error"] == "invalid_grant"
    assert times_told(person) == 1


def test_of_twenty_answers_to_one_pushed_request_one_is_given(
    portal: Portal, registered: dict[str, Any]
) -> None:
    """The browser in which it waits goes on in twenty tabs at the same moment."""
    person = Person(portal.url).register()
    fields = {"redirect_uri": CALLBACK, "response_type": "code", "state": "s"}
    auth = (registered["client_id"], registered["client_secret"])
    pushed = requests.post(f"{portal.url}/oauth/par", fields, auth=auth, timeout=SECONDS).json()
    query = urlencode({"client_id": registered["client_id"], "request_uri": pushed["request_uri"]})
    url = f"{portal.url}/oauth/authorize?{query}"
    assert person.open(url) is None
    assert new_code(
        portal, person, registered
    )  # the person agrees in another tab, so that nothing is left to ask
    cookies = person.browser.cookies.get_dict()
    answers = at_once(
        20, lambda _index: requests.get(url, cookies=cookies, allow_redirects=False, timeout=SECONDS)
    )
    assert Counter(answer.status_code for answer in answers) == {302: 1, 400: 19}
    (given,) = [answer.headers["Location"] for answer in answers if answer.status_code == 302]
    assert redeem(portal, registered, parse_qs(urlsplit(given).query)["code"][0]).ok
    assert "Traceback" not in portal.log


def test_of_twenty_replays_of_one_refresh_token_the_person_is_told_once(
    portal: Portal, registered: dict[str, Any]
) -> None:
    person = Person(portal.url).register()

    def renew(token: str) -> requests.Response:
        return ask(portal, registered, grant_type="refresh_token", refresh_token=token)

    stolen = redeem(portal, registered, new_code(portal, person, registered)).json()["refresh_token"]
    assert renew(renew(stolen).json()["refresh_token"]).ok
    answers = at_once(20, lambda _index: renew(stolen))
    assert {answer.status_code for answer in answers} == {400}
    assert times_told(person) == 1


def test_simultaneous_refreshes_get_the_same_successor(portal: Portal, registered: dict[str, Any]) -> None:
    code = new_code(portal, Person(portal.url).register(), registered)
    token = redeem(portal, registered, code).json()["refresh_token"]
    answers = at_once(
        12, lambda _index: ask(portal, registered, grant_type="refresh_token", refresh_token=token)
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1
    assert len({answer.json()["access_token"] for answer in answers}) == 12
    successor = answers[0].json()["refresh_token"]
    assert ask(portal, registered, grant_type="refresh_token", refresh_token=successor).ok


def test_thirty_two_writers_meet_no_locked_database(portal: Portal, registered: dict[str, Any]) -> None:
    person = Person(portal.url).register()
    tokens = [redeem(portal, registered, new_code(portal, person, registered)).json() for _ in range(8)]
    people = [Person(portal.url).register() for _ in range(4)]

    def work(index: int) -> requests.Response:
        kind, number = index % 4, index // 4
        if kind == 0:
            answer = ask(
                portal, registered, grant_type="refresh_token", refresh_token=tokens[number]["refresh_token"]
            )
        elif kind == 1:
            answer = ask(portal, registered, grant_type="client_credentials")
        elif kind == 2:
            answer = ask(portal, registered, grant_type="authorization_code", code=f"unknown{number}")
        else:
            comer = Person(portal.url).register() if number % 2 else people[number // 2].sign_out().sign_in()
            assert comer.page is not None
            answer = comer.page
        return answer

    answers = at_once(32, work)
    assert not [answer.status_code for answer in answers if answer.status_code >= 500]
    assert Counter(answer.status_code for answer in answers) == {200: 24, 400: 8}
    assert "database is locked" not in portal.log
    assert "Traceback" not in portal.log


def test_of_twelve_simultaneous_clicks_on_one_button_one_counts_and_all_get_its_answer(
    portal: Portal,
) -> None:
    """A person without JavaScript, whose browser shows the answer to the last copy only."""
    person = Person(portal.url).register()
    name = f"Clicked {secrets.token_hex(4)}"
    new = f"{portal.url}/dashboard/apps/new"
    app = click_at_once(person, new, "/dashboard/apps/new", name=name, redirect_uris=CALLBACK)
    assert 'id="client-secret"' in person.text
    assert len(secrets_of(person, app)) == 1
    click_at_once(person, f"{app}/secrets", f"{urlsplit(app).path}/secrets/new", name="laptop")
    assert 'id="client-secret"' in person.text
    assert person.text.count("“laptop” is added") == 1
    assert len(secrets_of(person, app)) == 2
    assert "Traceback" not in portal.log


def click_at_once(person: Person, page: str, action: str, **fields: str) -> str:
    """Send the filled form on ``page`` twelve times at once; where it leads, which is open then with the last answer."""
    person.open(page)
    form = next(form for form in forms_of(person.text) if form.action == action and "name" in form.names)
    filled, cookies = form.filled(**fields), person.browser.cookies.get_dict()

    def click(_index: int) -> requests.Response:
        url = f"{person.portal}{action}"
        return requests.post(url, filled, cookies=cookies, allow_redirects=False, timeout=SECONDS)

    answers = at_once(12, click)
    assert {answer.status_code for answer in answers} == {302}, answers[0].text[-3000:]
    (location,) = {answer.headers["Location"] for answer in answers}
    person.browser.cookies.update(answers[-1].cookies)
    person.open(f"{person.portal}{location}")
    return f"{person.portal}{location}"


def secrets_of(person: Person, app: str) -> set[str]:
    """The addresses that revoke the secrets of an app."""
    person.open(f"{app}/secrets")
    return {form.action for form in forms_of(person.text) if form.action.endswith("/revoke")}
