"""the address at which an app publishes its keys"""
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0034_jwks_uri'
down_revision: str | None = '0033_pushed_requests'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column('clients', sa.Column('jwks_uri', sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column('clients', 'jwks_uri')
