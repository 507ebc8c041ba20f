"""teams: who is in them, who is asked to be, and the apps that they look after"""
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.clock import now
from app.database.rows import TABLE_OPTIONS, UtcDateTime, as_stored, ascii_text

revision = '0028_teams'
down_revision: str | None = '0027_first_languages'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table(
        'teams',
        sa.Column('id', ascii_text(32), nullable=False),
        sa.Column('name', sa.String(100), nullable=False),
        sa.Column('name_key', sa.String(200), nullable=False),
        sa.Column('name_look', sa.String(200), nullable=False),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('created_by', ascii_text(32), nullable=True),
        sa.Column('revision', ascii_text(32), nullable=False),
        _to('users', 'created_by', 'teams', ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name='pk_teams'),
        sa.UniqueConstraint('name_key', name='uq_teams_name_key'),
        **TABLE_OPTIONS,
    )
    op.create_index('ix_teams_name_look', 'teams', ['name_look'])
    op.create_table(
        'team_members',
        sa.Column('team_id', ascii_text(32), nullable=False),
        sa.Column('user_id', ascii_text(32), nullable=False),
        sa.Column('role', ascii_text(12), nullable=False),
        sa.Column('since', UtcDateTime(), nullable=False),
        sa.Column('added_by', ascii_text(32), nullable=True),
        _to('teams', 'team_id', 'team_members'),
        _to('users', 'user_id', 'team_members'),
        _to('users', 'added_by', 'team_members', ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('team_id', 'user_id', name='pk_team_members'),
        **TABLE_OPTIONS,
    )
    op.create_index('ix_team_members_user_id', 'team_members', ['user_id'])
    op.create_table(
        'team_invitations',
        sa.Column('id', ascii_text(32), nullable=False),
        sa.Column('team_id', ascii_text(32), nullable=False),
        sa.Column('email', sa.String(254), nullable=False),
        sa.Column('email_key', sa.String(254), nullable=False),
        sa.Column('role', ascii_text(12), nullable=False),
        sa.Column('digest', ascii_text(64), nullable=False),
        sa.Column('invited_by', ascii_text(32), nullable=True),
        sa.Column('created_at', UtcDateTime(), nullable=False),
        sa.Column('expires_at', UtcDateTime(), nullable=False),
        _to('teams', 'team_id', 'team_invitations'),
        _to('users', 'invited_by', 'team_invitations', ondelete='SET NULL'),
        sa.PrimaryKeyConstraint('id', name='pk_team_invitations'),
        sa.UniqueConstraint('digest', name='uq_team_invitations_digest'),
        sa.UniqueConstraint('team_id', 'email_key', name='uq_team_invitations_team_id_email_key'),
        **TABLE_OPTIONS,
    )
    op.create_index('ix_team_invitations_email_key', 'team_invitations', ['email_key'])
    op.create_index('ix_team_invitations_expires_at', 'team_invitations', ['expires_at'])
    _add_apps()


def _add_apps() -> None:
    _add_team_of_clients()
    op.create_index('ix_clients_team_id_id', 'clients', ['team_id', 'id'])
    op.create_table(
        'secret_views',
        sa.Column('secret_id', ascii_text(32), nullable=False),
        sa.Column('user_id', ascii_text(32), nullable=False),
        sa.Column('seen_at', UtcDateTime(), nullable=False),
        _to('client_secrets', 'secret_id', 'secret_views'),
        _to('users', 'user_id', 'secret_views'),
        sa.PrimaryKeyConstraint('secret_id', 'user_id', name='pk_secret_views'),
        **TABLE_OPTIONS,
    )
    op.create_index('ix_secret_views_user_id', 'secret_views', ['user_id'])
    # Until today a secret was shown to the owner of its app alone, when it was made.
    op.execute(
        'INSERT INTO secret_views (secret_id, user_id, seen_at) '
        'SELECT client_secrets.id, clients.owner_id, client_secrets.created_at FROM client_secrets '
        'JOIN clients ON clients.id = client_secrets.client_id WHERE clients.owner_id IS NOT NULL'
    )
    op.create_table(
        'client_transfers',
        sa.Column('client_id', ascii_text(32), nullable=False),
        sa.Column('to_user_id', ascii_text(32), nullable=True),
        sa.Column('to_team_id', ascii_text(32), nullable=True),
        sa.Column('asked_by', ascii_text(32), nullable=False),
        sa.Column('asked_at', UtcDateTime(), nullable=False),
        sa.Column('expires_at', UtcDateTime(), nullable=False),
        _to('clients', 'client_id', 'client_transfers'),
        _to('users', 'to_user_id', 'client_transfers'),
        _to('teams', 'to_team_id', 'client_transfers'),
        _to('users', 'asked_by', 'client_transfers'),
        sa.PrimaryKeyConstraint('client_id', name='pk_client_transfers'),
        **TABLE_OPTIONS,
    )
    for column in ('to_user_id', 'to_team_id', 'asked_by', 'expires_at'):
        op.create_index(f'ix_client_transfers_{column}', 'client_transfers', [column])
    op.add_column('events', sa.Column('team_id', ascii_text(32), nullable=True))
    op.create_index('ix_events_team_id_id', 'events', ['team_id', 'id'])


def _to(table: str, column: str, of: str, ondelete: str = 'CASCADE') -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{table}.id'], name=op.f(f'fk_{of}_{column}'), ondelete=ondelete)


def _add_team_of_clients() -> None:
    """Add the column, and its foreign key in the way each database takes one for a table that is there."""
    if op.get_bind().dialect.name == 'sqlite':  # a column with its reference, or the table would be built anew
        op.execute('ALTER TABLE clients ADD COLUMN team_id VARCHAR(32) CONSTRAINT fk_clients_team_id REFERENCES teams (id)')
        return
    op.add_column('clients', sa.Column('team_id', ascii_text(32), nullable=True))
    op.create_foreign_key('fk_clients_team_id', 'clients', 'teams', ['team_id'], ['id'])


def downgrade() -> None:
    _give_apps_to_owners()
    op.drop_index('ix_events_team_id_id', 'events')
    op.drop_column('events', 'team_id')
    op.drop_table('client_transfers')
    op.drop_table('secret_views')
    if op.get_bind().dialect.name != 'sqlite':
        op.drop_constraint('fk_clients_team_id', 'clients', type_='foreignkey')
    op.drop_index('ix_clients_team_id_id', 'clients')
    op.drop_column('clients', 'team_id')
    op.drop_table('team_invitations')
    op.drop_table('team_members')
    op.drop_table('teams')


def _give_apps_to_owners() -> None:
    """Give a team's app to its longest-standing owner: the older version takes one of nobody's for the portal's own.

    Where no owner is there, it waits in the care of administrators, who stand for it only if they have verified it.
    """
    # Another revision, or a worker would go on with the app as it knows it; its team's id is one that it never had.
    op.execute(
        'UPDATE clients SET revision = team_id, owner_id = (SELECT team_members.user_id FROM team_members '
        'JOIN users ON users.id = team_members.user_id WHERE team_members.team_id = clients.team_id '
        "AND team_members.role = 'owner' AND users.deleted_at IS NULL "
        'ORDER BY users.blocked_at IS NOT NULL, team_members.since, team_members.user_id LIMIT 1) '
        'WHERE team_id IS NOT NULL'
    )
    op.execute(
        f"UPDATE clients SET registered_dynamically = 1, owner_left_at = '{as_stored(now())}', introspects_all = 0 "
        'WHERE team_id IS NOT NULL AND owner_id IS NULL'
    )
