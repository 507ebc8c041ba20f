"""Every refusal of a registration has a cause that administrators read, or the owner once there is one."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.clients.disabling import ADMINISTRATOR, disable_client
from app.clients.models import Client
from app.database.rows import db
from app.diagnostics import causes
from tests import factories as make
from tests.oauth.registrations import PATH, ask, make_token, register
from tests.oauth.test_causes import flush
from tests.oauth.world import later

MakeApp = Callable[..., Flask]
Provoke = Callable[[MakeApp], tuple[Flask, TestResponse]]


def registration_off(app_with: MakeApp) -> tuple[Flask, TestResponse]:
    app = app_with()
    return app, ask(app.test_client())


def initial_token_missing(app_with: MakeApp) -> tuple[Flask, TestResponse]:
    app = app_with(DYNAMIC_REGISTRATION="token")
    return app, ask(app.test_client())


def initial_token_unknown(app_with: MakeApp) -> tuple[Flask, TestResponse]:
    app = app_with(DYNAMIC_REGISTRATION="token")
    return app, ask(app.test_client(), "pf_initial_guessed-1234567")


def initial_token_ended(app_with: MakeApp) -> tuple[Flask, TestResponse]:
    app = app_with(DYNAMIC_REGISTRATION="token")
    token = make_token(app)
    with later(days=8):
        return app, ask(app.test_client(), token)


def registration_not_json(app_with: MakeApp) -> tuple[Flask, TestResponse]:
    app = app_with(DYNAMIC_REGISTRATION="open")
    return app, app.test_client().post(PATH, data={"client_name": "x"})


def client_metadata_invalid(app_with: MakeApp) -> tuple[Flask, TestResponse]:
    app = app_with(DYNAMIC_REGISTRATION="open")
    return app, ask(app.test_client(), grant_types=["password"])


def redirect_uri_not_accepted(app_with: MakeApp) -> tuple[Flask, TestResponse]:
    app = app_with(DYNAMIC_REGISTRATION="open")
    return app, ask(app.test_client(), redirect_uris=["http://app.example.org/cb"])


def software_statement_unapproved(app_with: MakeApp) -> tuple[Flask, TestResponse]:
    app = app_with(DYNAMIC_REGISTRATION="open")
    return app, ask(app.test_client(), software_statement="eyJhbGciOiJub25lIn0.e30.")


def registration_gone(app_with: MakeApp) -> tuple[Flask, TestResponse]:
    app = app_with(DYNAMIC_REGISTRATION="open")
    found = register(app.test_client())
    found.end()
    return app, found.read()


def registration_token_wrong(app_with: MakeApp) -> tuple[Flask, TestResponse]:
    app = app_with(DYNAMIC_REGISTRATION="open")
    found = register(app.test_client())
    return app, found.http.get(found.path, headers=make.with_token("pf_registration_x"))


def registration_suspended(app_with: MakeApp) -> tuple[Flask, TestResponse]:
    app = app_with(DYNAMIC_REGISTRATION="open")
    found = register(app.test_client())
    with app.app_context():
        disable_client(db.session.get_one(Client, found.app.id), ADMINISTRATOR, actor_id=None)
        db.session.commit()
    return app, found.read()


ALL = [rule for name, rule in list(globals().items()) if name in causes.CATALOGUE]


@pytest.mark.parametrize("provoke", ALL, ids=lambda rule: rule.__name__)
def test_the_cause_is_answered_in_the_words_of_the_rfc_and_told_to_administrators(
    app_with: MakeApp, provoke: Provoke
) -> None:
    app, response = provoke(app_with)
    cause = causes.CATALOGUE[provoke.__name__]
    request_id = response.headers["X-Request-Id"]
    told = dict(response.json or {})
    assert (response.status_code, told["error"]) == (cause.status, cause.error)
    assert told["error_uri"] == f"http://127.0.0.1:8000/failures/{request_id}"
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", told["error_description"])
    flush(app)
    chief = make.browser_of(app, make.make_user(app, is_admin=True))
    for locale in ("en", "de"):
        page = chief.get(f"/failures/{request_id}", query_string={"locale": locale})
        assert re.findall(r'<code id="cause"[^>]*>([^<]+)</code>', page.text) == [cause.name]
        assert "%(" not in page.text
    stranger = make.browser_of(app, make.make_user(app)).get(f"/failures/{request_id}")
    assert stranger.status_code == 200
    assert cause.name not in stranger.text
    assert cause.name in chief.get("/admin/failures").text


def test_every_cause_of_this_subject_is_provoked_here() -> None:
    here = vars(causes.registering).values()
    assert {rule.__name__ for rule in ALL} == {each.name for each in here if isinstance(each, causes.Cause)}


def test_the_log_of_the_app_tells_its_registration_and_what_was_refused_since(app_with: MakeApp) -> None:
    app = app_with(DYNAMIC_REGISTRATION="open")
    found = register(app.test_client())
    found.replace(redirect_uris=[])
    flush(app)
    chief = make.browser_of(app, make.make_user(app, is_admin=True))
    page = chief.get(f"/dashboard/apps/{found.app.id}/log").text
    assert page.count(">register<") >= 2
    assert 'data-cause="redirect_uri_not_accepted"' in page
