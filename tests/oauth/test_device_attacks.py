"""Attacks on devices without a browser: somebody sends people a code, guesses one, or takes one that is another's."""

import re
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from app.account import email_changes
from app.clients.grants import DEVICE_CODE
from app.consents.models import Consent
from app.database.rows import db
from app.extensions import limiter
from app.network_limits import DEVICE_AUTHORIZATIONS, USER_CODES, USER_CODES_OF_ACCOUNT
from app.oauth.models import DeviceCode, TokenFamily
from app.oauth.tokens import device_codes, user_codes
from app.users import accounts, password_changes
from tests import factories as make
from tests.authentication.visitors import THERE
from tests.flows import devices
from tests.oauth.world import later

WRONG = "BBBB-BBBB"
NASTY = (
    "",
    " ",
    "-",
    "ä" * 8,
    "\0" * 8,
    "<script>alert(1)</script>",
    "' OR 1=1--",
    "B" * 9_000,
    "BCDFGHJKL",
    "AEIO-UAEI",
)


@pytest.fixture
def television(app: Flask) -> make.App:
    return devices.make_app(app)


@pytest.fixture
def anna(app: Flask) -> make.Person:
    return make.make_user(app, "anna", locale="en")


@pytest.fixture
def browser(app: Flask, anna: make.Person) -> FlaskClient:
    return make.browser_of(app, anna)


def at(browser: FlaskClient, address: str) -> FlaskClient:
    browser.environ_base["REMOTE_ADDR"] = address
    return browser


def test_attack_a_code_sent_to_somebody_in_another_network_is_warned_about(
    app: Flask, browser: FlaskClient, television: make.App
) -> None:
    """Device phishing, RFC 8628 section 5.4: the attacker's own program asks, the victim gets a link."""
    device = devices.begin(app, television, devices.ELSEWHERE)
    page = browser.get(f"/device?user_code={device.user_code}")
    assert "Did somebody send you this code, or read it to you?" in page.text
    assert "198.51.100.0/24" in page.text
    hasty = devices.decide(browser, page)
    assert hasty.status_code == 422
    assert "If somebody else gave you the code, choose Deny." in hasty.text
    assert device.error() == "authorization_pending"
    devices.allow(browser, device, own_device="yes")
    assert device.tokens()


@pytest.mark.any_database
def test_attack_behind_a_proxy_nobody_declared_every_code_is_warned_about(
    app: Flask, browser: FlaskClient, television: make.App
) -> None:
    """Everybody then comes from the proxy's address, the attacker's device as well as the victim."""
    device = devices.begin(app, television)
    page = browser.get(
        f"/device?user_code={device.user_code}", headers={"X-Forwarded-For": devices.ELSEWHERE}
    )
    assert 'name="own_device"' in page.text
    assert "this portal cannot tell where it is" in page.text
    assert "127.0.0.0/24" not in page.text


@pytest.mark.parametrize(
    ("device_at", "person_at", "is_far"),
    [
        ("203.0.113.7", "203.0.113.200", False),
        ("203.0.113.7", "203.0.112.7", True),
        ("2001:db8:1:2::3", "2001:db8:1:ffff::1", False),
        ("2001:db8:1::1", "2001:db8:2::1", True),
        ("203.0.113.7", "2001:db8:1::1", True),
    ],
)
@pytest.mark.any_database
def test_what_counts_as_the_same_network(
    app: Flask, browser: FlaskClient, television: make.App, device_at: str, person_at: str, is_far: bool
) -> None:
    device = devices.begin(app, television, device_at)
    page = at(browser, person_at).get(f"/device?user_code={device.user_code}")
    assert ('name="own_device"' in page.text) is is_far


def test_attack_a_link_with_the_code_decides_nothing(
    app: Flask, browser: FlaskClient, television: make.App
) -> None:
    device = devices.begin(app, television)
    devices.allow(browser, devices.begin(app, television))  # the app is connected already
    for more in ("", "&decision=allow&scope=openid&own_device=yes"):
        assert browser.get(f"/device?user_code={device.user_code}{more}").status_code == 200
    forged = {"user_code": device.user_code, "decision": "allow", "scope": "openid"}
    browser.post("/device", data=forged, headers={"Sec-Fetch-Site": "cross-site"})
    assert device.error() == "authorization_pending"


def test_attack_guessing_codes_is_over_after_ten_for_an_account(
    app: Flask, browser: FlaskClient, anna: make.Person, television: make.App
) -> None:
    device = devices.begin(app, television)
    for guess in range(USER_CODES_OF_ACCOUNT.item.amount):
        # From another network each time.
        assert devices.enter(at(browser, f"203.0.{guess}.7"), WRONG).status_code == 422
    for code in (WRONG, device.user_code):
        answer = devices.enter(browser, code)
        assert answer.status_code == 429
        assert 0 < int(answer.headers["Retry-After"]) <= 3601
        assert "There were too many wrong codes." in answer.text
        assert browser.get(f"/device?user_code={code}").status_code == 429
    # Nor does the decision go round it, and a new session of the account changes nothing.
    again = make.browser_of(app, anna)
    fields = {"csrf_token": make.csrf_token(again.get("/device")), "user_code": device.user_code}
    assert again.post("/device", data={**fields, "decision": "allow"}).status_code == 429
    # Others go on.
    devices.allow(make.browser_of(app, make.make_user(app)), device)


def test_attack_guessing_codes_with_many_accounts_is_over_after_thirty_for_a_network(
    app: Flask, television: make.App
) -> None:
    device = devices.begin(app, television, THERE)
    people = [at(make.browser_of(app, make.make_user(app)), THERE) for _ in range(4)]
    for guess in range(USER_CODES.item.amount):
        assert devices.enter(people[guess % 4], WRONG).status_code == 422
    fresh = make.browser_of(app, make.make_user(app))
    assert devices.enter(at(fresh, THERE), device.user_code).status_code == 429
    assert devices.enter(at(fresh, "203.0.114.7"), device.user_code).status_code == 200


def test_right_codes_are_never_counted(app: Flask, browser: FlaskClient, television: make.App) -> None:
    for _ in range(USER_CODES_OF_ACCOUNT.item.amount + 5):
        device = devices.begin(app, television)
        assert devices.enter(browser, device.user_code).status_code == 200


def test_attack_wrong_expired_and_decided_codes_are_told_apart_by_nothing(
    app: Flask, browser: FlaskClient, anna: make.Person, television: make.App
) -> None:
    def answer(code: str, visitor: FlaskClient) -> tuple[int, str]:
        page = devices.enter(visitor, code)
        without = re.sub(r'name="(csrf_token|idempotency_key)" value="[^"]*"|[a-z2-7]{20}', "", page.text)
        return page.status_code, without.replace(code, "")

    expired, allowed, declined = (devices.begin(app, television) for _ in range(3))
    devices.allow(browser, allowed)
    devices.decide(browser, devices.enter(browser, declined.user_code), "deny")
    wrong = answer(WRONG, browser)
    assert wrong[0] == 422
    assert answer(allowed.user_code, browser) == wrong
    assert answer(declined.user_code, browser) == wrong
    with later(seconds=901):
        visitor = make.browser_of(app, anna)
        assert answer(expired.user_code, visitor) == answer(WRONG, visitor)


@pytest.mark.any_database
def test_a_wrong_code_and_one_that_is_none_take_the_same_look(
    browser: FlaskClient, television: make.App, app: Flask
) -> None:
    from tests.support.statements import count_statements

    expired = devices.begin(app, television)
    seen = []
    with later(seconds=901):
        for code in (expired.user_code, WRONG, "AAAA-AAAA", "nonsense"):
            with count_statements() as counted:
                assert browser.get(f"/device?user_code={code}").status_code == 422
            seen.append(list(counted))
    assert all(statements == seen[0] for statements in seen)
    assert any("device_codes" in statement for statement in seen[0])


def test_attack_a_code_of_another_client_gives_nothing(
    app: Flask, browser: FlaskClient, television: make.App
) -> None:
    device, thief = devices.begin(app, television), devices.make_app(app, name="Thief")
    devices.allow(browser, device)
    answer = device.poll(thief)
    assert (answer.status_code, (answer.json or {})["error"]) == (400, "invalid_grant")
    assert device.tokens()  # and nothing is used up by it


def test_attack_the_user_code_is_no_device_code(
    app: Flask, browser: FlaskClient, television: make.App
) -> None:
    device = devices.begin(app, television)
    devices.allow(browser, device)
    for sent in (device.user_code, user_codes.digest_of(device.user_code.replace("-", "")), "x"):
        assert (device.poll(device_code=sent).json or {})["error"] == "invalid_grant"


def test_attack_a_confidential_device_is_its_secret(app: Flask, browser: FlaskClient) -> None:
    client = devices.make_app(app, client_type="confidential")
    bare = make.App(client.id, None, "")
    assert devices.ask(app, bare).status_code == 401
    device = devices.begin(app, client)
    devices.allow(browser, device)
    assert device.poll(bare).status_code == 401
    assert device.tokens()


def test_attack_polls_after_a_denial_never_get_anything(
    app: Flask, browser: FlaskClient, television: make.App
) -> None:
    device = devices.begin(app, television)
    page = devices.enter(browser, device.user_code)
    devices.decide(browser, page, "deny")
    assert devices.decide(browser, page).status_code == 422  # the same page, Allow this time
    other = make.browser_of(app, make.make_user(app))
    assert devices.enter(other, device.user_code).status_code == 422
    for _ in range(3):
        assert device.error() == "access_denied"
    with app.app_context():
        assert db.session.scalar(select(func.count(TokenFamily.id))) == 0
        assert db.session.scalar(select(func.count(Consent.id))) == 0


def test_attack_a_code_that_one_allowed_never_gives_tokens_about_another(
    app: Flask, browser: FlaskClient, anna: make.Person, television: make.App
) -> None:
    """Session fixation: of two people with the page of one code open, the first to decide is the one."""
    device = devices.begin(app, television)
    berta = make.make_user(app, "berta", locale="en")
    hers = make.browser_of(app, berta)
    opened = devices.enter(hers, device.user_code)
    devices.allow(browser, device)
    assert devices.decide(hers, opened).status_code == 422
    tokens = device.tokens()
    assert make.claims_of(tokens["access_token"])["sub"] == anna.id
    with app.app_context():
        assert db.session.scalars(select(Consent.user_id)).all() == [anna.id]


def test_attack_a_page_that_was_open_for_one_account_does_not_act_for_the_next(
    app: Flask, browser: FlaskClient, television: make.App
) -> None:
    device = devices.begin(app, television)
    page = devices.enter(browser, device.user_code)
    make.sign_in(app, browser, make.make_user(app, "berta", locale="en"))
    assert devices.decide(browser, page).status_code == 409
    assert device.error() == "authorization_pending"


def test_attack_a_code_that_was_allowed_in_a_taken_over_account_dies_with_the_new_password(
    app: Flask, browser: FlaskClient, anna: make.Person, television: make.App
) -> None:
    device = devices.begin(app, television)
    devices.allow(browser, device)
    with app.app_context():
        password_changes.set_password(accounts.get_user(anna.id), "another violet kettle 5")
        db.session.commit()
    assert device.error() == "invalid_grant"


def test_attack_a_code_that_was_allowed_before_an_email_is_restored_dies(
    app: Flask, browser: FlaskClient, anna: make.Person, television: make.App
) -> None:
    device = devices.begin(app, television)
    devices.allow(browser, device)
    with app.app_context():
        user = accounts.get_user(anna.id)
        email_changes.email_restored.send(user, since=user.created_at)
        db.session.commit()
    assert device.error() == "invalid_grant"


@pytest.mark.parametrize("rule", [accounts.block, accounts.delete])
def test_who_is_blocked_or_deleted_lets_no_device_in(
    app: Flask, browser: FlaskClient, anna: make.Person, television: make.App, rule: Any
) -> None:
    device = devices.begin(app, television)
    devices.allow(browser, device)
    with app.app_context():
        rule(accounts.get_user(anna.id))
        db.session.commit()
    assert device.error() == "invalid_grant"
    with app.app_context():
        left = db.session.scalar(select(func.count(DeviceCode.id)).where(DeviceCode.user_id == anna.id))
        assert left == 0


def test_attack_a_permission_taken_from_the_app_meanwhile_is_not_given(
    app: Flask, browser: FlaskClient, television: make.App
) -> None:
    from app.clients.models import Client
    from app.database.rows import new_id

    device, waiting = devices.begin(app, television), devices.begin(app, television)
    devices.allow(browser, device)
    with app.app_context():
        client = db.session.get_one(Client, television.id)
        client.scopes, client.revision = "openid profile", new_id()
        db.session.commit()
    assert device.tokens()["scope"] == "openid profile"
    assert make.offered(devices.enter(browser, waiting.user_code)) == ["openid", "profile"]


def test_attack_ticks_of_what_was_not_asked_give_nothing(
    app: Flask, browser: FlaskClient, television: make.App
) -> None:
    device = devices.begin(app, television, scope="openid")
    devices.allow(browser, device, ticked=["openid", "email", "phone", "nonsense"])
    assert device.tokens()["scope"] == "openid"


def test_attack_codes_in_masses_are_refused_to_a_network(app: Flask, television: make.App) -> None:
    key = DEVICE_AUTHORIZATIONS.item.key_for(DEVICE_AUTHORIZATIONS.name, THERE)
    with app.app_context():
        for _ in range(DEVICE_AUTHORIZATIONS.item.amount):
            limiter.storage.incr(key, DEVICE_AUTHORIZATIONS.item.get_expiry())
    refused = devices.ask(app, television, THERE)
    assert refused.status_code == 429
    assert (refused.json or {})["error"] == "temporarily_unavailable"
    assert 0 < int(refused.headers["Retry-After"]) <= 3601
    assert devices.ask(app, television, "203.0.114.7").status_code == 200
    confidential = devices.make_app(app, client_type="confidential", name="Known")
    assert devices.ask(app, confidential, THERE).status_code == 200


def test_a_user_code_that_is_taken_is_drawn_anew(app: Flask, television: make.App) -> None:
    drawn = iter(["BBBBBBBB", "BBBBBBBB", "BBBBBBBB", "CCCCCCCC"])
    with app.app_context():
        connection = db.session.connection()
        codes = [
            device_codes.issue(connection, television.id, ["openid"], "", drawn.__next__).user_code
            for _ in range(2)
        ]
        db.session.commit()
        assert codes == ["BBBBBBBB", "CCCCCCCC"]
        assert db.session.scalar(select(func.count(DeviceCode.id))) == 2


@pytest.mark.any_database
def test_user_codes_are_of_twenty_letters(app: Flask) -> None:
    letters = {letter for _ in range(400) for letter in user_codes.new_user_code()}
    assert letters == set("BCDFGHJKLMNPQRSTVWXZ")


@pytest.mark.parametrize("typed", NASTY)
def test_nasty_codes_are_wrong_ones(browser: FlaskClient, typed: str) -> None:
    page = devices.enter(browser, typed)
    assert page.status_code in (400, 422)
    assert "<script>alert" not in page.text
    assert browser.get("/device", query_string={"user_code": typed}).status_code in (400, 422)


@pytest.mark.parametrize("typed", NASTY)
def test_nasty_device_codes_are_wrong_ones(app: Flask, television: make.App, typed: str) -> None:
    fields = {"grant_type": DEVICE_CODE, "device_code": typed, **television.form}
    answer = app.test_client().post("/oauth/token", data=fields)
    assert answer.status_code == 400
    assert (answer.json or {})["error"] in ("invalid_grant", "invalid_request")


@pytest.mark.any_database
def test_repeated_parameters_are_refused(app: Flask, television: make.App) -> None:
    http = app.test_client()
    pairs = {"client_id": television.id, "scope": ["openid", "email"]}
    assert (http.post("/oauth/device_authorization", data=pairs).json or {})["error"] == "invalid_request"
    pairs = {"grant_type": DEVICE_CODE, "client_id": television.id, "device_code": ["a", "b"]}
    assert (http.post("/oauth/token", data=pairs).json or {})["error"] == "invalid_request"


@pytest.mark.any_database
def test_a_grant_type_without_its_urn_is_explained(app: Flask, television: make.App) -> None:
    answer = app.test_client().post("/oauth/token", data={"grant_type": "device_code", **television.form})
    assert (answer.json or {})["error"] == "unsupported_grant_type"
    owner = make.make_user(app, "root", is_admin=True)
    page = make.browser_of(app, owner).get(f"/failures/{answer.headers['X-Request-Id']}")
    assert f"Perhaps {DEVICE_CODE} was meant." in page.text


def test_attack_a_block_ends_what_was_allowed_to_a_device_that_has_not_asked_yet(
    app: Flask, anna: make.Person, browser: FlaskClient, television: make.App
) -> None:
    device = devices.begin(app, television)
    devices.allow(browser, device)
    for act in (accounts.block, accounts.unblock):
        with app.app_context():
            act(accounts.get_user(anna.id))
            db.session.commit()
    assert device.error() == "invalid_grant"
