"""consents for a team: each of its own beside the one that people give for themselves, as all are until today"""
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from app.database.rows import UtcDateTime, ascii_text
from app.scopes.words import has_word, without_word

revision = '0030_team_consents'
down_revision: str | None = '0029_groups'
branch_labels: Any = None
depends_on: Any = None

SCOPE = 'teams'
OLD_KEY, NEW_KEY = ['user_id', 'client_id'], ['user_id', 'client_id', 'for_whom']
ISSUED = ('token_families', 'authorization_codes')
KEPT = 'id, user_id, client_id, scope, declined, granted_at, updated_at, last_used_at, withdrawn_at'


def upgrade() -> None:
    _change_consents()
    _take_name_of_scope()


def _take_name_of_scope() -> None:
    """Let the portal's own scope have its name: apps keep it, and people are asked, who have read another sentence."""
    old = sa.table('scopes', sa.column('name'), sa.column('audience'))
    if not context.is_offline_mode():
        found = op.get_bind().execute(sa.select(old).where(old.c.name == SCOPE)).first()
        if found is not None:
            print(
                f"The permission '{SCOPE}' that was defined here gives way to the portal's own of that name. Tokens with it "
                f"are no longer for {found.audience or 'DEFAULT_AUDIENCE'}, and people who allowed it are asked anew: "
                "define your own under another name."
            )
    op.execute(sa.delete(old).where(old.c.name == SCOPE))
    consents = sa.table('consents', sa.column('scope', sa.String()), sa.column('declined', sa.String()))
    for column in (consents.c.scope, consents.c.declined):
        op.execute(sa.update(consents).where(has_word(column, SCOPE)).values({column.name: without_word(column, SCOPE)}))


def _change_consents() -> None:
    if _on_sqlite():
        added = (
            sa.Column('team_id', ascii_text(32), nullable=True),
            sa.Column('for_whom', ascii_text(32), nullable=False, server_default=''),
            _to('teams', 'team_id'),
        )
        with _foreign_keys_off():
            _build_anew(NEW_KEY, *added)
            op.create_index('ix_consents_team_id', 'consents', ['team_id'])
        return
    op.add_column('consents', sa.Column('team_id', ascii_text(32), nullable=True))
    op.add_column('consents', sa.Column('for_whom', ascii_text(32), nullable=False, server_default=''))
    op.create_index('ix_consents_team_id', 'consents', ['team_id'])
    op.create_foreign_key('fk_consents_team_id', 'consents', 'teams', ['team_id'], ['id'], ondelete='CASCADE')
    # The new one first: the foreign key of the person needs one of them.
    op.create_unique_constraint(_name(NEW_KEY), 'consents', NEW_KEY)
    op.drop_constraint(_name(OLD_KEY), 'consents', type_='unique')


def downgrade() -> None:
    """Delete what was given for teams, tokens included: the older version would take it for the person's own."""
    if _on_sqlite():
        with _foreign_keys_off():
            _delete_those_of_teams()
            op.drop_index('ix_consents_team_id', 'consents')
            _build_anew(OLD_KEY)
        return
    _delete_those_of_teams()
    op.create_unique_constraint(_name(OLD_KEY), 'consents', OLD_KEY)
    op.drop_constraint(_name(NEW_KEY), 'consents', type_='unique')
    op.drop_constraint('fk_consents_team_id', 'consents', type_='foreignkey')
    op.drop_index('ix_consents_team_id', 'consents')
    op.drop_column('consents', 'for_whom')
    op.drop_column('consents', 'team_id')


def _delete_those_of_teams() -> None:
    of_teams = "SELECT id FROM consents WHERE for_whom <> ''"
    for table in ISSUED:
        op.execute(f'DELETE FROM {table} WHERE consent_id IN ({of_teams})')
    op.execute("DELETE FROM consents WHERE for_whom <> ''")


def _on_sqlite() -> bool:
    return op.get_context().dialect.name == 'sqlite'


@contextmanager
def _foreign_keys_off() -> Iterator[None]:
    """One transaction in which a table can be dropped without deleting, by their foreign keys, what hangs on its rows.

    As SQLite says in "Making Other Kinds Of Table Schema Changes" (https://www.sqlite.org/lang_altertable.html#otheralter):
    the switch has no effect inside of a transaction, and what was not checked meanwhile is checked at the end.
    """
    op.execute('PRAGMA foreign_keys=OFF')
    if _ask('PRAGMA foreign_keys') == 1:
        raise RuntimeError('Foreign keys are still on: this migration must not begin inside of a transaction.')
    op.execute('BEGIN IMMEDIATE')
    try:
        yield
        if any(_ask(f'PRAGMA foreign_key_check({table})') for table in ('consents', *ISSUED)):
            raise RuntimeError('A row refers to one that is missing; nothing was changed.')
        op.execute('COMMIT')
    except BaseException:
        op.execute('ROLLBACK')
        raise
    finally:
        op.execute('PRAGMA foreign_keys=ON')


def _ask(pragma: str) -> Any:
    """The first value that it answers; None where there is none, and where only SQL is written."""
    return None if context.is_offline_mode() else op.get_bind().exec_driver_sql(pragma).scalar()


def _build_anew(key: list[str], *added: sa.schema.SchemaItem) -> None:
    """Build the table with another unique constraint, which SQLite can neither add nor drop; every row goes along."""
    op.create_table(
        'consents_anew',
        sa.Column('id', ascii_text(32), nullable=False),
        sa.Column('user_id', ascii_text(32), nullable=False),
        sa.Column('client_id', ascii_text(32), nullable=False),
        sa.Column('scope', sa.Text(), nullable=False),
        sa.Column('declined', sa.Text(), nullable=False),
        sa.Column('granted_at', UtcDateTime(), nullable=False),
        sa.Column('updated_at', UtcDateTime(), nullable=False),
        sa.Column('last_used_at', UtcDateTime(), nullable=True),
        sa.Column('withdrawn_at', UtcDateTime(), nullable=True),
        _to('clients', 'client_id'),
        _to('users', 'user_id'),
        *added,
        sa.PrimaryKeyConstraint('id', name='pk_consents'),
        sa.UniqueConstraint(*key, name=_name(key)),
    )
    op.execute(f'INSERT INTO consents_anew ({KEPT}) SELECT {KEPT} FROM consents')
    op.drop_table('consents')
    op.rename_table('consents_anew', 'consents')
    op.create_index('ix_consents_client_id', 'consents', ['client_id'])


def _to(table: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f'{table}.id'], name=op.f(f'fk_consents_{column}'), ondelete='CASCADE')


def _name(key: list[str]) -> str:
    return f'uq_consents_{"_".join(key)}'
