"""restricted scopes; apps and consents lose the names of scopes that were deleted"""
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from app.database.rows import new_id

revision = '0003_restricted_scopes'
down_revision: str | None = '0002_people_indexes'
branch_labels: Any = None
depends_on: Any = None

BUILT_IN = ('openid', 'profile', 'email', 'phone', 'offline_access', 'users.read')

scopes = sa.table('scopes', sa.column('name'))
clients = sa.table('clients', sa.column('id'), sa.column('scopes'), sa.column('revision'))
consents = sa.table('consents', sa.column('scope'), sa.column('declined'))


def upgrade() -> None:
    with op.batch_alter_table('scopes', schema=None) as batch_op:
        batch_op.add_column(sa.Column('restricted', sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table('scopes', schema=None) as batch_op:
        batch_op.alter_column('restricted', existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    for name in _forget_deleted() if not context.is_offline_mode() else ():  # written SQL knows no rows
        padded = {column: sa.literal(' ') + column + sa.literal(' ') for column in (consents.c.scope, consents.c.declined)}
        rest = {column: sa.func.trim(sa.func.replace(text, f' {name} ', ' ')) for column, text in padded.items()}
        decided = sa.or_(*(sa.func.instr(text, f' {name} ') > 0 for text in padded.values()))
        op.execute(consents.update().where(decided).values(rest))


def _forget_deleted() -> set[str]:
    """Take what was deleted from every app that still has it; the names, those in consents too."""
    connection = op.get_bind()
    known = {*BUILT_IN, *connection.scalars(sa.select(scopes.c.name))}
    texts = [text for column in consents.c for text in connection.scalars(sa.select(column).distinct())]
    deleted = {name for text in texts for name in text.split()} - known
    for client_id, words in connection.execute(sa.select(clients.c.id, clients.c.scopes)).all():
        kept = [name for name in words.split() if name in known]
        if kept != words.split():
            changes = {'scopes': ' '.join(kept), 'revision': new_id()}
            connection.execute(clients.update().where(clients.c.id == client_id).values(changes))
    return deleted


def downgrade() -> None:
    with op.batch_alter_table('scopes', schema=None) as batch_op:
        batch_op.drop_column('restricted')
