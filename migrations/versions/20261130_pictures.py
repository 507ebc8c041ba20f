"""people's pictures"""
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import mysql

from app.database.rows import ascii_text

revision = '0019_pictures'
down_revision: str | None = '0018_factor_recoveries'
branch_labels: Any = None
depends_on: Any = None


def upgrade() -> None:
    op.create_table('pictures',
    sa.Column('id', ascii_text(32), nullable=False),
    sa.Column('user_id', ascii_text(32), nullable=False),
    sa.Column('content', sa.LargeBinary().with_variant(mysql.MEDIUMBLOB(), 'mysql', 'mariadb'), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_pictures_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_pictures')),
    sa.UniqueConstraint('user_id', name=op.f('uq_pictures_user_id')),
    mysql_charset='utf8mb4',
    mysql_collate='utf8mb4_bin',
    mysql_engine='InnoDB',
    mysql_row_format='DYNAMIC'
    )
    op.add_column('users', sa.Column('picture_id', ascii_text(32), nullable=True))


def downgrade() -> None:
    op.drop_column('users', 'picture_id')
    op.drop_table('pictures')
