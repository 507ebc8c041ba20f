"""Signing keys: published before they sign, and until the last token they signed has expired."""

import json
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey
from sqlalchemy import delete, insert, select, update

from app.clock import now
from app.crypto import Undecryptable
from app.database.rows import db
from app.oauth.endpoints import metadata
from app.oauth.keys import ring, rotation
from app.oauth.models import SigningKey
from app.oauth.refusals import NextKeyTooNew
from app.operations.cleanup import delete_batch
from tests import factories as make
from tests.support.apps import MakeApp
from tests.support.signing_keys import change_keys


@pytest.fixture(autouse=True)
def _every_algorithm_is_used(request: pytest.FixtureRequest) -> None:
    """So that all keys are published; test_published_keys.py says when they are not."""
    if (
        "app" in request.fixturenames
        and request.node.originalname
        != "test_keys_that_few_libraries_know_are_published_where_an_app_uses_them"
    ):
        app = request.getfixturevalue("app")
        make.make_client(app, alg="EdDSA")


def kids(client: FlaskClient) -> set[str]:
    return {key["kid"] for key in client.get("/v1/keys").json["keys"]}


def rotate(app: Flask) -> list[str]:
    with app.app_context():
        ring.current().refresh()
        promoted = rotation.rotate_keys(3600, at_once=True)
        db.session.commit()
        ring.current().refresh(force=True)
        return promoted


@pytest.mark.module("oidcc-server-rotate-keys")
def test_a_rotation_lets_the_published_next_key_sign(app: Flask, client: FlaskClient) -> None:
    asking = make.make_client(app)
    token = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=asking.auth).json
    old = make.header_of(token["access_token"])["kid"]
    published = kids(client)
    promoted = rotate(app)
    assert set(promoted) <= published
    token = client.post("/oauth/token", data={"grant_type": "client_credentials"}, auth=asking.auth).json
    assert make.header_of(token["access_token"])["kid"] in promoted
    assert make.header_of(token["access_token"])["kid"] != old


@pytest.mark.module("oidcc-server-rotate-keys")
def test_what_a_retired_key_signed_still_counts(app: Flask) -> None:
    browser = make.browser_of(app, make.make_user(app))
    tokens = make.tokens_for(make.make_client(app), browser)
    rotate(app)
    headers = make.with_token(tokens["access_token"])
    assert browser.get("/oauth/userinfo", headers=headers).status_code == 200
    assert make.header_of(tokens["id_token"])["kid"] in kids(browser)


def test_a_key_goes_once_nothing_it_signed_is_valid(app: Flask, client: FlaskClient) -> None:
    client.get("/oauth/jwks.json")
    with app.app_context():
        ring.current().refresh()
        old = {key.kid for key in ring.current().current.values()}
    rotate(app)
    with app.app_context():
        change_keys(db.session, SigningKey.kid.in_(old), expires_at=now() - timedelta(seconds=1))
        ring.current().refresh(force=True)
        assert not old & set(ring.current().verifying)
        assert delete_batch(SigningKey) >= len(old)
        assert not old & {key.kid for key in ring.list_keys()}
        db.session.commit()


@pytest.mark.parametrize("alg", ring.ALGORITHMS)
def test_every_algorithm_signs_tokens_that_others_verify(app: Flask, alg: str) -> None:
    browser = make.browser_of(app, make.make_user(app))
    client = make.make_client(app, alg=alg)
    tokens = make.tokens_for(client, browser)
    published = KeySet.import_key_set(browser.get("/oauth/jwks.json").json)
    for token in (tokens["access_token"], tokens["id_token"]):
        assert make.header_of(token)["alg"] == alg
        assert jwt.decode(token, published, algorithms=[alg]).claims["sub"]
    assert browser.get("/oauth/userinfo", headers=make.with_token(tokens["access_token"])).status_code == 200


def test_private_keys_never_leave(client: FlaskClient) -> None:
    keys = client.get("/oauth/jwks.json").json["keys"]
    assert len(keys) >= 2
    for key in keys:
        assert not {"d", "p", "q", "dp", "dq", "qi"} & set(key)


def age_next_keys(app: Flask, **age: float) -> None:
    with app.app_context():
        change_keys(db.session, SigningKey.slot.like("%:next"), created_at=now() - timedelta(**age))


def test_keys_that_caches_may_not_know_do_not_sign_yet(app: Flask, client: FlaskClient) -> None:
    rotate(app)
    published = kids(client)
    run = app.test_cli_runner().invoke
    age_next_keys(app, minutes=5)
    refused = run(args=["keys", "rotate"])
    assert refused.exit_code == 1
    assert re.search(r"Try again in (29\d|300) seconds, .* --now", refused.stderr)
    assert kids(client) == published
    age_next_keys(app, minutes=11)
    rotated = run(args=["keys", "rotate", "--json"])
    assert rotated.exit_code == 0
    signing = {key["kid"] for key in json.loads(rotated.stdout) if key["state"] == "current"}
    assert signing <= published
    assert run(args=["keys", "rotate"]).exit_code == 1


def test_the_first_rotation_needs_no_wait_since_all_keys_were_published_together(
    app: Flask, client: FlaskClient
) -> None:
    with app.app_context():
        db.session.execute(delete(SigningKey))
        db.session.commit()
        ring.current().refresh(force=True)
    published = kids(client)
    run = app.test_cli_runner().invoke
    assert run(args=["keys", "rotate"]).exit_code == 0
    with app.app_context():
        ring.current().refresh(force=True)
        assert {key.kid for key in ring.current().current.values()} <= published
    assert run(args=["keys", "rotate"]).exit_code == 1


def test_after_a_leak_no_key_of_before_verifies_or_is_published(app: Flask, client: FlaskClient) -> None:
    """Attack: somebody has the current key and the next one, which lay beside it."""
    browser = make.browser_of(app, make.make_user(app))
    ledger = make.make_client(app)
    tokens = make.tokens_for(ledger, browser)
    rotate(app)
    before = kids(client)
    seen = make.with_token(tokens["access_token"])  # a worker remembers what it has verified
    assert client.get("/oauth/userinfo", headers=seen).status_code == 200
    done = app.test_cli_runner().invoke(args=["keys", "rotate", "--leaked", "--json"])
    assert done.exit_code == 0
    assert "refresh" in done.stderr
    with app.app_context():
        ring.current().refresh(force=True)
    assert len(kids(client)) == 6
    assert not kids(client) & before
    assert client.get("/oauth/userinfo", headers=seen).status_code == 401
    renewed = make.refresh(client, ledger, tokens["refresh_token"])
    headers = make.with_token(renewed.json["access_token"])
    assert client.get("/oauth/userinfo", headers=headers).status_code == 200
    assert app.test_cli_runner().invoke(args=["keys", "rotate"]).exit_code == 0


def test_two_administrators_who_rotate_at_once_rotate_once(make_app: MakeApp) -> None:
    """Race: the keys the first one makes are known to no cache, so they must not sign for the second."""
    app = make_app()
    make.make_client(app, alg="EdDSA")
    published = kids(app.test_client())
    age_next_keys(app, minutes=11)
    together = Barrier(4)

    def rotate_it(_number: int) -> bool:
        with app.app_context():
            together.wait(30)
            try:
                rotation.rotate_keys(3600)
            except NextKeyTooNew:
                return False
            db.session.commit()
            return True

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(rotate_it, range(4))) == [False, False, False, True]
    with app.app_context():
        ring.current().refresh(force=True)
        assert {key.kid for key in ring.current().current.values()} <= published


@pytest.mark.parametrize("option", ["--now", "--force"])
def test_in_an_emergency_keys_rotate_at_once(app: Flask, client: FlaskClient, option: str) -> None:
    rotate(app)
    assert app.test_cli_runner().invoke(args=["keys", "rotate"]).exit_code == 1
    assert app.test_cli_runner().invoke(args=["keys", "rotate", option]).exit_code == 0


def test_the_wait_covers_every_cache() -> None:
    assert rotation.PUBLISHED_AHEAD.total_seconds() > metadata.MAX_AGE + 2 * ring.FRESH_FOR


def forge(app: Flask, **changes: Any) -> RSAKey:
    """Put a key of one's own into the table, as somebody who can write to the database."""
    key = RSAKey.generate_key(2048)
    common = {"kid": "evil-key", "alg": "RS256", "use": "sig"}
    row = {
        "kid": "evil-key", "alg": "RS256", "slot": None, "created_at": now(), "mac": None,
        "public_jwk": json.dumps({**key.as_dict(private=False), **common}), "sealed_private_jwk": "v2:x:y",
    }  # fmt: skip
    with app.app_context():
        db.session.execute(insert(SigningKey).values({**row, **changes}))
        db.session.commit()
        ring.current().refresh(force=True)
    return key


def remove_forged(app: Flask) -> None:
    with app.app_context():
        db.session.execute(delete(SigningKey).where(SigningKey.kid == "evil-key"))
        db.session.commit()


def test_attack_who_writes_to_the_database_publishes_a_key_and_signs_for_everybody(
    app: Flask, client: FlaskClient
) -> None:
    browser = make.browser_of(app, make.make_user(app))
    token = make.tokens_for(make.make_client(app), browser)["access_token"]
    with app.app_context():
        mac = db.session.scalars(select(SigningKey.mac)).first()
    for stolen in (None, mac, "0" * 64):
        key = forge(app, mac=stolen)
        try:
            assert "evil-key" not in kids(client)
            header = {**make.header_of(token), "kid": "evil-key"}
            forged = jwt.encode(header, make.claims_of(token), key, default_type=None)
            assert browser.get("/oauth/userinfo", headers=make.with_token(forged)).status_code == 401
            assert browser.get("/oauth/userinfo", headers=make.with_token(token)).status_code == 200
            doctor = app.test_cli_runner().invoke(args=["doctor"])
            assert (doctor.exit_code, "1 signing keys were not made here" in doctor.output) == (1, True)
        finally:
            remove_forged(app)


@pytest.mark.parametrize("change", ["alive", "signs", "other"])
def test_attack_a_key_that_has_ended_is_brought_back(app: Flask, client: FlaskClient, change: str) -> None:
    with app.app_context():
        ring.current().refresh(force=True)
        old = ring.current().current["RS256"].kid
    assert app.test_cli_runner().invoke(args=["keys", "rotate", "--leaked"]).exit_code == 0
    signing = SigningKey.slot == "RS256:current"
    with app.app_context():
        ring.current().refresh(force=True)
        if change == "signs":
            db.session.execute(update(SigningKey).where(signing).values(slot=None))
            db.session.execute(
                update(SigningKey).where(SigningKey.kid == old).values(slot="RS256:current", expires_at=None)
            )
        elif change == "alive":
            db.session.execute(update(SigningKey).where(SigningKey.kid == old).values(expires_at=None))
        else:
            mine = db.session.scalar(select(SigningKey.public_jwk).where(SigningKey.kid == old))
            db.session.execute(update(SigningKey).where(signing).values(public_jwk=mine))
        db.session.commit()
        try:
            ring.current().refresh(force=True)
        except Undecryptable:
            assert change in ("signs", "other")  # nothing is signed until somebody has looked at it
        assert old not in ring.current().verifying
    assert client.get("/oauth/jwks.json").status_code in (200, 503)
    assert app.test_cli_runner().invoke(args=["keys", "rotate", "--leaked"]).exit_code == 0
    assert client.get("/oauth/jwks.json").status_code == 200
    assert old not in kids(client)
    with app.app_context():
        assert ring.current().signing_key("RS256").kid != old


@pytest.mark.parametrize("path", ["/oauth/jwks.json", "/oauth/token", "/api/auth"])
def test_another_encryption_secret_is_our_own_trouble_and_no_traceback(
    app: Flask, client: FlaskClient, app_with: MakeApp, path: str
) -> None:
    anna, service = make.make_user(app), make.make_client(app)
    assert client.get("/oauth/jwks.json").status_code == 200
    other = app_with(DATABASE_ENCRYPTION_SECRET="quite another secret that nobody knows 0123456789")
    asked = {
        "/oauth/jwks.json": lambda: other.test_client().get(path),
        "/oauth/token": lambda: other.test_client().post(
            path, data={"grant_type": "client_credentials", **service.form}
        ),
        "/api/auth": lambda: other.test_client().post(
            path, json={"username": anna.username, "password": make.PASSWORD}
        ),
    }
    answer = asked[path]()
    assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
    assert "ecrypt" not in answer.text
