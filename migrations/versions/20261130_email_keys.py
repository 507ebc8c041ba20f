"""addresses at domains with “ß” or “ς” are compared as their registry does, no longer as others"""
from typing import Any

import sqlalchemy as sa
from alembic import context, op

revision = '0010_email_keys'
down_revision: str | None = '0009_unconfirmed_emails'
branch_labels: Any = None
depends_on: Any = None

FOLDED = ('ß', 'ς')  # the letters of domain names that case folding takes for others

users = sa.table('users', sa.column('id'), sa.column('email'), sa.column('email_key'))


def upgrade() -> None:
    if context.is_offline_mode():  # written SQL knows no rows
        return
    connection = op.get_bind()
    written_so = sa.or_(*(users.c.email.contains(letter) for letter in FOLDED))
    for row in connection.execute(sa.select(users).where(users.c.email_key.is_not(None), written_so)).all():
        local, domain = row.email_key.rpartition('@')[0], row.email.rpartition('@')[2]
        connection.execute(users.update().where(users.c.id == row.id).values(email_key=f'{local}@{domain}'))


def downgrade() -> None:
    """Two such addresses may be taken by now; the older version finds neither by what it folds."""
