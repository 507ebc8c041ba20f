"""Why a mail or a text message is not sent."""


class TooLate(Exception):
    """What the message tells is no longer true."""


class GatewayTrouble(OSError):
    """The gateway did not take the message; a later try may do. ``status`` is what it answered, if it did."""

    def __init__(self, why: str, status: int | None = None) -> None:
        super().__init__(why)
        self.status = status


class NotAMail(Exception):
    """What was to be sent makes no mail, and no later try will change that."""


class RecipientRefused(Exception):
    """The server will never take a mail to the address ``to``; ``answer`` is what it said."""

    def __init__(self, to: str, code: int, answer: str) -> None:
        super().__init__(f"the mail server answered {code}")  # its words may repeat the address
        self.to = to
        self.answer = answer


class MailServerLacks(OSError):
    """The mail server cannot do what the settings or a mail need, in our own words; it may learn, or be replaced."""


class AddressNeedsSmtpUtf8(MailServerLacks):
    """The server takes no address with a local part like this one, at no later try either."""


class MailNotConfigured(Exception):
    """In production a mail with a one-time link is not printed into a log."""


class MailNotWaiting(Exception):
    """The mail has left, or a worker is sending it at this moment."""
