"""Why an account is not found, not made or not changed."""

from .wording import PASSWORDS


class UserUnknown(LookupError):
    """Nobody has this id."""


class UsernameRefused(ValueError):
    """No name for a person; ``reason``: ``empty``, ``long``, ``characters``, ``ends``, ``letters``, ``scripts``,
    ``reserved``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UsernameTaken(Exception):
    """Somebody else has this username."""


class EmailRefused(ValueError):
    """Not an email address."""


class AmbiguousEmail(EmailRefused):
    """An email address that some mail servers or programs take for another one."""


class EmailTaken(Exception):
    """Somebody else has this email address."""


class PasswordRefused(ValueError):
    """Not good enough; ``reason`` is a key of :data:`PASSWORDS`, and ``str()`` says it in the reader's words."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(PASSWORDS[self.reason])


class PhoneNumberRefused(Exception):
    """No phone could be reached under what was typed."""


class PictureRefused(ValueError):
    """No picture that is kept; ``reason``: ``bytes``, ``pixels``, ``content``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotActive(Exception):
    """The person is blocked or gone."""


class OwnAccount(Exception):
    """Nobody does this to their own account here."""


class LastAdministrator(Exception):
    """Without this person nobody could administer the portal."""
