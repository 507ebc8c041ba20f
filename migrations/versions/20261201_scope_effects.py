"""what a permission does to the person's things: those of before count as reading, as they were ticked so far"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import ascii_text

revision = '0038_scope_effects'
down_revision: str | None = '0037_registrations'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    with op.batch_alter_table('scopes') as table:
        table.add_column(sa.Column('effect', ascii_text(8), nullable=False, server_default='reads'))


def downgrade() -> None:
    with op.batch_alter_table('scopes') as table:
        table.drop_column('effect')
