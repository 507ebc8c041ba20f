from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from app.audit.models import Event
from app.clients import client_secrets, registration
from app.clients.models import Client
from app.clients.refusals import SecretNotKept, TooManySecrets
from app.crypto import Undecryptable
from app.database.rows import db
from app.extensions import vault
from tests.authentication.visitors import make_user
from tests.clients.developers import make_client

WEEK = timedelta(days=7)


@pytest.fixture
def weather(app: Flask, app_context: Any) -> Client:
    make_user(app)
    return make_client("anna")[0]


def test_of_many_at_once_no_more_than_ten_are_made(app: Flask, weather: Client) -> None:
    client_id, together = weather.id, Barrier(12)

    def add(_number: int) -> bool:
        with app.app_context():
            row = registration.find_client(client_id)
            assert row is not None
            assert client_secrets.list_live(row)
            together.wait(30)
            try:
                client_secrets.add_secret(row, "one more", actor_id=None)
            except TooManySecrets:
                db.session.rollback()
                return False
            db.session.commit()
            return True

    with ThreadPoolExecutor(12) as threads:
        assert sum(threads.map(add, range(12))) == client_secrets.MOST_LIVE - 1


def test_attack_thousands_of_ended_secrets_are_compared_with_every_request(weather: Client) -> None:
    for _each in range(client_secrets.MOST_ENDED + 15):
        secret, _text = client_secrets.add_secret(weather, "one more", actor_id=None)
        client_secrets.revoke_secret(weather, secret, actor_id=None)
    for _each in range(8):
        client_secrets.rotate(weather)
    db.session.commit()
    kept = [client_secrets.is_live(secret) for secret in weather.secrets]
    assert (kept.count(True), kept.count(False)) == (1, client_secrets.MOST_ENDED)
    assert kept[-1]


def test_a_secret_is_kept_as_a_keyed_digest_and_sealed_for_its_row(weather: Client) -> None:
    row, secret = client_secrets.add_secret(weather, "server", actor_id=None)
    assert row.digest == vault.keyed_digest(secret)
    assert row.last_four == secret[-4:]
    assert row.sealed is not None
    assert secret not in row.sealed
    assert client_secrets.reveal_secret(weather, row, actor_id=None) == secret


def test_a_secret_shown_once_cannot_be_seen_again(weather: Client) -> None:
    row, _secret = client_secrets.add_secret(weather, "server", actor_id=None, shown_once=True)
    with pytest.raises(SecretNotKept):
        client_secrets.reveal_secret(weather, row, actor_id=None)


def test_a_sealed_secret_moved_to_another_row_stays_sealed(weather: Client) -> None:
    row, _secret = client_secrets.add_secret(weather, "server", actor_id=None)
    row.sealed, other = weather.secrets[0].sealed, weather.secrets[0].id
    assert other != row.id
    with pytest.raises(Undecryptable, match=row.id):
        client_secrets.reveal_secret(weather, row, actor_id=None)


def test_several_secrets_are_valid_at_once_until_they_are_revoked_or_expire(weather: Client) -> None:
    first = weather.secrets[0]
    second, _ = client_secrets.add_secret(weather, "new", actor_id=None, expires_at=datetime.now(UTC) + WEEK)
    assert client_secrets.list_live(weather) == [first, second]
    client_secrets.revoke_secret(weather, first, actor_id=None)
    assert client_secrets.list_live(weather) == [second]
    with time_machine.travel(datetime.now(UTC) + WEEK + timedelta(seconds=1)):
        assert client_secrets.list_live(weather) == []


def test_a_revoked_secret_keeps_its_date_and_nobody_can_see_it(weather: Client) -> None:
    [secret] = weather.secrets
    client_secrets.revoke_secret(weather, secret, actor_id=None)
    when = secret.revoked_at
    client_secrets.revoke_secret(weather, secret, actor_id=None)
    assert (secret.revoked_at, secret.sealed) == (when, None)


def test_an_app_has_ten_valid_secrets_at_most(weather: Client) -> None:
    for number in range(client_secrets.MOST_LIVE - 1):
        client_secrets.add_secret(weather, str(number), actor_id=None)
    with pytest.raises(TooManySecrets):
        client_secrets.add_secret(weather, "one more", actor_id=None)
    client_secrets.revoke_secret(weather, weather.secrets[0], actor_id=None)
    client_secrets.add_secret(weather, "one more", actor_id=None)


def test_rotating_ends_the_old_secrets_at_once_or_after_the_overlap(weather: Client) -> None:
    [first] = weather.secrets
    second, _ = client_secrets.rotate(weather, overlap=WEEK)
    assert client_secrets.list_live(weather) == [first, second]
    with time_machine.travel(datetime.now(UTC) + WEEK + timedelta(seconds=1)):
        assert client_secrets.list_live(weather) == [second]
    third, _ = client_secrets.rotate(weather)
    assert client_secrets.list_live(weather) == [third]


def test_attack_rotating_again_and_again_leaves_no_more_than_ten(weather: Client) -> None:
    for _number in range(15):
        newest, _ = client_secrets.rotate(weather, overlap=WEEK)
    live = client_secrets.list_live(weather)
    assert (len(live), live[-1]) == (client_secrets.MOST_LIVE, newest)


def test_an_overlap_never_lengthens_the_life_of_a_secret(weather: Client) -> None:
    soon = datetime.now(UTC) + timedelta(days=1)
    short, _ = client_secrets.add_secret(weather, "short", actor_id=None, expires_at=soon)
    client_secrets.rotate(weather, overlap=WEEK)
    assert short.expires_at == soon


def test_a_secret_of_another_app_is_not_found(weather: Client) -> None:
    other, _secret = make_client("anna", name="Other")
    assert client_secrets.find_secret(weather, other.secrets[0].id) is None


def test_no_event_tells_a_secret(weather: Client) -> None:
    row, secret = client_secrets.add_secret(weather, "server", actor_id=None)
    client_secrets.reveal_secret(weather, row, actor_id=None)
    _row, rotated = client_secrets.rotate(weather)
    db.session.flush()
    told = "".join(db.session.scalars(select(Event.details)))
    assert "server" in told
    assert secret not in told
    assert rotated not in told
