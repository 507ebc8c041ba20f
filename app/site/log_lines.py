"""How the portal writes what goes wrong: a line of text or of JSON, with the id of the request."""

import json
import logging
import time
from functools import lru_cache

from flask import Flask, has_request_context
from flask.logging import default_handler

from ..masking import SECRET, text
from . import request_ids

CONTINUED = "\n    "  # what a stranger wrote never begins a line, so nobody forges one
LONGEST_MESSAGE = 20_000  # characters; an endless message helps nobody


def configure(app: Flask) -> None:
    """Write the lines of ``app``, and those of the libraries below it, as ``LOG_FORMAT`` says."""
    default_handler.setFormatter(formatter(app.config["SETTINGS"].log_format))
    if not any(isinstance(found, InRequest) for found in default_handler.filters):
        default_handler.addFilter(InRequest())
        default_handler.addFilter(PoolInALine())
    # On the root, libraries write as we do; tests keep the root to themselves.
    home = app.logger if app.testing else logging.root
    for logger in (app.logger, logging.root):
        logger.removeHandler(default_handler)
    home.addHandler(default_handler)


class InRequest(logging.Filter):
    """Gives a line the id of the request it was written for."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_ids.current() if has_request_context() else None
        return True


class PoolInALine(logging.Filter):
    """Leaves one line of a connection that was lost on its way back to the pool; its traceback is the driver's."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info and record.name.startswith("sqlalchemy.pool"):
            record.msg = f"{record.getMessage()}: {type(record.exc_info[1]).__name__}"
            record.args = record.exc_info = record.exc_text = None
        return True


def formatter(log_format: str) -> logging.Formatter:
    """Writes ``text`` or ``json``."""
    return JsonLines() if log_format == "json" else TextLines()


def harmless(words: str) -> str:
    """``words`` without secrets of ours or JWTs, and without characters that a terminal or a parser obeys."""
    return CONTINUED.join(text(line) for line in SECRET.sub("[secret]", words[:LONGEST_MESSAGE]).splitlines())


def timestamp(seconds: float) -> str:
    """A moment in UTC, ISO 8601 with milliseconds."""
    return f"{_whole_second(int(seconds))}.{int(seconds % 1 * 1000):03}Z"


@lru_cache(maxsize=4)
def _whole_second(seconds: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


class TextLines(logging.Formatter):
    """Time, level, logger, request id, message; a traceback below it, indented."""

    def format(self, record: logging.LogRecord) -> str:
        request_id = getattr(record, "request_id", None)
        named = f"[{request_id}] " if request_id else ""
        told = record.getMessage()
        if record.exc_info:
            told = f"{told}\n{self.formatException(record.exc_info)}"
        return f"{timestamp(record.created)} {record.levelname} {record.name}: {named}{harmless(told)}"


class JsonLines(logging.Formatter):
    """One object a line: time, level, logger, request_id, message, exception."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": timestamp(record.created),
            "level": record.levelname,
            "logger": record.name,
            "request_id": getattr(record, "request_id", None),
            "message": harmless(record.getMessage()),
            "exception": harmless(self.formatException(record.exc_info)) if record.exc_info else None,
        }
        return json.dumps({name: value for name, value in line.items() if value is not None})
