"""What every page shares: language, templates, headers, request ids, error pages, home and health."""

from flask import Flask

from . import bad_input, errors, i18n, log_lines, request_ids, security_headers, templating


def configure(app: Flask) -> None:
    """Wire language, templates, headers, request ids and error pages into ``app``."""
    log_lines.configure(app)
    request_ids.configure(app)
    bad_input.configure(app)
    i18n.configure(app)
    templating.configure(app)
    security_headers.configure(app)
    errors.configure(app)
