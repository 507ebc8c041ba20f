"""people's given and family names"""
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0015_parts_of_names'
down_revision: str | None = '0014_sent_forms'
branch_labels: Any = None
depends_on: Any = None

NAMES = ('given_name', 'family_name')


def upgrade() -> None:
    for name in NAMES:
        op.add_column('users', sa.Column(name, sa.String(99), nullable=True))


def downgrade() -> None:
    for name in NAMES:
        op.drop_column('users', name)
