"""addresses that some mail servers take for another one no longer count as confirmed, and links to them end"""
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click
import sqlalchemy as sa
from alembic import context, op

from app.database.rows import UtcDateTime

revision = '0004_addresses_of_one_mailbox'
down_revision: str | None = '0003_restricted_scopes'
branch_labels: Any = None
depends_on: Any = None

BATCH = 5_000  # rows read at once

# The rule as it was when this was written; app/notifications/addresses.py explains it and may go on.
ATOM = r'[^\s\x00-\x20\x7f-\x9f()<>\[\]:;@\\,."]+'
MAILBOX = re.compile(rf'(?!.*(=\?|\?=|%|!).*@){ATOM}(\.{ATOM})*@{ATOM}(\.{ATOM})*')

users = sa.table(
    'users',
    sa.column('id'),
    sa.column('username'),
    sa.column('email'),
    sa.column('email_verified_at'),
    sa.column('updated_at', UtcDateTime()),
)
links = sa.table(
    'email_links', sa.column('id'), sa.column('user_id'), sa.column('email'), sa.column('used_at', UtcDateTime())
)


def upgrade() -> None:
    if context.is_offline_mode():  # written SQL knows no rows; flask doctor names them
        return
    connection, moment = op.get_bind(), datetime.now(UTC)
    for row in list(_ambiguous(users)):
        click.echo(
            f'The address {row.email!r} of {row.username!r} is taken for another one by some mail servers: it gets '
            'no mail and does not count as confirmed any more. Ask for another address; flask doctor lists these.'
        )
        # With another updated_at, running workers read the person again.
        changes = {'email_verified_at': None, 'updated_at': moment}
        connection.execute(users.update().where(users.c.id == row.id).values(changes))
    for row in list(_ambiguous(links, links.c.used_at.is_(None))):
        if row.user_id is None:
            click.echo(f'The invitation to {row.email!r} has ended: some mail servers take it for another address.')
        connection.execute(links.update().where(links.c.id == row.id).values(used_at=moment))


def downgrade() -> None:
    """What was confirmed without proof stays unconfirmed."""


def _ambiguous(table: sa.TableClause, *conditions: sa.ColumnElement[bool]) -> Iterator[Any]:
    """The rows whose address is not that of one mailbox."""
    query = sa.select(table).where(table.c.email.is_not(None), *conditions).order_by(table.c.id).limit(BATCH)
    last = ''
    while rows := op.get_bind().execute(query.where(table.c.id > last)).all():
        yield from (row for row in rows if not _is_mailbox(row.email))
        last = rows[-1].id


def _is_mailbox(address: str) -> bool:
    return all(MAILBOX.fullmatch(text) for text in (address, unicodedata.normalize('NFKC', address)))
