"""client secrets carry a MAC that binds them to their app; those there are get theirs, unless their seal is another's"""
import json
from typing import Any

import sqlalchemy as sa
from alembic import context, op

from app.crypto import Undecryptable
from app.database.rows import ascii_text
from app.extensions import vault

revision = '0013_secrets_of_their_app'
down_revision: str | None = '0012_password_hash_kinds'
branch_labels: Any = None
depends_on: Any = None

READ = ('id', 'client_id', 'digest', 'sealed')
signing_keys = sa.table('signing_keys', sa.column('kid'), sa.column('sealed_private_jwk'))
secrets = sa.table('client_secrets', *(sa.column(name) for name in (*READ, 'mac')))


def upgrade() -> None:
    """The old code goes on beside it: it reads no MAC. Raises Undecryptable under another encryption secret."""
    # Written SQL knows no rows; flask doctor says then that the secrets were not made here.
    rows = [] if context.is_offline_mode() else op.get_bind().execute(sa.select(*(secrets.c[name] for name in READ))).all()
    if rows:
        _refuse_another_secret(rows)
    op.add_column('client_secrets', sa.Column('mac', ascii_text(64), nullable=True))
    for row in rows:
        text = _text_of(row)
        if row.sealed and (text is None or row.digest not in (vault.keyed_digest(text), vault.previous_digest(text))):
            continue
        # The rule as it was when this was written; app/clients/authentic_secrets.py may go on.
        message = json.dumps(['client_secrets', row.id, row.client_id, row.digest])
        op.get_bind().execute(secrets.update().where(secrets.c.id == row.id).values(mac=vault.row_mac(message)))


def _refuse_another_secret(rows: Any) -> None:
    """Raise Undecryptable where nothing opens: not one client secret, nor, where only digests are kept, a signing key."""
    keys = op.get_bind().execute(sa.select(signing_keys.c.kid, signing_keys.c.sealed_private_jwk)).all()
    places = [(row.sealed, f'client_secrets.sealed.{row.id}') for row in rows if row.sealed]
    places += [(key.sealed_private_jwk, f'signing_keys.{key.kid}') for key in keys]
    if places and all(_opened(*place) is None for place in places):
        raise Undecryptable('client_secrets')


def _text_of(row: Any) -> str | None:
    return _opened(row.sealed, f'client_secrets.sealed.{row.id}') if row.sealed else None


def _opened(sealed: str, place: str) -> str | None:
    try:
        return vault.decrypt(sealed, place)
    except Undecryptable:
        return None


def downgrade() -> None:
    op.drop_column('client_secrets', 'mac')
