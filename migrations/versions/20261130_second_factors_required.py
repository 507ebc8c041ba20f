"""apps that require a second factor, since when administrators are asked for one, and when a session last proved it"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime

revision = '0023_second_factors_required'
down_revision: str | None = '0016_authentication_methods'
branch_labels: Any = None
depends_on: Any = None

SESSIONS = ('browser_sessions', 'spent_session_tokens')


def upgrade() -> None:
    op.add_column(
        'clients', sa.Column('second_factor_required', sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column('users', sa.Column('second_factor_asked_at', UtcDateTime(), nullable=True))
    for table in SESSIONS:
        op.add_column(table, sa.Column('second_factor_at', UtcDateTime(), nullable=True))


def downgrade() -> None:
    for table in SESSIONS:
        op.drop_column(table, 'second_factor_at')
    op.drop_column('users', 'second_factor_asked_at')
    op.drop_column('clients', 'second_factor_required')
