"""A device that asks many times at once, and people who decide at the same moment: one wins, on both databases."""

import secrets
from collections import Counter
from typing import Any

import pytest
import requests

from app.clients.grants import DEVICE_CODE
from tests.races.test_races import SECONDS, at_once
from tests.support.people import Person
from tests.support.portals import Portal


@pytest.fixture
def television(portal: Portal) -> dict[str, str]:
    """The form of a public app on a device."""
    name = f"Television {secrets.token_hex(4)}"
    grants = [word for grant in (DEVICE_CODE, "refresh_token") for word in ("--grant", grant)]
    return {"client_id": portal.flask_json("client", "create", name, "--public", *grants)["client_id"]}


def begin(portal: Portal, television: dict[str, str]) -> dict[str, Any]:
    fields = {**television, "scope": "openid"}
    answer = requests.post(f"{portal.url}/oauth/device_authorization", fields, timeout=SECONDS)
    assert answer.ok, answer.text
    return dict(answer.json())


def poll(portal: Portal, television: dict[str, str], codes: dict[str, Any]) -> requests.Response:
    fields = {**television, "grant_type": DEVICE_CODE, "device_code": codes["device_code"]}
    return requests.post(f"{portal.url}/oauth/token", fields, timeout=SECONDS)


def allow(person: Person, codes: dict[str, Any]) -> None:
    person.open(codes["verification_uri_complete"])
    person.choose("decision", "allow")
    assert "You can go back to your device" in person.text


def test_of_twenty_polls_after_the_yes_one_wins_and_its_tokens_stay(
    portal: Portal, television: dict[str, str]
) -> None:
    codes = begin(portal, television)
    allow(Person(portal.url).register(), codes)
    answers = at_once(20, lambda _index: poll(portal, television, codes))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 19}
    assert {answer.json()["error"] for answer in answers if not answer.ok} == {"invalid_grant"}
    (won,) = [answer.json() for answer in answers if answer.ok]
    headers = {"Authorization": f"Bearer {won['access_token']}"}
    assert requests.get(f"{portal.url}/oauth/userinfo", headers=headers, timeout=SECONDS).ok


def test_of_twenty_polls_before_it_one_waits_and_the_others_slow_down_once(
    portal: Portal, television: dict[str, str]
) -> None:
    codes = begin(portal, television)
    answers = at_once(20, lambda _index: poll(portal, television, codes))
    errors = Counter(answer.json()["error"] for answer in answers)
    assert errors["authorization_pending"] == 1
    assert errors == {"authorization_pending": 1, "slow_down": 19}
    # Every worker knows.
    assert {poll(portal, television, codes).json()["error"] for _ in range(4)} == {"slow_down"}


def test_of_people_who_decide_at_once_one_is_whom_the_tokens_are_about(
    portal: Portal, television: dict[str, str]
) -> None:
    codes = begin(portal, television)
    people = [Person(portal.url).register() for _ in range(4)]
    opened = []
    for person in people:
        person.open(codes["verification_uri_complete"])
        form = person.form("decision")
        opened.append(form.pressed("decision", "allow"))

    def decide(index: int) -> requests.Response:
        headers = {"Referer": f"{portal.url}/device", "Origin": portal.url}
        url, fields = f"{portal.url}/device", opened[index]
        return people[index].browser.post(
            url, fields, headers=headers, allow_redirects=False, timeout=SECONDS
        )

    answers = at_once(len(people), decide)
    assert Counter(answer.status_code for answer in answers) == {303: 1, 422: 3}
    winner = people[[answer.status_code for answer in answers].index(303)]
    token = poll(portal, television, codes).json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    about = requests.get(f"{portal.url}/oauth/userinfo", headers=headers, timeout=SECONDS).json()
    pages = {person.username: person.browser.get(f"{portal.url}/account/apps").text for person in people}
    connected = [name for name, page in pages.items() if "Television" in page]
    assert connected == [winner.username]
    assert about["sub"]
