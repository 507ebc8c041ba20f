"""where apps hear of the end of a session, and logout tokens that wait to be sent"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import TABLE_OPTIONS, UtcDateTime, ascii_text

revision = '0031_logout_deliveries'
down_revision: str | None = '0030_team_consents'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.add_column('clients', sa.Column('backchannel_logout_uri', sa.Text(), nullable=True))
    op.create_table(
        'logout_deliveries',
        sa.Column('id', ascii_text(32), nullable=False),
        sa.Column('client_id', ascii_text(32), nullable=False),
        sa.Column('user_id', ascii_text(32), nullable=False),
        sa.Column('sid', ascii_text(32), nullable=True),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('next_try_at', UtcDateTime(), nullable=False),
        sa.Column('attempts', sa.Integer(), nullable=False),
        sa.Column('last_cause', ascii_text(40), nullable=True),
        sa.ForeignKeyConstraint(
            ['client_id'], ['clients.id'], name='fk_logout_deliveries_client_id', ondelete='CASCADE'
        ),
        sa.ForeignKeyConstraint(
            ['user_id'], ['users.id'], name='fk_logout_deliveries_user_id', ondelete='CASCADE'
        ),
        sa.PrimaryKeyConstraint('id', name='pk_logout_deliveries'),
        **TABLE_OPTIONS,
    )
    for column in ('client_id', 'user_id', 'created_at', 'next_try_at'):
        op.create_index(f'ix_logout_deliveries_{column}', 'logout_deliveries', [column])


def downgrade() -> None:
    op.drop_table('logout_deliveries')
    op.drop_column('clients', 'backchannel_logout_uri')
