"""how somebody proved who they are, with sessions, codes and token families (a password, so far), and who has a factor"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime, ascii_text

revision = '0016_authentication_methods'
down_revision: str | None = '0015_parts_of_names'
branch_labels: Any = None
depends_on: Any = None

FACTORS = ('totp_at', 'passkey_at')
TABLES = ('browser_sessions', 'spent_session_tokens', 'authorization_codes', 'token_families')


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column('methods', ascii_text(40), server_default='pwd', nullable=False))
    for factor in FACTORS:
        op.add_column('users', sa.Column(factor, UtcDateTime(), nullable=True))


def downgrade() -> None:
    for factor in FACTORS:
        op.drop_column('users', factor)
    for table in TABLES:
        op.drop_column(table, 'methods')
