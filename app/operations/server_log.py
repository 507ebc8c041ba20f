"""What gunicorn tells: a line and a number for every request it has answered, and its own lines as we write ours.

gunicorn knows of every answer, also of those given before Flask is asked, or by gunicorn itself.
"""

import os
import re
import time
from datetime import timedelta
from functools import lru_cache
from typing import Any

from flask import Flask
from gunicorn.glogging import Logger
from werkzeug.exceptions import HTTPException

import config
from configuration.addresses import canonical

from ..extensions import metrics
from ..process.metric_families import DURATIONS, RATE_LIMITED, REQUESTS
from ..site import log_lines
from ..site.request_ids import HEADER
from . import access_log
from .access_log import Answered

STDOUT = 1
METHODS = {name: name for name in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
OTHER = "other"
NOBODYS = "none"  # the endpoint of what no view has answered
CLASSES = {str(number): f"{number}xx" for number in range(1, 6)}


class ServerLog(Logger):
    """gunicorn's logger; a worker tells it by :meth:`serve` whose answers it hears of."""

    def setup(self, cfg: Any) -> None:
        """Write lines as ``LOG_FORMAT`` says."""
        super().setup(cfg)
        self._observer: Observer | None = None
        settings = config.accepted or config.load()
        for handler in self.error_log.handlers:
            handler.setFormatter(log_lines.formatter(settings.log_format))

    def serve(self, app: Flask) -> None:
        """Note what ``app`` answers from now on."""
        self._observer = Observer(app)

    def access(self, resp: Any, req: Any, environ: dict[str, Any], request_time: timedelta) -> None:
        """Note an answer; trouble with it never reaches whoever asked."""
        if self._observer is None:
            return
        try:
            self._observer.note(resp, environ, request_time.total_seconds())
        except OSError:
            pass  # nobody reads our lines: a closed pipe, a full disk
        except Exception:
            self.exception("An answer could not be noted")


class Observer:
    """Turns answers into lines of the access log and into metrics."""

    def __init__(self, app: Flask) -> None:
        rules = list(app.url_map.iter_rules())
        # Answers given before Flask is asked have an address, too; what programs ask for is all in here.
        self._endpoints = {rule.rule: _group(rule.endpoint) for rule in rules if not rule.arguments}
        self._line = access_log.LINES[app.config["SETTINGS"].access_log]
        self._path = access_log.path_writer(rules)
        self._addresses = app.url_map.bind("", default_method="GET")
        self._matched = lru_cache(maxsize=1024)(self._match)

    def note(self, resp: Any, environ: dict[str, Any], seconds: float) -> None:
        """Count the answer and write its line."""
        status = str(resp.status or "500")[:3]
        path = environ.get("PATH_INFO") or environ.get("RAW_URI", "").partition("?")[0]
        endpoint = self._endpoints.get(path) or self._matched(path)
        method = environ["REQUEST_METHOD"]
        metrics.count(REQUESTS, endpoint, METHODS.get(method, OTHER), CLASSES.get(status[0], OTHER))
        metrics.observe(DURATIONS, seconds, endpoint)
        if status == "429":
            metrics.count(RATE_LIMITED, endpoint)
        if self._line is not None:
            line = self._line(
                Answered(
                    log_lines.timestamp(time.time()),
                    _request_id(resp.headers),
                    METHODS.get(method) or _word(method),
                    self._path(path),
                    int(status),
                    seconds,
                    _size(resp, method, status),
                    _address(environ.get("REMOTE_ADDR", "")),
                    environ.get("HTTP_USER_AGENT", ""),
                )
            )
            # In one piece: lines of several workers never run into each other.
            os.write(STDOUT, line.encode("ascii", "replace"))

    def _match(self, path: str) -> str:
        try:
            endpoint, _arguments = self._addresses.match(path)
        except HTTPException:
            return NOBODYS
        return _group(endpoint)


def _group(endpoint: str) -> str:
    return endpoint.partition(".")[0]


def _request_id(headers: list[tuple[str, str]]) -> str:
    return next((value for name, value in reversed(headers) if name == HEADER), "-")


def _address(said: str) -> str:
    """The one spelling, also in answers given before the application is asked."""
    try:
        return canonical(said)
    except ValueError:
        return "-"


def _size(resp: Any, method: str, status: str) -> int:
    """The bytes of the body; gunicorn does not count what it gives to sendfile."""
    if resp.sent or method == "HEAD" or status in ("204", "304"):
        return int(resp.sent)
    return int(resp.response_length or 0)


def _word(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "_", text[:20])
