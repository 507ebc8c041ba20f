"""tokens of sessions are replaced: when that was, and those that were"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime, ascii_text

revision = '0007_session_tokens'
down_revision: str | None = '0006_authentic_signing_keys'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    with op.batch_alter_table('browser_sessions', schema=None) as batch_op:
        batch_op.add_column(sa.Column('rotated_at', UtcDateTime(), nullable=True))
    # Whoever stays signed in gets a new token with the next visit.
    op.execute('UPDATE browser_sessions SET rotated_at = created_at')
    with op.batch_alter_table('browser_sessions', schema=None) as batch_op:
        batch_op.alter_column('rotated_at', existing_type=UtcDateTime(), nullable=False)
    op.create_table('spent_session_tokens',
    sa.Column('token_digest', ascii_text(64), nullable=False),
    sa.Column('session_id', ascii_text(32), nullable=False),
    sa.Column('spent_at', UtcDateTime(), nullable=True),
    sa.Column('authenticated_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['session_id'], ['browser_sessions.id'], name=op.f('fk_spent_session_tokens_session_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_digest', name=op.f('pk_spent_session_tokens')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB',
    mysql_row_format='DYNAMIC'
    )
    with op.batch_alter_table('spent_session_tokens', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_spent_session_tokens_session_id'), ['session_id'], unique=False)


def downgrade() -> None:
    op.drop_table('spent_session_tokens')
    with op.batch_alter_table('browser_sessions', schema=None) as batch_op:
        batch_op.drop_column('rotated_at')
