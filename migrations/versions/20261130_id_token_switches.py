"""per app: lean ID tokens, and error answers without iss"""
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0005_id_token_switches'
down_revision: str | None = '0004_addresses_of_one_mailbox'
branch_labels: Any = None
depends_on: Any = None

COLUMNS = ('lean_id_tokens', 'errors_without_iss')


def upgrade() -> None:
    with op.batch_alter_table('clients', schema=None) as batch_op:
        for name in COLUMNS:
            batch_op.add_column(sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('clients', schema=None) as batch_op:
        for name in COLUMNS:
            batch_op.alter_column(name, existing_type=sa.Boolean(), existing_nullable=False, server_default=None)


def downgrade() -> None:
    with op.batch_alter_table('clients', schema=None) as batch_op:
        for name in COLUMNS:
            batch_op.drop_column(name)
