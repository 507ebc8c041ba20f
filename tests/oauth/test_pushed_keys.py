"""A proof beside a pushed request binds it to its key, as the parameter dpop_jkt does."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.datastructures import Headers, MultiDict

from app.extensions import settings
from app.oauth.dpop.presented import bind_pushed_request
from app.oauth.refusals import Refused
from app.oauth.requests import PortalRequest
from tests.oauth.holders import ISSUER, Holder

PATH = "/oauth/par"
Push = Callable[..., str | None]


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def push(app: Flask) -> Push:
    """Push a request with this proof and these parameters; what it is bound to."""

    def pushed(proof: str | None, **parameters: str) -> str | None:
        headers = Headers({"DPoP": proof} if proof is not None else {})
        request = PortalRequest("POST", PATH, headers, MultiDict(parameters))
        with app.test_request_context(PATH, method="POST"):
            try:
                bind_pushed_request(request, settings)
                request.commit()
            finally:
                request.close()
        return request.parameters.get("dpop_jkt")

    return pushed


@pytest.mark.rfc("9449#10.1")
def test_a_pushed_request_is_bound_to_the_key_of_its_proof(push: Push, holder: Holder) -> None:
    url = ISSUER + PATH
    assert push(holder.proof(url)) == holder.jkt
    assert push(holder.proof(url), dpop_jkt=holder.jkt) == holder.jkt
    assert push(None, dpop_jkt=holder.jkt) == holder.jkt
    assert push(None) is None


@pytest.mark.rfc("9449#10.1")
def test_a_pushed_request_whose_parameter_names_another_key_is_refused(push: Push, holder: Holder) -> None:
    with pytest.raises(Refused) as refused:
        push(holder.proof(ISSUER + PATH), dpop_jkt=Holder().jkt)
    assert (refused.value.cause.name, refused.value.cause.error) == ("dpop_key_differs", "invalid_dpop_proof")


def test_attack_the_proof_of_a_pushed_request_comes_again(push: Push, holder: Holder) -> None:
    proof = holder.proof(ISSUER + PATH)
    assert push(proof)
    with pytest.raises(Refused) as refused:
        push(proof)
    assert refused.value.cause.name == "dpop_proof_replayed"
