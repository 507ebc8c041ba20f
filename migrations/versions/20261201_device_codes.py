"""codes of devices without a browser, and what was decided about them"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import TABLE_OPTIONS, UtcDateTime, ascii_text

revision = '0032_device_codes'
down_revision: str | None = '0031_logout_deliveries'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table(
        'device_codes',
        sa.Column('id', ascii_text(32), nullable=False),
        sa.Column('code_digest', ascii_text(64), nullable=False),
        sa.Column('user_code_digest', ascii_text(64), nullable=False),
        sa.Column('client_id', ascii_text(32), nullable=False),
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('network', ascii_text(50), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('expires_at', UtcDateTime(), nullable=False),
        sa.Column('keep_until', UtcDateTime(), nullable=False),
        sa.Column('poll_interval', sa.Integer(), nullable=False),
        sa.Column('polled_at', UtcDateTime(), nullable=True),
        sa.Column('decided_at', UtcDateTime(), nullable=True),
        sa.Column('user_id', ascii_text(32), nullable=True),
        sa.Column('consent_id', ascii_text(32), nullable=True),
        sa.Column('auth_time', UtcDateTime(), nullable=True),
        sa.Column('methods', ascii_text(40), nullable=True),
        sa.Column('redeemed_at', UtcDateTime(), nullable=True),
        _to('clients', 'client_id'),
        _to('users', 'user_id'),
        _to('consents', 'consent_id'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_device_codes')),
        sa.UniqueConstraint('code_digest', name=op.f('uq_device_codes_code_digest')),
        sa.UniqueConstraint('user_code_digest', name=op.f('uq_device_codes_user_code_digest')),
        **TABLE_OPTIONS,
    )
    for column in ('client_id', 'consent_id', 'keep_until', 'user_id'):
        op.create_index(op.f(f'ix_device_codes_{column}'), 'device_codes', [column])


def downgrade() -> None:
    op.drop_table('device_codes')


def _to(table: str, column: str) -> sa.ForeignKeyConstraint:
    name = op.f(f'fk_device_codes_{column}')
    return sa.ForeignKeyConstraint([column], [f'{table}.id'], name=name, ondelete='CASCADE')
