"""Somebody signs out in the moment in which the app exchanges its code: it is refused, or it hears of the end."""

from functools import partial

import pytest
import requests

from tests import factories as make
from tests.foreign_clients.registered import RegisteredApp, register_app
from tests.races.test_races import at_once
from tests.support.logout_receivers import LogoutReceiver
from tests.support.people import Person
from tests.support.portals import StartPortal
from tests.support.ports import wait_until

pytestmark = pytest.mark.slow
ROUNDS = 12
SECONDS = 60


def redeem(app: RegisteredApp, back: str) -> requests.Response:
    """Exchange the code that is in the callback."""
    code = back.partition("code=")[2].partition("&")[0]
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": app.redirect_uri}
    auth = (app.client_id, str(app.client_secret))
    return requests.post(f"{app.issuer}/oauth/token", fields, auth=auth, timeout=SECONDS)


def leave(person: Person, token: str) -> requests.Response:
    """Press "Sign out"."""
    url = f"{person.portal}/logout"
    fields = {"csrf_token": token}
    return person.browser.post(url, data=fields, allow_redirects=False, timeout=SECONDS)


@pytest.mark.parametrize("kind", ["sqlite", "mariadb"])
def test_attack_no_sign_in_outlives_its_session_unheard(
    start_portal: StartPortal, logout_receiver: LogoutReceiver, kind: str
) -> None:
    portal = start_portal(kind, workers=3, FETCH_ALLOW=logout_receiver.place)
    app = register_app(portal, "--backchannel-logout-uri", logout_receiver.url())
    query = f"client_id={app.client_id}&redirect_uri={app.redirect_uri}&response_type=code&scope=openid"
    person, got, refused = Person(portal.url).register(), [], []
    for _round in range(ROUNDS):
        back = person.allow(f"{portal.url}/oauth/authorize?{query}")
        person.open("/account")
        token = dict(person.form("csrf_token").fields)["csrf_token"]
        both = [partial(leave, person, token), partial(redeem, app, back)]
        answers = at_once(2, lambda index, both=both: both[index]())
        assert answers[0].status_code in (302, 303)
        (got if answers[1].ok else refused).append(answers[1])
        person.sign_out().sign_in()
    assert {answer.json()["error"] for answer in refused} <= {"invalid_grant"}
    sessions = {make.claims_of(answer.json()["id_token"])["sid"] for answer in got}
    wait_until(lambda: sessions <= told(logout_receiver), 15, "the logout tokens of all sessions")
    assert "Traceback" not in portal.log


def told(receiver: LogoutReceiver) -> set[str]:
    """Of which sessions the app has heard that they are over."""
    return {make.claims_of(token)["sid"] for token in receiver.tokens_at()}
