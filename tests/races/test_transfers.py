"""An app on offer is answered many times at once: one answer counts, and nothing is half done."""

from typing import Any

import pytest
import requests

from tests.races.test_races import CALLBACK, SECONDS, at_once
from tests.support.people import Person
from tests.support.portals import Portal

RECEIVED = "An app was handed over to you."


@pytest.fixture
def people(portal: Portal) -> tuple[Person, Person, str]:
    """Who offers an app, who is offered it, and the path of the offer."""
    maker, receiver = (Person(portal.url).register() for _number in range(2))
    options = ["--owner", maker.username, "--redirect-uri", CALLBACK, "--json"]
    app: dict[str, Any] = portal.flask_json("client", "create", f"Of {maker.username}", *options)
    path = f"/dashboard/apps/{app['client_id']}/transfer"
    maker.open(path)
    maker.send(to=receiver.username)
    return maker, receiver, path


def post(person: Person, path: str, **fields: str) -> requests.Response:
    """Press a button of the open page, without what makes a second click the same."""
    sent = [pair for pair in person.form("csrf_token").fields if pair[0] != "idempotency_key"]
    url = f"{person.portal}{path}"
    return person.browser.post(url, [*sent, *fields.items()], allow_redirects=False, timeout=SECONDS)


def times(person: Person, sentence: str) -> int:
    person.open("/account/activity")
    return person.text.count(sentence)


def test_of_twenty_acceptances_of_one_offer_one_counts(
    portal: Portal, people: tuple[Person, Person, str]
) -> None:
    maker, receiver, path = people
    receiver.open(path)
    answers = at_once(20, lambda _index: post(receiver, path, decision="accept"))
    assert {answer.status_code for answer in answers} <= {302, 303, 403, 404, 422}, answers
    assert times(receiver, RECEIVED) == 1
    assert times(maker, "An app of yours was handed over to somebody else.") == 1
    assert "Traceback" not in portal.log


def test_of_an_acceptance_and_the_offer_taken_back_one_counts(
    portal: Portal, people: tuple[Person, Person, str]
) -> None:
    maker, receiver, path = people
    maker.open(path)
    receiver.open(path)

    def work(index: int) -> requests.Response:
        return post(maker, f"{path}/withdraw") if index == 0 else post(receiver, path, decision="accept")

    at_once(2, work)
    accepted = times(receiver, RECEIVED)
    assert accepted + times(maker, "You took the offer of an app back.") == 1
    owner = receiver if accepted else maker
    owner.open(path.removesuffix("/transfer"))
    assert owner.page is not None
    assert owner.page.status_code == 200
    assert "Traceback" not in portal.log


def test_of_ten_offers_of_one_app_one_stands(portal: Portal, people: tuple[Person, Person, str]) -> None:
    maker, receiver, path = people
    maker.open(path)
    answers = at_once(10, lambda _index: post(maker, path, to=receiver.username))
    assert {answer.status_code for answer in answers} <= {302, 303}, [answer.text for answer in answers]
    receiver.open(path)
    post(receiver, path, decision="accept")
    assert times(receiver, RECEIVED) == 1
    assert "Traceback" not in portal.log
