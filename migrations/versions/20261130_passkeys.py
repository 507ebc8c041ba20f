"""passkeys, challenges that were answered, and who wants no passkey unasked"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime, ascii_text

revision = '0021_passkeys'
down_revision: str | None = '0020_second_factors_required'
branch_labels: Any = None
depends_on: Any = None

OPTIONS = {
    'mysql_charset': 'utf8mb4',
    'mysql_collate': 'utf8mb4_bin',
    'mysql_engine': 'InnoDB',
    'mysql_row_format': 'DYNAMIC',
}


def upgrade() -> None:
    op.create_table('passkeys',
    sa.Column('id', ascii_text(32), nullable=False),
    sa.Column('user_id', ascii_text(32), nullable=False),
    sa.Column('credential_id', ascii_text(1364), nullable=False),
    sa.Column('public_key', ascii_text(1024), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('aaguid', ascii_text(36), nullable=False),
    sa.Column('transports', ascii_text(80), nullable=False),
    sa.Column('backup_eligible', sa.Boolean(), nullable=False),
    sa.Column('backed_up', sa.Boolean(), nullable=False),
    sa.Column('name', sa.String(length=100), nullable=True),
    sa.Column('device', sa.String(length=120), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('last_used_at', UtcDateTime(), nullable=True),
    sa.Column('copied_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_passkeys_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkeys')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkeys_credential_id')),
    **OPTIONS
    )
    op.create_index(op.f('ix_passkeys_user_id'), 'passkeys', ['user_id'], unique=False)
    op.create_table('used_challenges',
    sa.Column('digest', ascii_text(64), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_used_challenges')),
    **OPTIONS
    )
    op.create_index(op.f('ix_used_challenges_expires_at'), 'used_challenges', ['expires_at'], unique=False)
    op.create_table('unwanted_passkeys',
    sa.Column('user_id', ascii_text(32), nullable=False),
    sa.Column('since', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_unwanted_passkeys_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_unwanted_passkeys')),
    **OPTIONS
    )


def downgrade() -> None:
    op.drop_table('unwanted_passkeys')
    op.drop_table('used_challenges')
    op.drop_table('passkeys')
    op.execute('UPDATE users SET passkey_at = NULL')
