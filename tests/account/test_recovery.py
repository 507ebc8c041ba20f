"""Forgotten passwords."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.account.email_links import SET_PASSWORD_LIFETIME, Purpose, create_link
from app.account.models import EmailLink
from app.audit.models import Event
from app.clock import now
from app.database.rows import db
from app.notifications.models import OutgoingMail
from app.users import mail_caps
from app.users.models import User
from tests import factories as make
from tests.account.visitor import (
    ANOTHER_PASSWORD,
    PASSWORD,
    csrf_token,
    is_signed_in,
    last_link,
    link_of,
    mails,
    person,
    sign_in,
    sign_out,
    sign_up,
    submit,
)
from tests.support.mailboxes import text_of
from tests.support.statements import count_statements


def ask(client: FlaskClient, email: str = "anna@example.org", path: str = "/forgot-password") -> str:
    answer = submit(client, path, email=email)
    assert answer.status_code == 200
    return answer.text


@pytest.fixture
def link(app: Flask, client: FlaskClient) -> str:
    """A fresh link for the password of anna, who is signed out."""
    sign_up(client)
    sign_out(client)
    ask(client)
    return last_link(app, "reset_password")


def test_the_link_sets_a_new_password(client: FlaskClient, link: str) -> None:
    answer = submit(client, link, password=ANOTHER_PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/login")
    sign_in(client)
    assert not is_signed_in(client)
    sign_in(client, password=ANOTHER_PASSWORD)
    assert is_signed_in(client)


def test_after_a_new_password_the_page_points_at_the_apps_that_have_access(
    client: FlaskClient, db_session: Session, link: str
) -> None:
    db_session.execute(update(User).values(email_verified_at=now()))
    db_session.commit()
    page = client.get(submit(client, link, password=ANOTHER_PASSWORD).location)
    assert '<a href="/account/apps">If somebody else knew your old password, check which apps' in page.text
    assert client.get("/account/apps").location == "/login?next=/account/apps"


def test_known_and_unknown_addresses_get_the_same_answer(app: Flask, client: FlaskClient) -> None:
    sign_up(client)
    sign_out(client)
    known = ask(client, "anna@example.org")
    unknown = ask(client, "emma@example.org")
    with_ids_alike = [page.split('id="request-id"')[0] for page in (known, unknown.replace("emma", "anna"))]
    assert with_ids_alike[0] == with_ids_alike[1]
    assert [mail["To"] for mail in mails(app, "reset_password")] == ["anna@example.org"]


def test_the_database_works_as_much_for_an_unknown_address_as_for_a_known_one(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_up(client)
    sign_out(client)
    mails(app)
    work = []
    for email in ("anna@example.org", "emma@example.org"):
        token = csrf_token(client.get("/forgot-password"))
        with count_statements() as statements:
            client.post("/forgot-password", data={"csrf_token": token, "email": email})
        work.append(list(statements))
    assert work[0] == work[1]
    assert len(work[0]) == 1
    waiting = db_session.scalars(select(OutgoingMail)).all()
    assert len({(mail.template, len(mail.sealed)) for mail in waiting}) == 1
    assert (
        db_session.scalar(select(func.count(EmailLink.id)).where(EmailLink.purpose == "reset_password")) == 0
    )


def test_the_event_tells_where_the_link_was_asked_for(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_up(client)
    token = csrf_token(client.get("/forgot-password"))
    fields = {"csrf_token": token, "email": "anna@example.org"}
    answer = client.post("/forgot-password", data=fields, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    mails(app)
    event = db_session.scalars(select(Event).where(Event.kind == "account.password.reset_asked")).one()
    assert (event.ip, event.request_id) == ("192.0.2.7", answer.headers["X-Request-Id"])


def test_the_username_is_no_address(app: Flask, client: FlaskClient) -> None:
    sign_up(client)
    answer = submit(client, "/forgot-password", email="anna")
    assert answer.status_code == 422
    assert "This is not a complete email address." in answer.text
    assert mails(app, "reset_password") == []


@pytest.mark.parametrize("state", ["blocked_at", "deleted_at"])
def test_blocked_and_deleted_people_get_no_mail_and_no_new_password(
    app: Flask, client: FlaskClient, db_session: Session, link: str, state: str
) -> None:
    db_session.execute(update(User).values({state: now()}))
    db_session.commit()
    assert client.get(link).status_code == 410
    with time_machine.travel(now() + timedelta(minutes=5)):
        ask(client)
    assert len(mails(app, "reset_password")) == 1


def test_nobody_fills_somebody_elses_mailbox(app: Flask, client: FlaskClient) -> None:
    sign_up(client)
    for _ in range(3):
        ask(client)
    assert len(mails(app, "reset_password")) == 1
    with time_machine.travel(now() + timedelta(minutes=3)):
        ask(client)
        assert len(mails(app, "reset_password")) == 2
    for minutes in range(10, 60, 3):
        with time_machine.travel(now() + timedelta(minutes=minutes)):
            ask(client)
    assert len(mails(app, "reset_password")) <= 10


def test_one_address_gets_five_mails_an_hour_whatever_for_and_from_wherever(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_up(client)
    start, answers = now(), set()
    for turn in range(8):
        with time_machine.travel(start + timedelta(minutes=3 * turn)):
            elsewhere = app.test_client()
            elsewhere.environ_base["REMOTE_ADDR"] = f"192.0.2.{turn}"
            answers.add(ask(elsewhere, "Anna@example.org").split('id="request-id"')[0])
            submit(client, "/account/verification", page="/account")
            mails(app)
    assert len(answers) == 1
    assert len(mails(app, "reset_password")) + len(mails(app, "verify_email")) == 5
    held_back = select(Event).where(Event.kind == "notifications.mails.held_back")
    assert len(db_session.scalars(held_back).all()) == 1
    with time_machine.travel(start + timedelta(minutes=65)):
        before = len(mails(app, "reset_password"))
        ask(client)
        assert len(mails(app, "reset_password")) == before + 1


def test_attack_one_mailbox_by_many_sub_addresses(app: Flask) -> None:
    for number in range(12):
        sign_up(app.test_client(), f"bert{number}", email=f"Victim+{number}@example.org")
    assert len([mail for mail in mails(app, "verify_email") if "ictim" in mail["To"]]) == 5


def test_attack_sub_addresses_of_a_stranger_do_not_keep_the_link_from_the_owner(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_up(client)
    submit(client, last_link(app, "verify_email"))
    sign_out(client)
    for number in range(8):
        sign_up(app.test_client(), f"bert{number}", email=f"anna+{number}@example.org")
    ask(client, "anna@example.org")
    assert [mail["To"] for mail in mails(app, "reset_password")] == ["anna@example.org"]


@pytest.mark.any_database
@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("anna@example.org", "ANNA+1@Example.org", True), ("anna+a+b@example.org", "anna+c@example.org", True),
        ("a.nna@example.org", "anna@example.org", False), ("+1@example.org", "+2@example.org", False),
        ("anna+1@example.org", "anna+1@example.com", False), ("anna-1@example.org", "anna-2@example.org", False),
    ],
)  # fmt: skip
def test_what_counts_as_one_mailbox(one: str, other: str, is_same: bool) -> None:
    assert (mail_caps._mailbox(one) == mail_caps._mailbox(other)) is is_same


def test_an_address_that_many_accounts_claim_gets_no_more_mails(app: Flask, client: FlaskClient) -> None:
    for number in range(8):
        visitor = app.test_client()
        sign_up(visitor, f"bert{number}")
        submit(visitor, "/account/email", email="victim@example.org", current_password=PASSWORD)
    to_victim = [mail for mail in mails(app, "verify_email") if mail["To"] == "victim@example.org"]
    assert len(to_victim) == 5


def test_security_notices_are_never_held_back(app: Flask, client: FlaskClient) -> None:
    sign_up(client)
    with app.app_context():
        for _ in range(9):
            mail_caps.takes_another("anna@example.org", "0" * 32)
    submit(client, "/account/security", current_password=PASSWORD, password=ANOTHER_PASSWORD)
    assert len(mails(app, "password_changed")) == 1


def test_a_mail_scanner_that_opens_the_link_does_not_use_it_up(
    app: Flask, client: FlaskClient, link: str
) -> None:
    scanner = app.test_client()
    for method in (scanner.get, scanner.head, scanner.get):
        assert method(link).status_code == 200
    assert submit(client, link, password=ANOTHER_PASSWORD).status_code == 303


def test_a_link_works_once(client: FlaskClient, link: str) -> None:
    submit(client, link, password=ANOTHER_PASSWORD)
    assert client.get(link).status_code == 410
    answer = submit(client, link, page="/login", password="attackers own choice of words")
    assert answer.status_code == 410
    sign_in(client, password=ANOTHER_PASSWORD)
    assert is_signed_in(client)


def test_of_simultaneous_uses_of_one_link_one_wins(app: Flask, link: str, db_session: Session) -> None:
    clients = [app.test_client() for _ in range(6)]
    tokens = [csrf_token(client.get(link)) for client in clients]

    def use(number: int) -> int:
        fields = {"csrf_token": tokens[number], "password": f"{ANOTHER_PASSWORD} {number}"}
        return clients[number].post(link, data=fields).status_code

    with ThreadPoolExecutor(len(clients)) as pool:
        answers = sorted(pool.map(use, range(len(clients))))
    assert answers == [303] + [410] * (len(clients) - 1)


def test_a_link_ends_after_an_hour(client: FlaskClient, link: str) -> None:
    with time_machine.travel(now() + timedelta(minutes=59)):
        assert client.get(link).status_code == 200
    with time_machine.travel(now() + timedelta(minutes=61)):
        assert client.get(link).status_code == 410
        assert submit(client, link, page="/login", password=ANOTHER_PASSWORD).status_code == 410


def test_a_new_link_ends_the_older_one(app: Flask, client: FlaskClient, link: str) -> None:
    with time_machine.travel(now() + timedelta(minutes=5)):
        ask(client)
        newer = last_link(app, "reset_password")
        assert client.get(link).status_code == 410
        assert client.get(newer).status_code == 200


@pytest.mark.parametrize("purpose", [Purpose.VERIFY_EMAIL, Purpose.INVITE, Purpose.SETUP])
def test_a_link_of_another_purpose_sets_no_password(
    app: Flask, client: FlaskClient, db_session: Session, purpose: Purpose
) -> None:
    sign_up(client)
    with app.app_context():
        token = create_link(purpose, db.session.get(User, person(db_session).id), email="anna@example.org")
        db.session.commit()
    assert client.get(f"/reset-password/{token}").status_code == 410


@pytest.mark.parametrize("token", ["x", "pf_link_", "pf_link_" + "A" * 43, "%00", "ü", "a" * 4000, "%ff%fe"])
def test_made_up_links_are_refused_as_pages(client: FlaskClient, token: str) -> None:
    for page in ("reset-password", "verify-email", "setup"):
        assert client.get(f"/{page}/{token}").status_code == (400 if token == "%00" else 410)


def test_the_database_holds_no_link_that_works(link: str, db_session: Session) -> None:
    token = link.rsplit("/", 1)[-1]
    rows = db_session.scalars(select(EmailLink)).all()
    assert rows
    for row in rows:
        assert token not in {str(value) for value in vars(row).values()}


def test_a_weak_password_leaves_the_link_as_it_was(client: FlaskClient, link: str) -> None:
    page = submit(client, link, password="password123")
    assert "This password is on lists that attackers try first." in page.text
    assert submit(client, link, password=ANOTHER_PASSWORD).status_code == 303


def test_a_new_password_signs_every_browser_out(app: Flask, client: FlaskClient, link: str) -> None:
    elsewhere = app.test_client()
    sign_in(elsewhere)
    assert is_signed_in(elsewhere)
    submit(client, link, password=ANOTHER_PASSWORD)
    assert not is_signed_in(elsewhere)


def test_the_person_is_told_by_mail(app: Flask, client: FlaskClient, link: str) -> None:
    submit(client, link, password=ANOTHER_PASSWORD)
    (mail,) = mails(app, "password_changed")
    assert mail["To"] == "anna@example.org"
    assert ANOTHER_PASSWORD not in text_of(mail)


def test_where_the_person_wanted_to_go_survives_in_the_browser_that_asked(
    app: Flask, client: FlaskClient
) -> None:
    waiting = "/oauth/authorize?client_id=x&state=y"
    sign_up(client)
    sign_out(client)
    ask(client, path=f"/forgot-password?next={quote(waiting, safe='')}")
    answer = submit(client, last_link(app, "reset_password"), password=ANOTHER_PASSWORD)
    assert answer.location == f"/login?next={quote(waiting, safe='/?')}"
    answer = submit(client, answer.location, username="anna", password=ANOTHER_PASSWORD)
    assert answer.location == waiting


def test_a_stranger_who_asks_for_the_mail_leads_its_reader_nowhere(app: Flask, client: FlaskClient) -> None:
    sign_up(client)
    sign_out(client)
    ask(app.test_client(), path=f"/forgot-password?next={quote('/oauth/authorize?client_id=evil', safe='')}")
    link = last_link(app, "reset_password")
    assert "evil" not in mails(app, "reset_password")[-1].as_string()
    planted = f"{link}?next={quote('/oauth/authorize?client_id=evil', safe='')}"
    assert submit(client, planted, password=ANOTHER_PASSWORD).location == "/login"


def test_the_host_header_decides_nothing_about_the_link(app: Flask, client: FlaskClient) -> None:
    sign_up(client)
    sign_out(client)
    token = csrf_token(client.get("/forgot-password"))
    fields = {"csrf_token": token, "email": "anna@example.org"}
    for host, status in (("evil.example", 421), ("localhost:9999", 200)):
        headers = {"Host": host, "X-Forwarded-Host": "evil.example"}
        assert client.post("/forgot-password", data=fields, headers=headers).status_code == status
    (mail,) = mails(app, "reset_password")
    assert "evil" not in mail.as_string()
    assert "9999" not in mail.as_string()


def test_the_mailed_link_confirms_the_address_the_printed_one_does_not(
    app: Flask, client: FlaskClient, db_session: Session, link: str
) -> None:
    with app.app_context():
        user = db.session.get(User, person(db_session).id)
        printed = create_link(Purpose.RESET_PASSWORD, user, lifetime=SET_PASSWORD_LIFETIME)
        db.session.commit()
    submit(client, f"/reset-password/{printed}", password=ANOTHER_PASSWORD)
    assert person(db_session).email_verified_at is None
    with time_machine.travel(now() + timedelta(minutes=5)):
        ask(client)
        submit(client, last_link(app, "reset_password"), password=ANOTHER_PASSWORD)
    assert person(db_session).email_verified_at is not None


def test_a_first_password_is_called_no_change(app: Flask, client: FlaskClient, db_session: Session) -> None:
    created = app.test_cli_runner().invoke(args=["user", "create", "anna", "anna@example.org", "--json"])
    link = urlsplit(json.loads(created.output)["set_password_url"]).path
    page = client.get(link).text
    assert "Choose a password" in page
    assert "All devices are signed out" not in page
    told = client.get(submit(client, link, password=PASSWORD).location).text
    assert "Your password is set." in told
    assert "somebody else knew your old password" not in told
    assert mails(app, "password_changed") == []
    sign_in(client)
    assert is_signed_in(client)


def test_the_mail_of_an_administrator_for_a_first_password_speaks_of_a_new_account(
    app: Flask, db_session: Session
) -> None:
    app.test_cli_runner().invoke(args=["user", "create", "anna", "anna@example.org"])
    browser = make.browser_of(app, make.make_user(app, is_admin=True))
    submit(browser, f"/admin/users/{person(db_session).id}/password-link")
    (mail,) = mails(app, "set_password")
    assert "with the username anna" in " ".join(text_of(mail).split())
    submit(app.test_client(), link_of(mail), password=PASSWORD)
    assert person(db_session).email_verified_at is not None


def test_who_resets_the_password_need_not_wait_for_somebody_elses_wrong_ones(
    app: Flask, client: FlaskClient, link: str
) -> None:
    attacker = app.test_client()
    for _ in range(6):
        sign_in(attacker, password="wrong")
    submit(client, link, password=ANOTHER_PASSWORD)
    sign_in(client, password=ANOTHER_PASSWORD)
    assert is_signed_in(client)


@pytest.mark.parametrize("path", ["/forgot-password", "/reset-password/x", "/verify-email/x", "/setup/x"])
def test_posts_without_their_csrf_token_are_refused(client: FlaskClient, path: str) -> None:
    fields = {"email": "anna@example.org", "password": ANOTHER_PASSWORD}
    assert client.post(path, data=fields).status_code == 400
