"""A device without a browser asks, somebody enters its code elsewhere and decides: RFC 8628 as a whole."""

import re
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from app.audit import EventKind
from app.audit.models import Event
from app.clients.grants import DEVICE_CODE
from app.consents.decisions import withdraw_consent
from app.database.rows import db
from app.diagnostics.models import LoggedRequest
from app.oauth.models import ON_A_DEVICE, DeviceCode, TokenFamily
from app.oauth.tokens import user_codes
from tests import factories as make
from tests.flows import devices, teams_of
from tests.oauth.world import later


@pytest.fixture
def television(app: Flask) -> make.App:
    return devices.make_app(app)


@pytest.fixture
def device(app: Flask, television: make.App) -> devices.Device:
    return devices.begin(app, television)


def test_the_answer_says_what_the_device_shows_and_how_long(device: devices.Device) -> None:
    assert set(device.answer) == {
        *("device_code", "user_code", "verification_uri", "verification_uri_complete"),
        *("expires_in", "interval"),
    }
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", device.user_code)
    assert device.answer["verification_uri"].endswith("/device")
    complete = f"{device.answer['verification_uri']}?user_code={device.user_code}"
    assert device.answer["verification_uri_complete"] == complete
    assert device.answer["expires_in"] == 900
    assert device.answer["interval"] == 5


def test_discovery_names_endpoint_and_grant(client: FlaskClient) -> None:
    document = client.get("/.well-known/oauth-authorization-server").json or {}
    assert document["device_authorization_endpoint"] == f"{document['issuer']}/oauth/device_authorization"
    assert DEVICE_CODE in document["grant_types_supported"]


@pytest.mark.parametrize("client_type", ["public", "confidential"])
def test_a_device_gets_tokens_once_somebody_allows_it(
    app: Flask, browser: FlaskClient, anna: make.Person, client_type: str
) -> None:
    client = devices.make_app(app, client_type=client_type)
    device = devices.begin(app, client)
    assert device.error() == "authorization_pending"
    answer = devices.allow(browser, device)
    assert "You can go back to your device" in browser.get(answer.location).text
    tokens = device.tokens()
    assert tokens["scope"] == devices.SCOPE
    claims = make.claims_of(tokens["id_token"])
    assert claims["sub"] == anna.id
    assert claims["aud"] == client.id
    assert make.claims_of(tokens["access_token"])["sub"] == anna.id
    renewed = make.refresh(app.test_client(), client, tokens["refresh_token"])
    assert renewed.status_code == 200


@pytest.mark.parametrize("change", [str.lower, lambda code: code.replace("-", ""), lambda code: f" {code} "])
def test_a_code_is_taken_as_people_type_it(
    browser: FlaskClient, device: devices.Device, change: type[str]
) -> None:
    typed = change(device.user_code)
    assert devices.code_on(devices.enter(browser, typed)) == device.user_code
    spaced = " ".join(device.user_code.replace("-", "\u2013").lower())
    assert devices.code_on(devices.enter(browser, spaced)) == device.user_code


def test_the_page_asks_also_who_comes_with_the_code_in_the_address(
    browser: FlaskClient, device: devices.Device
) -> None:
    page = browser.get(f"/device?user_code={device.user_code}")
    assert page.status_code == 200
    assert device.user_code in page.text
    assert "Television would like to:" in page.text
    assert "Only go on if you have just started this on a device of your own" in page.text
    assert "127.0.0.0/24" in page.text
    assert "This portal has not checked the app" not in page.text  # an app of the portal itself
    assert device.error() == "authorization_pending"


def test_the_page_says_who_makes_an_app_that_nobody_checked(
    app: Flask, browser: FlaskClient, anna: make.Person
) -> None:
    owned = make.make_user(app, "maker")
    client = make.make_client(
        app, owned, client_type="public", redirect_uris=[], grant_types=devices.GRANTS, name="Telly"
    )
    page = devices.enter(browser, devices.begin(app, client).user_code)
    assert "This portal has not checked the app" in page.text
    assert "Made by maker" in page.text
    assert f"Signed in as {anna.username}" in page.text


def test_the_code_survives_the_sign_in(app: Flask, device: devices.Device) -> None:
    page = f"/device?user_code={device.user_code}"
    answer = app.test_client().get(page)
    assert answer.status_code == 302
    assert quote(page, safe="/?") in answer.location


def test_what_was_allowed_before_is_asked_again(
    app: Flask, browser: FlaskClient, television: make.App
) -> None:
    devices.allow(browser, devices.begin(app, television), ticked=["profile"])
    again = devices.enter(browser, devices.begin(app, television).user_code)
    assert make.offered(again) == ["openid", "profile", "email"]
    assert 'value="profile" checked' in again.text
    assert 'value="email" checked' not in again.text  # declined before


def test_what_the_person_does_not_tick_the_device_does_not_get(
    browser: FlaskClient, device: devices.Device
) -> None:
    devices.allow(browser, device, ticked=["email"])
    assert device.tokens()["scope"] == "openid email"


def test_nothing_ticked_is_asked_again(app: Flask, browser: FlaskClient, television: make.App) -> None:
    device = devices.begin(app, television, scope="profile email")
    again = devices.decide(browser, devices.enter(browser, device.user_code), ticked=[])
    assert again.status_code == 422
    assert "Please tick at least one permission" in again.text
    assert device.error() == "authorization_pending"


def test_a_declined_device_is_told_so_and_stays_declined(
    browser: FlaskClient, device: devices.Device
) -> None:
    answer = devices.decide(browser, devices.enter(browser, device.user_code), "deny")
    assert "The device gets no access" in browser.get(answer.location).text
    assert device.error() == "access_denied"
    assert device.error() == "access_denied"
    page = devices.enter(browser, device.user_code)
    assert page.status_code == 422


def test_a_code_expires_for_the_device_and_for_people(app: Flask, device: devices.Device) -> None:
    person = make.make_user(app)
    with later(seconds=901):
        assert device.error() == "expired_token"
        page = devices.enter(make.browser_of(app, person), device.user_code)
        assert devices.problem(page).startswith("This code does not work.")


def test_an_allowed_code_that_no_device_has_fetched_expires_too(
    browser: FlaskClient, device: devices.Device
) -> None:
    devices.allow(browser, device)
    with later(seconds=901):
        assert device.error() == "expired_token"


def test_polling_too_early_makes_the_wait_longer_for_good(
    browser: FlaskClient, device: devices.Device
) -> None:
    assert device.error() == "authorization_pending"
    assert device.error() == "slow_down"  # 10 seconds from here on
    with later(seconds=6):
        assert device.error() == "slow_down"  # 15
    with later(seconds=6 + 16):
        assert device.error() == "authorization_pending"
    with later(seconds=6 + 16 + 11):
        assert device.error() == "slow_down"
    devices.allow(browser, device)
    assert device.tokens()  # a decision is told at once


def test_a_device_that_keeps_the_interval_is_never_told_to_slow_down(device: devices.Device) -> None:
    for poll in range(4):
        with later(seconds=poll * 4.8):
            assert device.error() == "authorization_pending"


def test_a_code_gives_tokens_once_and_those_stay(
    app: Flask, browser: FlaskClient, device: devices.Device
) -> None:
    devices.allow(browser, device)
    tokens = device.tokens()
    again = device.poll()
    assert (again.status_code, (again.json or {})["error"]) == (400, "invalid_grant")
    user = app.test_client().get("/oauth/userinfo", headers=make.with_token(tokens["access_token"]))
    assert user.status_code == 200


def test_an_app_asks_for_scopes_as_at_the_authorization_endpoint(app: Flask, television: make.App) -> None:
    for scope in ("openid,email", "openid nonsense", "teams"):
        assert (devices.ask(app, television, scope=scope).json or {})["error"] == "invalid_scope"
    everything = devices.ask(app, television, scope="")
    assert everything.status_code == 200


def test_an_app_without_the_grant_is_refused_at_both_endpoints(app: Flask) -> None:
    client = make.make_client(app)
    assert (devices.ask(app, client).json or {})["error"] == "unauthorized_client"
    answer = app.test_client().post(
        "/oauth/token", data={"grant_type": DEVICE_CODE, "device_code": "x", **client.form}
    )
    assert (answer.json or {})["error"] == "unauthorized_client"


def test_the_team_is_asked_for_and_named_in_the_tokens(
    app: Flask, browser: FlaskClient, anna: make.Person
) -> None:
    team = make.make_team(app, anna, "Harbour")
    client = devices.make_app(app, scopes=("openid", "teams"))
    device = devices.begin(app, client, scope="openid teams")
    page = devices.enter(browser, device.user_code)
    assert teams_of.choices(page) == ["", team.id]
    again = devices.decide(browser, page)
    assert teams_of.problem(again) == "Please choose for whom you give access."
    foreign = make.make_team(app, make.make_user(app))
    refused = devices.decide(browser, page, team=foreign.id)
    assert refused.status_code == 422
    devices.allow(browser, device, team=team.id)
    assert teams_of.team_of(device.tokens()) == {"id": team.id, "name": "Harbour"}


def test_who_is_in_none_of_the_groups_lets_no_device_in(
    app: Flask, browser: FlaskClient, television: make.App, device: devices.Device
) -> None:
    make.restrict(app, television, make.make_group(app))
    page = devices.enter(browser, device.user_code)
    assert page.status_code == 403
    assert "Television is not for this account" in page.text
    token = make.csrf_token(page)
    fields = {"csrf_token": token, "user_code": device.user_code, "decision": "allow"}
    assert browser.post("/device", data=fields).status_code == 403
    assert device.error() == "authorization_pending"
    assert browser.post("/device", data={**fields, "decision": "deny"}).status_code == 303
    assert device.error() == "access_denied"


def test_who_leaves_the_groups_before_the_device_asks_lets_it_in_no_more(
    app: Flask, browser: FlaskClient, anna: make.Person, television: make.App, device: devices.Device
) -> None:
    group = make.make_group(app, None, anna)
    make.restrict(app, television, group)
    devices.allow(browser, device)
    make.leave(app, group, anna)
    assert device.error() == "invalid_grant"
    make.join(app, group, anna)
    assert device.tokens()


def test_a_required_second_factor_is_proved_first(
    app: Flask, browser: FlaskClient, anna: make.Person
) -> None:
    client = devices.make_app(app, second_factor_required=True)
    device = devices.begin(app, client)
    answer = devices.enter(browser, device.user_code)
    assert answer.status_code == 303
    assert quote(f"/device?user_code={device.user_code}", safe="/?") in answer.location
    make.give_second_factor(app, anna)
    make.prove_second_factor(app, anna)
    devices.allow(browser, device)
    claims = make.claims_of(device.tokens()["id_token"])
    assert "mfa" in claims["amr"]


def test_a_full_app_takes_on_nobody_new(app_with: teams_of.Any) -> None:
    app = app_with(UNVERIFIED_APP_PEOPLE="1")
    client = make.make_client(
        app, make.make_user(app), client_type="public", redirect_uris=[], grant_types=devices.GRANTS
    )
    first, second = (make.browser_of(app, make.make_user(app)) for _ in range(2))
    devices.allow(first, devices.begin(app, client))
    device = devices.begin(app, client)
    page = devices.enter(second, device.user_code)
    assert page.status_code == 403
    assert "cannot take on anybody new" in page.text
    devices.allow(first, device)  # who uses it already goes on


def test_a_disabled_app_is_neither_asked_about_nor_answered(
    app: Flask, browser: FlaskClient, television: make.App, device: devices.Device
) -> None:
    from app.clients import disabling
    from app.clients.models import Client

    with app.app_context():
        disabling.disable_client(db.session.get_one(Client, television.id), "owner", actor_id=None)
        db.session.commit()
    assert devices.enter(browser, device.user_code).status_code == 422
    assert device.error() == "invalid_client"
    assert (devices.ask(app, television).json or {})["error"] == "invalid_client"


def test_without_offline_access_the_device_gets_no_refresh_token(app: Flask, browser: FlaskClient) -> None:
    scopes = ("openid", "offline_access")
    client = devices.make_app(app, scopes=scopes)
    device = devices.begin(app, client, scope=" ".join(scopes))
    devices.allow(browser, device, ticked=["openid"])
    assert "refresh_token" not in device.tokens()


def test_a_disconnected_app_gets_nothing_more(
    app: Flask, browser: FlaskClient, anna: make.Person, television: make.App, device: devices.Device
) -> None:
    devices.allow(browser, device)
    assert "Television" in browser.get("/account/apps").text
    with app.app_context():
        withdraw_consent(anna.id, television.id)
        db.session.commit()
    assert device.error() == "invalid_grant"


def test_activity_tells_of_the_decision_and_where_the_device_is(
    app: Flask, browser: FlaskClient, anna: make.Person, television: make.App
) -> None:
    allowed = devices.begin(app, television, devices.ELSEWHERE)
    devices.allow(browser, allowed, own_device="yes")
    declined = devices.begin(app, television)
    devices.decide(browser, devices.enter(browser, declined.user_code), "deny")
    with app.app_context():
        kinds = (EventKind.DEVICE_ALLOWED, EventKind.DEVICE_DECLINED)
        events = db.session.scalars(select(Event).where(Event.kind.in_(kinds)).order_by(Event.id)).all()
        assert [(event.kind, event.user_id, event.client_id) for event in events] == [
            (kind, anna.id, television.id) for kind in kinds
        ]
        assert '"network": "198.51.100.0/24"' in events[0].details
    page = browser.get("/account/activity").text
    assert "You connected an app on a device by its code." in page


def test_neither_code_is_stored(app: Flask, browser: FlaskClient, device: devices.Device) -> None:
    devices.allow(browser, device)
    device.poll()
    letters = device.user_code.replace("-", "")
    with app.app_context():
        rows = db.session.execute(select(DeviceCode.__table__)).mappings().all()
        log = db.session.execute(select(LoggedRequest.__table__)).mappings().all()
        for text in (str(rows), str(log)):
            assert device.answer["device_code"] not in text
            assert device.user_code not in text
            assert letters not in text
        assert user_codes.digest_of(letters) == rows[0]["user_code_digest"]


def test_the_family_belongs_to_the_consent_and_to_no_session_of_a_browser(
    app: Flask, browser: FlaskClient, anna: make.Person, device: devices.Device
) -> None:
    devices.allow(browser, device)
    device.tokens()
    with app.app_context():
        family = db.session.scalars(select(TokenFamily)).one()
        code = db.session.scalars(select(DeviceCode)).one()
        assert (family.user_id, family.consent_id) == (anna.id, code.consent_id)
        assert family.session_id == ON_A_DEVICE
        assert family.auth_time == code.auth_time


def test_the_log_has_one_row_for_all_the_waiting_of_a_code(app: Flask, television: make.App) -> None:
    device = devices.begin(app, television)
    for poll in range(4):
        with later(seconds=poll * 6):
            assert device.error() == "authorization_pending"
    for _ in range(4):
        assert device.error() == "slow_down"
    with app.app_context():
        causes = db.session.scalars(select(LoggedRequest.cause).where(LoggedRequest.endpoint == "token"))
        assert sorted(filter(None, causes)) == ["authorization_pending", "slow_down"]


@pytest.mark.any_database
def test_the_code_is_there_as_a_picture_for_the_device_to_show(
    client: FlaskClient, device: devices.Device
) -> None:
    picture = client.get(f"/device/qr?user_code={device.user_code.lower()}")
    assert picture.mimetype == "image/svg+xml"
    assert picture.text.startswith("<svg ")
    assert "style=" not in picture.text
    assert picture.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    for wrong in ("", "?user_code=", "?user_code=AAAA-AAAA", "?user_code=BCDF-GHJK-LMNP", "?user_code=<b>"):
        assert client.get(f"/device/qr{wrong}").status_code == 404
