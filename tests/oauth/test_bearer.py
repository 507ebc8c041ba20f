"""All resources of the portal read and refuse bearer tokens alike, :rfc:`6750`."""

import pytest
from flask import Flask

from tests import factories as make

RESOURCES = ("/oauth/userinfo", "/oauth/me", "/api/greet", "/api/users/anna")


@pytest.mark.rfc("6750#3.1")
@pytest.mark.parametrize("path", RESOURCES)
@pytest.mark.parametrize("header", [None, "Bearer", "Bearer  ", "Basic YTpi", "x"])
def test_whoever_sends_no_token_gets_a_challenge_without_an_error(
    app: Flask, path: str, header: str | None
) -> None:
    answer = app.test_client().get(path, headers={"Authorization": header} if header else {})
    assert (answer.status_code, answer.json["error"]) == (401, "invalid_request")
    assert answer.headers["WWW-Authenticate"] == f'Bearer realm="{app.config["SETTINGS"].issuer}"'


@pytest.mark.any_database
@pytest.mark.rfc("6750#3.1")
@pytest.mark.parametrize("path", RESOURCES)
def test_why_a_token_is_not_valid_is_not_told(app: Flask, path: str) -> None:
    person = make.make_user(app, "anna")
    tokens = make.tokens_for(make.make_client(app), make.browser_of(app, person))
    for token in ("x", tokens["id_token"], tokens["refresh_token"]):
        answer = app.test_client().get(path, headers={"Authorization": f"Bearer {token}"})
        assert (answer.status_code, answer.json["error"]) == (401, "invalid_token")
        assert 'error="invalid_token", error_description="' in answer.headers["WWW-Authenticate"]


@pytest.mark.rfc("6750#2")
@pytest.mark.parametrize("header", ["Bearer", "Bearer x"])
def test_attack_a_second_token_in_the_body_is_refused_whatever_the_header_holds(
    app: Flask, header: str
) -> None:
    tokens = make.tokens_for(make.make_client(app), make.browser_of(app, make.make_user(app)))
    body = {"access_token": tokens["access_token"]}
    http = app.test_client()
    assert http.post("/oauth/userinfo", data=body).status_code == 200
    answer = http.post("/oauth/userinfo", data=body, headers={"Authorization": header})
    assert (answer.status_code, answer.json["error"]) == (400, "invalid_request")
