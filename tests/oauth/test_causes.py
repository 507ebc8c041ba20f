"""Every failure an app can run into is told apart: on the wire as little as is safe, to its owner in full."""

import re
from collections.abc import Callable
from io import BytesIO
from types import ModuleType
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.database.rows import db
from app.diagnostics import causes
from app.extensions import background
from tests import factories as make
from tests.oauth import (
    at_other_endpoints,
    at_the_token_endpoint,
    by_assertion,
    by_device,
    by_proof,
    by_pushing,
)
from tests.oauth.world import World

Provoke = Callable[[World], TestResponse]

# Nobody knows to whom these belong: administrators read them.
OF_NO_APP = {
    "client_unknown",
    "client_not_named",
    "basic_malformed",
    "token_missing",
    "token_malformed",
    "client_id_missing",
    "logout_app_unnamed",
}


def _of(module: ModuleType) -> list[tuple[str, Provoke]]:
    found = (
        (name, rule) for name, rule in vars(module).items() if callable(rule) and name in causes.CATALOGUE
    )
    return [(name, rule) for name, rule in found if rule.__module__ == module.__name__]


TOKEN = _of(at_the_token_endpoint) + _of(by_device)
OTHERS = _of(at_other_endpoints) + _of(by_assertion) + _of(by_proof) + _of(by_pushing)
ALL = [
    pytest.param(name, rule, id=f"{rule.__module__.rpartition('.')[2]}-{name}")
    for name, rule in TOKEN + OTHERS
]


@pytest.mark.parametrize(("name", "provoke"), ALL)
def test_the_cause_is_answered_as_its_specification_says_and_told_to_the_owner(
    world: World, name: str, provoke: Provoke
) -> None:
    cause = causes.CATALOGUE[name]
    response = provoke(world)
    request_id = response.headers["X-Request-Id"]
    _check_answer(response, cause, request_id)
    reader = make.make_user(world.app, "root", is_admin=True) if name in OF_NO_APP else world.owner
    flush(world.app)
    page = make.browser_of(world.app, reader).get(f"/failures/{request_id}")
    assert re.findall(r'<code id="cause"[^>]*>([^<]+)</code>', page.text) == [cause.name]
    stranger = make.browser_of(world.app, make.make_user(world.app, "stranger"))
    for visitor in (stranger, world.app.test_client()):
        page = visitor.get(f"/failures/{request_id}")
        assert page.status_code == 200
        assert cause.name not in page.text


@pytest.mark.any_database
@pytest.mark.parametrize(("name", "provoke"), ALL)
def test_nothing_secret_is_kept_in_any_table(world: World, name: str, provoke: Provoke) -> None:
    sent = _everything_sent(world, provoke)
    flush(world.app)
    kept = everything_kept(world.app)
    assert not [value for value in sent if value in kept]


def _check_answer(response: TestResponse, cause: causes.Cause, request_id: str) -> None:
    error_uri = f"http://127.0.0.1:8000/failures/{request_id}"
    path = urlsplit(response.request.path).path
    if "Location" in response.headers:
        answer = make.answer_of(response)
        assert answer["iss"] == "http://127.0.0.1:8000"
        assert answer["state"] == "st-1234567"
    elif response.mimetype == "text/html":
        assert response.status_code == 400
        assert f"/failures/{request_id}" in response.text
        return
    else:
        answer = response.json
        at_resource = path == "/oauth/userinfo" and cause.error not in (
            "insufficient_scope",
            "invalid_request",
            "insufficient_user_authentication",
        )
        assert response.status_code == (401 if at_resource else cause.status)
        assert answer["error"] == ("invalid_token" if at_resource else cause.error)
        assert answer["error_uri"] == error_uri
        assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", answer["error_description"])
        return
    assert answer["error"] == cause.error
    assert answer["error_uri"] == error_uri


@pytest.mark.any_database
@pytest.mark.parametrize("error", ["invalid_client", "invalid_grant"])
def test_the_public_answers_of_one_error_do_not_differ(app: Flask, error: str) -> None:
    told: dict[str, set[str]] = {}
    for name, provoke in TOKEN:
        if causes.CATALOGUE[name].error != error or name in (
            "access_withdrawn",
            "person_not_in_group",
            "scope_gone",
            "user_blocked",
            "user_deleted",
        ):
            continue
        response = provoke(World(app))
        grant = (
            "refresh_token"
            if name.startswith(("refresh", "offline"))
            else "code"
            if error == "invalid_grant"
            else "any"
        )
        grant = "device" if name.startswith("device") else grant
        grant = "password" if name in ("credentials_wrong", "account_blocked") else grant
        told.setdefault(grant, set()).add(response.json["error_description"])
        _empty_people(app)
    assert all(len(texts) == 1 for texts in told.values()), told


def _empty_people(app: Flask) -> None:
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(text("DELETE FROM users"))


def _everything_sent(world: World, provoke: Provoke) -> set[str]:
    """Every secret, code, token and verifier that goes over the wire meanwhile."""
    seen: set[str] = set()
    inner = world.app.wsgi_app

    def listening(environ: dict, start_response: Callable) -> object:
        body = environ["wsgi.input"].read() if environ.get("CONTENT_LENGTH") else b""
        environ["wsgi.input"] = BytesIO(body)
        seen.update(_secrets(body.decode("utf-8", "replace")))
        seen.update(_secrets(environ.get("HTTP_AUTHORIZATION", "")))
        return inner(environ, start_response)

    world.app.wsgi_app = listening
    try:
        response = provoke(world)
    finally:
        world.app.wsgi_app = inner
    return seen | _secrets(response.text)


def _secrets(content: str) -> set[str]:
    named = re.findall(
        r"(?:client_secret|code|device_code|code_verifier|refresh_token|access_token|token)=([^&\s]{12,})",
        content,
    )
    ours = re.findall(
        r"pf_(?:secret|code|device|refresh)_[\w-]{10,}|[A-Z]{4}-[A-Z]{4}\b|eyJ[\w-]+\.[\w-]+\.[\w-]+", content
    )
    return {value for value in [*named, *ours] if not re.fullmatch(r"[0-9a-f]{32}", value)}


def everything_kept(app: Flask) -> str:
    """All rows of all tables as one text."""
    with app.app_context(), db.engine.connect() as connection:
        return "\n".join(
            repr(tuple(row))
            for table in db.metadata.sorted_tables
            for row in connection.execute(text(f"SELECT * FROM {table.name}"))
        )


def flush(app: Flask) -> None:
    background.init_app(app)
    background.run_once()
