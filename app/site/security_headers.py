"""What browsers may do with our answers."""

from functools import cache

from flask import Response, g, request

from ..extensions import settings

TWO_YEARS = 2 * 365 * 24 * 3600

ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Addresses here hold one-time tokens and authorization requests; other sites learn none of them.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    # What others load by design, which CORS opens to them, says so itself.
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=(), "
        "publickey-credentials-create=(self), publickey-credentials-get=(self)"
    ),
}

CONTENT_POLICY = {
    "default-src": "'none'",
    "style-src": "'self'",
    "script-src": "'self'",
    "img-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}


def content_policy(form_action: list[str]) -> str:
    """The Content-Security-Policy of a page whose forms end here or at one of these origins."""
    targets = " ".join(["'self'", *form_action])
    return "; ".join(f"{name} {value}" for name, value in (CONTENT_POLICY | {"form-action": targets}).items())


POLICY = content_policy([])


@cache
def headers_without_view(issuer: str) -> tuple[tuple[str, str], ...]:
    """The headers of an answer that is given before any view of the application is asked."""
    headers = {**ALWAYS, "Content-Security-Policy": content_policy([])}
    if issuer.startswith("https:"):
        headers["Strict-Transport-Security"] = f"max-age={TWO_YEARS}"
    return tuple(headers.items())


def protect_answer_to_program(headers: list[tuple[str, str]]) -> None:
    """Send the headers with the answer of a view for programs; what it has set itself stays."""
    present = {name for name, _value in headers}
    headers += [each for each in headers_without_view(settings.issuer) if each[0] not in present]


def protect(response: Response) -> Response:
    """Send the headers with every answer; what a view has set itself stays."""
    headers = response.headers
    present = {name.lower() for name, _value in headers}
    # Browsers hold a form to its form-action even over the redirects that follow: the pages on the way of an
    # authorization request name the app's origin, which was validated before.
    policy = content_policy(g.form_action) if "form_action" in g else POLICY
    wanted = [*ALWAYS.items(), ("Content-Security-Policy", policy)]
    if settings.issuer.startswith("https:"):
        wanted.append(("Strict-Transport-Security", f"max-age={TWO_YEARS}"))
    # The static files and the public documents say how long they keep; everything else is somebody's own.
    if request.endpoint != "static":
        wanted.append(("Cache-Control", "no-store"))
    for name, value in wanted:
        if name.lower() not in present:
            headers.add(name, value)
    return response
