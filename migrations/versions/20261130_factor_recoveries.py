"""waits of people who lost all second factors"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime, ascii_text

revision = '0018_factor_recoveries'
down_revision: str | None = '0017_second_factors'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table('factor_recoveries',
    sa.Column('id', ascii_text(32), nullable=False),
    sa.Column('user_id', ascii_text(32), nullable=False),
    sa.Column('started_at', UtcDateTime(), nullable=False),
    sa.Column('ends_at', UtcDateTime(), nullable=False),
    sa.Column('warned_at', UtcDateTime(), nullable=True),
    sa.Column('told_at', UtcDateTime(), nullable=True),
    sa.Column('closed_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_factor_recoveries_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_factor_recoveries')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB',
    mysql_row_format='DYNAMIC'
    )
    for column in ('user_id', 'ends_at'):
        op.create_index(op.f(f'ix_factor_recoveries_{column}'), 'factor_recoveries', [column])


def downgrade() -> None:
    op.drop_table('factor_recoveries')
