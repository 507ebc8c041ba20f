"""Whatever is sent to the JSON endpoints, the answer is JSON with the right status, never a 5xx."""

from typing import Any

import pytest
import requests
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from tests.support.portals import StartPortal

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
READING_JSON = ("/api/register", "/api/auth")
PATHS = (*READING_JSON, "/api/authorize")
NASTY = [
    None,
    5,
    1.5,
    True,
    [],
    {},
    ["x"],
    {"a": 1},
    "\0",
    "a\0b",
    "\ud800",
    "\udc00x",
    "\U0001f600",
    "ä" * 9_000,
]


def check(response: TestResponse, *statuses: int) -> None:
    assert response.status_code in statuses, f"{response.status_code} {response.text}"
    assert response.is_json
    assert "Traceback" not in response.text
    assert "Access-Control-Allow-Origin" not in response.headers
    assert response.headers["Cache-Control"] == "no-store"
    if response.json.get("success") is not False:
        assert set(response.json) == {"error", "message"}


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", JSON, 400),
        (b"{", JSON, 400),
        (b"[]", JSON, 400),
        (b"null", JSON, 400),
        (b'"x"', JSON, 400),
        (b"NaN", JSON, 400),
        (b"\xff\xfe", JSON, 400),
        (b"\xef\xbb\xbf{}", JSON, 400),
        ("{}".encode("utf-16"), JSON, 400),
        (b"[" * 100_000, JSON, 400),
        (b'{"a":' * 40_000, JSON, 400),
        (b'{"username":"a","username":"b","password":"c","email":"d"}', JSON, 400),
        (b'{"client_id":"a","client_id":"b"}', JSON, 400),
        (b'{"x":' + b"1" * 10_000 + b"}", JSON, 400),
        (b"{}", "text/plain", 415),
        (b"{}", "", 415),
        (b"--x\r\n", "multipart/form-data; boundary=x", 415),
        (b'{"x":"' + b"y" * 300_000 + b'"}', JSON, 413),
    ],
)
@pytest.mark.parametrize("path", PATHS)
def test_wrong_bodies(client: FlaskClient, path: str, body: bytes, content_type: str, status: int) -> None:
    check(client.post(path, data=body, content_type=content_type), status)


@pytest.mark.any_database
@pytest.mark.parametrize("path", READING_JSON)
def test_a_form_is_no_json(client: FlaskClient, path: str) -> None:
    check(client.post(path, data={"username": "a", "password": "b", "email": "c"}), 415)


@pytest.mark.parametrize("value", NASTY)
def test_wrong_types_and_texts_that_are_none(client: FlaskClient, value: Any) -> None:
    good = {"username": "maria", "email": "maria@example.org", "password": "nine violet kettles there"}
    for name in good:
        check(client.post("/api/register", json=good | {name: value}), 422, 201, 409)
        if name != "email":
            check(client.post("/api/auth", json=good | {name: value}), 401, 422)
    for name in ("client_id", "client_secret"):
        fields = {"client_id": "x", "client_secret": "y", name: value}
        check(client.post("/api/authorize", json=fields), 401, 422)


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("method", "path"),
    [
        *(("GET", path) for path in (*PATHS, "/api/verify")),
        *(("DELETE", path) for path in ("/api/greet", "/api/users/x", "/api/auth")),
    ],
)
def test_other_methods_are_405_in_json(client: FlaskClient, method: str, path: str) -> None:
    answer = client.open(path, method=method)
    check(answer, 405)
    assert answer.headers["Allow"]


@pytest.mark.any_database
def test_unknown_addresses_are_404_in_json(client: FlaskClient) -> None:
    check(client.get("/api/nothing"), 404)
    check(client.get("/api/users/a%00b"), 400)


def test_too_many_requests_are_429_in_json(start_portal: StartPortal) -> None:
    portal = start_portal(workers=1, RATE_LIMIT_REQUESTS_NUMBER="20", RATE_LIMIT_WHITE_LIST="")
    answers = [requests.get(f"{portal.url}/api/greet", timeout=30) for _ in range(25)]
    refused = answers[-1]
    assert (answers[0].status_code, refused.status_code) == (401, 429)
    assert set(refused.json()) == {"error", "message"}
    assert int(refused.headers["Retry-After"]) > 0


@pytest.mark.any_database
def test_other_sites_get_no_permission(client: FlaskClient) -> None:
    """Attack: a web page that calls these endpoints from somebody's browser."""
    headers = {"Origin": "https://evil.example", "Access-Control-Request-Method": "POST"}
    for path in PATHS:
        assert "Access-Control-Allow-Origin" not in client.options(path, headers=headers).headers


VALUES = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("username", "password", "client_id", "client_secret", "extra")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(fields=st.dictionaries(st.sampled_from(FIELDS), VALUES, max_size=4))
def test_whatever_is_sent_is_answered(app: Flask, fields: dict[str, Any]) -> None:
    for path in PATHS:
        check(app.test_client().post(path, json=fields), 401, 422, 429)
