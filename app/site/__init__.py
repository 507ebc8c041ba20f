"""What every page shares: language, templates, headers, request ids, error pages and home."""

from flask import Flask

from . import errors, log_lines, static_files, templating


def configure(app: Flask) -> None:
    """Wire the lines of the log, templates, static files and error pages into ``app``."""
    log_lines.configure(app)
    templating.configure(app)
    static_files.configure(app)
    errors.configure(app)
