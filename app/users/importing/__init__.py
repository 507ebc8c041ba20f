"""Taking over the people of an older service: everybody in the file, or nobody.

First every line is read and checked (:func:`check`), without a write to the portal's database; then those that are
good become accounts in one transaction (:func:`take_over`), which takes seconds for a hundred thousand.
"""

from typing import Any, TextIO

from flask_babel import gettext as _
from sqlalchemy import insert, or_, select
from sqlalchemy.exc import IntegrityError

from ...audit import EventKind, record_for_many
from ...clock import now
from ...database.rows import db, new_id
from .. import hash_kinds
from ..models import SearchText, User
from ..search_texts import text_of
from . import groups, lines
from .fields import GROUPS, LineRefused, Problem, Values, values_of
from .groups import groups_wanted, people_imported
from .lines import OPTIONAL, REQUIRED, FileRefused
from .staging import Staging

__all__ = [
    "OPTIONAL",
    "REQUIRED",
    "FileRefused",
    "Problem",
    "Staging",
    "TakenMeanwhile",
    "check",
    "groups_wanted",
    "people_imported",
    "take_over",
]

ROWS_A_BATCH = 400  # rows; SQLite took no more than 999 variables for long, and two go to each


class TakenMeanwhile(Exception):
    """Between check and import somebody registered one of the names or addresses, or a group went; nothing is imported."""


def check(file: TextIO, staging: Staging) -> None:
    """Fill ``staging`` with the lines of ``file``, opened as :func:`.lines.read` wants it.

    Names and addresses are compared as the portal compares them, within the file and with everybody who has an
    account. Raises :class:`FileRefused`.
    """
    for number, columns in lines.read(file):
        if isinstance(columns, lines.Unreadable):
            staging.refuse(number, [Problem(None, columns.why)])
            continue
        try:
            staging.add(number, values_of(columns))
        except LineRefused as refusal:
            staging.refuse(number, refusal.problems)
    for batch in staging.good(ROWS_A_BATCH):
        _refuse_taken(batch, staging)
    for batch in staging.good(ROWS_A_BATCH):
        _refuse_unknown_groups(batch, staging)


def take_over(staging: Staging, by: str | None = None) -> int:
    """Give the good lines of ``staging`` an account and return how many they are; the caller commits.

    ``by``: id of the administrator who does it, None at the command line.

    Raises :class:`TakenMeanwhile`; the caller undoes what was written by then.
    """
    number, kinds = 0, set()
    for batch in staging.good(ROWS_A_BATCH):
        rows = [_row(values, username, email) for _line, username, email, values in batch]
        try:
            db.session.execute(insert(User), rows)
            db.session.execute(
                insert(SearchText), [{"user_id": row["id"], "text": text_of(row)} for row in rows]
            )
        except IntegrityError:
            raise TakenMeanwhile from None
        record_for_many(EventKind.USER_IMPORTED, [row["id"] for row in rows], by)
        _put_into_groups(rows, [values for *_keys, values in batch], by)
        kinds |= {hash_kinds.kind_of(row["password_hash"]) for row in rows}
        number += len(rows)
    hash_kinds.keep(kinds)
    return number


def _refuse_unknown_groups(batch: list[tuple[int, str, str, Values]], staging: Staging) -> None:
    known = groups.find_ids([values for *_keys, values in batch])
    for line, _username, _email, values in batch:
        if problem := groups.problem_of(values[GROUPS], known):
            staging.refuse(line, [problem])


def _put_into_groups(rows: list[dict[str, Any]], people: list[Values], by: str | None) -> None:
    """Let the new people be in the groups that their lines name. Raises :class:`TakenMeanwhile`."""
    ids = groups.find_ids(people)
    try:
        named = {
            row["id"]: [ids[name] for name in each[GROUPS]] for row, each in zip(rows, people, strict=True)
        }
    except KeyError:
        raise TakenMeanwhile from None
    if told := {user_id: group_ids for user_id, group_ids in named.items() if group_ids}:
        people_imported.send(told, by=by)


def _refuse_taken(batch: list[tuple[int, str, str, Values]], staging: Staging) -> None:
    usernames, emails = [row[1] for row in batch], [row[2] for row in batch]
    taken = select(User.username_key, User.email_key)
    taken = taken.where(or_(User.username_key.in_(usernames), User.email_key.in_(emails)))
    found = db.session.execute(taken).all()
    taken_usernames, taken_emails = {row.username_key for row in found}, {row.email_key for row in found}
    for line, username, email, _person in batch:
        same = {"username": username in taken_usernames, "email": email in taken_emails}
        problems = [
            Problem(name, _("somebody here has it already")) for name, is_same in same.items() if is_same
        ]
        if problems:
            staging.refuse(line, problems)


def _row(values: Values, username_key: str, email_key: str) -> dict[str, Any]:
    moment = now()
    kept = {
        name: value for name, value in values.items() if name not in ("email_verified", "blocked", GROUPS)
    }
    return kept | {
        "id": new_id(),
        "username_key": username_key,
        "email_key": email_key,
        "email_verified_at": values["email_verified"],
        "blocked_at": values["blocked"],
        "updated_at": moment,
        "is_admin": False,
    }
