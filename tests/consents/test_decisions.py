from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from app.audit.models import Event
from app.consents import counts, decisions, standing
from app.consents.models import Consent
from app.database.rows import db
from app.users.accounts import delete, get_user
from tests.authentication.visitors import make_user
from tests.clients.developers import make_client


@pytest.fixture
def pair(app: Flask, app_context: Any) -> tuple[str, str]:
    """A person and an app."""
    return make_user(app), make_client()[0].id


def test_scopes_are_added_to_what_was_allowed(pair: tuple[str, str]) -> None:
    first = decisions.give_consent(*pair, ["openid", "email"])
    granted_at = first.granted_at
    second = decisions.give_consent(*pair, ["profile", "email", "profile"])
    db.session.commit()
    assert second.id == first.id
    assert (second.scope, second.granted_at) == ("openid email profile", granted_at)
    assert standing.find_consent(*pair) == second


def test_a_withdrawn_consent_starts_anew_with_what_is_allowed_now(pair: tuple[str, str]) -> None:
    first = decisions.give_consent(*pair, ["openid", "email"])
    granted_at = first.granted_at
    assert decisions.withdraw_consent(*pair) is first
    db.session.commit()
    assert standing.find_consent(*pair) is None
    again = decisions.give_consent(*pair, ["openid"])
    db.session.commit()
    assert (again.scope, again.withdrawn_at) == ("openid", None)
    assert again.granted_at > granted_at


def test_withdrawing_tells_those_above_once(pair: tuple[str, str]) -> None:
    told: list[Consent] = []

    def listen(consent: Consent) -> None:
        told.append(consent)

    consent = decisions.give_consent(*pair, ["openid"])
    with decisions.consent_withdrawn.connected_to(listen):
        decisions.withdraw_consent(*pair)
        assert decisions.withdraw_consent(*pair) is None
    assert told == [consent]


def test_people_are_counted_while_they_allow_something(app: Flask, pair: tuple[str, str]) -> None:
    person, client_id = pair
    ben = make_user(app, "ben", "ben@example.org")
    unused = make_client(name="Unused")[0].id
    for user_id in (person, ben):
        decisions.give_consent(user_id, client_id, ["openid"])
    assert counts.count_people([client_id, unused]) == {client_id: 2}
    decisions.withdraw_consent(ben, client_id)
    assert counts.count_people([client_id]) == {client_id: 1}


def test_a_deleted_person_allows_nobody_anything(pair: tuple[str, str]) -> None:
    decisions.give_consent(*pair, ["openid"])
    person = get_user(pair[0])
    assert person is not None
    delete(person)
    db.session.commit()
    assert standing.find_consent(*pair) is None
    assert counts.count_people([pair[1]]) == {}


def test_only_what_is_new_is_an_event(pair: tuple[str, str]) -> None:
    for _time in range(2):
        decisions.give_consent(*pair, ["openid"])
    decisions.give_consent(*pair, ["email"])
    decisions.withdraw_consent(*pair)
    db.session.commit()
    kinds = list(
        db.session.scalars(select(Event.kind).where(Event.kind.startswith("consent.")).order_by(Event.id))
    )
    assert kinds == ["consent.access.given", "consent.access.given", "consent.access.withdrawn"]


def test_everything_allowed_at_the_same_time_in_several_tabs_is_kept(
    app: Flask, pair: tuple[str, str]
) -> None:
    db.session.commit()
    scopes = [f"scope{number}" for number in range(12)]

    def allow(scope: str) -> None:
        with app.app_context():
            decisions.give_consent(*pair, ["openid", scope])
            db.session.commit()

    with ThreadPoolExecutor(len(scopes)) as tabs:
        list(tabs.map(allow, scopes))
    with app.app_context():
        [consent] = db.session.scalars(select(Consent)).all()
        assert set(consent.scope.split()) == {"openid", *scopes}
