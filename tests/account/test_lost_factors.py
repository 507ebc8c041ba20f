"""All second factors lost: a wait that everything the person has is told of, and that one click cancels."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from app.account import email_changes, lost_factor_notices
from app.account.email_links import Purpose, create_link
from app.account.models import EmailLink, FactorRecovery
from app.audit.models import Event
from app.authentication.factors import changes
from app.clock import now
from app.database.rows import db
from app.notifications.models import OutgoingMail
from app.users import accounts
from tests import factories as make
from tests.account.visitor import (
    csrf_token,
    last_link,
    mails,
    person,
    sign_in,
    sign_out,
    sign_up,
    submit,
)
from tests.support.apps import MakeApp
from tests.support.html_forms import forms_of
from tests.support.mailboxes import text_of


@pytest.fixture(autouse=True)
def looks_every_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lost_factor_notices, "LOOK_EVERY", 0.0)
    monkeypatch.setattr(lost_factor_notices, "_look_at", 0.0)


@pytest.fixture
def anna(app: Flask, client: FlaskClient, db_session: Session) -> Session:
    """Has a confirmed address, a second factor, and is signed out."""
    sign_up(client)
    sign_out(client)
    row = person(db_session)
    row.email_verified_at = row.totp_at = now()
    db_session.commit()
    return db_session


@pytest.fixture
def link(app: Flask, client: FlaskClient, anna: Session) -> str:
    """The link that begins the wait."""
    ask(client)
    return last_link(app, "recovery_asked")


@pytest.fixture
def begun(client: FlaskClient, link: str) -> str:
    """The same link, after it was used."""
    assert submit(client, link).status_code == 303
    return link


def ask(client: FlaskClient, email: str = "anna@example.org") -> str:
    answer = submit(client, "/recover", email=email)
    assert answer.status_code == 200
    return answer.text


def after(**lapse: float) -> time_machine.travel:
    return time_machine.travel(now() + timedelta(**lapse), tick=True)


def kinds(session: Session) -> list[str]:
    return list(
        session.scalars(select(Event.kind).where(Event.kind.like("account.recovery.%")).order_by(Event.id))
    )


def open_waits(session: Session) -> list[FactorRecovery]:
    session.expire_all()
    return list(session.scalars(select(FactorRecovery).where(FactorRecovery.closed_at.is_(None))))


def test_known_and_unknown_addresses_get_the_same_answer(
    app: Flask, client: FlaskClient, anna: Session
) -> None:
    assert ask(client, "emma@example.org").replace("emma@", "anna@") == ask(client)
    assert [mail["To"] for mail in mails(app, "recovery_asked")] == ["anna@example.org"]


@pytest.mark.parametrize("lacking", ["totp_at", "email_verified_at"])
def test_nobody_without_a_factor_or_a_confirmed_address_is_written_to(
    app: Flask, client: FlaskClient, anna: Session, lacking: str
) -> None:
    setattr(person(anna), lacking, None)
    anna.commit()
    ask(client)
    assert mails(app, "recovery_asked") == []


def test_the_link_comes_in_the_language_of_the_page_that_asked_for_it(
    app: Flask, client: FlaskClient, anna: Session
) -> None:
    person(anna).locale = None
    anna.commit()
    client.get("/recover?locale=de")
    ask(client)
    (mail,) = mails(app, "recovery_asked")
    assert mail["Content-Language"] == "de"


def test_looking_at_the_link_begins_nothing(client: FlaskClient, link: str, anna: Session) -> None:
    assert "Begin the wait" in client.get(link).text
    assert open_waits(anna) == []


def test_the_wait_is_told_at_its_beginning_a_day_before_its_end_and_at_its_end(
    app: Flask, client: FlaskClient, begun: str, anna: Session
) -> None:
    assert [mail["To"] for mail in mails(app, "recovery_begun")] == ["anna@example.org"]
    assert mails(app, "recovery_soon") == []
    with after(hours=49):
        for _look in range(2):
            assert len(mails(app, "recovery_soon")) == 1
        assert mails(app, "recovery_over") == []
    with after(hours=73):
        for _look in range(2):
            assert len(mails(app, "recovery_over")) == 1


def test_after_the_wait_the_link_removes_the_factors_and_signs_everybody_out(
    app: Flask, client: FlaskClient, begun: str, anna: Session
) -> None:
    with after(hours=73):
        end = last_link(app, "recovery_over")
        assert "Remove second factors" in client.get(end).text
        assert person(anna).totp_at is not None
        assert submit(client, end).location == "/login"
        assert client.get(end).status_code == 410
        assert len(mails(app, "recovery_completed")) == 1
    assert person(anna).totp_at is None
    assert kinds(anna) == [f"account.recovery.{what}" for what in ("asked", "begun", "completed")]


def test_who_is_signed_in_to_another_account_stays_so_and_signs_in_beside_it(app: Flask, begun: str) -> None:
    bert = make.make_user(app, "bert")
    with after(hours=73):
        browser = make.browser_of(app, bert)
        answer = submit(browser, last_link(app, "recovery_over"))
        assert answer.location == "/login?another=1"
        assert "bert stays signed in." in browser.get(answer.location).text


def test_attack_the_link_of_the_beginning_removes_nothing_however_late(
    client: FlaskClient, begun: str, anna: Session
) -> None:
    for hours in (0, 73):
        with after(hours=hours):
            assert client.get(begun).status_code == 410
    assert person(anna).totp_at is not None


def test_attack_a_thief_in_the_mailbox_is_seen_on_every_signed_in_device(
    app: Flask, client: FlaskClient, link: str, anna: Session
) -> None:
    person(anna).totp_at = None
    anna.commit()
    sign_in(client)
    person(anna).totp_at = now()
    anna.commit()
    thief = app.test_client()
    assert submit(thief, link).status_code == 303
    page = client.get("/account/activity")
    assert "Somebody asked by email to remove all your second factors" in page.text
    answer = client.post("/account/security/recovery/cancel", data={"csrf_token": csrf_token(page)})
    assert answer.location == "/account/security"
    assert open_waits(anna) == []
    assert "asked by email to remove" not in client.get("/account/activity").text
    with after(hours=73):
        assert mails(app, "recovery_over") == []


def test_one_click_in_a_mail_cancels_without_a_sign_in(
    app: Flask, client: FlaskClient, begun: str, anna: Session
) -> None:
    cancel = last_link(app, "recovery_begun")
    assert "Cancel the removal" in client.get(cancel).text
    assert len(open_waits(anna)) == 1
    assert submit(client, cancel).status_code == 303
    assert (open_waits(anna), client.get(cancel).status_code) == ([], 410)
    assert len(mails(app, "recovery_cancelled")) == 1


def test_the_wait_can_be_cancelled_after_its_end_too(
    app: Flask, client: FlaskClient, begun: str, anna: Session
) -> None:
    with after(hours=80):
        over = text_of(mails(app, "recovery_over")[0])
        end, cancel = [line.partition("8000")[2] for line in over.splitlines() if line.startswith("http")]
        assert submit(client, cancel).status_code == 303
        assert client.get(end).status_code == 410
    assert person(anna).totp_at is not None


def test_a_confirmed_mobile_number_is_told_too(
    app: Flask, client: FlaskClient, link: str, anna: Session
) -> None:
    row = person(anna)
    row.mobile, row.mobile_verified_at = "+4915112345678", now()
    anna.commit()
    assert submit(client, link).status_code == 303
    assert [
        mail.template
        for mail in anna.scalars(select(OutgoingMail).where(OutgoingMail.template == "recovery_text"))
    ]


def test_blocked_accounts_never_recover(app: Flask, client: FlaskClient, begun: str, anna: Session) -> None:
    with app.app_context():
        accounts.block(accounts.get_user(person(anna).id))
        db.session.commit()
    assert open_waits(anna) == []
    ask(client)
    assert len(mails(app, "recovery_asked")) == 1


def test_an_account_recovers_three_times_a_month_at_most(
    app: Flask, client: FlaskClient, anna: Session
) -> None:
    for number in range(4):
        with after(minutes=61 * number):
            ask(client)
            answer = submit(client, last_link(app, "recovery_asked"))
            if number < 3:
                assert answer.status_code == 303
                submit(client, last_link(app, "recovery_begun"))
    assert "three times within a month" in answer.text
    assert open_waits(anna) == []


def test_a_second_click_on_the_beginning_is_answered_as_the_first(
    client: FlaskClient, link: str, anna: Session
) -> None:
    (form,) = forms_of(client.get(link).text)
    for _click in range(2):
        answer = client.post(link, data=dict(form.fields))
        assert (answer.status_code, answer.location) == (303, "/login")
    told = client.get("/login").text
    assert told.count("The wait has begun and ends on") == 1
    assert "a passkey before then, sign in with it and cancel the wait" in told
    assert len(open_waits(anna)) == 1


def test_a_reset_by_an_administrator_ends_the_wait(
    app: Flask, client: FlaskClient, begun: str, anna: Session
) -> None:
    cancel = last_link(app, "recovery_begun")
    with app.app_context():
        assert changes.reset(accounts.get_user(person(anna).id), "She came to the desk.")
        db.session.commit()
    assert open_waits(anna) == []
    assert client.get(cancel).status_code == 410
    assert mails(app, "recovery_cancelled") == []


def test_another_address_ends_the_wait_whose_last_link_would_miss_it(
    app: Flask, client: FlaskClient, begun: str, anna: Session
) -> None:
    cancel = last_link(app, "recovery_begun")
    anna_id, issuer = person(anna).id, "http://localhost:8000"
    with app.app_context():
        email_changes.ask_for_change(
            accounts.get_user(anna_id), "safer@example.org", issuer=issuer, locale="en"
        )
        db.session.commit()
    token = last_link(app, "verify_email").rsplit("/", 1)[1]
    with app.app_context():
        email_changes.complete_change(token, issuer=issuer)
        db.session.commit()
    assert open_waits(anna) == []
    assert client.get(cancel).status_code == 410
    told = {str(mail["To"]) for mail in mails(app, "recovery_cancelled")}
    assert told == {"anna@example.org", "safer@example.org"}


def test_a_second_wait_does_not_begin_beside_the_first(
    app: Flask, client: FlaskClient, begun: str, anna: Session
) -> None:
    with after(minutes=5):
        ask(client)
        answer = submit(client, last_link(app, "recovery_asked"))
    assert "has begun already" in answer.text
    assert len(open_waits(anna)) == 1


@pytest.mark.slow
def test_of_twenty_clicks_at_once_one_begins_one_ends(
    app: Flask, client: FlaskClient, link: str, anna: Session
) -> None:
    def click(path: str) -> int:
        return submit(app.test_client(), path, page="/recover").status_code

    with ThreadPoolExecutor(20) as pool:
        assert list(pool.map(click, [link] * 20)).count(303) == 1
    assert len(open_waits(anna)) == 1
    with after(hours=73):
        end = last_link(app, "recovery_over")
        with ThreadPoolExecutor(20) as pool:
            answers = list(pool.map(click, [end] * 20))
    assert answers.count(303) == 1
    assert kinds(anna).count("account.recovery.completed") == 1


def test_the_wait_is_as_long_as_the_setting_says(app_with: MakeApp) -> None:
    app = app_with(RECOVERY_WAIT="1 hour 30 minutes")
    assert "90 minutes" in app.test_client().get("/recover").text


@pytest.mark.parametrize("when", [{}, {"hours": 73}])
def test_attack_a_link_to_an_address_that_counts_no_more_opens_nothing(
    app: Flask, client: FlaskClient, link: str, anna: Session, when: dict[str, float]
) -> None:
    """Who changed the address for that of a safer mailbox is not undone by whoever reads the old one."""
    if when:
        assert submit(client, link).status_code == 303
    with after(**when):
        old = last_link(app, "recovery_over") if when else link
        row = person(anna)
        row.email = row.email_key = "safer@example.org"
        anna.commit()
        assert client.get(old).status_code == 410
        assert client.post(old, data={"csrf_token": csrf_token(client.get("/recover"))}).status_code == 410
        assert person(anna).totp_at is not None


@pytest.mark.parametrize(("begun_before", "left"), [(timedelta(hours=1), 1), (-timedelta(hours=1), 0)])
def test_attack_a_wait_begun_from_an_address_that_was_taken_back_is_over(
    app: Flask, begun: str, anna: Session, begun_before: timedelta, left: int
) -> None:
    (wait,) = open_waits(anna)
    moment, user_id = wait.started_at + begun_before, person(anna).id
    anna.rollback()
    with app.app_context():
        undo = create_link(Purpose.UNDO_EMAIL, accounts.get_user(user_id), email="before@example.org")
        db.session.flush()
        of_link = update(EmailLink).where(EmailLink.purpose == Purpose.UNDO_EMAIL)
        db.session.execute(of_link.values(created_at=moment))
        db.session.commit()
        email_changes.undo_change(undo, issuer="http://localhost")
        db.session.commit()
    assert len(open_waits(anna)) == left


def test_attack_a_wait_removes_no_factor_that_was_set_up_since(
    app: Flask, client: FlaskClient, begun: str, anna: Session
) -> None:
    """An administrator may have taken the lost ones, and the person has a new phone by now."""
    with after(hours=1):
        person(anna).totp_at = now()
        anna.commit()
    with after(hours=73):
        end = last_link(app, "recovery_over")
        assert client.get(end).status_code == 410
        assert client.post(end, data={"csrf_token": csrf_token(client.get("/recover"))}).status_code == 410
        assert person(anna).totp_at is not None
