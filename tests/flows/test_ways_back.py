"""How the answer to an authorization request reaches the app, and what it does to the browser on the way."""

import html

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests import factories as make
from tests.oauth.world import World

HERE = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
ELSEWHERE = {
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Site": "cross-site",
    "Origin": "https://app.example.org",
}


def decide(world: World, client: make.App | None = None, **changes: str) -> TestResponse:
    """What a browser gets for “Allow”."""
    page = world.ask(client, **changes)
    fields = {"csrf_token": make.csrf_token(page), "decision": "allow", "scope": ["profile", "email"]}
    return world.browser.post(make.action_of(page), data=fields, headers=HERE)


def get(browser: FlaskClient, client: make.App, site: dict[str, str], **changes: str) -> TestResponse:
    return browser.get("/oauth/authorize", query_string=make.request_of(client, **changes), headers=site)


def post(browser: FlaskClient, client: make.App, **changes: str) -> TestResponse:
    return browser.post("/oauth/authorize", data=make.request_of(client, **changes), headers=ELSEWHERE)


def test_a_form_of_ours_leads_to_the_app_by_a_page(world: World) -> None:
    page = decide(world)
    assert page.status_code == 200
    address = html.escape(f"{world.client.callback}?code=pf_code_")
    assert f'<meta http-equiv="refresh" content="0; url={address}' in page.text
    assert f'<a class="button button--primary" href="{address}' in page.text


@pytest.mark.rfc9700("4.2.4", "4.3.1")
def test_the_page_that_leads_on_keeps_the_code_to_itself(world: World) -> None:
    page = decide(world)
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "pf_code_" not in str(page.headers)


def test_a_sign_in_leads_to_the_app_by_a_page(world: World) -> None:
    decide(world)
    assert get(world.browser, world.client, HERE).status_code == 200


@pytest.mark.parametrize("site", [ELSEWHERE, {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "none"}, {}])
def test_what_came_by_no_form_of_ours_is_redirected(world: World, site: dict[str, str]) -> None:
    decide(world)
    answer = get(world.browser, world.client, site)
    assert answer.status_code == 302
    assert "code" in make.answer_of(answer)


def test_a_silent_request_is_redirected(world: World) -> None:
    decide(world)
    assert "code" in make.answer_of(get(world.browser, world.client, HERE, prompt="none"))
    portals_own = make.make_client(world.app)
    assert "error" in make.answer_of(get(world.http, portals_own, HERE, prompt="none"))


@pytest.mark.parametrize("uri", ["http://127.0.0.1:7000/cb", "http://localhost:7000/cb"])
def test_a_program_on_the_device_is_redirected_to_and_may_lead_on_to_its_other_ports(
    world: World, uri: str
) -> None:
    client = world.make_client(redirect_uris=[uri])
    policy = world.ask(client).headers["Content-Security-Policy"]
    origin = uri.removesuffix("/cb")
    assert policy.endswith(f"form-action 'self' {origin} http://127.0.0.1:* http://localhost:*")
    assert decide(world, client).headers["Location"].startswith(f"{uri}?code=")


def test_an_address_that_no_policy_can_name_is_led_to_by_a_page(world: World) -> None:
    client = world.make_client(redirect_uris=["http://[::1]:7000/cb"])
    assert world.ask(client).headers["Content-Security-Policy"].endswith("form-action 'self'")
    assert "url=http://[::1]:7000/cb?code=" in decide(world, client).text


def test_where_a_form_post_leads_on_is_not_held_to_the_app_s_own_host(world: World) -> None:
    page = decide(world, response_mode="form_post")
    policy = page.headers["Content-Security-Policy"]
    assert policy.endswith("form-action 'self' https://app.example.org https:")


def test_what_a_browser_posts_is_asked_again_by_get(world: World) -> None:
    answer = post(world.browser, world.client, state="a b&c=d")
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/oauth/authorize?")
    answer = make.decide(world.browser, world.browser.get(answer.headers["Location"]))
    assert make.answer_of(answer)["state"] == "a b&c=d"


def test_what_is_asked_again_stands_in_the_app_s_log_once(world: World) -> None:
    world.browser.get(post(world.browser, world.client).headers["Location"])
    with world.app.app_context():
        from app.extensions import background

        background.run_once()
    log = make.browser_of(world.app, world.owner).get(f"/dashboard/apps/{world.client.id}/log")
    assert log.text.count("data-outcome") == 1


def test_a_posted_request_too_long_for_an_address_is_refused_at_the_app(world: World) -> None:
    answer = make.answer_of(post(world.http, make.make_client(world.app), nonce="x" * 7_900))
    assert answer["error"] == "invalid_request"
    assert answer["state"] == "st-1234567"
    assert "too long" in answer["error_description"]


@pytest.mark.any_database
@pytest.mark.parametrize("path", ["/oauth/authorize", "/login", "/oauth/consent", "/nowhere"])
@pytest.mark.parametrize("headers", [ELSEWHERE, {"Origin": "https://app.example.org"}, {"Origin": "null"}])
def test_a_form_of_another_site_signs_nobody_out(world: World, path: str, headers: dict[str, str]) -> None:
    stranger = world.app.test_client()  # the browser keeps its cookie from what another site posts
    answer = stranger.post(path, data=make.request_of(world.client), headers=headers)
    assert answer.status_code < 500
    assert "Set-Cookie" not in answer.headers


def test_a_form_of_ours_sent_after_the_cookie_was_lost_gets_a_new_one(world: World) -> None:
    stranger = world.app.test_client()
    for headers in (HERE, {"Origin": "http://localhost"}, {}):
        assert "Set-Cookie" in stranger.post("/login", data={"username": "x"}, headers=headers).headers
        stranger.delete_cookie("pforte-8000")


def policy(answer: TestResponse) -> str:
    """Who keeps hold of the window."""
    return answer.headers["Cross-Origin-Opener-Policy"]


def test_a_popup_keeps_its_opener_on_the_way_of_an_authorization_request_only(world: World) -> None:
    asked = get(world.http, world.client, ELSEWHERE)
    to_login = asked.headers["Location"]
    to_register = to_login.replace("/login", "/register")
    consent = world.ask()
    on_the_way = [asked, consent, world.http.get(to_login), world.http.get(to_register)]
    on_the_way += [world.http.post(to_login), world.http.post("/oauth/account"), decide(world)]
    assert {policy(answer) for answer in on_the_way} == {"unsafe-none"}
    elsewhere = [world.http.get(path) for path in ("/", "/login", "/register", "/login?next=/account")]
    assert {policy(answer) for answer in elsewhere} == {"same-origin"}


@pytest.mark.parametrize("path", ["/account/profile", "/account", "/account/security", "/dashboard/apps"])
def test_attack_a_link_with_next_loosens_no_other_page(world: World, path: str) -> None:
    """Neither may another window keep hold of the page, nor may its forms lead to the app that is named."""
    query = {"next": f"/oauth/authorize?client_id={world.client.id}"}
    answer = world.browser.get(path, query_string=query)
    assert answer.status_code == 200
    assert policy(answer) == "same-origin"
    assert "app.example.org" not in answer.headers["Content-Security-Policy"]
