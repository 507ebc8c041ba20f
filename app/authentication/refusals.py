"""Why somebody was not let in."""


class InvalidCredentials(Exception):
    """Not a name and password that belong together."""


class AccountBlocked(InvalidCredentials):
    """The password is right, but an administrator has blocked the account."""


class TooManyTries(Exception):
    """The account is waiting; ``retry_after`` says for how many seconds more."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"wait {retry_after} seconds")
        self.retry_after = retry_after


class SpentTokenShown(Exception):
    """The token of a session was replaced some time ago: who still has it has a copy."""

    def __init__(self, session_id: str) -> None:
        super().__init__(session_id)
        self.session_id = session_id


class NetworkWaits(TooManyTries):
    """Too many sign-ins have failed from this network, whoever they were for."""


class BrowserFull(Exception):
    """As many accounts are signed in in this browser as there may be; one must be signed out first."""


class InvalidCode(InvalidCredentials):
    """Not a code of this account, or one that was used."""


class SecondStepOver(Exception):
    """No sign-in waits for its second step at this browser; ``has_expired`` says whether one did."""

    def __init__(self, *, has_expired: bool) -> None:
        super().__init__("expired" if has_expired else "none")
        self.has_expired = has_expired
