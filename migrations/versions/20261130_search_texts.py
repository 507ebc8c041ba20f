"""what a search for people reads: names and addresses in plain letters, for everybody who is here"""
from typing import Any

import sqlalchemy as sa
from alembic import context, op
from sqlalchemy.dialects import mysql

from app.database.rows import ascii_text
from app.users.search_texts import READ, text_of

revision = '0022_search_texts'
down_revision: str | None = '0021_passkeys'
branch_labels: Any = None
depends_on: Any = None

AT_ONCE = 1_000  # people in memory

users = sa.table('users', sa.column('id'), *(sa.column(name) for name in READ))
texts = sa.table('user_search_texts', sa.column('user_id'), sa.column('text'))


def upgrade() -> None:
    op.create_table(
        'user_search_texts',
        sa.Column('user_id', ascii_text(32), nullable=False),
        sa.Column('text', sa.LargeBinary().with_variant(mysql.VARBINARY(4096), 'mysql', 'mariadb'), nullable=False),
        sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_user_search_texts_user_id'), ondelete='CASCADE'),
        sa.PrimaryKeyConstraint('user_id', name=op.f('pk_user_search_texts')),
        mysql_engine='InnoDB', mysql_charset='utf8mb4', mysql_collate='utf8mb4_bin', mysql_row_format='DYNAMIC',
    )
    if not context.is_offline_mode():  # written SQL knows no rows
        _fill(op.get_bind())


def _fill(connection: sa.Connection) -> None:
    query, last = sa.select(users).order_by(users.c.id).limit(AT_ONCE), ''
    while people := connection.execute(query.where(users.c.id > last)).mappings().all():
        rows = [{'user_id': person['id'], 'text': text_of(person)} for person in people]
        if told := [row for row in rows if row['text']]:
            connection.execute(sa.insert(texts), told)
        last = people[-1]['id']


def downgrade() -> None:
    op.drop_table('user_search_texts')
