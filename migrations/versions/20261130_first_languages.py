"""the language in which people first came"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import ascii_text

revision = '0027_first_languages'
down_revision: str | None = '0026_ephemeral_sessions'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column('users', sa.Column('first_language', ascii_text(5), nullable=True))


def downgrade() -> None:
    op.drop_column('users', 'first_language')
