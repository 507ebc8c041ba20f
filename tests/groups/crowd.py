"""Many people at once."""

from itertools import count

from sqlalchemy import insert

from app.clock import now
from app.database.rows import db, new_id
from app.users.models import SearchText, User
from app.users.search_texts import text_of

_numbers = count(1)


def make_crowd(number: int) -> list[str]:
    """The ids of so many new people, written by two statements; the caller commits."""
    rows = []
    for _ in range(number):
        name = f"crowd{next(_numbers):05}"
        email = f"{name}@example.org"
        rows.append(
            {"id": new_id(), "username": name, "username_key": name, "email": email, "email_key": email}
            | {
                "created_at": now(),
                "updated_at": now(),
                "is_admin": False,
                "name": None,
                "given_name": None,
                "family_name": None,
            }
        )
    db.session.execute(insert(User), rows)
    texts = [{"user_id": row["id"], "text": text_of(row)} for row in rows]
    db.session.execute(insert(SearchText), texts)
    return [str(row["id"]) for row in rows]
