"""A code's row in Authlib's words."""

from typing import Any

from sqlalchemy import Row


class RedeemableCode:
    """A code's row, with the names under which Authlib's grant asks for its parts."""

    def __init__(self, row: Row[Any]) -> None:
        self.row = row
        self.code_challenge = row.code_challenge
        self.code_challenge_method = "S256"

    def get_redirect_uri(self) -> None:
        """Nothing to compare for Authlib: the grant did, and tolerates an omission."""

    def get_scope(self) -> str:
        """What was allowed."""
        return str(self.row.scope)
