"""A DPoP proof counts once, on all workers and all portals of one database."""

import json
from collections import Counter
from http.client import HTTPConnection
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests import factories as make
from tests.oauth.holders import Holder
from tests.races.test_races import CALLBACK, SECONDS, at_once, new_code
from tests.support.people import Person
from tests.support.portals import Portal, running_portal

CREDENTIALS = ("client_id", "client_secret")
GRANTS = ("authorization_code", "refresh_token", "client_credentials")


def register(portal: Portal, *options: str) -> dict[str, Any]:
    grants = [part for grant in GRANTS for part in ("--grant", grant)]
    name = f"Bound {Holder().jkt[:8]}"
    return dict(portal.flask_json("client", "create", name, "--redirect-uri", CALLBACK, *grants, *options))


def ask(url: str, app: dict[str, Any], proof: str, **fields: str) -> requests.Response:
    auth = (app["client_id"], app["client_secret"])
    return requests.post(f"{url}/oauth/token", fields, auth=auth, headers={"DPoP": proof}, timeout=SECONDS)


def tokens_of(portal: Portal, app: dict[str, Any], holder: Holder) -> dict[str, Any]:
    code = new_code(portal, Person(portal.url).register(), app)
    fields = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    return dict(ask(portal.url, app, holder.proof(f"{portal.url}/oauth/token"), **fields).json())


def test_of_twenty_requests_with_one_proof_one_gets_a_token(portal: Portal) -> None:
    app, holder = register(portal), Holder()
    for _ in range(3):
        proof = holder.proof(f"{portal.url}/oauth/token")
        answers = at_once(20, lambda _: ask(portal.url, app, proof, grant_type="client_credentials"))  # noqa: B023
        assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 19}
        assert {answer.json()["error"] for answer in answers if not answer.ok} == {"invalid_dpop_proof"}
    assert "Traceback" not in portal.log
    assert "database is locked" not in portal.log


@pytest.mark.parametrize("path", ["/oauth/userinfo", "/api/greet"])
def test_of_twenty_uses_of_a_token_with_one_proof_one_is_answered(portal: Portal, path: str) -> None:
    app, holder = register(portal), Holder()
    token = tokens_of(portal, app, holder)["access_token"]
    headers = holder.asking(token, portal.url + path)
    answers = at_once(20, lambda _: requests.get(portal.url + path, headers=headers, timeout=SECONDS))
    assert Counter(answer.status_code for answer in answers) == {200: 1, 401: 19}
    assert "Traceback" not in portal.log


def test_twenty_uses_with_a_proof_each_are_all_answered(portal: Portal) -> None:
    app, holder = register(portal), Holder()
    token, url = tokens_of(portal, app, holder)["access_token"], f"{portal.url}/oauth/userinfo"
    proofs = [holder.asking(token, url) for _ in range(20)]
    answers = at_once(20, lambda index: requests.get(url, headers=proofs[index], timeout=SECONDS))
    assert {answer.status_code for answer in answers} == {200}


@pytest.mark.rfc("9449#4.3")
def test_attack_two_headers_hold_a_proof_each(portal: Portal) -> None:
    """Whichever of them a proxy on the way had looked at."""
    app, holder = register(portal), Holder()
    body = urlencode({"grant_type": "client_credentials", **{name: app[name] for name in CREDENTIALS}})
    connection = HTTPConnection(urlsplit(portal.local).netloc, timeout=SECONDS)
    connection.putrequest("POST", "/oauth/token")
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(len(body)))
    for _ in range(2):
        connection.putheader("DPoP", holder.proof(f"{portal.url}/oauth/token"))
    connection.endheaders(body.encode())
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["error"]) == (400, "invalid_dpop_proof")
    connection.close()


@pytest.mark.slow
def test_attack_a_proof_is_replayed_at_another_portal_of_the_same_database(portal: Portal) -> None:
    app, holder = register(portal), Holder()
    with running_portal(portal.database_url, workers=2, ISSUER=portal.url) as second:
        for here, there in ((portal.local, second.local), (second.local, portal.local)) * 3:
            proof = holder.proof(f"{portal.url}/oauth/token")
            assert ask(here, app, proof, grant_type="client_credentials").status_code == 200
            assert ask(there, app, proof, grant_type="client_credentials").status_code == 400


def test_a_refresh_token_that_several_keys_claim_at_once_is_bound_to_one(portal: Portal) -> None:
    """A public app begins to prove a key, and thieves do so at the same time."""
    app = dict(
        portal.flask_json(
            "client", "create", f"Public {Holder().jkt[:8]}", "--redirect-uri", CALLBACK, "--public"
        )
    )
    pkce, url = make.make_proof(), f"{portal.url}/oauth/token"
    query = {
        "client_id": app["client_id"], "redirect_uri": CALLBACK, "response_type": "code", "state": "s",
        "code_challenge": pkce.challenge, "code_challenge_method": "S256",
    }  # fmt: skip
    back = Person(portal.url).register().allow(f"{portal.url}/oauth/authorize?{urlencode(query)}")
    fields = {
        "grant_type": "authorization_code", "code": parse_qs(urlsplit(back).query)["code"][0], "redirect_uri": CALLBACK,
        "client_id": app["client_id"], "code_verifier": pkce.verifier,
    }  # fmt: skip
    token = requests.post(url, fields, timeout=SECONDS).json()["refresh_token"]
    renewal = {"grant_type": "refresh_token", "refresh_token": token, "client_id": app["client_id"]}
    proofs = [Holder().proof(url) for _ in range(12)]

    def claim(index: int) -> requests.Response:
        return requests.post(url, renewal, headers={"DPoP": proofs[index]}, timeout=SECONDS)

    answers = at_once(12, claim)
    assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 11}
    assert "Traceback" not in portal.log
