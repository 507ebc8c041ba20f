"""addresses to which the mail server takes nothing"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime

revision = '0024_refused_addresses'
down_revision: str | None = '0023_invitations'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column('users', sa.Column('email_refused_at', UtcDateTime(), nullable=True))
    op.add_column('users', sa.Column('email_refusal', sa.String(300), nullable=True))


def downgrade() -> None:
    op.drop_column('users', 'email_refusal')
    op.drop_column('users', 'email_refused_at')
