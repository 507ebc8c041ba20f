"""seeds of authenticator apps, recovery codes, and when a session proved a second factor"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import TABLE_OPTIONS, UtcDateTime, ascii_text

revision = '0017_second_factors'
down_revision: str | None = '0016_authentication_methods'
branch_labels: Any = None
depends_on: Any = None

PROVED = ('browser_sessions', 'spent_session_tokens')


def upgrade() -> None:
    op.add_column('users', sa.Column('totp_step', sa.Integer(), nullable=True))
    for table in PROVED:
        op.add_column(table, sa.Column('second_factor_at', UtcDateTime(), nullable=True))
    op.create_table(
        'totp_secrets',
        sa.Column('user_id', ascii_text(32), nullable=False),
        sa.Column('sealed', ascii_text(160), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_totp_secrets_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('user_id', name=op.f('pk_totp_secrets')),
        **TABLE_OPTIONS,
    )
    op.create_table(
        'recovery_codes',
        sa.Column('id', ascii_text(32), nullable=False),
        sa.Column('user_id', ascii_text(32), nullable=False),
        sa.Column('sealed_digest', ascii_text(160), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('used_at', UtcDateTime(), nullable=True),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_recovery_codes_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_codes')),
        **TABLE_OPTIONS,
    )
    op.create_index(op.f('ix_recovery_codes_user_id'), 'recovery_codes', ['user_id'])


def downgrade() -> None:
    op.drop_table('recovery_codes')
    op.drop_table('totp_secrets')
    for table in PROVED:
        op.drop_column(table, 'second_factor_at')
    op.drop_column('users', 'totp_step')
