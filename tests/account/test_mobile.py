"""Confirming a mobile number with a code that a real gateway is asked to send."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.account import mobile
from app.account.models import MobileCode
from app.account.refusals import CodeExpired, CodeWrong
from app.clock import now
from app.database.rows import db
from app.extensions import background
from app.notifications.models import OutgoingMail
from app.users import accounts
from app.users.models import User
from tests import factories as make
from tests.account.visitor import last_link, person, sign_in, sign_up, submit
from tests.support.apps import MakeApp
from tests.support.gateways import Gateway

PAGE = "/account/profile/mobile"
NUMBER = "+491701234567"
PROFILE = {"name": "", "country": "", "locale": "en"}


@pytest.fixture
def app(app_with: MakeApp, sms_gateway: Gateway) -> Flask:
    return app_with(SMS_WEBHOOK_URL=sms_gateway.url)


@pytest.fixture(autouse=True)
def signed_in(client: FlaskClient, db_session: Session) -> None:
    sign_up(client)
    confirm_addresses(db_session)
    save(client, NUMBER)


def confirm_addresses(session: Session) -> None:
    """Let everybody's email address be confirmed: text messages are for nobody else."""
    session.execute(update(User).values(email_verified_at=now()))
    session.commit()


def save(client: FlaskClient, number: str) -> None:
    assert submit(client, "/account/profile", **PROFILE, mobile=number).status_code == 303


def send(client: FlaskClient) -> str:
    """Ask for a code; the page afterwards."""
    answer = submit(client, f"{PAGE}/code", page="/account/profile")
    assert (answer.status_code, answer.location) == (303, PAGE)
    return client.get(PAGE).text


def deliver(app: Flask) -> None:
    background.init_app(app)  # the application made last has the jobs; here it is this one
    background.run_once()


def code_for(app: Flask, client: FlaskClient, gateway: Gateway) -> str:
    send(client)
    deliver(app)
    found = re.match(r"(\d{6}) ", gateway.messages[-1]["text"])
    assert found
    return found[1]


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def test_the_code_of_the_message_confirms_the_number(
    app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway
) -> None:
    assert f'href="{PAGE}"' in client.get("/account").text
    assert "We send a text message with a code to +49 170 1234567." in client.get(PAGE).text
    code = code_for(app, client, sms_gateway)
    host = app.config["SETTINGS"].issuer.partition("//")[2]
    text = f"{code} is your code for {host}. It is valid for 10 minutes. Please tell it to nobody.\n\n@{host} #{code}"
    assert sms_gateway.messages == [{"to": NUMBER, "text": text}]
    assert sms_gateway.paths == ["/send?account=7"]
    assert sms_gateway.headers[0]["Authorization"] == "Basic dXNlcjpwQHNz"
    before = person(db_session).updated_at
    answer = submit(client, PAGE, code=f" {code[:3]} {code[3:]} ")
    assert (answer.status_code, answer.location) == (303, "/account/profile")
    user = person(db_session)
    assert user.mobile_verified_at is not None
    assert user.updated_at > before  # apps are told at once
    assert db_session.scalars(select(MobileCode)).all() == []
    assert "You confirmed your mobile number." in client.get("/account/activity").text
    assert "There is no number to confirm." in send(client)


def test_the_message_is_in_the_language_of_its_reader(
    app: Flask, client: FlaskClient, sms_gateway: Gateway
) -> None:
    client.get("/account?locale=de")
    assert submit(client, "/account/profile", **{**PROFILE, "locale": "de"}, mobile=NUMBER).status_code == 303
    send(client)
    deliver(app)
    assert "ist Ihr Code für" in sms_gateway.messages[0]["text"]


def test_only_a_digest_of_the_code_is_kept(
    app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway
) -> None:
    send(client)
    waiting = db_session.scalars(select(OutgoingMail).where(OutgoingMail.template == "confirm_mobile")).one()
    deliver(app)
    code = sms_gateway.messages[0]["text"][:6]
    row = db_session.scalars(select(MobileCode)).one()
    for kept in (row.code_digest, waiting.sealed):
        assert code not in kept
        assert NUMBER not in kept
    assert (
        db_session.scalars(select(OutgoingMail).where(OutgoingMail.template == "confirm_mobile")).all() == []
    )


@pytest.mark.any_database
@pytest.mark.parametrize("wrong", ["", "12345", "abcdef", "٣٣٣٣٣٣", "0" * 5_000])
def test_what_is_no_code_is_refused_beside_its_field(
    app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway, wrong: str
) -> None:
    code_for(app, client, sms_gateway)
    page = submit(client, PAGE, code=wrong)
    assert page.status_code == 422
    assert 'id="code-error"' in page.text
    assert person(db_session).mobile_verified_at is None


def test_guessing_ends_after_five_tries_even_with_the_right_code(
    app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway
) -> None:
    code = code_for(app, client, sms_gateway)
    for _ in range(mobile.MOST_TRIES):
        assert "This is not the code that we sent." in submit(client, PAGE, code=other_than(code)).text
    assert "This code is no longer valid." in submit(client, PAGE, code=code).text
    assert person(db_session).mobile_verified_at is None


def test_guesses_at_the_same_moment_are_counted_like_others(
    app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway
) -> None:
    code = code_for(app, client, sms_gateway)
    user_id = person(db_session).id

    def guess(_number: int) -> type[Exception]:
        with app.app_context():
            try:
                mobile.confirm(accounts.get_user(user_id), other_than(code))
            except (CodeWrong, CodeExpired) as refusal:
                db.session.commit()
                return type(refusal)
        raise AssertionError

    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(guess, range(20)))
    assert told.count(CodeWrong) == mobile.MOST_TRIES


def test_a_code_expires(app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway) -> None:
    code = code_for(app, client, sms_gateway)
    with time_machine.travel(now() + mobile.LIFETIME):
        assert "This code is no longer valid." in submit(client, PAGE, code=code).text
    assert person(db_session).mobile_verified_at is None


def test_a_code_works_once(
    app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway
) -> None:
    code = code_for(app, client, sms_gateway)
    assert submit(client, PAGE, code=code).status_code == 303
    save(client, "+491701234568")
    save(client, NUMBER)
    assert "This code is no longer valid." in submit(client, PAGE, page="/account", code=code).text
    assert person(db_session).mobile_verified_at is None


def test_a_code_for_one_number_confirms_no_other(
    app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway
) -> None:
    code = code_for(app, client, sms_gateway)
    save(client, "+491701234568")
    assert "This code is no longer valid." in submit(client, PAGE, page="/account/profile", code=code).text
    assert person(db_session).mobile_verified_at is None


def test_the_code_of_somebody_else_confirms_nothing(
    app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway
) -> None:
    other = app.test_client()
    sign_up(other, "berta")
    confirm_addresses(db_session)
    profile = {**PROFILE, "mobile": "+491701234569"}
    submit(other, "/account/profile", **profile)
    code = code_for(app, client, sms_gateway)
    mine = code_for(app, other, sms_gateway)
    if code != mine:
        assert "This is not the code that we sent." in submit(other, PAGE, code=code).text
    assert person(db_session, "berta").mobile_verified_at is None


def test_nobody_fills_a_phone_with_messages(app: Flask, client: FlaskClient, sms_gateway: Gateway) -> None:
    assert "The code is on its way" in send(client)
    assert "Please wait before you ask again." in send(client)
    deliver(app)
    assert len(sms_gateway.messages) == 1


def test_a_day_has_five_messages_for_a_person(app: Flask, client: FlaskClient, sms_gateway: Gateway) -> None:
    with time_machine.travel(now(), tick=False) as clock:
        for _ in range(8):
            send(client)
            clock.shift(timedelta(minutes=1, seconds=1))
            deliver(app)
    assert len(sms_gateway.messages) <= 5


def test_many_accounts_cannot_fill_one_phone(app: Flask, client: FlaskClient, sms_gateway: Gateway) -> None:
    send(client)
    for number in range(3):
        user = make.make_user(app, email_verified=True)
        with app.app_context():
            accounts.get_user(user.id).mobile = NUMBER
            db.session.commit()
        assert "Please wait" in send(make.browser_of(app, user)), number
    deliver(app)
    assert len(sms_gateway.messages) == 1


def test_no_message_is_sent_before_the_address_is_confirmed(
    app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway
) -> None:
    """Attack: numbers that earn money by each message, and accounts that cost nothing."""
    db_session.execute(update(User).values(email_verified_at=None))
    db_session.commit()
    page = client.get(PAGE).text
    assert "Please confirm your email address first" in page
    assert f'action="{PAGE}/code"' not in page
    assert "Please confirm your email address first" in send(client)
    deliver(app)
    assert sms_gateway.messages == []


@pytest.mark.parametrize("number", ["+14155552671", "+2348031234567", "+8816123456789"])
def test_no_message_goes_to_countries_that_are_not_served(
    app: Flask, client: FlaskClient, sms_gateway: Gateway, number: str
) -> None:
    save(client, number)
    assert "This portal sends no text messages to numbers of this country." in client.get(PAGE).text
    send(client)
    deliver(app)
    assert sms_gateway.messages == []


@pytest.mark.parametrize("countries", ["us, CA", "all"])
def test_the_countries_that_are_served_are_a_setting(
    app_with: MakeApp, sms_gateway: Gateway, countries: str
) -> None:
    app = app_with(SMS_WEBHOOK_URL=sms_gateway.url, SMS_COUNTRIES=countries)
    browser = make.browser_of(app, make.make_user(app, "carla", email_verified=True))
    fields = {**PROFILE, "email": "carla@example.org", "mobile": "+14155552671"}
    assert submit(browser, "/account/profile", **fields).status_code == 303
    assert "The code is on its way to +1 415-555-2671." in send(browser)


def test_a_day_has_as_many_messages_as_were_budgeted(app_with: MakeApp, sms_gateway: Gateway) -> None:
    app = app_with(SMS_WEBHOOK_URL=sms_gateway.url, SMS_DAILY_BUDGET="2")
    told = []
    with time_machine.travel(now(), tick=False) as clock:
        for number in range(4):
            clock.shift(timedelta(days=1) if number == 3 else timedelta(0))
            user = make.make_user(app, email_verified=True)
            browser = make.browser_of(app, user)
            fields = {**PROFILE, "email": user.email, "mobile": f"+49170123470{number}"}
            assert submit(browser, "/account/profile", **fields).status_code == 303
            told.append(send(browser))
    spent = "This portal has sent all text messages that it sends in a day."
    assert [spent in page for page in told] == [False, False, True, False]
    deliver(app)
    assert len(sms_gateway.messages) <= 3


@pytest.mark.parametrize("number", ["+4930901820", "+499001234567", "+448712345678"])
def test_no_message_goes_to_numbers_that_are_no_phones_or_cost_their_caller_dear(
    app: Flask, client: FlaskClient, sms_gateway: Gateway, number: str
) -> None:
    save(client, number)
    assert "No text message can be sent to" in client.get(PAGE).text
    assert "There is no number to confirm." in send(client)
    deliver(app)
    assert sms_gateway.messages == []


@pytest.mark.parametrize("status", [302, 307, 400, 429, 500, 503])
def test_a_gateway_in_trouble_gets_the_message_again_until_the_code_is_over(
    app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway, status: int
) -> None:
    sms_gateway.status = status
    assert "The code is on its way" in send(client)
    deliver(app)
    row = db_session.scalars(select(OutgoingMail).where(OutgoingMail.template == "confirm_mobile")).one()
    assert (row.attempts, row.last_error) == (1, f"GatewayTrouble {status}")
    with time_machine.travel(now() + timedelta(minutes=1)):
        sms_gateway.status = 204
        deliver(app)
    assert len(sms_gateway.messages) == 2
    assert sms_gateway.paths == ["/send?account=7"] * 2
    assert len({headers["Idempotency-Key"] for headers in sms_gateway.headers}) == 1


def test_a_code_that_is_over_is_not_sent_any_more(
    app: Flask, client: FlaskClient, db_session: Session, sms_gateway: Gateway
) -> None:
    send(client)
    with time_machine.travel(now() + mobile.LIFETIME):
        deliver(app)
    assert sms_gateway.messages == []
    assert (
        db_session.scalars(select(OutgoingMail).where(OutgoingMail.template == "confirm_mobile")).all() == []
    )


def test_without_a_gateway_development_prints_the_message(
    app_with: MakeApp, db_session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    app = app_with()
    browser = app.test_client()
    sign_up(browser, "berta")
    confirm_addresses(db_session)
    submit(browser, "/account/profile", **PROFILE, mobile=NUMBER)
    send(browser)
    deliver(app)
    assert f"── Text message to {NUMBER}" in capsys.readouterr().out


def test_a_deleted_person_leaves_no_code(app: Flask, client: FlaskClient, db_session: Session) -> None:
    send(client)
    user_id = person(db_session).id
    with app.app_context():
        accounts.delete(accounts.get_user(user_id))
        db.session.commit()
    assert db_session.scalars(select(MobileCode)).all() == []


@pytest.mark.parametrize(
    ("user_agent", "platform"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 Version/18.5 Safari/604.1", "ios"),
        ("Mozilla/5.0 (Linux; Android 16; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile Safari/537.36", "android"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0", "other"),
        ("", "other"),
        ("x" * 9_000, "other"),
    ],
)  # fmt: skip
def test_what_a_person_first_came_with_is_kept(
    app: Flask, db_session: Session, user_agent: str, platform: str
) -> None:
    phone = app.test_client()
    phone.environ_base["HTTP_USER_AGENT"] = user_agent
    sign_up(phone, "berta")
    user = person(db_session, "berta")
    assert (user.platform, user.ip) == (platform, "127.0.0.1")
    later = app.test_client()
    later.environ_base["HTTP_USER_AGENT"] = "Mozilla/5.0 (Linux; Android 16) Chrome/140.0"
    later.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    assert sign_in(later, "berta").status_code == 303
    user = person(db_session, "berta")
    assert (user.platform, user.ip) == (platform, "127.0.0.1")


def test_the_page_behind_the_mail_says_whose_account_it_confirms(app: Flask) -> None:
    """Nobody shall confirm an account that a stranger made with their address."""
    page = app.test_client().get(last_link(app, "verify_email"))
    assert "The account “anna” was created with the address anna@example.org." in page.text


def test_the_link_of_a_deleted_account_confirms_nothing(app: Flask, db_session: Session) -> None:
    link, user_id = last_link(app, "verify_email"), person(db_session).id
    with app.app_context():
        accounts.delete(accounts.get_user(user_id))
        db.session.commit()
    assert app.test_client().get(link).status_code == 410


def test_has_profile_says_whether_a_person_told_anything(client: FlaskClient, db_session: Session) -> None:
    assert person(db_session).has_profile
    save(client, "")
    assert not person(db_session).has_profile
