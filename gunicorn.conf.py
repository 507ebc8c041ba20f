"""How gunicorn serves the portal: `gunicorn -c gunicorn.conf.py wsgi:app`, nothing else to give."""

import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from config import ConfigurationError, load

try:
    _settings = load()
except ConfigurationError as error:
    sys.exit(str(error))

_host = f"[{_settings.server_host}]" if ":" in _settings.server_host else _settings.server_host
_memory = Path("/dev/shm")  # noqa: S108  gunicorn makes a private file of its own in it

bind = f"{_host}:{_settings.server_port}"
worker_class = "gthread"
workers = _settings.web_concurrency
threads = 4
keepalive = 15
timeout = 60
graceful_timeout = 10
# A slow leak in some library never gets far; the jitter keeps workers from restarting together.
max_requests = 50_000
max_requests_jitter = 5_000
# Each worker makes its own application, so that no connection, thread or lock is shared across the fork.
preload_app = False
worker_tmp_dir = str(_memory) if os.access(_memory, os.W_OK) else None
certfile = str(_settings.tls_cert) if _settings.tls_cert else None
keyfile = str(_settings.tls_key) if _settings.tls_key else None
# X-Forwarded-* is believed in one place only, the application's, as TRUSTED_PROXIES says.
forwarded_allow_ips = ""
# Authorization requests carry long URLs; this is the most gunicorn takes.
limit_request_line = 8190
control_socket_disable = True
umask = 0o077
loglevel = "warning"


def on_starting(_server: Any) -> None:
    """Load the code once, before the fork: workers start faster and share its memory."""
    import app  # noqa: F401


def when_ready(_server: Any) -> None:
    """Say in one line where the portal is."""
    processes = "1 worker" if workers == 1 else f"{workers} workers"
    print(f"Pforte is at {_settings.issuer} ({processes} on {bind}). Ctrl-C stops it.", flush=True)


def worker_exit(_server: Any, _worker: Any) -> None:
    """Write down what the worker has gathered in memory."""
    from app.extensions import background

    background.stop()


def on_exit(_server: Any) -> None:
    """Say that the end was a clean one."""
    print("Pforte has stopped.", flush=True)
