"""The JSON endpoints for first-party services."""

from flask import Flask

from .refusals import ApiRefused, answer


def configure(app: Flask) -> None:
    """Answer every :class:`ApiRefused` as JSON."""
    app.register_error_handler(ApiRefused, answer)
