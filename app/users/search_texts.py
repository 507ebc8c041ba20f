"""What a search for people reads: their names and addresses in plain letters, kept beside the people in rows as
narrow as can be, since a part of a word is found by reading all of them.

Whoever writes a person by the session writes this, too; what writes many people at once calls :func:`text_of`.
"""

import unicodedata
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    delete,
    event,
    false,
    func,
    insert,
    inspect,
    or_,
    select,
)

from ..clock import now
from ..database.rows import db, first_id_at, insert_one
from .lookalikes import plain_letters
from .models import LONGEST_SEARCH_TEXT, SearchText, User
from .names import LONGEST_EMAIL, fold, fold_identifier

LOOKED_BACK = timedelta(days=2)
MOST_AT_ONCE = 500  # people
READ = ("username_key", "email_key", "name", "given_name", "family_name")
# As German and its neighbours write a letter where a keyboard lacks it. That is another spelling than without accent.
_WRITTEN_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
_PAIRS = str.maketrans({"æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ß": "ss"})


def spellings(text: str) -> set[str]:
    """How ``text`` is written without accents and case: ``Müller`` as ``muller`` and as ``mueller``."""
    if text.isascii():
        return {" ".join(text.casefold().split())}
    composed = unicodedata.normalize("NFC", " ".join(text.split())).casefold()
    return {
        plain_letters(way.translate(_PAIRS)).casefold()
        for way in (composed, composed.translate(_WRITTEN_OUT))
    }


def text_of(person: Mapping[str, Any]) -> bytes:
    """What the search reads of these values of a person; nothing where there are none."""
    values = {column: person.get(column) or "" for column in READ}
    parts = " ".join(filter(None, (values["given_name"], values["family_name"])))
    texts = (values["username_key"], values["email_key"], fold(values["name"]), fold(parts))
    ways = {way for text in texts for way in spellings(text) if way}
    kept = sorted(way for way in ways if not any(way != other and way in other for other in ways))
    return "\n".join(kept).encode()[:LONGEST_SEARCH_TEXT]


def contains(text: str) -> ColumnElement[bool]:
    """Whether every word of ``text`` is part of what is read of a person. Nothing in it is a wildcard."""
    folded = fold_identifier(text)
    words = sorted(
        set(folded.split()), key=len, reverse=True
    )  # the one that excludes most is looked for first
    ways = [[way.encode() for way in spellings(word) if way] for word in words]
    if len(folded) > LONGEST_EMAIL or not ways or not all(ways):
        return false()
    return and_(*(or_(*(func.instr(SearchText.text, way) > 0 for way in word)) for word in ways))


def complete() -> int:
    """Write the texts of newcomers who have none, in the session's transaction; return 0, since nothing is deleted.

    While an update is on, a worker of a version that knows none may register somebody.
    """
    without = (
        SearchText.user_id.is_(None),
        User.deleted_at.is_(None),
        User.id >= first_id_at(now() - LOOKED_BACK),
    )
    query = select(User).outerjoin(SearchText, SearchText.user_id == User.id).where(*without)
    for user in db.session.scalars(query.limit(MOST_AT_ONCE)).all():
        text = text_of({column: getattr(user, column) for column in READ})
        insert_one(SearchText, {"user_id": user.id, "text": text})
    return 0


@event.listens_for(User, "after_insert")
def _insert(_mapper: Any, connection: Connection, user: User) -> None:
    if text := text_of({column: getattr(user, column) for column in READ}):
        connection.execute(insert(SearchText).values(user_id=user.id, text=text))


@event.listens_for(User, "after_update")
def _replace(mapper: Any, connection: Connection, user: User) -> None:
    attributes: Any = inspect(user).attrs
    if any(attributes[column].history.has_changes() for column in READ):
        connection.execute(delete(SearchText).where(SearchText.user_id == user.id))
        _insert(mapper, connection, user)
