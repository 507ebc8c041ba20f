"""What happened is written down, and told in plain words."""

import json
import re

import pytest
from flask import Flask, g
from flask_babel import force_locale
from sqlalchemy.orm import Session

from app.audit import EventKind, record, record_on
from app.audit.log_wording import LOG_WORDS
from app.audit.models import Event
from app.audit.trail import list_events
from app.audit.wording import WORDS, tell
from app.database.rows import db


def test_an_event_knows_who_where_and_which_request(app: Flask) -> None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "2001:db8::7"}):
        g.request_id = "abc"
        event = record(EventKind.SECRET_ADDED, user_id="u", actor_id="a", name="Zäpier")
        assert (event.ip, event.request_id) == ("2001:db8::7", "abc")
        assert json.loads(event.details) == {"name": "Zäpier"}


def test_commands_record_without_a_request(app: Flask) -> None:
    with app.app_context():
        event = record(EventKind.USER_CREATED, user_id="u")
        db.session.commit()
        assert (event.ip, event.request_id) == (None, None)


def test_an_event_of_a_transaction_that_failed_did_not_happen(app: Flask, db_session: Session) -> None:
    with app.app_context():
        record(EventKind.SIGNED_IN, user_id="u")
        db.session.rollback()
    assert db_session.query(Event).count() == 0


def test_an_event_on_a_connection_lasts_with_what_else_was_written_there(
    app: Flask, db_session: Session
) -> None:
    with app.test_request_context("/", environ_base={"REMOTE_ADDR": "2001:db8::7"}):
        for end in ("rollback", "commit"):
            with db.engine.connect() as connection:
                record_on(connection, EventKind.TOKENS_REPLAYED, "u", client_id="c", app=end)
                getattr(connection, end)()
    event = db_session.query(Event).one()
    assert (event.area, event.user_id, event.client_id, event.ip) == ("oauth", "u", "c", "2001:db8::7")
    assert json.loads(event.details) == {"app": "commit"}
    assert event.at is not None


def test_events_come_newest_first_and_go_on_where_the_page_ended(app: Flask) -> None:
    with app.app_context():
        for number in range(5):
            record(EventKind.CLIENT_CHANGED, user_id="u", name=str(number))
            record(EventKind.CLIENT_CHANGED, user_id="other", name="other")
            db.session.flush()
        first = list_events("u", limit=2)
        then = list_events("u", limit=9, before=first[-1].id)
        assert [tell(event).about for event in [*first, *then]] == ["4", "3", "2", "1", "0"]
        db.session.rollback()


@pytest.mark.parametrize("kind", list(EventKind))
def test_every_kind_is_named_by_area_subject_and_action_and_has_words(kind: EventKind) -> None:
    assert kind.count(".") == 2
    assert len(kind) <= 64
    assert kind in WORDS
    assert kind in LOG_WORDS


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_log_has_a_sentence_of_its_own_for_each_kind_from_an_administrators_point_of_view(
    language: str,
) -> None:
    with force_locale(language):
        told = [str(words) for words in LOG_WORDS.values()]
    assert [words for words in told if told.count(words) > 1] == []
    assert [words for words in told if re.search(r"\b([Yy]ou|[Yy]our|Sie|Ihre?[mnrs]?)\b", words)] == []


@pytest.mark.usefixtures("app_context")
@pytest.mark.parametrize(
    ("actor", "told"), [("u", "You registered an app."), (None, "App registered"), ("a", "App registered")]
)
def test_what_somebody_else_did_for_a_person_is_not_said_to_be_their_own(
    actor: str | None, told: str
) -> None:
    event = Event(kind=EventKind.CLIENT_REGISTERED, user_id="u", actor_id=actor, details="{}")
    assert tell(event).sentence == told


@pytest.mark.usefixtures("app_context")
def test_a_kind_without_words_is_shown_as_it_is() -> None:
    assert tell(Event(kind="future.thing.happened", details="{}")).sentence == "future.thing.happened"
