"""keys that tokens are bound to (DPoP), proofs that were used, and apps that require them"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import TABLE_OPTIONS, UtcDateTime, ascii_text

revision = '0036_dpop'
down_revision: str | None = '0035_requested_claims'
branch_labels: Any = None
depends_on: Any = None

BOUND = ('authorization_codes', 'token_families')


def upgrade() -> None:
    op.add_column('clients', sa.Column('dpop_required', sa.Boolean(), nullable=False, server_default=sa.false()))
    for table in BOUND:
        op.add_column(table, sa.Column('dpop_jkt', ascii_text(43), nullable=True))
    op.create_table(
        'used_proofs',
        sa.Column('proof_digest', ascii_text(64), nullable=False),
        sa.Column('expires_at', UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint('proof_digest', name='pk_used_proofs'),
        **TABLE_OPTIONS,
    )
    op.create_index('ix_used_proofs_expires_at', 'used_proofs', ['expires_at'])


def downgrade() -> None:
    """Delete codes and end refresh tokens that are bound: the older version would take them without their key."""
    op.drop_table('used_proofs')
    for table in BOUND:
        op.execute(f'DELETE FROM {table} WHERE dpop_jkt IS NOT NULL')
        op.drop_column(table, 'dpop_jkt')
    op.drop_column('clients', 'dpop_required')
