"""apps that require a second factor, and since when administrators are asked for one"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import UtcDateTime

revision = '0020_second_factors_required'
down_revision: str | None = '0019_pictures'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column(
        'clients', sa.Column('second_factor_required', sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column('users', sa.Column('second_factor_asked_at', UtcDateTime(), nullable=True))


def downgrade() -> None:
    op.drop_column('users', 'second_factor_asked_at')
    op.drop_column('clients', 'second_factor_required')
