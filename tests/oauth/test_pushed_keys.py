"""A proof beside a pushed request binds it to its key, as the parameter dpop_jkt does."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import factories as make
from tests.oauth.holders import ISSUER, Holder, redeem

URL = f"{ISSUER}/oauth/par"
Push = Callable[..., TestResponse]


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def pkce() -> make.Proof:
    return make.make_proof()


@pytest.fixture
def client_app(app: Flask) -> make.App:
    return make.make_client(app)


@pytest.fixture
def push(app: Flask, client_app: make.App, pkce: make.Proof) -> Push:
    """Push an authorization request with this DPoP proof."""

    def pushed(proof: str | None, **changes: str) -> TestResponse:
        data = make.request_of(client_app, pkce, **changes) | client_app.form
        headers = {"DPoP": proof} if proof is not None else {}
        return app.test_client().post("/oauth/par", data=data, headers=headers)

    return pushed


@pytest.fixture
def redeemed(app: Flask, client_app: make.App, pkce: make.Proof) -> Callable[..., TestResponse]:
    """What the code of a pushed request gives whoever redeems it with this proof."""
    browser: FlaskClient = make.browser_of(app, make.make_user(app, "anna"))

    def redeemed(pushed: TestResponse, proof: str | None) -> TestResponse:
        assert pushed.status_code == 201, pushed.text
        query = {"client_id": client_app.id, "request_uri": (pushed.json or {})["request_uri"]}
        answer = browser.get("/oauth/authorize", query_string=query)
        if answer.status_code == 200:
            answer = make.decide(browser, answer)
        return redeem(browser, client_app, make.answer_of(answer)["code"], pkce, proof)

    return redeemed


@pytest.mark.rfc("9449#10.1")
def test_a_pushed_request_is_bound_to_the_key_of_its_proof(
    push: Push, redeemed: Callable[..., TestResponse], holder: Holder
) -> None:
    for pushed in (
        push(holder.proof(URL)),
        push(holder.proof(URL), dpop_jkt=holder.jkt),
        push(None, dpop_jkt=holder.jkt),
    ):
        answer = redeemed(pushed, holder.proof())
        assert answer.status_code == 200, answer.text
        assert (answer.json or {})["token_type"] == "DPoP"


@pytest.mark.rfc("9449#10.1")
@pytest.mark.parametrize("stolen_with", ["another key", "no key"])
def test_attack_the_code_of_a_pushed_request_is_redeemed_without_its_key(
    push: Push, redeemed: Callable[..., TestResponse], holder: Holder, stolen_with: str
) -> None:
    proof = Holder().proof() if stolen_with == "another key" else None
    answer = redeemed(push(holder.proof(URL)), proof)
    assert answer.status_code == 400
    assert "access_token" not in (answer.json or {})


@pytest.mark.rfc("9449#10.1")
def test_a_pushed_request_whose_parameter_names_another_key_is_refused(push: Push, holder: Holder) -> None:
    answer = push(holder.proof(URL), dpop_jkt=Holder().jkt)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_dpop_proof")


def test_attack_the_proof_of_a_pushed_request_comes_again(push: Push, holder: Holder) -> None:
    proof = holder.proof(URL)
    assert push(proof).status_code == 201
    answer = push(proof)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_dpop_proof")
