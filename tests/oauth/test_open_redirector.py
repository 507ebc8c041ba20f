"""Anybody may register an app: its errors send nobody away who does not know it yet, RFC 9700 section 4.11.2."""

import html
import re

import pytest
from werkzeug.test import TestResponse

from app.clients import verified
from tests import factories as make
from tests.oauth.world import World

PHISH = "https://phish.example/portal-login?x=%2F"
ERRORS = [{"scope": "nope"}, {"prompt": "none"}, {"response_type": "token"}, {"max_age": "soon"}]


def ask(
    world: World, client: make.App, headers: dict[str, str] | None = None, **changes: str
) -> TestResponse:
    return world.http.get(
        "/oauth/authorize", query_string=make.request_of(client, **changes), headers=headers
    )


@pytest.mark.rfc("9700#section-4.11.2")
@pytest.mark.any_database
@pytest.mark.parametrize("changes", ERRORS)
def test_attack_a_stranger_s_app_makes_the_portal_lead_to_a_page_that_looks_like_it(
    world: World, changes: dict[str, str]
) -> None:
    client = world.make_client(redirect_uris=[PHISH], name="Portal login")
    for number, headers in enumerate(({}, {"Sec-Fetch-Dest": "document"}, {"Sec-Fetch-Dest": "empty"})):
        answer = ask(world, client, headers, **changes)
        assert (number, answer.status_code, "Location" in answer.headers) == (number, 400, False)
        assert "http-equiv" not in answer.text
        assert "phish.example" in answer.text
        assert "Portal login" in answer.text


@pytest.mark.any_database
def test_the_way_back_is_a_button_that_names_the_host_and_carries_the_error(world: World) -> None:
    client = world.make_client(redirect_uris=[PHISH])
    page = ask(world, client, scope="nope").text
    (link,) = re.findall(r'href="(https://phish[^"]+)"[^>]*>Go back to phish\.example<', page)
    assert html.unescape(link).startswith(f"{PHISH}&error=invalid_scope&")
    assert make.query_of(html.unescape(link))["state"] == ["st-1234567"]
    posted = ask(world, client, scope="nope", response_mode="form_post")
    assert f'action="{PHISH}"' in posted.text
    assert 'name="error" value="invalid_scope"' in posted.text
    assert "https://phish.example" in posted.headers["Content-Security-Policy"]


@pytest.mark.any_database
@pytest.mark.parametrize("changes", ERRORS)
def test_who_has_signed_in_or_used_the_app_here_is_sent_back(world: World, changes: dict[str, str]) -> None:
    assert "error" in make.answer_of(world.ask(scope="nope"))
    make.authorize(world.client, world.browser)
    with world.browser.session_transaction() as session:
        session.pop("_user_id")  # the sign-in has ended by itself
    assert "error" in make.answer_of(make.ask(world.browser, world.client, **changes))
    assert make.ask(world.browser, world.other, **changes).status_code == 400


@pytest.mark.any_database
def test_a_silent_check_inside_a_frame_gets_its_answer(world: World) -> None:
    frame = {"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "cross-site"}
    assert make.answer_of(ask(world, world.client, frame, prompt="none"))["error"] == "login_required"
    assert ask(world, world.client, frame, scope="nope").status_code == 400


@pytest.mark.any_database
def test_an_app_that_is_vouched_for_is_answered_as_the_specifications_say(world: World) -> None:
    portals_own = make.make_client(world.app)
    assert make.answer_of(ask(world, portals_own, prompt="none"))["error"] == "login_required"
    assert ask(world, world.client, prompt="none").status_code == 400
    world.change(lambda row: verified.trust_client(row, actor_id=world.owner.id))
    assert make.answer_of(ask(world, world.client, prompt="none"))["error"] == "login_required"


@pytest.mark.any_database
def test_the_person_who_answers_is_sent_back(world: World) -> None:
    assert make.answer_of(make.decide(world.browser, world.ask(), "deny"))["error"] == "access_denied"
