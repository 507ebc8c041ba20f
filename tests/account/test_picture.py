"""The picture of a person: chosen on their profile, shown to whoever has its address, gone when they say so."""

from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import MetaData, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app.account.wording import PICTURES as WORDS
from app.audit.models import Event
from app.connections.limits import BODY_LIMIT
from app.database.rows import db
from app.network_limits import PICTURES
from app.users import accounts
from app.users.models import Picture
from app.users.picture_files import LARGEST
from app.users.pictures import replace_picture
from tests import factories as make
from tests.account.test_network_limits import spend
from tests.account.visitor import csrf_token, person, sign_up, submit, values
from tests.admin import acts, pages
from tests.authentication.visitors import browser_at
from tests.oauth.world import World, later
from tests.support.picture_files import opened, picture
from tests.support.statements import count_statements

FIELDS = {"name": "Anna Müller", "mobile": "", "country": "DE", "locale": ""}
RED, SMALL = picture(), picture(size=(40, 40))


def upload(browser: FlaskClient, content: bytes = RED, **changes: Any) -> TestResponse:
    token = csrf_token(browser.get("/account/profile"))
    return send(browser, token, content, **changes)


def send(browser: FlaskClient, token: str, content: bytes, **changes: Any) -> TestResponse:
    file = (BytesIO(content), changes.pop("filename", "me.png"))
    return browser.post("/account/profile", data={"csrf_token": token, **FIELDS, **changes, "picture": file})


def path_of(session: Session, name: str = "anna") -> str:
    path = person(session, name).picture_path
    assert path is not None
    return path


def count(session: Session) -> int:
    session.expire_all()
    return session.scalar(select(func.count()).select_from(Picture)) or 0


@pytest.fixture
def anna(client: FlaskClient) -> FlaskClient:
    sign_up(client)
    return client


def test_a_picture_is_chosen_shown_and_replaced_at_another_address(
    app: Flask, anna: FlaskClient, db_session: Session
) -> None:
    assert upload(anna).status_code == 303
    first, stranger = path_of(db_session), app.test_client()
    assert opened(stranger.get(first).data).size == (200, 200)
    for page in ("/account", "/account/profile"):
        assert f'src="{first}"' in anna.get(page).text
    assert upload(anna, SMALL).status_code == 303
    second = path_of(db_session)
    assert second != first
    assert (stranger.get(first).status_code, stranger.get(second).status_code) == (404, 200)
    assert count(db_session) == 1


def test_saving_the_rest_of_the_profile_keeps_it(anna: FlaskClient, db_session: Session) -> None:
    upload(anna)
    before = path_of(db_session)
    assert submit(anna, "/account/profile", **{**FIELDS, "name": "Anna Neu"}).status_code == 303
    assert upload(anna, b"", filename="").status_code == 303  # as a browser sends a field without a file
    assert path_of(db_session) == before


def test_it_is_an_image_and_nothing_else_kept_for_a_day_and_open_to_other_sites(
    app: Flask, anna: FlaskClient, db_session: Session
) -> None:
    upload(anna)
    for browser in (anna, app.test_client()):
        answer = browser.get(path_of(db_session))
        headers = answer.headers
        assert (answer.status_code, answer.mimetype) == (200, "image/webp")
        assert headers["Cache-Control"] == "public, max-age=86400, immutable"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert headers["Content-Disposition"] == "inline"
        assert (headers["Cross-Origin-Resource-Policy"], headers["Access-Control-Allow-Origin"]) == (
            "cross-origin",
            "*",
        )
        assert "Set-Cookie" not in headers
        assert "Cookie" not in headers.get("Vary", "")
    again = browser.get(path_of(db_session), headers={"If-None-Match": headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_it_costs_one_statement_and_counts_for_no_limit(app: Flask, db_session: Session) -> None:
    berta = make.make_user(app, "berta")
    with app.app_context():
        replace_picture(accounts.get_user(berta.id), SMALL)
        db.session.commit()
    path = path_of(db_session, "berta")
    browser = make.browser_of(app, berta)
    with count_statements() as statements:
        assert browser.get(path).status_code == 200
    assert len(statements) == 1
    with count_statements() as statements:
        browser.get("/account/profile")
    assert not [sent for sent in statements if "pictures" in sent]


@pytest.mark.parametrize("path", ["0" * 32, "a", "..%2f..%2fx", "%F0%9F%92%A9", "a'--", "A" * 3_000])
def test_where_there_is_no_picture_the_answer_is_short_and_kept_by_nobody(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(f"/pictures/{path}.webp")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (404, "no-store")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"<script>alert(1)</script>", "content"), (b"", "content"), (RED[:60], "content"), (b"x" * (LARGEST + 1), "bytes")],
)  # fmt: skip
def test_what_is_no_picture_is_refused_beside_its_field_and_nothing_else_is_lost(
    anna: FlaskClient, db_session: Session, content: bytes, reason: str
) -> None:
    upload(anna, SMALL)
    before = path_of(db_session)
    answer = upload(anna, content, name="Anna Neu", given_name="Anna")
    assert answer.status_code == 422
    assert str(WORDS[reason]) in answer.text
    assert 'aria-describedby="picture-hint picture-error"' in answer.text
    assert (values(answer)["name"], values(answer)["given_name"]) == ("Anna Neu", "Anna")
    assert "alert(1)" not in answer.text
    assert (person(db_session).name, path_of(db_session)) == ("Anna Müller", before)


def test_a_picture_beside_a_wrong_field_is_asked_for_once_more(
    anna: FlaskClient, db_session: Session
) -> None:
    answer = upload(anna, mobile="12")
    assert answer.status_code == 422
    assert "This is not a phone number that can be called." in answer.text
    assert "Please choose the picture once more" in answer.text
    assert person(db_session).picture_id is None


def test_the_page_says_how_large_a_picture_may_be_and_that_is_true(anna: FlaskClient) -> None:
    page = anna.get("/account/profile").text
    assert "at most 240 KB" in page
    assert 'enctype="multipart/form-data"' in page
    largest = RED + bytes(240 * 1024 - len(RED))
    full = {"name": "ü" * 200, "given_name": "🦊" * 99, "family_name": "🦊" * 99, "mobile": "+49 170 1234567"}
    answer = upload(anna, largest, **full)
    assert answer.status_code == 303
    assert answer.request.content_length is not None
    assert answer.request.content_length < BODY_LIMIT


def test_a_second_click_uploads_once_and_another_file_is_no_second_click(
    anna: FlaskClient, db_session: Session
) -> None:
    page = anna.get("/account/profile")
    fields = {"idempotency_key": values(page)["idempotency_key"]}
    token = csrf_token(page)
    assert send(anna, token, RED, **fields).status_code == 303
    first = path_of(db_session)
    assert send(anna, token, RED, **fields).status_code == 303
    assert path_of(db_session) == first
    assert send(anna, token, SMALL, **fields).status_code == 303
    assert path_of(db_session) != first


def test_the_person_removes_it(app: Flask, anna: FlaskClient, db_session: Session) -> None:
    assert "Remove picture" not in anna.get("/account/profile").text
    upload(anna)
    path = path_of(db_session)
    answer = submit(anna, "/account/profile/picture/remove", page="/account/profile")
    assert (answer.status_code, answer.location) == (303, "/account/profile")
    assert "Your picture is removed." in anna.get("/account/profile").text
    assert person(db_session).picture_id is None
    assert (app.test_client().get(path).status_code, count(db_session)) == (404, 0)
    assert submit(anna, "/account/profile/picture/remove", page="/account/profile").status_code == 303
    told = [event.details for event in db_session.scalars(select(Event)) if "picture" in event.details]
    assert len(told) == 2


def test_an_administrator_removes_it_and_the_person_reads_so(
    app: Flask, anna: FlaskClient, db_session: Session
) -> None:
    chief, browser = pages.administrator(app)
    user = person(db_session)
    act = f"/admin/users/{user.id}/remove-picture"
    assert "remove-picture" not in browser.get(f"/admin/users/{user.id}").text
    upload(anna)
    path = path_of(db_session)
    assert f'src="{path}"' in browser.get(f"/admin/users/{user.id}").text
    assert acts.act(browser, act).status_code == 303
    assert app.test_client().get(path).status_code == 404
    assert acts.events(db_session, "account.picture.removed") == [(user.id, chief.id, {})]
    assert "An administrator removed your picture." in anna.get("/account/activity").text
    assert acts.act(browser, act).status_code == 303
    assert len(acts.events(db_session, "account.picture.removed")) == 1


def test_who_is_blocked_has_none_until_the_account_is_open_again(
    app: Flask, anna: FlaskClient, db_session: Session
) -> None:
    upload(anna)
    path, user_id, stranger = path_of(db_session), person(db_session).id, app.test_client()
    for change, status in ((accounts.block, 404), (accounts.unblock, 200)):
        with app.app_context():
            change(accounts.get_user(user_id))
            db.session.commit()
        assert stranger.get(path).status_code == status


def test_nothing_of_it_is_left_in_any_table_when_the_person_is_gone(
    app: Flask, anna: FlaskClient, db_session: Session
) -> None:
    upload(anna)
    path, user_id = path_of(db_session), person(db_session).id
    with app.app_context():
        accounts.delete(accounts.get_user(user_id))
        db.session.commit()
        tables = MetaData()
        tables.reflect(db.engine)
        rows = [row for table in tables.sorted_tables for row in db.session.execute(select(table))]
    assert not [row for row in rows if path[10:42] in str(row)]
    assert (app.test_client().get(path).status_code, count(db_session)) == (404, 0)


def test_a_picture_somebody_left_at_another_persons_account_is_forgotten_with_the_profile(
    app: Flask, anna: FlaskClient, db_session: Session
) -> None:
    upload(anna)
    with app.app_context():
        accounts.forget_profile(accounts.get_user(person(db_session).id))
        db.session.commit()
    assert (person(db_session).picture_id, count(db_session)) == (None, 0)


def test_attack_pictures_in_bulk(app: Flask, db_session: Session) -> None:
    browser = browser_at(app)
    sign_up(browser)
    spend(app, PICTURES)
    assert upload(browser, SMALL).status_code == 303
    answer = upload(browser, SMALL, name="Anna Neu")
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert values(answer)["name"] == "Anna Neu"
    assert submit(browser, "/account/profile", **FIELDS).status_code == 303


def test_attack_another_site_removes_or_replaces_a_picture(anna: FlaskClient, db_session: Session) -> None:
    upload(anna)
    before = path_of(db_session)
    assert send(anna, "stale", SMALL).status_code == 400
    assert anna.post("/account/profile/picture/remove").status_code == 400
    assert path_of(db_session) == before


def test_apps_that_may_see_the_profile_are_told_its_address(world: World) -> None:
    scope = "openid profile"
    tokens = make.tokens_for(world.client, world.browser, scope=scope)
    before = world.userinfo(tokens["access_token"]).json
    assert "picture" not in before
    with later(seconds=2):
        assert upload(world.browser).status_code == 303
    told = world.userinfo(tokens["access_token"]).json
    renewed = make.refresh(world.http, world.client, tokens["refresh_token"]).json
    me = world.http.get("/oauth/me", headers=make.with_token(tokens["access_token"])).json
    issuer = make.claims_of(renewed["id_token"])["iss"]
    assert told["picture"] == me["picture"] == make.claims_of(renewed["id_token"])["picture"]
    assert world.http.get(told["picture"].removeprefix(issuer)).status_code == 200
    assert told["updated_at"] > before["updated_at"]
    assert "picture" in world.http.get("/.well-known/openid-configuration").json["claims_supported"]
    lesser = make.tokens_for(world.other, world.browser, scope="openid email")
    assert "picture" not in world.userinfo(lesser["access_token"]).json
    submit(world.browser, "/account/profile/picture/remove", page="/account/profile")
    assert "picture" not in world.userinfo(tokens["access_token"]).json


def test_consent_says_that_the_picture_is_given(world: World, db_session: Session) -> None:
    assert "your picture" not in world.ask(scope="openid profile").text
    upload(world.browser)
    page = world.ask(scope="openid profile").text
    assert "· your picture" in page
    assert f'src="{path_of(db_session, "person")}"' in page
