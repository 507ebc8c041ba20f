"""Whether a path is for people, who get pages, or for programs, which get JSON."""

PAGES_OF_OAUTH = (
    *("/oauth/authorize", "/oauth/consent", "/oauth/account"),
    *("/oauth/logout", "/oauth/logout/confirm"),
)


def answers_json(path: str) -> bool:
    """True where an error is answered as JSON."""
    return is_oauth(path) or is_plain_json(path)


def is_oauth(path: str) -> bool:
    """True where an error has the form of :rfc:`6749#section-5.2`."""
    if path.rstrip("/") in PAGES_OF_OAUTH:
        return False
    return path.startswith(("/oauth/", "/v1/"))


def is_plain_json(path: str) -> bool:
    """True where an error is ``{"error", "message"}``."""
    return path.startswith(("/api/", "/health/", "/.well-known/")) or path in ("/metrics", "/openapi.json")
