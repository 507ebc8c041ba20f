"""The portal describes every endpoint for programs, and none that it has not."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.authentication.access import is_for_programs
from tests import factories as make
from tests.every.routes import ENDPOINTS
from tests.support.apps import MakeApp

METHODS = {"get", "post", "put", "delete"}
# For programs, but nothing that a program of somebody else would ask.
ELSEWHERE = {
    "/openapi.json": "the description itself",
    "/metrics": "for whoever runs the portal, at addresses of theirs",
    "/pictures/{picture_id}.webp": "pictures, which pages show",
    "/.well-known/change-password": "for password managers",
    "/.well-known/passkey-endpoints": "for password managers",
    "/.well-known/security.txt": "for people who found a fault",
    "/robots.txt": "for search engines",
    "/static/{filename}": "for browsers",
    "/favicon.ico": "for browsers",
}


@pytest.fixture
def open_app(app_with: MakeApp) -> Flask:
    return app_with(DYNAMIC_REGISTRATION="open")


@pytest.fixture
def described(open_app: Flask) -> dict[str, Any]:
    found: dict[str, Any] = open_app.test_client().get("/openapi.json").json or {}
    return found


def for_programs(app: Flask) -> set[str]:
    """The paths of the URL map that programs ask, as OpenAPI writes them."""
    return {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for rule in app.url_map.iter_rules()
        if rule.endpoint.split(".")[0] in ENDPOINTS or is_for_programs(app.view_functions[rule.endpoint])
    }


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        yield from (str(part["$ref"]) for _ in [0] if "$ref" in part)
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def test_every_endpoint_for_programs_is_described(open_app: Flask, described: dict[str, Any]) -> None:
    assert for_programs(open_app) - set(described["paths"]) == set(ELSEWHERE)


def test_nothing_is_described_that_is_not_there(open_app: Flask, described: dict[str, Any]) -> None:
    rules = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in open_app.url_map.iter_rules()
        for method in rule.methods or ()
    }
    told = {(path, method) for path, item in described["paths"].items() for method in METHODS & item.keys()}
    assert told - rules == set()
    assert set(ELSEWHERE) & set(described["paths"]) == set()


def test_every_reference_leads_to_a_schema_and_every_scheme_is_told(described: dict[str, Any]) -> None:
    schemas, schemes = (described["components"][part] for part in ("schemas", "securitySchemes"))
    assert {name.removeprefix("#/components/schemas/") for name in references(described["paths"])} == set(
        schemas
    )
    used = {
        name
        for item in described["paths"].values()
        for method in METHODS & item.keys()
        for scheme in item[method]["security"]
        for name in scheme
    }
    assert used == set(schemes)


def test_it_says_what_discovery_says(app: Flask, client: FlaskClient, app_with: MakeApp) -> None:
    discovery = client.get("/.well-known/openid-configuration").json or {}
    told = client.get("/openapi.json").json or {}
    assert told["servers"] == [{"url": discovery["issuer"]}]
    form = told["paths"]["/oauth/token"]["post"]["requestBody"]["content"][
        "application/x-www-form-urlencoded"
    ]
    assert form["schema"]["properties"]["grant_type"]["enum"] == discovery["grant_types_supported"]
    assert "/oauth/register" not in told["paths"]
    paths = {
        value.removeprefix(discovery["issuer"])
        for name, value in discovery.items()
        if name.endswith("_endpoint")
    }
    assert paths <= set(told["paths"])


@pytest.mark.parametrize("path", ["/openapi.json", "/openapi.json/"])
def test_every_web_page_may_read_it_and_caches_keep_it(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.mimetype == "application/json"
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert answer.headers["Cache-Control"] == "public, max-age=300"


def test_answers_are_as_described(app: Flask, client: FlaskClient) -> None:
    """What the commonest requests are answered is a status that stands there, with the members that must be."""
    told = json.loads(client.get("/openapi.json").text)
    someone = make.make_client(app, grant_types=("client_credentials",))
    asked = {
        ("/oauth/token", "post"): {"grant_type": "client_credentials", **someone.form},
        ("/oauth/introspect", "post"): {"token": "none", **someone.form},
        ("/oauth/revoke", "post"): {"token": "none", **someone.form},
        ("/oauth/par", "post"): {"client_id": "nobody"},
        ("/oauth/device_authorization", "post"): someone.form,
        ("/oauth/userinfo", "get"): {},
        ("/oauth/me", "get"): {},
        ("/api/verify", "post"): {},
        ("/api/greet", "get"): {},
        ("/api/authorize", "post"): someone.form,
        ("/health/live", "get"): {},
        ("/health/ready", "get"): {},
    }
    for (path, method), fields in asked.items():
        answer = client.open(path, method=method.upper(), data=fields or None)
        described = told["paths"][path][method]["responses"].get(str(answer.status_code))
        assert described, (path, answer.status_code)
        schema = described.get("content", {}).get("application/json", {}).get("schema", {})
        schema = told["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], schema)
        assert set(schema.get("required", ())) <= set(answer.json or {}), path
