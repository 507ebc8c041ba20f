"""Putting a mail into the outbox."""

import json
from collections.abc import Mapping

from ..database.rows import db, new_id
from ..extensions import vault
from .models import OutgoingMail


def queue_mail(to: str, locale: str | None, template: str, **context: str | int | None) -> OutgoingMail:
    """Queue a mail to ``to`` in the current transaction and return its row: it leaves after the commit.

    ``template`` names a file in ``templates/notifications``; ``context`` is what it tells, composed only at
    delivery and kept sealed until then. Raises ValueError for an address that would end a header.
    """
    if any(ord(character) < 32 or ord(character) == 127 for character in to):
        raise ValueError("a mail address without control characters is needed")
    return put_into_outbox(template, {"to": to, "locale": locale, "context": context})


def put_into_outbox(template: str, content: Mapping[str, object]) -> OutgoingMail:
    """Queue a message with ``content``, sealed, in the current transaction and return its row."""
    row = OutgoingMail(id=new_id(), template=template, attempts=0)
    row.sealed = vault.encrypt(json.dumps(content), sealed_for(row.id))
    db.session.add(row)
    return row


def sealed_for(row_id: str) -> str:
    """The place that the sealed content of a row is bound to."""
    return f"outgoing_mails.sealed.{row_id}"
