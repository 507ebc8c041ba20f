"""Signing keys as they would stand some time later, or otherwise than the portal made them."""

from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, scoped_session

from app.oauth.keys.authentic import authenticate
from app.oauth.models import SigningKey


def change_keys(
    session: Session | scoped_session[Session], *conditions: ColumnElement[bool], **values: Any
) -> None:
    """Give these keys other columns, as the portal itself would have; committed."""
    for key in session.scalars(select(SigningKey).where(*conditions)).all():
        for name, value in values.items():
            setattr(key, name, value)
        authenticate(key)
    session.commit()
