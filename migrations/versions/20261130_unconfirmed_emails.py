"""apps that learn addresses nobody confirmed, by the word of administrators"""
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0009_unconfirmed_emails'
down_revision: str | None = '0008_canonical_addresses'
branch_labels: Any = None
depends_on: Any = None


# Not by batch_alter_table: on SQLite it may build the table anew, and dropping the old one deletes, by their foreign
# keys, everybody's consents.


def upgrade() -> None:
    op.add_column('clients', sa.Column('unconfirmed_emails', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column('clients', 'unconfirmed_emails')
