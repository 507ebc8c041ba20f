"""one-time codes that confirm mobile numbers"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime, ascii_text

revision = 'mobile_codes'
down_revision: str | None = '0001'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table('mobile_codes',
    sa.Column('user_id', ascii_text(32), nullable=False),
    sa.Column('code_digest', ascii_text(64), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_mobile_codes_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_mobile_codes')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB',
    mysql_row_format='DYNAMIC'
    )
    with op.batch_alter_table('mobile_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_mobile_codes_expires_at'), ['expires_at'], unique=False)


def downgrade() -> None:
    op.drop_table('mobile_codes')
