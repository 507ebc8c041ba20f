"""apps that may introspect everybody's access tokens: services of the organisation keep that, nobody else does"""
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = '0011_introspection_of_all'
down_revision: str | None = '0010_email_keys'
branch_labels: Any = None
depends_on: Any = None

# Registered by an operator for a service that tokens are shown to: nobody's, without a way for people to sign in.
SERVICES = sa.text(
    "UPDATE clients SET introspects_all = true WHERE owner_id IS NULL AND registered_dynamically = false "
    "AND redirect_uris = '' AND client_type = 'confidential' AND preset IS NULL AND id <> 'pforte-api'"
)


def upgrade() -> None:
    op.add_column('clients', sa.Column('introspects_all', sa.Boolean(), nullable=False, server_default=sa.false()))
    op.execute(SERVICES)


def downgrade() -> None:
    op.drop_column('clients', 'introspects_all')
