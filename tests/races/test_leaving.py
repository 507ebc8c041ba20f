"""An account is deleted while everything else goes on: one winner, nothing half done."""

from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from tests.races.test_races import CALLBACK, SECONDS, ask, at_once, new_code, redeem, registered
from tests.support.html_forms import Fields
from tests.support.people import Person
from tests.support.portals import Portal

__all__ = ["registered"]
ROUNDS = 3


def form_to_leave(person: Person) -> Fields:
    person.open("/account/data")
    form = person.form("confirm", "password")
    return form.filled(confirm=person.username, password=person.password)


def leave(portal: Portal, person: Person, fields: Fields) -> requests.Response:
    url = f"{portal.url}/account/data/delete"
    headers = {"Referer": f"{portal.url}/account/data", "Origin": portal.url}
    return person.browser.post(url, fields, headers=headers, allow_redirects=False, timeout=SECONDS)


@pytest.mark.parametrize("number", range(ROUNDS))
def test_of_a_deletion_and_refreshes_at_once_no_token_outlives_the_account(
    portal: Portal, registered: dict[str, Any], number: int
) -> None:
    person = Person(portal.url).register()
    token = redeem(portal, registered, new_code(portal, person, registered)).json()["refresh_token"]
    code = new_code(portal, person, registered)
    fields = form_to_leave(person)

    def work(index: int) -> requests.Response:
        if index == number:
            return leave(portal, person, fields)
        if index == number + 4:
            return redeem(portal, registered, code)
        return ask(portal, registered, grant_type="refresh_token", refresh_token=token)

    answers = at_once(8, work)
    left = answers.pop(number)
    assert (left.status_code, left.headers["Location"]) == (303, "/")
    assert {answer.status_code for answer in answers} <= {200, 400}
    won = [answer.json() for answer in answers if answer.ok]
    auth = (registered["client_id"], registered["client_secret"])
    for tokens in won:
        for name in ("access_token", "refresh_token"):
            asked = requests.post(
                f"{portal.url}/oauth/introspect", {"token": tokens[name]}, auth=auth, timeout=SECONDS
            )
            assert asked.json() == {"active": False}
        late = ask(portal, registered, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
        assert late.json()["error"] == "invalid_grant"
    assert "Traceback" not in portal.log


def test_of_a_deletion_and_changes_of_the_profile_at_once_nothing_of_the_person_stays(
    portal: Portal, registered: dict[str, Any]
) -> None:
    person = Person(portal.url).register()
    person.open("/account/profile")
    profile = person.form("given_name").filled(given_name="Annamaria", family_name=person.username)
    fields = form_to_leave(person)

    def work(index: int) -> requests.Response:
        if index == 2:
            return leave(portal, person, fields)
        url = f"{portal.url}/account/profile"
        sent = [pair for pair in profile if pair[0] != "idempotency_key"]
        return person.browser.post(url, sent, allow_redirects=False, timeout=SECONDS)

    answers = at_once(6, work)
    assert answers[2].headers["Location"] == "/"
    assert all(answer.status_code in (302, 303, 400) for answer in answers)
    again = Person(portal.url)
    again.username, again.email = person.username, person.email
    again.register()
    again.open("/account")
    assert "Annamaria" not in again.text
    listed = portal.flask_json("user", "list")
    assert [each["given_name"] for each in listed if each["username"] == person.username] == [None]
    query = urlencode(
        {"client_id": registered["client_id"], "redirect_uri": CALLBACK, "response_type": "code"}
    )
    assert "code=" in again.allow(f"{portal.url}/oauth/authorize?{query}")


def test_two_clicks_on_delete_are_one_deletion(portal: Portal) -> None:
    person = Person(portal.url).register()
    fields = form_to_leave(person)
    answers = at_once(2, lambda _index: leave(portal, person, fields))
    assert {(answer.status_code, answer.headers["Location"]) for answer in answers} == {(303, "/")}
