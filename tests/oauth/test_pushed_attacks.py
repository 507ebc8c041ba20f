"""Attacks on requests that apps push beforehand, each by its name."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from app import network_limits
from app.crypto import digest
from app.database.rows import db
from app.diagnostics.models import LoggedRequest
from app.diagnostics.request_log import writing
from app.diagnostics.request_log.cap import PER_MINUTE
from app.oauth.models import AuthorizationCode, PushedRequest
from app.oauth.pushed_requests import URN
from app.operations.cleanup import delete_batch
from tests import factories as make
from tests.oauth.by_assertion import TYPE, make_assertion, make_signer
from tests.oauth.world import World, later
from tests.support.statements import count_statements

EVIL = "https://evil.example/callback"
THERE = {"REMOTE_ADDR": "203.0.113.7"}


def open_(browser: FlaskClient, query: Any, **changes: Any) -> TestResponse:
    return browser.get("/oauth/authorize", query_string=query, **changes)


def rows(world: World) -> list[PushedRequest]:
    with world.app.app_context():
        return list(db.session.scalars(select(PushedRequest).order_by(PushedRequest.id)))


def cause(world: World, response: TestResponse) -> str | None:
    """Why a page of ours, which leads nowhere, was shown."""
    assert response.status_code == 400, response.status_code
    assert "Location" not in response.headers
    with world.app.app_context():
        query = select(LoggedRequest.cause).where(
            LoggedRequest.request_id == response.headers["X-Request-Id"]
        )
        return db.session.scalar(query)


def test_attack_another_app_sends_the_request_uri_of_an_app_as_its_own(world: World) -> None:
    query = make.pushed(world.client, world.http) | {"client_id": world.other.id}
    assert cause(world, open_(world.browser, query)) == "request_uri_of_other_client"
    assert rows(world)[0].opened_at is None


@pytest.mark.parametrize(
    "swapped",
    [
        {"redirect_uri": EVIL}, {"scope": "openid profile email phone offline_access"}, {"state": "swapped"},
        {"nonce": "swapped"}, {"response_type": "token"}, {"response_mode": "form_post"}, {"prompt": "none"},
        {"max_age": "soon"}, {"login_hint": "eve"}, {"id_token_hint": "x.y.z"}, {"request": "eyJ.e30."}, {"acr_values": "swapped"},
        {"code_challenge": "c" * 43, "code_challenge_method": "plain"}, {"code_challenge_method": "plain"},
        {"anything": "x" * 9000}, {"nonce": "a\0b"},
    ],
)  # fmt: skip
def test_attack_parameters_beside_the_request_uri_replace_what_was_pushed(
    world: World, swapped: dict[str, str]
) -> None:
    proof = make.make_proof()
    query = make.pushed(world.client, world.http, proof, scope="openid email")
    page = open_(world.browser, query | swapped)
    assert page.status_code == 200
    assert make.offered(page) == ["openid", "email"]
    assert not [value for value in swapped.values() if value in make.action_of(page)]
    answer = make.answer_of(make.decide(world.browser, page))
    assert answer["state"] == "st-1234567"
    tokens = make.redeem(world.http, world.client, answer["code"], proof).json
    assert tokens["scope"] == "openid email"
    assert make.claims_of(tokens["id_token"])["nonce"] == "no-1234567"


def test_attack_pkce_is_taken_away_by_the_query(world: World) -> None:
    proof = make.make_proof()
    query = make.pushed(world.client, world.http, proof) | {"code_challenge": "", "code_challenge_method": ""}
    page = open_(world.browser, query)
    code = make.answer_of(make.decide(world.browser, page))["code"]
    assert make.redeem(world.http, world.client, code).status_code == 400


def test_attack_the_form_of_the_consent_page_is_sent_to_a_swapped_address(world: World) -> None:
    query = make.pushed(world.client, world.http)
    page = open_(world.browser, query)
    fields = {"csrf_token": make.csrf_token(page), "decision": "allow", "scope": "email"}
    for swapped in ({"client_id": world.other.id}, {"request_uri": f"{URN}pf_par_{'x' * 43}"}):
        answer = world.browser.post("/oauth/consent", query_string=query | swapped, data=fields)
        assert cause(world, answer) in ("request_uri_of_other_client", "request_uri_unknown")
    swapped = query | {"redirect_uri": EVIL, "state": "swapped"}
    answered = make.answer_of(world.browser.post("/oauth/consent", query_string=swapped, data=fields))
    assert answered["state"] == "st-1234567"


def test_attack_the_request_uri_is_used_again_after_its_answer(world: World) -> None:
    query = make.pushed(world.client, world.http)
    make.decide(world.browser, open_(world.browser, query))
    for browser in (world.browser, world.app.test_client(), make.browser_of(world.app, world.owner)):
        assert cause(world, open_(browser, query)) == "request_uri_used"
    with later(minutes=45):
        assert cause(world, open_(world.browser, query)) == "request_uri_used"


def test_attack_an_error_is_asked_for_again(world: World) -> None:
    query = make.pushed(world.client, world.http, prompt="none")
    assert make.answer_of(open_(world.browser, query))["error"] == "consent_required"
    make.authorize(world.client, world.browser)
    assert cause(world, open_(world.browser, query)) == "request_uri_used"


def test_attack_a_link_that_was_opened_is_stolen(world: World) -> None:
    """Neither a browser without a session nor one of somebody signed in goes on with it, nor reads of it."""
    query = make.pushed(world.client, world.http, login_hint="anna@example.org")
    opened = open_(world.browser, query)
    for thief in (world.app.test_client(), make.browser_of(world.app, world.owner)):
        refused = open_(thief, query)
        assert cause(world, refused) == "request_uri_elsewhere"
        assert "anna" not in refused.text
        token = make.csrf_token(
            thief.get("/login") if thief.get("/account").status_code != 200 else thief.get("/account/profile")
        )
        posted = thief.post(make.action_of(opened), data={"csrf_token": token, "decision": "allow"})
        assert cause(world, posted) == "request_uri_elsewhere"
    assert "code" in make.answer_of(make.decide(world.browser, opened))


def test_attack_a_request_that_the_attacker_began_is_handed_to_a_victim(world: World) -> None:
    attacker = make.browser_of(world.app, world.owner)
    query = make.pushed(world.client, world.http)
    assert open_(attacker, query).status_code == 200
    make.authorize(world.client, world.browser)  # nothing would be left to ask the victim
    assert cause(world, open_(world.browser, query)) == "request_uri_elsewhere"


def test_attack_the_cookie_of_another_browser_says_that_it_opened_something(world: World) -> None:
    mine, theirs = (make.pushed(world.client, world.http) for _request in range(2))
    other = make.browser_of(world.app, world.owner)
    assert open_(other, theirs).status_code == 200
    assert open_(world.browser, mine).status_code == 200
    assert cause(world, open_(world.browser, theirs)) == "request_uri_elsewhere"


def test_attack_a_browser_that_forgot_everything_goes_on(world: World) -> None:
    query = make.pushed(world.client, world.http)
    visitor = world.app.test_client()
    assert open_(visitor, query).status_code == 303
    visitor.delete_cookie("pforte-8000")
    assert [name for name in ("pforte", "pforte-8000") if visitor.get_cookie(name)] == []
    assert cause(world, open_(visitor, query)) == "request_uri_elsewhere"


@pytest.mark.parametrize(
    "uri", ["https://evil.example/request", "http://127.0.0.1/", "urn:example:x", "file:///etc/passwd", "x"]
)
def test_attack_a_foreign_request_uri_is_fetched(world: World, uri: str) -> None:
    answer = world.ask(request_uri=uri)
    assert make.answer_of(answer)["error"] == "request_uri_not_supported"


@pytest.mark.parametrize(
    "random", ["", "x", "pf_par_", "ä" * 40, "pf_par_" + "a" * 5000, "../../x", "%00", "pf_par_\0", " "]
)
def test_attack_a_request_uri_is_guessed(world: World, random: str) -> None:
    query = {"client_id": world.client.id, "request_uri": URN + random}
    assert cause(world, open_(world.browser, query)) in ("request_uri_unknown", "parameter_malformed")


@pytest.mark.parametrize("changes", [{"client_id": "nobody"}, {"client_id": ""}, {"client_id": "x" * 9000}])
def test_attack_the_client_is_not_the_one_that_pushed(world: World, changes: dict[str, str]) -> None:
    query = make.pushed(world.client, world.http) | changes
    assert open_(world.browser, query).status_code == 400


@pytest.mark.parametrize("name", ["client_id", "request_uri"])
def test_attack_what_refers_to_the_request_is_sent_twice(world: World, name: str) -> None:
    query = make.pushed(world.client, world.http)
    twice = [*query.items(), (name, query[name])]
    assert cause(world, open_(world.browser, twice)) == "parameter_repeated"


def test_attack_a_disabled_app_is_opened_by_a_request_of_before(world: World) -> None:
    query = make.pushed(world.client, world.http)
    world.disable()
    assert cause(world, open_(world.browser, query)) == "app_disabled"
    assert make.push(world.http, world.client).status_code == 401


def test_attack_twenty_answers_at_once(world: World) -> None:
    """One request, opened by twenty browsers at the same moment: one code."""
    make.authorize(world.client, world.browser)
    query = make.pushed(world.client, world.http)
    browsers = [make.browser_of(world.app, world.person) for _number in range(20)]
    barrier = threading.Barrier(20)

    def one(browser: FlaskClient) -> int:
        barrier.wait(timeout=60)
        return open_(browser, query).status_code

    with ThreadPoolExecutor(20) as pool:
        statuses = sorted(pool.map(one, browsers))
    assert statuses == [302] + [400] * 19
    with world.app.app_context():
        codes = db.session.scalar(select(func.count()).select_from(AuthorizationCode))
    assert codes == 2


def test_attack_the_database_is_stolen(world: World) -> None:
    """Neither the address, nor what it asks for, nor whom it names stands in the row."""
    query = make.pushed(world.client, world.http, login_hint="anna@example.org", state="st-of-anna")
    (row,) = rows(world)
    assert row.uri_digest == digest(query["request_uri"].removeprefix(URN))
    kept = json.dumps({name: str(value) for name, value in vars(row).items()})
    for secret in (query["request_uri"][-43:], "anna", "st-of-anna", "openid"):
        assert secret not in kept


def test_attack_credentials_are_kept_with_the_request(world: World) -> None:
    make.pushed(world.client, world.http)
    signer = make_signer(world)
    proof = {"client_assertion": make_assertion(signer), "client_assertion_type": TYPE}
    assert world.http.post("/oauth/par", data=make.request_of(signer) | proof).status_code == 201
    with world.app.app_context():
        from app.oauth import pushed_requests

        for row in db.session.scalars(select(PushedRequest)):
            kept = pushed_requests.parameters_of(row)  # type: ignore[arg-type]
            assert {"client_secret", "client_assertion", "client_assertion_type"}.isdisjoint(kept)
            assert kept["client_id"] == row.client_id


def test_attack_the_row_of_one_request_is_given_the_parameters_of_another(world: World) -> None:
    """What is sealed for a row opens in no other: our trouble, no answer."""
    query = make.pushed(world.client, world.http)
    make.pushed(world.client, world.http, scope="openid")
    with world.app.app_context():
        first, second = db.session.scalars(select(PushedRequest).order_by(PushedRequest.id))
        first.sealed = second.sealed
        db.session.commit()
    assert open_(world.browser, query).status_code == 503


def test_attack_a_network_fills_the_table_in_the_name_of_a_public_app(world: World) -> None:
    public = world.make_client(client_type="public")
    limit = network_limits.PUSHED_REQUESTS
    with world.app.app_context():
        for _request in range(limit.item.amount):
            network_limits.count(limit, THERE["REMOTE_ADDR"])
    fields = make.request_of(public, make.make_proof())
    answer = world.http.post("/oauth/par", data=fields, environ_base=THERE)
    assert answer.status_code == 429
    assert (answer.json or {})["error"] == "temporarily_unavailable"
    assert 1 <= int(answer.headers["Retry-After"]) <= 601
    assert rows(world) == []
    mine = world.http.post(
        "/oauth/par", data=make.request_of(world.client) | world.client.form, environ_base=THERE
    )
    assert mine.status_code == 201  # a server with a secret may serve thousands of people


def test_attack_a_stranger_fills_the_log_of_a_public_app(world: World) -> None:
    public = world.make_client(client_type="public")
    for _request in range(PER_MINUTE + 5):
        assert make.push(world.http, public, make.make_proof()).status_code == 201
    with world.app.app_context():
        writing.flush_log()
        kept = db.session.scalar(select(func.count()).select_from(LoggedRequest))
    assert kept == PER_MINUTE


def test_what_is_over_is_gone_within_the_hour(world: World) -> None:
    make.pushed(world.client, world.http)
    with later(minutes=59), world.app.app_context():
        assert delete_batch(PushedRequest) == 0
    with later(minutes=62), world.app.app_context():
        assert delete_batch(PushedRequest) == 1
        db.session.commit()
    assert rows(world) == []


def test_a_refusal_at_the_endpoint_writes_no_row(world: World) -> None:
    with count_statements() as statements:
        assert make.push(world.http, world.client, scope="nothing").status_code == 400
    assert not [text for text in statements if "pushed_requests" in text]
