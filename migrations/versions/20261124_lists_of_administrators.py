"""lists of administrators: area and app of an event, and indexes of what they filter by"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import ascii_text

revision = '0002_admin_lists'
down_revision: str | None = 'mobile_codes'
branch_labels: Any = None
depends_on: Any = None

# What an event is about stood in its details until now.
FROM_DETAILS = {
    'sqlite': "json_extract(details, '$.client_id')",
    'mysql': "JSON_UNQUOTE(JSON_EXTRACT(details, '$.client_id'))",
}
FILTERS = ('actor_id', 'client_id', 'ip', 'kind', 'area')


def upgrade() -> None:
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.add_column(sa.Column('client_id', ascii_text(32), nullable=True))
        batch_op.add_column(sa.Column('area', ascii_text(24), nullable=False, server_default=''))
        batch_op.drop_index('ix_events_kind')
    dialect = 'sqlite' if op.get_bind().dialect.name == 'sqlite' else 'mysql'
    op.execute(
        f"UPDATE events SET client_id = {FROM_DETAILS[dialect]} "
        """WHERE details LIKE '%"client_id": "________________________________"%'"""
    )
    op.execute("UPDATE events SET area = substr(kind, 1, instr(kind, '.') - 1)")
    with op.batch_alter_table('events', schema=None) as batch_op:
        batch_op.alter_column('area', existing_type=ascii_text(24), existing_nullable=False, server_default=None)
        for column in FILTERS:
            batch_op.create_index(f'ix_events_{column}_id', [column, 'id'], unique=False)
    with op.batch_alter_table('logged_requests', schema=None) as batch_op:
        for column in ('cause', 'endpoint'):
            batch_op.create_index(f'ix_logged_requests_{column}_outcome_id', [column, 'outcome', 'id'], unique=False)


def downgrade() -> None:
    with op.batch_alter_table('logged_requests', schema=None) as batch_op:
        for column in ('cause', 'endpoint'):
            batch_op.drop_index(f'ix_logged_requests_{column}_outcome_id')
    with op.batch_alter_table('events', schema=None) as batch_op:
        for column in FILTERS:
            batch_op.drop_index(f'ix_events_{column}_id')
        batch_op.drop_column('area')
        batch_op.drop_column('client_id')
        batch_op.create_index('ix_events_kind', ['kind'], unique=False)
