"""forms that were sent a moment ago, and their answers"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime, ascii_text

revision = '0014_sent_forms'
down_revision: str | None = '0013_secrets_of_their_app'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table('sent_forms',
    sa.Column('digest', ascii_text(64), nullable=False),
    sa.Column('sent_at', UtcDateTime(), nullable=False),
    sa.Column('answer', sa.Text(), nullable=True),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_sent_forms')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB',
    mysql_row_format='DYNAMIC'
    )
    with op.batch_alter_table('sent_forms', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sent_forms_sent_at'), ['sent_at'], unique=False)


def downgrade() -> None:
    op.drop_table('sent_forms')
