"""Sign-ins in a crowd starve nobody: half of a worker's threads are free for what takes no password."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import pytest
import requests

from tests.support.people import Person
from tests.support.portals import Portal, StartPortal

SIGN_INS = 40


@pytest.fixture
def busy_portal(start_portal: StartPortal) -> Portal:
    """Two workers whose passwords take half a second."""
    return start_portal("sqlite", workers=2, PASSWORD_HASHER="bcrypt", BCRYPT_SALT_ROUNDS="13")


@pytest.fixture
def crowd() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(SIGN_INS) as pool:
        yield pool


def by_api(portal: Portal, number: int) -> requests.Response:
    fields = {"username": f"name{number}", "password": "wrong"}
    return requests.post(f"{portal.url}/api/auth", json=fields, timeout=120)


@pytest.mark.slow
def test_the_probe_is_answered_while_forty_sign_ins_wait(
    busy_portal: Portal, crowd: ThreadPoolExecutor
) -> None:
    tries: list[Future[Any]] = [crowd.submit(by_api, busy_portal, number) for number in range(SIGN_INS)]
    answered_while_hashes_waited = 0
    while not all(each.done() for each in tries):
        alive = requests.get(f"{busy_portal.url}/health/live", timeout=120)
        assert alive.status_code == 200
        answered_while_hashes_waited += not all(each.done() for each in tries)
    assert answered_while_hashes_waited > 3
    answers = [each.result() for each in tries]
    busy = [answer for answer in answers if answer.status_code == 503]
    assert {answer.status_code for answer in answers} == {401, 503}
    assert {answer.headers["Retry-After"] for answer in busy} == {"5"}
    assert {answer.json()["error"] for answer in busy} == {"service_unavailable"}


@pytest.mark.slow
def test_who_is_told_to_come_back_keeps_the_name_and_loses_no_try(
    busy_portal: Portal, crowd: ThreadPoolExecutor
) -> None:
    person = Person(busy_portal.url).register().sign_out()
    person.open("/login")
    form = person.form("password")
    fields = form.filled(username=person.username, password="wrong")

    def sign_in(_number: int) -> requests.Response:
        cookies = person.browser.cookies.get_dict()
        return requests.post(f"{busy_portal.url}/login", data=fields, cookies=cookies, timeout=120)

    answers = list(crowd.map(sign_in, range(SIGN_INS)))
    statuses = [answer.status_code for answer in answers]
    busy = [answer for answer in answers if answer.status_code == 503]
    assert busy
    assert set(statuses) <= {422, 429, 503}
    assert statuses.count(422) <= 5
    for answer in busy:
        assert "Many people are signing in at this moment." in answer.text
        assert f'value="{person.username}"' in answer.text
        assert answer.headers["Retry-After"] == "5"
