"""Why a link, a code, an invitation or a registration is refused."""


class InvitationNeeded(Exception):
    """Only invited people can create an account here, and this is no open invitation."""


class InvitationForAnother(Exception):
    """The invitation makes an administrator of whom it was sent to, and of nobody else."""


class RegistrationClosed(Exception):
    """Nobody can create an account here."""


class CodeWrong(Exception):
    """Not the code that was sent."""


class CodeExpired(Exception):
    """No code is open: none was sent, its time is over, or too many wrong ones were tried."""


class TooManyMessages(Exception):
    """Enough messages were sent to this person, number or address for now."""


class NothingToConfirm(Exception):
    """There is no number, it is confirmed already, or it is none that takes text messages."""


class EmailNotConfirmed(Exception):
    """A text message costs money: it is for people whose mailbox is known."""


class CountryNotServed(Exception):
    """The number belongs to a country that this portal sends no text messages to."""


class BudgetSpent(Exception):
    """The portal has sent all text messages of this day."""


class LinkExpired(Exception):
    """There is no such link, or it was used, or its time is over."""


class RecoveryOpen(Exception):
    """The wait before lost factors are removed has begun already."""


class TooManyRecoveries(Exception):
    """Waits have begun for this account often enough within a month."""


class EmailUnchanged(Exception):
    """The person has this address already."""
