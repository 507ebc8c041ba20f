"""registrations: what apps that register themselves say, and the tokens that let them"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import TABLE_OPTIONS, UtcDateTime, ascii_text

revision = '0037_registrations'
down_revision: str | None = '0036_dpop'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table(
        'registration_tokens',
        sa.Column('id', ascii_text(32), nullable=False),
        sa.Column('name', sa.String(100), nullable=False),
        sa.Column('digest', ascii_text(64), nullable=False),
        sa.Column('last_four', ascii_text(4), nullable=False),
        sa.Column('created_by', ascii_text(32), nullable=True),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('expires_at', UtcDateTime(), nullable=True),
        sa.Column('revoked_at', UtcDateTime(), nullable=True),
        sa.Column('uses', sa.Integer(), nullable=False),
        sa.Column('last_used_at', UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint('id', name='pk_registration_tokens'),
        sa.UniqueConstraint('digest', name='uq_registration_tokens_digest'),
        **TABLE_OPTIONS,
    )
    op.create_index('ix_registration_tokens_expires_at', 'registration_tokens', ['expires_at'])
    op.create_table(
        'client_registrations',
        sa.Column('client_id', ascii_text(32), nullable=False),
        sa.Column('token_digest', ascii_text(64), nullable=True),
        sa.Column('initial_token_id', ascii_text(32), nullable=True),
        sa.Column('application_type', ascii_text(8), nullable=False),
        sa.Column('logo_uri', sa.Text(), nullable=False),
        sa.Column('policy_uri', sa.Text(), nullable=False),
        sa.Column('tos_uri', sa.Text(), nullable=False),
        sa.Column('contacts', sa.Text(), nullable=False),
        sa.Column('software_id', sa.String(255), nullable=False),
        sa.Column('software_version', sa.String(255), nullable=False),
        sa.Column('registered_at', UtcDateTime(), nullable=False),
        sa.Column('unused_until', UtcDateTime(), nullable=True),
        _to('clients', 'client_id', ondelete='CASCADE'),
        _to('registration_tokens', 'initial_token_id', ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('client_id', name='pk_client_registrations'),
        **TABLE_OPTIONS,
    )
    op.create_index('ix_client_registrations_initial_token_id', 'client_registrations', ['initial_token_id'])
    op.create_index('ix_client_registrations_unused_until', 'client_registrations', ['unused_until'])


def downgrade() -> None:
    """Apps that registered themselves stay, as apps that nobody owns; nothing of theirs can be managed any more."""
    op.drop_table('client_registrations')
    op.drop_table('registration_tokens')


def _to(table: str, column: str, *, ondelete: str) -> sa.ForeignKeyConstraint:
    name = f'fk_client_registrations_{column}'
    return sa.ForeignKeyConstraint([column], [f'{table}.id'], name=name, ondelete=ondelete)
