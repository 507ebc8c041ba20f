"""${message}"""
from typing import Any

import sqlalchemy as sa
from alembic import op
${imports + "\n" if imports else ""}
from app.database.rows import UtcDateTime, ascii_text  # noqa: F401

revision = ${repr(up_revision)}
down_revision: str | None = ${repr(down_revision)}
branch_labels: Any = ${repr(branch_labels)}
depends_on: Any = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
