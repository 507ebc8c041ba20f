"""Every malformed request gets an error of its specification or a page, never a 5xx and never a traceback."""

from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from app.clients.grants import DEVICE_CODE
from tests import factories as make
from tests.oauth.world import World

BROWSER = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site", "Origin": "https://app.example.org"}
PROGRAMS = [
    *("/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/userinfo", "/v1/token"),
    "/oauth/device_authorization",
]
FORM = "application/x-www-form-urlencoded"
NASTY = [
    "%ff%fe", "%00", "a%00b", "%C3%A4%C3%B6", "%22%27%5C", "%F0%9F%92%A9", "x" * 9_000, "%0d%0aSet-Cookie:%20a=b",
    "%3Cscript%3Ealert(1)%3C/script%3E", "%ED%A0%80", "%E2%80%AE", "..%2F..%2Fetc", "%27%20OR%201=1--", "9" * 400,
]  # fmt: skip
AUTHORIZE_FIELDS = [
    "client_id", "redirect_uri", "response_type", "scope", "state", "nonce", "code_challenge", "code_challenge_method",
    "prompt", "max_age", "ui_locales", "response_mode", "display", "login_hint", "acr_values", "claims",
    "id_token_hint", "request",
]  # fmt: skip
TOKEN_FIELDS = [
    "grant_type", "client_id", "client_secret", "code", "redirect_uri", "code_verifier", "refresh_token", "scope",
    "client_assertion", "client_assertion_type", "token", "token_type_hint", "access_token", "username", "device_code",
]  # fmt: skip
HEADERS = [
    "Basic", "Basic ", "Basic :", "Basic ???", "Basic Og==", "Basic ////", "Basic YTpi\tYTpi", "Basic " + "A" * 20_000,
    "Basic w6TDtjrDvA==", "Basic //79Og==", "Basic AGE6AGI=", "Bearer", "Bearer ", "Bearer  ", "Bearer a b c",
    "Bearer \xe4\xf6", "Bearer eyJ.eyJ.", "Bearer ..", "Bearer " + "x" * 20_000, "Bearer eyJhbGciOiJub25lIn0.e30.",
    "Bearer eyJhbGciOlsiUlMyNTYiXX0.e30.AA", "Bearer W10.W10.AA", "Negotiate x", "DPoP x", "\xff", "Basic\tYTpi",
    "Bearer pf_refresh_", "Bearer pf_refresh_" + "A" * 75, "Basic YTolZmY=", "Basic JTAwOiUwMA==",
]  # fmt: skip


def check_program(response: TestResponse) -> None:
    """An answer of RFC 6749 section 5.2, or a fine one."""
    assert response.status_code < 500, response.text
    assert "Traceback" not in response.text
    assert response.headers["X-Request-Id"]
    if response.status_code >= 400:
        assert response.json["error"]
        assert response.json["error_description"].isascii()
        assert not set('"\\') & set(response.json["error_description"])
        request_id = response.headers["X-Request-Id"]
        assert response.json.get("error_uri", request_id).endswith(request_id)  # none beyond the cap


def check_page(response: TestResponse) -> None:
    assert response.status_code < 500, response.text
    assert "Traceback" not in response.text
    assert "<script>alert" not in response.text
    assert "\n" not in response.headers.get("Location", "")
    assert "Set-Cookie: a=b" not in str(response.headers)


@pytest.mark.parametrize("value", NASTY)
def test_nasty_values_at_the_authorization_endpoint(peopled: World, value: str) -> None:
    for name in AUTHORIZE_FIELDS:
        query = urlencode(make.request_of(peopled.client, **{name: None}))
        check_page(peopled.browser.get(f"/oauth/authorize?{query}&{name}={value}"))


@pytest.mark.any_database
@pytest.mark.parametrize("value", NASTY)
def test_nasty_values_of_strangers_and_in_posted_requests(peopled: World, value: str) -> None:
    for name in AUTHORIZE_FIELDS:
        query = urlencode(make.request_of(peopled.client, **{name: None}))
        check_page(peopled.http.get(f"/oauth/authorize?{query}&{name}={value}"))
        body = f"{query}&{name}={value}"
        check_page(peopled.browser.post("/oauth/authorize", data=body, content_type=FORM))


@pytest.mark.parametrize("value", NASTY)
def test_nasty_values_at_the_endpoints_for_programs(peopled: World, value: str) -> None:
    token_requests = [("/oauth/token", grant) for grant in (*make.ALL_GRANTS, DEVICE_CODE)]
    others = [(path, "refresh_token") for path in (*PROGRAMS[1:4], PROGRAMS[-1])]
    for name in TOKEN_FIELDS:
        for path, grant in token_requests + others:
            fields = {
                "grant_type": grant,
                "token": "x",
                "code": "x",
                "refresh_token": "x",
                **peopled.client.form,
            }
            fields.pop(name, None)
            body = f"{urlencode(fields)}&{name}={value}"
            check_program(peopled.http.post(path, data=body, content_type=FORM))


@pytest.mark.parametrize("path", [*PROGRAMS, "/oauth/me"])
def test_malformed_authorization_headers(peopled: World, path: str) -> None:
    body = {} if path == "/oauth/me" else {"data": {"grant_type": "client_credentials", "token": "x"}}
    for header in HEADERS:
        method = "GET" if path == "/oauth/me" else "POST"
        response = peopled.http.open(path, method=method, headers={"Authorization": header}, **body)
        check_program(response)
        assert response.status_code in (400, 401), header


@pytest.mark.any_database
@pytest.mark.parametrize("path", PROGRAMS)
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{}", "application/json", {400, 401}),
        (b'{"grant_type":', "application/json", {400, 401}),
        (b"--x\r\n", "multipart/form-data; boundary=x", {400, 401}),
        (b"--x\r\n", "multipart/form-data", {400, 401}),
        (b"grant_type=client_credentials", "text/plain", {400, 401}),
        (b"grant_type=client_credentials", "", {400, 401}),
        (b"grant_type=client_credentials", "application/x-www-form-urlencoded; charset=utf-16", {400, 401}),
        (b"\xff\xfe\x00", FORM, {400, 401}),
        (b"=&=&&&", FORM, {400, 401}),
        (b"scope=" + b"x" * 300_000, FORM, {413}),
        (b"&".join(b"f%d=1" % number for number in range(60_000)), FORM, {413}),
    ],
)
def test_wrong_bodies(app: Flask, path: str, body: bytes, content_type: str, status: set[int]) -> None:
    response = app.test_client().post(path, data=body, content_type=content_type)
    check_program(response)
    assert response.status_code in status


@pytest.mark.parametrize("body", [b"scope=" + b"x" * 300_000, b"&".join(b"f%d=1" % n for n in range(60_000))])
def test_a_body_too_large_is_refused_on_a_page_that_tells_the_owner_why(world: World, body: bytes) -> None:
    for headers in ({}, BROWSER):
        page = world.http.post(
            f"/oauth/authorize?client_id={world.client.id}", data=body, content_type=FORM, headers=headers
        )
        assert page.status_code == 413
        assert '<html lang="en"' in page.text
        failure = f"/failures/{page.headers['X-Request-Id']}"
        assert failure in page.text
        assert "body_too_large" in make.browser_of(world.app, world.owner).get(failure).text


@pytest.mark.any_database
@pytest.mark.parametrize("method", ["TRACE", "PROPFIND", "FOO", "PUT", "DELETE", "PATCH", "HEAD", "get"])
@pytest.mark.parametrize(
    "path", [*PROGRAMS, "/oauth/authorize", "/oauth/consent", "/.well-known/openid-configuration"]
)
def test_unknown_methods(app: Flask, path: str, method: str) -> None:
    response = app.test_client().open(path, method=method)
    assert response.status_code < 500
    assert response.headers["X-Request-Id"]


@pytest.mark.any_database
@pytest.mark.parametrize("path", [*PROGRAMS, "/oauth/authorize"])
def test_a_body_shorter_than_announced_is_refused(app: Flask, path: str) -> None:
    response = app.test_client().post(
        path, data=b"a=b", content_type=FORM, headers={"Content-Length": "nonsense"}
    )
    assert response.status_code < 500


@pytest.mark.parametrize(
    "query", ["decision=allow&scope=a%00b", "%ff=%fe", "decision=%ff", "decision=x&scope=" + "y" * 9_000]
)
def test_nasty_decisions(world: World, query: str) -> None:
    page = world.ask()
    body = f"csrf_token={make.csrf_token(page)}&{query}"
    check_page(world.browser.post(make.action_of(page), data=body, content_type=FORM))


@pytest.mark.parametrize("request_id", ["%00", "%ff", "x" * 500, "ä", "' OR 1=1", "../..", "a b"])
def test_nasty_failure_ids(app: Flask, request_id: str) -> None:
    assert app.test_client().get(f"/failures/{request_id}").status_code in (400, 404)


VALUES = st.one_of(st.text(max_size=60), st.binary(max_size=60).map(lambda raw: raw.decode("latin-1")))
SETTINGS = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SETTINGS
@given(
    fields=st.dictionaries(st.sampled_from(TOKEN_FIELDS), VALUES, max_size=8), path=st.sampled_from(PROGRAMS)
)
def test_whatever_is_sent_to_programs_endpoints_is_answered(
    peopled: World, fields: dict[str, Any], path: str
) -> None:
    check_program(peopled.http.post(path, data=fields))
    check_program(peopled.http.post(path, data={**peopled.client.form, **fields}))


@SETTINGS
@given(fields=st.dictionaries(st.sampled_from(AUTHORIZE_FIELDS), VALUES, max_size=6))
def test_whatever_is_sent_to_the_authorization_endpoint_is_answered(
    peopled: World, fields: dict[str, Any]
) -> None:
    check_page(
        peopled.browser.get("/oauth/authorize", query_string={**make.request_of(peopled.client), **fields})
    )


@SETTINGS
@given(token=VALUES)
def test_whatever_is_sent_as_a_token_is_inactive(peopled: World, token: str) -> None:
    response = peopled.http.post("/oauth/introspect", data={"token": token}, auth=peopled.client.auth)
    assert response.status_code == 400 or response.json == {"active": False}


@pytest.fixture
def peopled(world: World) -> World:
    """The world with everybody in it already, so that a table of values costs one person and one app."""
    assert world.client.id
    assert world.browser
    return world
