"""sessions of which nothing stays in the browser"""
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0026_ephemeral_sessions'
down_revision: str | None = '0025_apps_in_care'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column(
        'browser_sessions', sa.Column('ephemeral', sa.Boolean(), server_default=sa.false(), nullable=False)
    )


def downgrade() -> None:
    op.drop_column('browser_sessions', 'ephemeral')
