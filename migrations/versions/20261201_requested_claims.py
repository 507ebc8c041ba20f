"""what an app asked for claim by claim and may be given, with codes and token families (nothing, so far)"""
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0035_requested_claims'
down_revision: str | None = '0034_jwks_uri'
branch_labels: Any = None
depends_on: Any = None

TABLES = ('authorization_codes', 'token_families')


def upgrade() -> None:
    for table in TABLES:
        op.add_column(table, sa.Column('requested_claims', sa.Text(), nullable=True))


def downgrade() -> None:
    for table in TABLES:
        op.drop_column(table, 'requested_claims')
