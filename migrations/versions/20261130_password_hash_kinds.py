"""the kinds of password hash that people have; a cleanup finds out which"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import ascii_text

revision = '0012_password_hash_kinds'
down_revision: str | None = '0011_introspection_of_all'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table('password_hash_kinds',
    sa.Column('kind', ascii_text(64), nullable=False),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_password_hash_kinds')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB',
    mysql_row_format='DYNAMIC'
    )


def downgrade() -> None:
    op.drop_table('password_hash_kinds')
