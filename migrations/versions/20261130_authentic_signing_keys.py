"""signing keys carry a MAC; those there are get theirs, unless their private half is none of ours"""
import json
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from app.crypto import Undecryptable
from app.database.rows import UtcDateTime, ascii_text
from app.extensions import vault

revision = '0006_authentic_signing_keys'
down_revision: str | None = '0005_apps_as_they_are'
branch_labels: Any = None
depends_on: Any = None

DATES = ('created_at', 'signs_from', 'retired_at', 'expires_at')
TEXTS = ('kid', 'alg', 'public_jwk', 'slot', 'sealed_private_jwk', 'mac')
keys = sa.table(
    'signing_keys', *(sa.column(name) for name in TEXTS), *(sa.column(name, UtcDateTime()) for name in DATES)
)


def upgrade() -> None:
    with op.batch_alter_table('signing_keys', schema=None) as batch_op:
        batch_op.add_column(sa.Column('mac', ascii_text(64), nullable=True))
    if context.is_offline_mode():  # written SQL knows no rows; flask doctor says that the keys are not authentic
        return
    connection = op.get_bind()
    for row in connection.execute(sa.select(keys)).all():
        if _is_ours(row):
            # The rule as it was when this was written; app/oauth/keys/authentic.py may go on.
            dates = [moment and moment.isoformat(timespec='microseconds') for moment in (getattr(row, name) for name in DATES)]
            message = json.dumps(['signing_keys', row.kid, row.alg, row.public_jwk, row.slot, *dates])
            connection.execute(keys.update().where(keys.c.kid == row.kid).values(mac=vault.row_mac(message)))


def _is_ours(row: Any) -> bool:
    """Whether the public half is that of the private one, which nobody else could seal."""
    try:
        private = json.loads(vault.decrypt(row.sealed_private_jwk, f'signing_keys.{row.kid}'))
    except Undecryptable:
        return False
    return json.loads(row.public_jwk).items() <= private.items()


def downgrade() -> None:
    with op.batch_alter_table('signing_keys', schema=None) as batch_op:
        batch_op.drop_column('mac')
