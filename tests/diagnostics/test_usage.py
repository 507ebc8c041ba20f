from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.clients.models import ClientSecret
from app.clock import now
from app.consents.models import Consent
from app.database.rows import db
from app.diagnostics import usage
from tests.authentication.visitors import make_user
from tests.diagnostics.answers import flush, make_client
from tests.support.statements import count_statements


@pytest.fixture(autouse=True)
def none_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """What earlier tests of this process have left is not written here."""
    monkeypatch.setattr(usage, "_secrets", usage.Stamps(ClientSecret))
    monkeypatch.setattr(usage, "_consents", usage.Stamps(Consent))


@pytest.fixture
def secret(app: Flask, db_session: Session) -> ClientSecret:
    client_id = make_client(app, None)
    return db_session.scalars(select(ClientSecret).where(ClientSecret.client_id == client_id)).one()


def test_uses_cost_the_request_nothing_and_are_written_by_one_statement(
    app: Flask, db_session: Session, secret: ClientSecret
) -> None:
    with count_statements() as statements:
        for _ in range(100):
            usage.secret_used(secret.id)
    assert statements == []
    with count_statements() as statements:
        flush(app)
        usage.secret_used(secret.id)
        flush(app)  # too soon: a busy app must not rewrite its row all the time
    assert len(statements) == 1
    db_session.refresh(secret)
    assert secret.last_used_at is not None
    assert now() - secret.last_used_at < timedelta(seconds=20)


def test_an_older_use_never_replaces_a_newer_one(
    app: Flask, db_session: Session, secret: ClientSecret
) -> None:
    newer = now() + timedelta(minutes=1)
    secret.last_used_at = newer
    db_session.commit()
    usage.secret_used(secret.id)
    flush(app)
    db_session.refresh(secret)
    assert secret.last_used_at == newer


def test_the_use_of_a_consent_is_stamped_too(app: Flask, db_session: Session) -> None:
    user_id, client_id = make_user(app), make_client(app, None)
    consent = Consent(user_id=user_id, client_id=client_id, scope="openid")
    db_session.add(consent)
    db_session.commit()
    usage.consent_used(consent.id)
    flush(app)
    db_session.refresh(consent)
    assert consent.last_used_at is not None


def test_the_use_of_a_row_that_is_gone_does_no_harm(app: Flask, secret: ClientSecret) -> None:
    usage.secret_used("0" * 32)
    usage.secret_used(secret.id)
    flush(app)
    with app.app_context():
        assert db.session.get_one(ClientSecret, secret.id).last_used_at is not None


def test_what_waits_is_bounded(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usage, "MOST_WAITING", 10)
    for number in range(50):
        usage.secret_used(f"{number:032x}")
    assert len(usage._secrets._waiting) <= 10
    flush(app)
