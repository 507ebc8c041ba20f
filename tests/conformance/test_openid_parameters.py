"""Parameters of OpenID Connect Core section 3.1.2.1 that steer the page, and what a request for openid must name."""

import html
import re

import pytest
from flask.testing import FlaskClient

from app.extensions import background
from tests import factories as make
from tests.oauth.test_causes import everything_kept
from tests.oauth.world import World


def sign_in_page(browser: FlaskClient, client: make.App, **changes: str) -> str:
    """The username field of the sign-in page to which this request leads."""
    answer = make.ask(browser, client, **changes)
    page = browser.get(answer.headers["Location"]).text
    (field,) = re.findall(r'<input[^>]*name="username"[^>]*>', page)
    return html.unescape(field)


@pytest.mark.oidc("core#3.1.2.1")
@pytest.mark.any_database
@pytest.mark.parametrize("hint", ["person", "person@example.org", 'a"><script>alert(1)</script>'])
def test_login_hint_fills_the_field_of_the_sign_in_page(world: World, hint: str) -> None:
    assert f'value="{hint}"' in sign_in_page(world.http, world.client, login_hint=hint)


@pytest.mark.any_database
def test_a_login_hint_of_any_length_fills_no_more_than_an_address_has(world: World) -> None:
    assert f'value="{"x" * 254}"' in sign_in_page(world.http, world.client, login_hint="x" * 4000)


@pytest.mark.oidc("core#3.1.2.1")
@pytest.mark.parametrize("hint", ["person", "somebody-else"])
def test_who_is_signed_in_alone_goes_on_whatever_the_login_hint(world: World, hint: str) -> None:
    make.authorize(world.client, world.browser)
    assert "code" in make.answer_of(world.ask(login_hint=hint))


def test_a_login_hint_is_in_no_log(world: World, capfd: pytest.CaptureFixture[str]) -> None:
    world.ask(login_hint="hidden-name@example.org", scope="nope")
    sign_in_page(world.http, world.client, login_hint="hidden-name@example.org")
    background.init_app(world.app)
    background.run_once()
    assert "hidden-name" not in everything_kept(world.app)
    assert "hidden-name" not in "".join(capfd.readouterr())


@pytest.mark.oidc("core#3.1.2.1")
@pytest.mark.any_database
@pytest.mark.parametrize(
    "changes",
    [
        *({"display": value} for value in ("page", "popup", "touch", "wap", "hologram")),
        *({"claims_locales": value} for value in ("de", "fr-CA de", "xx")),
        *({"ui_locales": value} for value in ("de", "fr-CA fr en", "xx")),
    ],
)
def test_wishes_that_change_nothing_are_no_error(world: World, changes: dict[str, str]) -> None:
    make.authorize(world.client, world.browser)
    assert "code" in make.answer_of(world.ask(**changes))


@pytest.mark.oidc("core#3.1.2.1")
@pytest.mark.any_database
@pytest.mark.module("oidcc-ensure-redirect-uri-in-authorization-request")
def test_a_request_for_openid_must_name_its_redirect_uri(world: World) -> None:
    page = world.ask(redirect_uri=None, scope="openid")
    assert (page.status_code, "Location" in page.headers) == (400, False)
    answer = make.decide(world.browser, world.ask(redirect_uri=None, scope="profile"))
    assert "code" in make.answer_of(answer)


@pytest.mark.oidc("core#5.4")
@pytest.mark.any_database
def test_the_scope_address_is_not_offered_and_refused_as_unknown(world: World) -> None:
    answer = make.answer_of(world.ask(scope="openid address"))
    assert answer["error"] == "invalid_scope"
    document = world.http.get("/.well-known/openid-configuration").json
    assert "address" not in document["scopes_supported"]
    assert "address" not in document["claims_supported"]


@pytest.mark.oidc("discovery#3")
@pytest.mark.any_database
def test_discovery_lists_the_standard_scopes_and_those_of_the_portal_s_own_api(world: World) -> None:
    make.make_scope(world.app, "weather.read", audience="https://weather.example")
    document = world.http.get("/.well-known/openid-configuration").json
    assert document["scopes_supported"] == [
        *("openid", "profile", "email", "phone", "offline_access", "groups", "teams", "users.read"),
    ]
    assert document["display_values_supported"] == ["page", "popup", "touch"]
