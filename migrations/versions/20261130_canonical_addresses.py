"""network addresses kept with a port, in brackets or as mapped ones get the one spelling they are compared in"""
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from configuration.addresses import canonical

revision = '0008_canonical_addresses'
down_revision: str | None = '0007_session_tokens'
branch_labels: Any = None
depends_on: Any = None

BATCH = 5_000  # rows read and written at once
TABLES = tuple(
    sa.table(name, sa.column('id'), sa.column('ip')) for name in ('users', 'browser_sessions', 'events')
)


def upgrade() -> None:
    if context.is_offline_mode():  # written SQL knows no rows
        return
    for table in TABLES:
        _respell(table)


def downgrade() -> None:
    """Older versions read the one spelling as well as any other."""


def _respell(table: sa.TableClause) -> None:
    """Write each address anew that is spelled otherwise; what is no address stays as it is."""
    connection, last = op.get_bind(), ''
    query = sa.select(table).where(table.c.ip.contains(':')).order_by(table.c.id).limit(BATCH)
    change = table.update().where(table.c.id == sa.bindparam('row')).values(ip=sa.bindparam('spelled'))
    while rows := connection.execute(query.where(table.c.id > last)).all():
        changes = [
            {'row': row.id, 'spelled': spelled} for row in rows if (spelled := _spelled(row.ip)) != row.ip
        ]
        if changes:
            connection.execute(change, changes)
        last = rows[-1].id


def _spelled(address: str) -> str:
    try:
        return canonical(address)
    except ValueError:
        return address
