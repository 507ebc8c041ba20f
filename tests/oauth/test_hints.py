"""What can be seen from a wrong value is told to whoever mends it, and to nobody on the wire."""

import base64
import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from app.diagnostics.causes.hints import HINTS
from tests import factories as make
from tests.oauth.test_causes import flush
from tests.oauth.world import World

CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def header(name: str, value: str) -> Callable[[World], TestResponse]:
    """A request for a token with this header and without client_id."""
    return lambda world: world.http.post(
        "/oauth/token", data={"grant_type": "client_credentials"}, headers={name: value}
    )


def verifier(text: str) -> Callable[[World], TestResponse]:
    """A code of an authorization with CHALLENGE, redeemed with this verifier."""

    def redeem(world: World) -> TestResponse:
        code = make.authorize(
            world.client, world.browser, code_challenge=CHALLENGE, code_challenge_method="S256"
        )
        return make.redeem(world.http, world.client, code, code_verifier=text)

    return redeem


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("provoke", "hint"),
    [
        (header("Authorization", base64.b64encode(b"id:secret").decode()), "no_scheme"),
        (header("Authorization", "Basic ???"), "not_base64"),
        (header("Authorization", "Basic id:secret"), "not_encoded"),
        (header("Authorization", "Basic aWQ6c2VjcmV0MQ"), "no_padding"),
        (header("Authorization", "Basic " + base64.b64encode(b"idsecret").decode()), "no_colon"),
        (
            header("Authentication", "Basic " + base64.b64encode(b"id:secret").decode()),
            "authentication_header",
        ),
        (verifier("v" * 42), "too_short"),
        (verifier("v" * 129), "too_long"),
        (verifier("v" * 43 + "="), "padded"),
        (verifier("v" * 42 + "!"), "wrong_characters"),
        (verifier(CHALLENGE), "plain_challenge"),
    ],
)
def test_the_mistake_is_named(app: Flask, provoke: Callable[[World], TestResponse], hint: str) -> None:
    world = World(app)
    answer = provoke(world)
    assert answer.status_code in (400, 401)
    told = str(HINTS[hint])
    assert told not in answer.json["error_description"]
    flush(app)
    # Where no app was named, administrators read it.
    reader = world.owner if "client" in world.__dict__ else make.make_user(app, "root", is_admin=True)
    page = make.browser_of(app, reader).get(f"/failures/{answer.headers['X-Request-Id']}").text
    assert told in html.unescape(page)


@pytest.mark.parametrize(("scope", "is_similar"), [("emial", True), ("zzzzzz", False)])
def test_a_scope_that_resembles_none_is_told_without_a_similar_one(
    app: Flask, scope: str, is_similar: bool
) -> None:
    world = World(app)
    answer = world.ask(scope=scope)
    flush(app)
    page = make.browser_of(app, world.owner).get(f"/failures/{answer.headers['X-Request-Id']}").text
    assert f"There is no scope of this name here: {scope}." in page
    assert (str(HINTS["similar_scope"]) in page) is is_similar


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ("authorization-code", "authorization_code"),
        ("client_credential", "client_credentials"),
        ("zzz", None),
    ],
)
@pytest.mark.parametrize(("language", "perhaps"), [("en", "Perhaps"), ("de", "Vielleicht")])
def test_a_grant_that_resembles_none_is_told_in_whole_sentences_without_a_similar_one(
    app: Flask, sent: str, meant: str | None, language: str, perhaps: str
) -> None:
    world = World(app)
    answer = world.token(**world.client.form, grant_type=sent)
    browser = make.browser_of(app, world.owner)
    path = f"/failures/{answer.headers['X-Request-Id']}"
    page = browser.get(path, headers={"Accept-Language": language}).text
    why = re.findall(rf"<dd>([^<]*{sent}[^<]*)</dd>", page)[0]
    assert (perhaps in why) is bool(meant)
    assert (meant or sent) in why
    assert not re.search("nothing|nichts|unknown|unbekannt", why)


@pytest.mark.parametrize(("language", "nothing"), [("en", "nothing"), ("de", "nichts")])
def test_where_no_redirect_uri_is_registered_none_is_called_the_nearest(
    app: Flask, language: str, nothing: str
) -> None:
    world = World(app)
    client = world.make_client(redirect_uris=[], grant_types=("client_credentials",))
    answer = world.ask(client, redirect_uri="https://app.example.org/there")
    flush(app)
    browser = make.browser_of(app, world.owner)
    page = browser.get(f"/failures/{answer.headers['X-Request-Id']}", headers={"Accept-Language": language})
    why = re.findall(r"<dd>([^<]*app\.example\.org/there[^<]*)</dd>", page.text)[0]
    assert nothing not in why
    assert why.count(".") == 4  # two sentences, and two in the address
