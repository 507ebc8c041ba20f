"""The addresses of the account's one-time pages, as mails and commands tell them."""

from urllib.parse import urlencode, urlsplit


def reset_password_url(issuer: str, token: str, next_page: str | None = None) -> str:
    """Where a new password is chosen; ``next_page`` is where the person wanted to go."""
    return _with_next(f"{issuer}/reset-password/{token}", next_page)


def verify_email_url(issuer: str, token: str, next_page: str | None = None) -> str:
    """Where an address is confirmed."""
    return _with_next(f"{issuer}/verify-email/{token}", next_page)


def undo_email_url(issuer: str, token: str) -> str:
    """Where the owner of the old address takes a change back."""
    return f"{issuer}/undo-email/{token}"


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


def _with_next(url: str, next_page: str | None) -> str:
    return f"{url}?{urlencode({'next': next_page})}" if next_page else url
