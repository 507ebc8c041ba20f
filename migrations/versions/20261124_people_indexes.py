"""people: indexes of what administrators narrow their list to"""
from typing import Any

from alembic import op

revision = '0002_people_indexes'
down_revision: str | None = '0002_admin_lists'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.create_index('ix_users_is_admin_id', ['is_admin', 'id'], unique=False)
        batch_op.create_index('ix_users_blocked_at', ['blocked_at'], unique=False)
        batch_op.create_index('ix_users_deleted_at', ['deleted_at'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('users', schema=None) as batch_op:
        batch_op.drop_index('ix_users_deleted_at')
        batch_op.drop_index('ix_users_blocked_at')
        batch_op.drop_index('ix_users_is_admin_id')
