"""who invited whom, and whether to be an administrator"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import ascii_text

revision = '0023_invitations'
down_revision: str | None = '0022_search_texts'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column('email_links', sa.Column('invited_by', ascii_text(32), nullable=True))
    op.add_column('email_links', sa.Column('appoints', sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    op.drop_column('email_links', 'appoints')
    op.drop_column('email_links', 'invited_by')
