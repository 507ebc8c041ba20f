"""An address is the mailbox that confirmed it: attacks on that, end to end, with a real mail server."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.account.email_links import Purpose, create_link, find_link, use_link
from app.account.refusals import LinkExpired
from app.database.rows import db
from app.extensions import background
from app.notifications.mail import queue_mail
from app.notifications.models import OutgoingMail
from app.users.models import User
from app.users.names import check_email
from app.users.refusals import AmbiguousEmail
from tests import factories as make
from tests.account.visitor import PASSWORD, link_of, person, sign_up, submit
from tests.support.apps import MakeApp
from tests.support.mailboxes import Mailbox

ATTACK = "=?x?q?attacker=40evil.example=3e=20?=x@corp.example"
# One mailbox, tim@corp.example, in eight spellings of RFC 2047.
SPELLINGS = [
    "=?utf-8?q?=74?=im@corp.example",
    "=?utf-8?Q?t=69m?=@corp.example",
    "=?utf-8?b?dGlt?=@corp.example",
    "=?UTF-8?B?dGlt?=@corp.example",
    "=?us-ascii?q?tim?=@corp.example",
    "=?iso-8859-1?q?t=69m?=@corp.example",
    "t=?utf-8?q?=69?=m@corp.example",
    "=?utf-8*en?q?ti=6d?=@corp.example",
]
OTHERS = [
    '"tim"@corp.example',
    '"attacker@evil.example>"@corp.example',
    "tim(comment)@corp.example",
    "(comment)tim@corp.example",
    "tim@(comment)corp.example",
    "attacker%evil.example@corp.example",
    "evil.example!attacker@corp.example",
    "@evil.example:tim@corp.example",
    "tim@evil.example,x@corp.example",
    "attacker@evil.example <x@corp.example>",
    "attacker\uff20evil.example@corp.example",
    "\uff1d\uff1futf-8\uff1fq\uff1f=69\uff1f\uff1dtim@corp.example",
    "x=?y@corp.example",
    "x?=y@corp.example",
]
REFUSED = [ATTACK, *SPELLINGS, *OTHERS]
ACCEPTED = [
    "o'neil@corp.example",
    "ä@corp.example",
    "a@bücher.example",
    "+1@corp.example",
    "a=b?c@corp.example",
]


@pytest.fixture
def portal_app(app_with: MakeApp, smtp_server: Mailbox) -> Flask:
    """A portal that sends to the test's SMTP server."""
    return app_with(MAIL_URL=smtp_server.url, MAIL_FROM="Pforte, the door <portal@example.org>")


def deliver(app: Flask) -> None:
    """Send what waits; what an errand queues, too."""
    background.init_app(app)
    background.run_once()
    background.run_once()


def addresses(session: Session) -> list[str | None]:
    session.expire_all()
    return list(session.scalars(select(User.email).order_by(User.id)))


def write_address(session: Session, name: str, email: str, *, confirmed: bool = True) -> None:
    """Give ``name`` an address as an older version took it."""
    user = person(session, name)
    user.email = user.email_key = email
    user.email_verified_at = user.created_at if confirmed else None
    session.commit()


def by_registration(app: Flask, email: str) -> int:
    return sign_up(app.test_client(), "mallory", email=email).status_code


def by_api(app: Flask, email: str) -> int:
    fields = {"username": "mallory", "email": email, "password": PASSWORD}
    return app.test_client().post("/api/register", json=fields).status_code


def by_change_of_address(app: Flask, email: str) -> int:
    browser = app.test_client()
    sign_up(browser, "mallory")
    return submit(browser, "/account/email", email=email, current_password=PASSWORD).status_code


def by_command(app: Flask, email: str) -> int:
    command = ["user", "create", "mallory", email, "--verified"]
    return 422 if app.test_cli_runner().invoke(args=command).exit_code == 1 else 201


def by_import(app: Flask, email: str) -> int:
    quoted = email.replace('"', '""')
    path = Path(app.config["SETTINGS"].instance) / "people.csv"
    hashed = "$2b$04$" + "abcdefghijklmnopqrstuu" + "x" * 31
    path.write_text(
        f'username,email,password_hash,email_verified\nmallory,"{quoted}",{hashed},true\n', "utf-8"
    )
    done = app.test_cli_runner().invoke(args=["user", "import", str(path)])
    assert done.exit_code == 0 or "line 2: email: accepted: an email address" in done.output, done.output
    return 422 if done.exit_code == 1 else 201


def by_invitation(app: Flask, email: str) -> int:
    done = app.test_cli_runner().invoke(args=["invite", "create", "--", email])
    return 422 if done.exit_code == 2 else 201


def by_setup(app: Flask, email: str) -> int:
    with app.app_context():
        token = create_link(Purpose.SETUP)
        db.session.commit()
    fields = {"username": "mallory", "email": email, "password": PASSWORD}
    return submit(app.test_client(), f"/setup/{token}", **fields).status_code


DOORS = [by_registration, by_api, by_change_of_address, by_command, by_import, by_invitation, by_setup]
Door = Callable[[Flask, str], int]


@pytest.mark.parametrize("door", DOORS)
def test_an_encoded_word_in_an_address_never_mails_a_stranger(
    portal_app: Flask, smtp_server: Mailbox, db_session: Session, door: Door
) -> None:
    assert door(portal_app, ATTACK) in (200, 422)
    deliver(portal_app)
    assert ATTACK not in addresses(db_session)
    assert not any("evil" in to for recipients in smtp_server.recipients for to in recipients)


@pytest.mark.parametrize("door", DOORS)
def test_every_door_takes_plain_addresses(portal_app: Flask, db_session: Session, door: Door) -> None:
    assert door(portal_app, "o'neil+1@corp.example") in (201, 303)


def test_one_mailbox_in_eight_spellings_makes_no_account_and_no_mail(
    portal_app: Flask, smtp_server: Mailbox, db_session: Session
) -> None:
    assert len(set(SPELLINGS)) == 8
    for email in SPELLINGS:
        assert by_api(portal_app, email) == 422, email
    deliver(portal_app)
    assert (addresses(db_session), smtp_server.recipients) == ([], [])


def test_what_some_read_as_another_address_is_refused() -> None:
    taken = []
    for email in REFUSED:
        try:
            taken.append(check_email(email))
        except ValueError:
            continue
    assert taken == []


def test_the_page_says_what_is_wrong_and_keeps_what_was_typed(client: FlaskClient) -> None:
    page = sign_up(client, "mallory", email="evil.example!x@corp.example")
    assert "Some mail servers take this address for another one." in page.text
    assert 'value="evil.example!x@corp.example"' in page.text
    german = client.get("/register?locale=de")
    assert german.status_code == 200
    page = sign_up(client, "mallory", email="50%off@corp.example")
    assert "Manche Mailserver halten diese Adresse für eine andere." in page.text


@pytest.mark.parametrize("email", ACCEPTED)
def test_the_envelope_names_the_address_as_it_is_kept(
    portal_app: Flask, smtp_server: Mailbox, db_session: Session, email: str
) -> None:
    assert by_registration(portal_app, email) == 303
    deliver(portal_app)
    assert addresses(db_session) == [email]
    travels = email.replace("@bücher.", "@xn--bcher-kva.")
    assert smtp_server.recipients == [[travels]]
    assert smtp_server.senders == ["portal@example.org"]
    (source,) = smtp_server.sources
    assert re.findall(rb"(?m)^To: (.*?)\r?$", source) == [travels.encode()]
    visitor = portal_app.test_client()
    submit(visitor, link_of(smtp_server.messages[0]), password=PASSWORD)
    assert person(db_session, "mallory").email_verified_at is not None


@pytest.mark.parametrize("email", REFUSED)
def test_a_mail_to_an_address_kept_by_an_older_version_never_leaves(
    portal_app: Flask, smtp_server: Mailbox, db_session: Session, email: str
) -> None:
    with portal_app.app_context():
        queue_mail(email, "en", "verify_email", link="https://x.example/y", host="x")
        db.session.commit()
    deliver(portal_app)
    assert smtp_server.recipients == []
    waiting = db_session.scalars(select(OutgoingMail)).one()
    assert waiting.last_error == "NotAMail: the address is not that of one mailbox"


def test_administrators_see_the_mail_that_never_leaves(portal_app: Flask, db_session: Session) -> None:
    boss = make.make_user(portal_app, "boss", is_admin=True)
    with portal_app.app_context():
        queue_mail(ATTACK, "en", "verify_email", link="https://x.example/y", host="x")
        db.session.commit()
    deliver(portal_app)
    browser = make.browser_of(portal_app, boss)
    assert "NotAMail: the address is not that of one mailbox" in browser.get("/admin/mails").text


def test_nothing_is_mailed_to_a_person_whose_address_is_taken_for_another_one(
    portal_app: Flask, smtp_server: Mailbox, db_session: Session
) -> None:
    browser = portal_app.test_client()
    sign_up(browser, "mallory")
    deliver(portal_app)
    write_address(db_session, "mallory", ATTACK, confirmed=False)
    assert len(smtp_server.messages) == 1
    told = submit(browser, "/account/verification", page="/account")
    assert told.location == "/account/email"
    assert "Some mail servers take this address for another one." in browser.get("/account/email").text
    submit(portal_app.test_client(), "/forgot-password", email=ATTACK)
    deliver(portal_app)
    assert len(smtp_server.messages) == 1


def test_a_link_mailed_by_an_older_version_to_such_an_address_confirms_nothing(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_up(client, "mallory")
    write_address(db_session, "mallory", ATTACK, confirmed=False)
    with app.app_context():
        user = db.session.get_one(User, person(db_session, "mallory").id)
        for purpose in (Purpose.VERIFY_EMAIL, Purpose.RESET_PASSWORD):
            token = create_link(purpose, user, email=ATTACK)
            assert find_link(purpose, token) is None
            with pytest.raises(LinkExpired):
                use_link(purpose, token)
            db.session.rollback()
        token = create_link(Purpose.VERIFY_EMAIL, user, email=ATTACK)
        db.session.commit()
    assert client.get(f"/verify-email/{token}").status_code == 410
    assert person(db_session, "mallory").email_verified_at is None


def test_no_administrator_confirms_an_address_that_is_taken_for_another_one(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_up(client, "mallory")
    write_address(db_session, "mallory", ATTACK, confirmed=False)
    boss = make.make_user(app, "boss", is_admin=True)
    browser = make.browser_of(app, boss)
    page = f"/admin/users/{person(db_session, 'mallory').id}"
    submit(browser, f"{page}/confirm-email", read=ATTACK)
    assert "Some mail servers take this address for another one" in browser.get(page).text
    submit(browser, f"{page}/password-link")
    assert "Some mail servers take this address for another one" in browser.get(page).text
    assert person(db_session, "mallory").email_verified_at is None
    assert db_session.scalars(select(OutgoingMail.template)).all().count("password_link") == 0


def test_the_refusal_of_an_ambiguous_address_is_that_of_an_address() -> None:
    with pytest.raises(AmbiguousEmail):
        check_email(ATTACK)
