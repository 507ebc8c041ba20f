"""per app: lean ID tokens, error answers without iss, and since when it has as many people as it may have

Columns alone, no copy of the table: on SQLite dropping the old one would take secrets and consents along.
"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime

revision = '0005_apps_as_they_are'
down_revision: str | None = '0004_addresses_of_one_mailbox'
branch_labels: Any = None
depends_on: Any = None

SWITCHES = ('lean_id_tokens', 'errors_without_iss')


def upgrade() -> None:
    for name in SWITCHES:
        op.add_column('clients', sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column('clients', sa.Column('full_since', UtcDateTime(), nullable=True))


def downgrade() -> None:
    for name in (*SWITCHES, 'full_since'):
        op.drop_column('clients', name)
