"""Every form of every page counts once: who clicks twice ends where one click leads, and it is done once."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.account import email_links
from app.audit.models import Event
from app.clients.models import Client, ClientSecret
from app.clock import now
from app.database.rows import db
from app.notifications.mail import queue_mail
from app.notifications.models import OutgoingMail
from app.oauth.models import SigningKey
from app.site.models import SentForm
from app.users.models import User
from config import CHECKOUT
from tests import factories as make
from tests.account.visitor import ANOTHER_PASSWORD, PASSWORD, last_link, link_of, mails, sign_up, submit
from tests.every import routes
from tests.every.clicks import Clicks, copy_of, filled, send_twice, twice
from tests.oauth.world import later
from tests.support.apps import MakeApp
from tests.support.html_forms import forms_of
from tests.support.mailboxes import text_of
from tests.support.signing_keys import change_keys

TEMPLATES = CHECKOUT / "templates"
# Forms that are written by hand: signing out twice is signing out, and the others lead to an app.
BY_HAND = {"components/forms.html", "layouts/header.html", "oauth/form_post.html", "oauth/held_back.html"}


@pytest.fixture
def chief(app: Flask) -> make.Person:
    return make.make_user(app, is_admin=True)


@pytest.fixture
def admin(app: Flask, chief: make.Person) -> FlaskClient:
    """The browser of an administrator."""
    return make.browser_of(app, chief)


@pytest.fixture
def own_app(app: Flask, chief: make.Person) -> make.App:
    return make.make_client(app, owner=chief, name="Ledger")


def secret_on(page: str) -> str:
    found = re.search(r'<code id="client-secret"[^>]*>([^<]+)', page)
    assert found, "no secret"
    return found[1]


def number_of(session: Session, what: type, *conditions: object) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(what).where(*conditions)) or 0  # type: ignore[arg-type]


def test_every_form_is_written_with_a_key_of_its_own(admin: FlaskClient) -> None:
    by_hand = {
        path.relative_to(TEMPLATES).as_posix()
        for path in TEMPLATES.rglob("*.html")
        if 'method="post"' in path.read_text().lower()
    }
    assert by_hand <= BY_HAND
    keys = re.findall(
        r'name="idempotency_key" value="([^"]{22})" autocomplete="off"', admin.get("/account/profile").text
    )
    again = re.findall(r'name="idempotency_key" value="([^"]{22})"', admin.get("/account/profile").text)
    assert len({*keys, *again}) == len(keys) + len(again) > 0


def test_every_button_of_every_page_leads_by_two_clicks_where_one_leads(
    app: Flask, world: routes.World
) -> None:
    """As the pages are, with nothing filled in: profile, language, devices, repairs, acts of administrators."""
    pages = {routes.address(rule, world.values) for rule in routes.rules(app, "GET") if routes.is_page(rule)}
    pressed = set()
    for page in sorted(pages):
        browser = make.browser_of(app, world.person)  # the button before may have ended the last one
        for form in forms_of(browser.get(page).text):
            path = form.action or page
            if "idempotency_key" not in form.names or path in pressed:
                continue
            clicks = send_twice(app, browser, path, form.fields)
            assert clicks.first.status_code < 500, path
            assert (clicks.second.status_code, clicks.second.location) == (
                clicks.first.status_code,
                clicks.first.location,
            ), path
            if clicks.first.status_code < 400:
                pressed.add(path)
    assert len(pressed) > 15, pressed


@pytest.mark.parametrize("shown_once", ["false", "true"])
@pytest.mark.parametrize("page", ["/dashboard/apps/new", "/admin/apps/new"])
def test_who_registers_an_app_by_two_clicks_sees_its_secret(
    app_with: MakeApp, page: str, shown_once: str
) -> None:
    app = app_with(CLIENT_SECRETS_SHOWN_ONCE=shown_once)
    browser = make.browser_of(app, make.make_user(app, is_admin=True))
    clicks = twice(app, browser, page, name="Ledger", redirect_uris=make.CALLBACK)
    assert secret_on(clicks.page()).startswith("pf_secret_")
    assert "client-secret" not in clicks.browser.get(clicks.second.location).text


def test_who_adds_a_secret_by_two_clicks_has_one_and_sees_it(
    app: Flask, admin: FlaskClient, own_app: make.App, db_session: Session
) -> None:
    page = f"/dashboard/apps/{own_app.id}/secrets"
    clicks = twice(app, admin, page, f"{page}/new", name="laptop")
    page_after = clicks.page()
    assert secret_on(page_after).startswith("pf_secret_")
    assert page_after.count("“laptop” is added") == 1
    assert number_of(db_session, ClientSecret, ClientSecret.name == "laptop") == 1


def test_who_confirms_an_address_by_two_clicks_is_not_told_that_the_link_is_dead(
    app: Flask, client: FlaskClient
) -> None:
    sign_up(client)
    page = twice(app, client, last_link(app, "verify_email")).page()
    assert "anna@example.org is confirmed" in page
    assert "no longer works" not in page


def test_who_undoes_a_change_of_address_by_two_clicks_is_not_frightened(
    app: Flask, client: FlaskClient
) -> None:
    sign_up(client)
    submit(client, last_link(app, "verify_email"))
    asked = twice(app, client, "/account/email", email="anna@new.example", current_password=PASSWORD)
    asked.page()
    assert len([mail for mail in mails(app, "verify_email") if mail["To"] == "anna@new.example"]) == 1
    submit(asked.browser, last_link(app, "verify_email"))
    (undo,) = [mail for mail in mails(app, "email_changed") if "undo-email" in text_of(mail)]
    assert "The change is undone" in twice(app, app.test_client(), link_of(undo)).page()


def test_who_changes_the_password_by_two_clicks_stays_signed_in(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    sign_up(client)
    clicks = twice(app, client, "/account/security", current_password=PASSWORD, password=ANOTHER_PASSWORD)
    clicks.page()
    with later(minutes=2):
        assert clicks.browser.get("/account").status_code == 200
    kinds = set(db_session.scalars(select(Event.kind)))
    assert not any("copied" in kind for kind in kinds)


def test_who_registers_by_two_clicks_from_an_invitation_is_signed_in(app_with: MakeApp) -> None:
    app = app_with(REGISTRATION="invite")
    with app.app_context():
        invitation = email_links.create_link(email_links.Purpose.INVITE, None, "anna@example.org")
        db.session.commit()
    path = f"/register?invite={invitation}"
    browser = app.test_client()
    form = filled(browser, path, username="anna", email="anna@example.org", password=PASSWORD)
    clicks = send_twice(app, browser, path, form)
    clicks.page()
    assert clicks.browser.get("/account").status_code == 200


def test_a_second_click_on_the_rotation_of_keys_rotates_nothing(
    app: Flask, admin: FlaskClient, db_session: Session
) -> None:
    admin.get("/admin/keys")
    change_keys(db_session, created_at=now() - timedelta(days=30))
    before = number_of(db_session, SigningKey)
    assert "too new" not in twice(app, admin, "/admin/keys/rotate").page()
    assert number_of(db_session, Event, Event.kind == "oauth.key.rotated") == 1
    assert number_of(db_session, SigningKey) == before + 3


def test_the_second_click_on_a_scope_ends_at_the_list(app: Flask, admin: FlaskClient) -> None:
    words = {"description_en": "Read your reports", "description_de": "Ihre Berichte lesen"}
    twice(app, admin, "/admin/scopes/new", name="reports.read", **words).page()
    twice(app, admin, "/admin/scopes/edit?name=reports.read", **words).page()
    twice(app, admin, "/admin/scopes/delete?name=reports.read").page()


ACTS = ["block", "unblock", "confirm-email", "appoint", "dismiss", "end-sessions", "password-link", "delete"]


def test_every_act_of_an_administrator_on_a_person_is_done_once_by_two_clicks(
    app: Flask, admin: FlaskClient, db_session: Session
) -> None:
    person = make.make_user(app, email_verified=False)
    for act in ACTS:
        before = number_of(db_session, Event)
        path = f"/admin/users/{person.id}/{act}"
        confirm = {"confirm": person.username} if act == "delete" else {}
        page = twice(app, admin, path, **confirm).page()
        assert "<h1" in page
        assert number_of(db_session, Event) == before + 1, act
    assert number_of(db_session, User, User.id == person.id, User.deleted_at.is_(None)) == 0


@pytest.mark.parametrize("area", ["dashboard", "admin"])
def test_every_act_on_an_app_is_done_once_by_two_clicks(
    app: Flask, admin: FlaskClient, own_app: make.App, db_session: Session, area: str
) -> None:
    home = f"/{area}/apps/{own_app.id}"
    pages = {
        act: (home, f"{home}/{act}") if area == "dashboard" else (f"{home}/{act}", "")
        for act in ("disable", "enable")
    }
    for page, action in pages.values():
        before = number_of(db_session, Event)
        twice(app, admin, page, action).page()
        assert number_of(db_session, Event) == before + 1
    assert "Ledger" in twice(app, admin, f"{home}/delete", confirm="Ledger").page()
    assert number_of(db_session, Client, Client.id == own_app.id) == 0


def test_a_mail_is_sent_again_or_deleted_once_by_two_clicks(
    app: Flask, admin: FlaskClient, db_session: Session
) -> None:
    with app.app_context():
        mail = queue_mail("anna@example.org", None, "verify_email")
        mail.next_try_at = now() + timedelta(hours=1)
        db.session.commit()
        path = f"/admin/mails/{mail.id}"
    twice(app, admin, "/admin/mails", f"{path}/send").page()
    db_session.query(OutgoingMail).update({"next_try_at": now() + timedelta(hours=1)})
    db_session.commit()
    twice(app, admin, "/admin/mails", f"{path}/delete").page()


def test_a_device_and_an_app_are_ended_once_by_two_clicks(
    app: Flask, chief: make.Person, admin: FlaskClient, own_app: make.App
) -> None:
    make.tokens_for(own_app, admin)
    twice(app, admin, "/account/apps", f"/account/apps/{own_app.id}/disconnect").page()
    make.browser_of(app, chief)
    found = re.search(r'action="(/account/sessions/\w+/end)"', admin.get("/account/sessions").text)
    assert found
    twice(app, admin, "/account/sessions", found[1]).page()


def test_two_clicks_on_the_consent_page_give_a_code_that_works(
    app: Flask, admin: FlaskClient, own_app: make.App
) -> None:
    """The first code may have reached the app already, so it is none of those that are given again."""
    proof = make.make_proof()
    page = make.ask(admin, own_app, proof)
    action = make.action_of(page)
    fields = [
        ("csrf_token", make.csrf_token(page)),
        ("idempotency_key", "a-key-of-the-consent-page"),
        ("decision", "allow"),
        *(("scope", scope) for scope in make.offered(page)),
    ]
    clicks = send_twice(app, admin, action, fields)
    codes = [make.answer_of(answer)["code"] for answer in (clicks.first, clicks.second)]
    assert codes[0] != codes[1]
    assert make.redeem(clicks.browser, own_app, codes[1], proof).status_code == 200


def test_what_a_program_sends_without_a_key_is_done_as_often_as_it_is_sent(
    app: Flask, admin: FlaskClient, own_app: make.App, db_session: Session
) -> None:
    page = f"/dashboard/apps/{own_app.id}/secrets"
    form = [pair for pair in filled(admin, page, f"{page}/new", name="ci") if pair[0] != "idempotency_key"]
    send_twice(app, admin, f"{page}/new", form)
    assert number_of(db_session, ClientSecret, ClientSecret.name == "ci") == 2


def add_secret(
    app: Flask, browser: FlaskClient, own_app: make.App
) -> tuple[str, list[tuple[str, str]], Clicks]:
    path = f"/dashboard/apps/{own_app.id}/secrets"
    form = filled(browser, path, f"{path}/new", name="laptop")
    return f"{path}/new", form, send_twice(app, browser, f"{path}/new", form)


def test_the_same_form_with_other_words_or_after_a_minute_is_another_request(
    app: Flask, admin: FlaskClient, own_app: make.App, db_session: Session
) -> None:
    path, form, _clicks = add_secret(app, admin, own_app)
    admin.post(path, data={**dict(form), "name": "desk"})
    assert number_of(db_session, ClientSecret, ClientSecret.name == "desk") == 1
    with later(minutes=2):
        admin.post(path, data=dict(form))
    assert number_of(db_session, ClientSecret, ClientSecret.name == "laptop") == 2


def test_attack_a_copy_of_a_form_from_another_browser_gets_nothing_of_its_answer(
    app: Flask, admin: FlaskClient, own_app: make.App
) -> None:
    path, form, _clicks = add_secret(app, admin, own_app)
    for stranger in (app.test_client(), make.browser_of(app, make.make_user(app))):
        answer = stranger.post(path, data=dict(form))
        assert answer.status_code == 400
        assert "Location" not in answer.headers
    signed_out = copy_of(app, admin)
    signed_out.delete_cookie("pforte-8000-token")
    with signed_out.session_transaction() as session:
        session.pop("_user_id", None)
    assert "/login" in signed_out.post(path, data=dict(form)).location


def test_attack_a_kept_answer_of_ones_own_signs_a_visitor_in_to_the_attackers_account(
    app: Flask, client: FlaskClient
) -> None:
    """Login CSRF: cookies of a kept answer must reach the browser alone that has the token of the form."""
    sign_up(client)
    of_another_site = {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"}
    mallory = app.test_client()
    for path, fields in (
        ("/login", {"username": "anna", "password": PASSWORD}),
        ("/register", {"username": "mallory", "email": "mallory@example.org", "password": PASSWORD}),
    ):
        token = make.csrf_token(mallory.get(path))
        form = {**fields, "csrf_token": token, "idempotency_key": "a-key-of-the-attacker"}
        assert mallory.post(path, data=form).status_code == 303
        bert = make.make_user(app)
        for victim, name in ((app.test_client(), "Sign in"), (make.browser_of(app, bert), bert.username)):
            answer = victim.post(path, data=form, headers=of_another_site)
            assert "token" not in " ".join(answer.headers.getlist("Set-Cookie"))
            assert name in victim.get("/account", follow_redirects=True).text
        mallory = app.test_client()


def test_attack_strangers_fill_the_table_of_kept_answers(
    app: Flask, client: FlaskClient, db_session: Session
) -> None:
    token = make.csrf_token(client.get("/login"))
    form = {"csrf_token": token, "username": "x", "password": "y"}
    paths = (
        "/login",
        "/account/profile?" + "{" * 2000,
        "/account/profile",
        "/forgot-password",
        "/nowhere",
        "/verify-email/x",
        "/oauth/token",
    )
    for number, path in enumerate(paths):
        client.post(path, data={**form, "idempotency_key": f"key {number}"})
        invited = f"{path}{'&' if '?' in path else '?'}invite=x"
        client.post(invited, data={**form, "idempotency_key": f"key {number}"})
    assert number_of(db_session, SentForm) == 0


def test_what_a_kept_answer_tells_is_told_for_seconds_only(
    app: Flask, admin: FlaskClient, own_app: make.App, db_session: Session
) -> None:
    home = f"/dashboard/apps/{own_app.id}"
    disable = filled(admin, home, f"{home}/disable")
    admin.post(f"{home}/disable", data=dict(disable))
    admin.post(f"{home}/enable", data=dict(filled(admin, home, f"{home}/enable")))
    with later(seconds=15):
        admin.post(f"{home}/disable", data=dict(disable))
    db_session.expire_all()
    assert db_session.get_one(Client, own_app.id).disabled_at is not None


def test_a_refused_form_is_looked_at_again(app: Flask, client: FlaskClient, db_session: Session) -> None:
    sign_up(client)
    clicks = twice(app, client, "/account/security", current_password="not mine", password=ANOTHER_PASSWORD)
    assert (clicks.first.status_code, clicks.second.status_code) == (422, 422)
    assert number_of(db_session, SentForm) == 0


def test_what_is_kept_of_an_answer_is_sealed_and_goes(
    app: Flask, admin: FlaskClient, own_app: make.App, db_session: Session
) -> None:
    _path, form, clicks = add_secret(app, admin, own_app)
    secret = secret_on(clicks.page())
    (row,) = db_session.scalars(select(SentForm))
    assert row.answer is not None
    for part in (secret, own_app.id, dict(form)["idempotency_key"], "pforte-8000"):
        assert part not in f"{row.digest} {row.answer}"
    assert SentForm.__expiry__ is not None
