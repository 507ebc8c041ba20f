"""The addresses of the account's one-time pages, as mails and commands tell them.

None says where to go on to: who asks for a mail may be a stranger to its reader.
"""

from urllib.parse import urlencode, urlsplit


def reset_password_url(issuer: str, token: str) -> str:
    """Where a new password is chosen."""
    return f"{issuer}/reset-password/{token}"


def verify_email_url(issuer: str, token: str) -> str:
    """Where an address is confirmed."""
    return f"{issuer}/verify-email/{token}"


def undo_email_url(issuer: str, token: str) -> str:
    """Where the owner of the old address takes a change back."""
    return f"{issuer}/undo-email/{token}"


def recover_url(issuer: str, token: str) -> str:
    """Where somebody who lost all second factors begins the wait, and ends it."""
    return f"{issuer}/recover/{token}"


def cancel_recovery_url(issuer: str, token: str) -> str:
    """Where the wait is cancelled."""
    return f"{issuer}/recover/cancel/{token}"


def forgot_password_url(issuer: str) -> str:
    """Where a link for a new password is asked for."""
    return f"{issuer}/forgot-password"


def invitation_url(issuer: str, token: str) -> str:
    """Where an invited person creates an account."""
    return f"{issuer}/register?{urlencode({'invite': token})}"


def setup_url(issuer: str, token: str) -> str:
    """Where the first administrator is made."""
    return f"{issuer}/setup/{token}"


def host_of(issuer: str) -> str:
    """How mails name the portal."""
    return urlsplit(issuer).netloc
