"""Why an account is not found or not made."""


class UserUnknown(LookupError):
    """Nobody has this id."""


class UsernameTaken(Exception):
    """Somebody else has this username."""


class EmailTaken(Exception):
    """Somebody else has this e-mail address."""
