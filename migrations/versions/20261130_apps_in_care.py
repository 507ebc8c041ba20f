"""apps whose owner has left: since when, and when they end"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime

revision = '0025_apps_in_care'
down_revision: str | None = '0024_refused_addresses'
branch_labels: Any = None
depends_on: Any = None


# Not by batch_alter_table: on SQLite it may build the table anew, and dropping the old one deletes, by their foreign
# keys, everybody's consents.


def upgrade() -> None:
    op.add_column('clients', sa.Column('owner_left_at', UtcDateTime(), nullable=True))
    op.add_column('clients', sa.Column('ends_at', UtcDateTime(), nullable=True))
    op.create_index('ix_clients_ends_at', 'clients', ['ends_at'])


def downgrade() -> None:
    op.drop_index('ix_clients_ends_at', 'clients')
    op.drop_column('clients', 'ends_at')
    op.drop_column('clients', 'owner_left_at')
