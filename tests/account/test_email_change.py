"""Another email address counts once it is confirmed, and the old one can take the change back."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.authentication import sign_in as signing_in
from app.clients.client_secrets import add_secret
from app.clock import now
from app.users import password_changes
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
    values,
)
from tests.oauth.world import World
from tests.support.mailboxes import text_of

OLD, NEW, EVIL = "anna@example.org", "anna@new.example", "thief@evil.example"
PAGE = "/account/email"


@pytest.fixture(autouse=True)
def signed_in(app: Flask, client: FlaskClient) -> None:
    """anna, signed in, with a confirmed address."""
    sign_up(client)
    submit(client, last_link(app, "verify_email"))


def ask(client: FlaskClient, email: str = NEW, password: str = PASSWORD) -> TestResponse:
    return submit(client, PAGE, email=email, current_password=password)


def change(app: Flask, client: FlaskClient, email: str = NEW, password: str = PASSWORD) -> None:
    """Ask for ``email`` and confirm it in this browser."""
    assert ask(client, email, password).status_code == 303
    assert submit(client, last_link(app, "verify_email")).status_code == 303


def link_to(app: Flask, address: str, template: str = "email_changed") -> str:
    """The link in the newest mail of this template to ``address`` that has one."""
    theirs = [mail for mail in mails(app, template) if mail["To"] == address]
    return link_of([mail for mail in theirs if "://" in text_of(mail)][-1])


def address(session: Session, name: str = "anna") -> tuple[str | None, bool]:
    """The address that counts, and whether it is confirmed."""
    user = person(session, name)
    return user.email, user.email_verified_at is not None


def thief(app: Flask) -> FlaskClient:
    """Another browser, whose owner knows the password."""
    browser = app.test_client()
    sign_in(browser)
    assert is_signed_in(browser)
    return browser


def test_the_old_address_counts_until_the_new_one_is_confirmed(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    ask(client)
    assert address(db_session) == (OLD, True)
    page = client.get(PAGE).text
    assert NEW in page
    assert "for seven days the change can be undone from there" in page
    assert '<a class="side__item" href="/account/profile" aria-current="page">' in page
    assert mails(app, "verify_email")[-1]["To"] == NEW
    assert mails(app, "email_changed") == []
    submit(client, last_link(app, "verify_email"))
    assert address(db_session) == (NEW, True)
    assert [mail["To"] for mail in mails(app, "email_changed")] == [OLD]
    sign_out(client)
    sign_in(client, NEW)
    assert is_signed_in(client)


def test_the_new_address_neither_signs_in_nor_resets_before_it_is_confirmed(
    app: Flask, client: FlaskClient
) -> None:
    ask(client)
    sign_out(client)
    sign_in(client, NEW)
    assert not is_signed_in(client)
    submit(client, "/forgot-password", email=NEW)
    assert mails(app, "reset_password") == []


def test_a_wrong_password_changes_nothing_counts_and_keeps_the_address(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    for _try in range(5):
        page = ask(client, EVIL, "wrong")
        assert page.status_code == 422
        assert "This is not your password." in page.text
        assert values(page)["email"] == EVIL
        assert values(page)["current_password"] == ""
    assert ask(client, EVIL).status_code == 429
    assert len(mails(app, "verify_email")) == 1
    assert address(db_session) == (OLD, True)


def test_an_unattended_browser_changes_no_address_however_recent_the_sign_in(
    client: FlaskClient, db_session: Session
) -> None:
    page = submit(client, PAGE, email=EVIL)
    assert page.status_code == 422
    assert "Please enter your password." in page.text
    submit(client, "/account/profile", name="Anna", email=EVIL, locale="en")
    assert address(db_session) == (OLD, True)


@pytest.mark.parametrize(
    ("email", "message"),
    [
        ("nobody", "This is not a complete email address."),
        ("", "Please enter your email address."),
        (OLD, "This is your email address already."),
        ("BERTA@example.org", "This email address is taken."),
    ],
)
def test_a_refused_address_is_told_beside_its_field_and_kept(
    app: Flask, client: FlaskClient, email: str, message: str
) -> None:
    sign_up(app.test_client(), "berta")
    page = ask(client, email)
    assert page.status_code == 422
    assert message in page.text
    assert values(page)["email"] == email


def test_the_change_is_confirmed_by_the_account_alone(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    ask(client)
    stranger, link = app.test_client(), last_link(app, "verify_email")
    assert submit(stranger, link, password="wrong").status_code == 422
    assert address(db_session) == (OLD, True)
    assert submit(stranger, link, password=PASSWORD).status_code == 303
    assert address(db_session) == (NEW, True)


def test_a_second_change_ends_the_first(app: Flask, client: FlaskClient, db_session: Session) -> None:
    ask(client)
    first = last_link(app, "verify_email")
    ask(client, "anna@third.example")
    assert client.get(first).status_code == 410
    submit(client, last_link(app, "verify_email"))
    assert address(db_session) == ("anna@third.example", True)


def test_links_in_the_old_mailbox_open_nothing_after_the_change(app: Flask, client: FlaskClient) -> None:
    submit(client, "/forgot-password", email=OLD)
    old_reset = last_link(app, "reset_password")
    change(app, client)
    assert client.get(old_reset).status_code == 410
    assert submit(client, old_reset, page="/account", password=ANOTHER_PASSWORD).status_code == 410


@pytest.mark.parametrize("way", ["reset", "change"])
def test_a_new_password_ends_a_change_that_waits(app: Flask, client: FlaskClient, way: str) -> None:
    ask(thief(app), EVIL)
    waiting = last_link(app, "verify_email")
    if way == "reset":
        submit(client, "/forgot-password", email=OLD)
        submit(client, last_link(app, "reset_password"), password=ANOTHER_PASSWORD)
    else:
        submit(client, "/account/security", current_password=PASSWORD, password=ANOTHER_PASSWORD)
    assert app.test_client().get(waiting).status_code == 410


def test_an_address_that_somebody_confirmed_meanwhile_is_not_given_twice(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    ask(client)
    mine = last_link(app, "verify_email")
    berta = app.test_client()
    sign_up(berta, "berta", email=NEW)
    submit(berta, last_link(app, "verify_email"))
    page = submit(client, mine)
    assert page.status_code == 422
    assert "This email address is taken." in page.text
    assert address(db_session) == (OLD, True)
    assert address(db_session, "berta") == (NEW, True)


def test_the_mailbox_of_a_stranger_is_not_filled(app: Flask, client: FlaskClient) -> None:
    for _time in range(12):
        ask(client, "stranger@example.net")
        ask(client, "anna@other.example")
    told = [mail["To"] for mail in mails(app, "verify_email")]
    assert told.count("stranger@example.net") <= 5


def test_an_address_that_was_never_confirmed_gets_no_hold_of_the_account(
    app: Flask, db_session: Session
) -> None:
    browser = app.test_client()
    sign_up(browser, "carla", email="slip@stranger.example")
    change(app, browser, "carla@example.org")
    assert address(db_session, "carla") == ("carla@example.org", True)
    assert mails(app, "email_changed") == []


# The way back.


def test_the_old_address_takes_the_change_back(app: Flask, client: FlaskClient, db_session: Session) -> None:
    change(app, client)
    owner = app.test_client()
    link = link_to(app, OLD)
    assert OLD in owner.get(link).text
    assert address(db_session) == (NEW, True)  # looking changes nothing
    assert submit(owner, link).location == "/login"
    assert address(db_session) == (OLD, True)
    assert not is_signed_in(client)
    assert submit(owner, link_to(app, OLD, "email_given_back"), password=ANOTHER_PASSWORD).status_code == 303
    sign_in(owner, password=ANOTHER_PASSWORD)
    assert is_signed_in(owner)


def test_an_attacker_who_changed_address_and_password_loses_both(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    attacker = thief(app)
    change(app, attacker, EVIL)
    submit(attacker, "/account/security", current_password=PASSWORD, password=ANOTHER_PASSWORD)
    assert not is_signed_in(client)
    submit(client, link_to(app, OLD))
    assert address(db_session) == (OLD, True)
    assert not is_signed_in(attacker)
    for password in (PASSWORD, ANOTHER_PASSWORD):
        sign_in(attacker, password=password)
        assert not is_signed_in(attacker)


def test_an_attacker_who_reset_the_password_by_the_new_address_loses_it(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    change(app, thief(app), EVIL)
    attacker = app.test_client()
    submit(attacker, "/forgot-password", email=EVIL)
    submit(attacker, last_link(app, "reset_password"), password=ANOTHER_PASSWORD)
    with time_machine.travel(now() + timedelta(minutes=3)):
        submit(attacker, "/forgot-password", email=EVIL)
        open_reset = last_link(app, "reset_password")
        submit(client, link_to(app, OLD))
        assert attacker.get(open_reset).status_code == 410
        assert address(db_session) == (OLD, True)
        sign_in(attacker, password=ANOTHER_PASSWORD)
        assert not is_signed_in(attacker)


def test_an_attacker_who_changes_the_address_twice_wins_nothing(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    attacker = thief(app)
    change(app, attacker, EVIL)
    change(app, attacker, "second@evil.example")
    ask(attacker, "third@evil.example")
    waiting, their_way_back = last_link(app, "verify_email"), link_to(app, EVIL)
    submit(client, link_to(app, OLD))
    assert address(db_session) == (OLD, True)
    assert attacker.get(waiting).status_code == 410
    assert attacker.get(their_way_back).status_code == 410


def test_an_attacker_who_claims_the_old_address_for_another_account_wins_nothing(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    change(app, thief(app), EVIL)
    second = app.test_client()
    assert sign_up(second, "squatter", email=OLD).status_code == 303
    submit(client, link_to(app, OLD))
    assert address(db_session) == (OLD, True)
    assert address(db_session, "squatter") == (None, False)
    assert second.get("/account").status_code == 200


def test_apps_that_an_attacker_let_in_lose_their_access(app: Flask, client: FlaskClient) -> None:
    own, theirs = make.make_client(app), make.make_client(app)
    kept = make.tokens_for(own, client)
    attacker = thief(app)
    change(app, attacker, EVIL)
    taken = make.tokens_for(theirs, attacker)
    submit(client, link_to(app, OLD))
    assert make.refresh(client, theirs, taken["refresh_token"]).status_code == 400
    userinfo = client.get("/oauth/userinfo", headers=make.with_token(taken["access_token"]))
    assert userinfo.status_code == 401
    assert make.refresh(client, own, kept["refresh_token"]).status_code == 200


def test_attack_secrets_and_apps_that_somebody_else_made_are_no_back_door(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    world = World(app)
    world.owner = make.Person(person(db_session).id, "anna", OLD)
    assert world.app_only().status_code == 200
    change(app, thief(app), EVIL)
    secrets: list[str] = []
    world.change(lambda row: secrets.append(add_secret(row, "theirs", actor_id=row.owner_id)[1]))
    doors = world.other, replace(world.client, secret=secrets[0])
    assert [world.app_only(door).status_code for door in doors] == [200, 200]
    submit(client, link_to(app, OLD))
    assert [world.app_only(door).status_code for door in (*doors, world.client)] == [401, 401, 200]


@pytest.mark.parametrize("taken_back_by", ["undo", "reset"])
def test_attack_a_password_change_on_its_way_outlives_nothing(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, taken_back_by: str
) -> None:
    """While the hash of the thief's new password is made, the owner takes the account back."""
    attacker, owner = thief(app), app.test_client()
    change(app, attacker, EVIL)
    link = link_to(app, OLD)
    if taken_back_by == "reset":
        submit(owner, "/forgot-password", email=EVIL)
        link = last_link(app, "reset_password")
    slow = password_changes.hash_password

    def meanwhile(password: str) -> str:
        monkeypatch.setattr(password_changes, "hash_password", slow)
        fields = {"password": "the owner's own new words"} if taken_back_by == "reset" else {}
        with ThreadPoolExecutor(1) as elsewhere:
            assert elsewhere.submit(submit, owner, link, **fields).result().status_code == 303
        return slow(password)

    monkeypatch.setattr(password_changes, "hash_password", meanwhile)
    submit(attacker, "/account/security", current_password=PASSWORD, password=ANOTHER_PASSWORD)
    assert not is_signed_in(attacker)
    sign_in(attacker, password=ANOTHER_PASSWORD)
    assert not is_signed_in(attacker)


@pytest.mark.parametrize("rehashed", [False, True])
def test_attack_a_sign_in_on_its_way_outlives_nothing(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, rehashed: bool
) -> None:
    """While the thief's password is checked, the owner takes the account back; an older hash would be renewed, too."""
    change(app, thief(app), EVIL)
    link, owner, late = link_to(app, OLD), app.test_client(), app.test_client()
    slow = signing_in.verify_password

    def meanwhile(stored: str | None, password: str) -> bool:
        monkeypatch.setattr(signing_in, "verify_password", slow)
        with ThreadPoolExecutor(1) as elsewhere:
            assert elsewhere.submit(submit, owner, link).result().status_code == 303
        return slow(stored, password)

    monkeypatch.setattr(signing_in, "verify_password", meanwhile)
    monkeypatch.setattr(signing_in, "needs_rehash", lambda _stored: rehashed)
    sign_in(late)
    assert not is_signed_in(late)
    sign_in(late)
    assert not is_signed_in(late)


def test_an_account_that_confirmed_the_old_address_since_keeps_it(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    change(app, client)
    berta = app.test_client()
    sign_up(berta, "berta", email=OLD)
    submit(berta, last_link(app, "verify_email"))
    page = submit(app.test_client(), link_to(app, OLD))
    assert page.status_code == 422
    assert "Another account has confirmed this address since." in page.text
    assert address(db_session) == (NEW, True)


def test_every_browser_is_signed_out_by_the_way_back_since_its_cookies_may_be_copied(
    app: Flask, client: FlaskClient
) -> None:
    attacker = thief(app)
    change(app, attacker, EVIL)
    submit(client, link_to(app, OLD))
    assert not is_signed_in(client)
    assert not is_signed_in(attacker)


def test_the_way_back_ends_after_seven_days_and_works_once(app: Flask, client: FlaskClient) -> None:
    change(app, client)
    link, owner = link_to(app, OLD), app.test_client()
    with time_machine.travel(now() + timedelta(days=7, minutes=1)):
        assert owner.get(link).status_code == 410
    with time_machine.travel(now() + timedelta(days=6, hours=23)):
        assert submit(owner, link).status_code == 303
        assert owner.get(link).status_code == 410


def test_the_address_that_is_taken_away_is_told(app: Flask, client: FlaskClient) -> None:
    change(app, client)
    submit(app.test_client(), link_to(app, OLD))
    (mail,) = mails(app, "email_taken_back")
    assert mail["To"] == NEW
    assert "/undo-email/" not in text_of(mail)


def test_a_mail_scanner_that_opens_the_way_back_takes_nothing_back(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    change(app, client)
    link, scanner = link_to(app, OLD), app.test_client()
    for method in (scanner.get, scanner.head):
        assert method(link).status_code == 200
    assert app.test_client().post(link).status_code == 400
    assert address(db_session) == (NEW, True)


def test_an_attacker_who_confirms_another_change_at_the_same_moment_wins_nothing(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    attacker = thief(app)
    change(app, attacker, EVIL)
    way_back, owner = link_to(app, OLD), app.test_client()
    ask(attacker, "second@evil.example")
    waiting = last_link(app, "verify_email")
    tokens = {attacker: csrf_token(attacker.get(waiting)), owner: csrf_token(owner.get(way_back))}
    together = Barrier(2)

    def press(browser: FlaskClient, link: str) -> int:
        together.wait(60)
        return browser.post(link, data={"csrf_token": tokens[browser]}).status_code

    with ThreadPoolExecutor(2) as pool:
        theirs, ours = pool.submit(press, attacker, waiting), pool.submit(press, owner, way_back)
    assert ours.result() == 303
    assert theirs.result() in (303, 410, 422)
    assert address(db_session) == (OLD, True)
    links = [link_of(mail) for mail in mails(app, "email_changed") if "://" in text_of(mail)]
    assert links
    assert all(attacker.get(link).status_code == 410 for link in links)
