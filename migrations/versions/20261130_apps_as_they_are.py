"""per app: lean ID tokens, error answers without iss, and since when it has as many people as it may have"""
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
    with op.batch_alter_table('clients', schema=None) as batch_op:
        batch_op.add_column(sa.Column('full_since', UtcDateTime(), nullable=True))
        for name in SWITCHES:
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('clients', schema=None) as batch_op:
        for name in SWITCHES:
            batch_op.alter_column(name, existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('clients', schema=None) as batch_op:
        for name in (*SWITCHES, 'full_since'):
            batch_op.drop_column(name)
