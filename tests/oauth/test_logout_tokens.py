"""Apps hear of every end of a session, in a token that they can verify, and nobody else hears anything."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
import time_machine

from app.authentication import replays
from app.clients import disabling, registration
from app.database.rows import db
from app.users import accounts
from config import CHECKOUT
from tests import factories as make
from tests.account.visitor import ANOTHER_PASSWORD, PASSWORD
from tests.authentication import several
from tests.flows import devices
from tests.oauth.logouts import Stage, post
from tests.oauth.test_causes import everything_kept
from tests.support.apps import MakeApp
from tests.support.logout_receivers import LogoutReceiver
from tests.support.statements import count_statements

ISSUER = "http://127.0.0.1:8000"


@pytest.fixture
def stage(app_with: MakeApp, logout_receiver: LogoutReceiver) -> Stage:
    return Stage(app_with(FETCH_ALLOW=logout_receiver.place), logout_receiver)


def rule(stage: Stage, act: Callable[[], object]) -> None:
    with stage.app.app_context():
        act()
        db.session.commit()


def sign_out(stage: Stage) -> None:
    post(stage.browser, "/logout", page="/account")


def end_the_device(stage: Stage) -> None:
    post(stage.other_browser, f"/account/sessions/{stage.sids[0]}/end")


def end_other_devices(stage: Stage) -> None:
    post(stage.other_browser, "/account/sessions/end-others")


def choose_a_new_password(stage: Stage) -> None:
    fields = {"current_password": PASSWORD, "password": ANOTHER_PASSWORD}
    post(stage.other_browser, "/account/security", page="/account/security", **fields)


def be_signed_out_by_an_administrator(stage: Stage) -> None:
    root = make.browser_of(stage.app, make.make_user(stage.app, "root", is_admin=True))
    path = f"/admin/users/{stage.person.id}/end-sessions"
    post(root, path, page=path)


def be_blocked(stage: Stage) -> None:
    rule(stage, lambda: accounts.block(accounts.get_user(stage.person.id)))


def be_deleted(stage: Stage) -> None:
    rule(stage, lambda: accounts.delete(accounts.get_user(stage.person.id)))


def leave(stage: Stage) -> None:
    fields = {"confirm": stage.person.username, "password": PASSWORD}
    post(stage.browser, "/account/data/delete", page="/account/data", **fields)


def show_a_copied_cookie(stage: Stage) -> None:
    rule(stage, lambda: replays.end_copied_session(stage.sids[0]))


def sign_in_anew_in_the_same_browser(stage: Stage) -> None:
    fields = {"username": stage.person.username, "password": PASSWORD}
    post(stage.browser, several.ADDING, page=several.ADDING, **fields)


def disconnect(stage: Stage) -> None:
    post(stage.browser, f"/account/apps/{stage.client.id}/disconnect", page="/account/apps")


ENDS = [
    sign_out,
    end_the_device,
    end_other_devices,
    choose_a_new_password,
    be_signed_out_by_an_administrator,
    be_blocked,
    be_deleted,
    leave,
    show_a_copied_cookie,
    sign_in_anew_in_the_same_browser,
    disconnect,
]


@pytest.mark.oidc("backchannel#2.4")
@pytest.mark.parametrize("end", ENDS)
def test_the_app_hears_of_every_end_of_a_session_once(stage: Stage, end: Callable[[Stage], None]) -> None:
    assert stage.browser
    (sid,) = stage.sids
    end(stage)
    assert stage.receiver.tokens == [], "what is sent is sent after the commit, by a job"
    stage.deliver()
    stage.deliver()
    (claims,) = stage.told()
    assert (claims["iss"], claims["aud"]) == (ISSUER, stage.client.id)
    assert (claims["sub"], claims["sid"]) == (stage.person.id, sid)
    assert claims["exp"] - claims["iat"] == 120
    assert abs(claims["iat"] - time.time()) < 30
    assert set(claims) == {"iss", "aud", "sub", "sid", "iat", "exp", "jti", "events"}
    assert stage.waiting() == []


@pytest.mark.oidc("backchannel#2.5")
def test_the_token_comes_as_a_form(stage: Stage) -> None:
    sign_out(stage)
    stage.deliver()
    ((content_type, fields),) = stage.receiver.bodies
    assert content_type == "application/x-www-form-urlencoded"
    assert list(fields) == ["logout_token"]


@pytest.mark.oidc("backchannel#2.6")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_the_token_is_signed_as_the_id_tokens_of_the_app(stage: Stage, alg: str) -> None:
    stage.client = stage.make_client(alg=alg)
    sign_out(stage)
    stage.deliver()
    (token,) = stage.receiver.tokens_at()
    assert make.header_of(token)["alg"] == alg
    assert stage.verified(token)["aud"] == stage.client.id


def test_each_app_of_the_session_hears_of_it_and_no_other(stage: Stage) -> None:
    first, second, third = (stage.make_client(f"/{name}") for name in ("first", "second", "third"))
    silent = stage.make_client("/silent", backchannel_logout_uri=None)
    browser = stage.browser_at(first, second, silent)
    stage.browser_at(third)  # the same person, elsewhere
    stage.browser_at(first, person=make.make_user(stage.app, "somebody"))
    post(browser, "/logout", page="/account")
    stage.deliver()
    assert sorted(path for path, _token in stage.receiver.tokens) == ["/first", "/second"]
    assert {stage.told(path)[0]["sub"] for path in ("/first", "/second")} == {stage.person.id}


def test_every_token_has_a_number_of_its_own(stage: Stage) -> None:
    stage.browser_at(stage.client)
    stage.browser_at(stage.client)
    be_blocked(stage)
    stage.deliver()
    told = stage.told()
    assert len({claims["jti"] for claims in told}) == len({claims["sid"] for claims in told}) == 2


def test_of_several_accounts_in_a_browser_the_one_that_leaves_is_told_of(stage: Stage) -> None:
    browser = stage.app.test_client()
    ids = several.sign_all_in(stage.app, browser, "anna")
    make.tokens_for(stage.client, browser)
    several.make_user(stage.app, "bert", "bert@example.org")
    assert several.sign_in(browser, "bert", path=several.ADDING).status_code == 303
    post(browser, "/logout", page="/account")  # bert, who has not been at the app
    stage.deliver()
    assert stage.told() == []
    assert several.active(browser) == "anna"
    post(browser, "/logout", page="/account")
    stage.deliver()
    assert [claims["sub"] for claims in stage.told()] == [ids["anna"]]


def test_disconnecting_ends_every_session_of_the_person_at_that_app_alone(stage: Stage) -> None:
    other = stage.make_client("/other")
    stage.browser_at(stage.client, other)
    (first, _same) = stage.sids
    browser = stage.browser_at(stage.client)
    (second,) = stage.sids
    post(browser, f"/account/apps/{stage.client.id}/disconnect", page="/account/apps")
    stage.deliver()
    assert {claims["sid"] for claims in stage.told()} == {first, second}
    assert stage.told("/other") == []


def test_an_app_that_got_in_without_a_session_is_told_of_the_person(stage: Stage) -> None:
    stage.client = stage.make_client(grant_types=("password",))
    fields = {"grant_type": "password", "username": stage.person.username, "password": make.PASSWORD}
    answer = stage.app.test_client().post("/oauth/token", data={**fields, **stage.client.form})
    assert answer.status_code == 200, answer.text
    be_blocked(stage)
    stage.deliver()
    (claims,) = stage.told()
    assert claims["sub"] == stage.person.id
    assert "sid" not in claims


def test_what_was_told_once_is_not_told_again_when_the_person_disconnects_for_the_second_time(
    stage: Stage,
) -> None:
    disconnect(stage)
    stage.deliver()
    stage.receiver.tokens.clear()
    browser = stage.browser_at(stage.client)
    (sid,) = stage.sids
    post(browser, f"/account/apps/{stage.client.id}/disconnect", page="/account/apps")
    stage.deliver()
    assert [claims["sid"] for claims in stage.told()] == [sid]


def test_a_disabled_app_hears_nothing(stage: Stage) -> None:
    assert stage.browser
    rule(stage, lambda: _disable(stage.client))
    sign_out(stage)
    assert stage.waiting() == []


def test_an_app_that_was_disabled_or_lost_its_address_meanwhile_hears_nothing(stage: Stage) -> None:
    gone = stage.make_client("/gone")
    browser = stage.browser_at(stage.client, gone)
    post(browser, "/logout", page="/account")
    assert len(stage.waiting()) == 2
    rule(stage, lambda: _disable(stage.client))
    stage.change(gone, backchannel_logout_uri=None)
    stage.deliver()
    assert stage.waiting() == []
    assert stage.receiver.tokens == []


def test_a_deleted_app_leaves_nothing_waiting(stage: Stage) -> None:
    sign_out(stage)
    rule(stage, lambda: registration.delete_client(_row(stage.client), actor_id=None))
    assert stage.waiting() == []


def test_an_end_that_was_undone_is_told_to_nobody(stage: Stage) -> None:
    assert stage.browser
    with stage.app.app_context():
        accounts.block(accounts.get_user(stage.person.id))
        db.session.rollback()
    stage.deliver()
    assert stage.receiver.tokens == []


def test_an_end_by_time_alone_is_not_told(stage: Stage) -> None:
    assert stage.browser
    runner = stage.app.test_cli_runner()
    with time_machine.travel(time.time() + 40 * 86_400, tick=True):
        assert runner.invoke(args=["cleanup"]).exit_code == 0
        assert stage.waiting() == []


def test_signing_out_takes_one_statement_more_for_who_uses_no_such_app(stage: Stage) -> None:
    stage.change(backchannel_logout_uri=None)
    with count_statements() as statements:
        sign_out(stage)
    asked = [each for each in statements if "logout_deliveries" in each]
    assert len(asked) == 1, asked
    assert asked[0].startswith("SELECT")


def test_all_apps_of_a_person_take_one_statement_to_find_and_one_to_write(stage: Stage) -> None:
    clients = [stage.make_client(f"/app{number}") for number in range(5)]
    for _device in range(3):
        stage.browser_at(*clients)
    with count_statements() as statements:
        rule(stage, lambda: accounts.block(accounts.get_user(stage.person.id)))
    asked = [each.split()[0] for each in statements if "logout_deliveries" in each]
    # For the sessions that end, and for what else the apps have of the person.
    assert sorted(asked) == ["INSERT", "SELECT", "SELECT"]
    assert len(stage.waiting()) == 15


def test_every_end_of_a_session_comes_through_one_door() -> None:
    offenders = [
        str(path.relative_to(CHECKOUT))
        for path in (CHECKOUT / "app").rglob("*.py")
        if re.search(r"delete\(\s*(BrowserSession|row|account\.row)\b", path.read_text())
    ]
    assert offenders == ["app/authentication/sessions.py"]


@pytest.fixture
def token(stage: Stage) -> str:
    sign_out(stage)
    stage.deliver()
    return stage.receiver.tokens_at()[0]


def test_attack_a_logout_token_is_no_access_token(stage: Stage, token: str) -> None:
    http = stage.app.test_client()
    assert http.get("/oauth/userinfo", headers=make.with_token(token)).status_code == 401
    assert http.get("/api/greet", headers=make.with_token(token)).status_code == 401
    assert make.introspect(http, stage.client, token) == {"active": False}


def test_attack_a_logout_token_is_no_id_token_hint(stage: Stage, token: str) -> None:
    answer = make.ask(stage.other_browser, stage.client, id_token_hint=token, prompt="none")
    assert make.answer_of(answer)["error"] == "invalid_request"


def test_attack_a_logout_token_is_kept_nowhere(stage: Stage, token: str) -> None:
    stage.deliver()
    (entry,) = stage.logged()
    assert (entry.outcome, entry.status, entry.cause) == ("ok", 200, None)
    assert token not in everything_kept(stage.app)


def _disable(client: make.App) -> Any:
    return disabling.disable_client(_row(client), "owner", actor_id=None)


def _row(client: make.App) -> Any:
    row = registration.find_client(client.id)
    assert row is not None
    return row


def test_a_device_goes_on_when_the_browser_that_allowed_it_is_signed_out(stage: Stage) -> None:
    television = devices.make_app(
        stage.app, backchannel_logout_uri=stage.receiver.url("/television"), scopes=("openid", "email")
    )
    device = devices.begin(stage.app, television, scope="openid")
    browser = make.browser_of(stage.app, stage.person)
    devices.allow(browser, device)
    tokens = device.tokens()
    assert "sid" not in make.claims_of(tokens["id_token"])
    post(browser, "/logout", page="/account")
    stage.deliver()
    assert stage.told("/television") == []
    rule(stage, lambda: accounts.block(accounts.get_user(stage.person.id)))
    stage.deliver()
    told = stage.told("/television")
    assert [(each["sub"], each.get("sid")) for each in told] == [(stage.person.id, None)]
