"""groups: who is in them, and the apps that are only for some"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.database.rows import TABLE_OPTIONS, UtcDateTime, ascii_text
from app.scopes.words import has_word, without_word

revision = '0029_groups'
down_revision: str | None = '0028_teams'
branch_labels: Any = None
depends_on: Any = None

SCOPE = 'groups'


def upgrade() -> None:
    op.create_table(
        'user_groups',
        sa.Column('id', ascii_text(32), nullable=False),
        sa.Column('name', sa.String(100), nullable=False),
        sa.Column('name_key', sa.String(200), nullable=False),
        sa.Column('description', sa.String(200), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('created_by', ascii_text(32), nullable=True),
        sa.Column('revision', ascii_text(32), nullable=False),
        _to('users', 'created_by', 'user_groups', ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name='pk_user_groups'),
        sa.UniqueConstraint('name_key', name='uq_user_groups_name_key'),
        **TABLE_OPTIONS,
    )
    op.create_table(
        'group_members',
        sa.Column('group_id', ascii_text(32), nullable=False),
        sa.Column('user_id', ascii_text(32), nullable=False),
        sa.Column('since', UtcDateTime(), nullable=False),
        sa.Column('added_by', ascii_text(32), nullable=True),
        _to('user_groups', 'group_id', 'group_members'),
        _to('users', 'user_id', 'group_members'),
        _to('users', 'added_by', 'group_members', ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('group_id', 'user_id', name='pk_group_members'),
        **TABLE_OPTIONS,
    )
    op.create_index('ix_group_members_user_id', 'group_members', ['user_id'])
    op.create_table(
        'client_groups',
        sa.Column('client_id', ascii_text(32), nullable=False),
        sa.Column('group_id', ascii_text(32), nullable=False),
        _to('clients', 'client_id', 'client_groups'),
        _to('user_groups', 'group_id', 'client_groups'),
        sa.PrimaryKeyConstraint('client_id', 'group_id', name='pk_client_groups'),
        **TABLE_OPTIONS,
    )
    op.create_index('ix_client_groups_group_id', 'client_groups', ['group_id'])
    op.add_column('clients', sa.Column('groups_only', sa.Boolean(), nullable=False, server_default=sa.false()))
    _make_room_for_scope()


def _to(table: str, column: str, of: str, ondelete: str = 'CASCADE') -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{table}.id'], name=op.f(f'fk_{of}_{column}'), ondelete=ondelete)


def _make_room_for_scope() -> None:
    """Take a permission of this name that was defined here out of what people allowed: they read another sentence then."""
    scopes = sa.table('scopes', sa.column('name', sa.String()))
    op.execute(sa.delete(scopes).where(scopes.c.name == SCOPE))
    consents = sa.table('consents', sa.column('scope', sa.String()), sa.column('declined', sa.String()))
    for column in (consents.c.scope, consents.c.declined):
        op.execute(sa.update(consents).where(has_word(column, SCOPE)).values({column.name: without_word(column, SCOPE)}))


def downgrade() -> None:
    op.drop_column('clients', 'groups_only')
    op.drop_table('client_groups')
    op.drop_table('group_members')
    op.drop_table('user_groups')
