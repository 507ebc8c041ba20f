"""authorization requests that apps push beforehand, and apps that must"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime, ascii_text

revision = '0033_pushed_requests'
down_revision: str | None = '0032_device_codes'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column('clients', sa.Column('par_required', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table('pushed_requests',
    sa.Column('id', ascii_text(32), nullable=False),
    sa.Column('uri_digest', ascii_text(64), nullable=False),
    sa.Column('client_id', ascii_text(32), nullable=False),
    sa.Column('sealed', sa.Text(), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('opened_at', UtcDateTime(), nullable=True),
    sa.Column('browser_digest', ascii_text(64), nullable=True),
    sa.Column('answered_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['client_id'], ['clients.id'], name=op.f('fk_pushed_requests_client_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pushed_requests')),
    sa.UniqueConstraint('uri_digest', name=op.f('uq_pushed_requests_uri_digest')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB',
    mysql_row_format='DYNAMIC'
    )
    with op.batch_alter_table('pushed_requests', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_pushed_requests_client_id'), ['client_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_pushed_requests_expires_at'), ['expires_at'], unique=False)


def downgrade() -> None:
    op.drop_table('pushed_requests')
    op.drop_column('clients', 'par_required')
