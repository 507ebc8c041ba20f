"""How gunicorn serves the portal: `gunicorn -c gunicorn.conf.py wsgi:app`, nothing else to give.

HUP reads this file, the settings and the code again; what is wrong then is told, and the old ones go on serving.
"""

import ctypes
import gc
import os
import ssl
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from gunicorn import systemd

sys.path.insert(0, str(Path(__file__).resolve().parent))

M_ARENA_MAX = -8  # malloc.h of glibc
OURS = ("app", "config", "configuration", "wsgi")
_reloading = "app" in sys.modules
_refused = False
_before = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] in OURS}

gc.disable()  # as in wsgi.py
try:
    # Not by its own name: gunicorn has a setting that is called so.
    import config as _config

    _config.accepted = _config.load()
    # Loaded once, before the fork: workers start faster and share the memory of the code.
    from app.operations.even_worker import EvenWorker
    from app.operations.server_log import ServerLog
    from configuration.ports import check_port
    from configuration.running import AddressFile
except (Exception, SystemExit) as error:
    if not _reloading:
        if type(error).__name__ != "ConfigurationError":
            raise
        sys.exit(str(error))
    _refused = True
    print(f"Not reloaded, the portal goes on as before: {error}", file=sys.stderr, flush=True)
    for _name in [_name for _name in sys.modules if _name.partition(".")[0] in OURS]:
        del sys.modules[_name]
    sys.modules.update(_before)
    import config as _config
    from app.operations.even_worker import EvenWorker
    from app.operations.server_log import ServerLog
    from configuration.ports import check_port
    from configuration.running import AddressFile
finally:
    gc.enable()

_settings = _config.accepted
assert _settings is not None
_host = f"[{_settings.server_host}]" if ":" in _settings.server_host else _settings.server_host
# One heap for all threads of a worker, where glibc would keep one for each, 19 MiB larger for every thread that
# has ever hashed a password.
with suppress(AttributeError, OSError):
    ctypes.CDLL(None).mallopt(M_ARENA_MAX, 1)
_memory = Path("/dev/shm")  # noqa: S108  gunicorn makes a private file of its own in it

bind = f"{_host}:{_settings.server_port}"
worker_class = EvenWorker
logger_class = ServerLog
workers = _settings.web_concurrency
threads = 4
# Below the files a process may open by default (1024), with room for the database.
worker_connections = 500
# Proxies keep connections open for a while; closing one just when a request arrives costs that request.
keepalive = 75
timeout = 60
graceful_timeout = 10
# A slow leak in some library never gets far; the jitter keeps workers from restarting together.
max_requests = 1_000_000
max_requests_jitter = 100_000
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


@cache
def _tls(certfile: str, keyfile: str) -> ssl.SSLContext:
    """One context a worker: read at every connection, the files would cost more than the handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certfile, keyfile)
    return context


def ssl_context(conf: Any, _default_factory: Any) -> ssl.SSLContext:
    """TLS 1.2 or newer; a renewed certificate is read with the next HUP."""
    return _tls(conf.certfile, conf.keyfile)


def on_starting(server: Any) -> None:
    """Look whether the port is free, count from zero, and let no worker miss that it is to stop."""
    from app.connections.stopping import watch_forks
    from app.process.metering import forget

    _check_ports(server)
    forget(_settings.instance)
    watch_forks()


def _check_ports(server: Any) -> None:
    """End the start with one line where a port cannot be had; sockets of systemd or of a former master are bound."""
    if server.master_pid or systemd.listen_fds(unset_environment=False):
        return
    for address in server.cfg.address:
        if isinstance(address, tuple):
            try:
                check_port(*address)
            except _config.ConfigurationError as error:
                sys.exit(str(error))


def on_reload(server: Any) -> None:
    """Let the new workers write their lines as the new settings say, and renew the message listener with them.

    The listener reads everything anew from the disk: where that was refused, it goes on too.
    """
    server.log = ServerLog(server.cfg)
    if not _refused:
        _tell_commands(server)
        _listen(server)


def when_ready(server: Any) -> None:
    """Say in one line where the portal is, once commands can find it, too."""
    _tell_commands(server)
    processes = "1 worker" if workers == 1 else f"{workers} workers"
    print(f"Pforte is at {_settings.issuer} ({processes} on {bind}). Ctrl-C stops it.", flush=True)
    _listen(server)


def _tell_commands(server: Any) -> None:
    """Let commands know the address; what said so before a reload goes."""
    former = getattr(server, "address_file", None)
    server.address_file = AddressFile.write(_settings.instance, _settings.server_port, _settings.issuer)
    if former is not None:
        former.remove()


def _listen(server: Any) -> None:
    """Start, renew or end the message listener; who watches it outlives the code that a HUP replaces."""
    watching = getattr(server, "message_listener", None)
    if not _settings.message_port:
        _stop_listening(server)
    elif watching is not None:
        watching.restart()
    else:
        from app.messages import beside

        server.message_listener = beside
        beside.start()


def _stop_listening(server: Any) -> None:
    watching = getattr(server, "message_listener", None)
    if watching is not None:
        server.message_listener = None
        watching.stop()


def post_worker_init(worker: Any) -> None:
    """Begin to note what the worker answers, and its work beside the requests."""
    from app.extensions import background
    from app.users.passwords import limit_waiting

    limit_waiting(max(1, worker.cfg.threads // 2))
    worker.log.serve(worker.wsgi)
    background.start()
    # What start-up made lives as long as the worker: no collection need look at it again, nor come that often.
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


def worker_exit(_server: Any, _worker: Any) -> None:
    """Write down what the worker has gathered in memory."""
    from app.extensions import background

    background.stop()


def on_exit(server: Any) -> None:
    """End the message listener, and say that the end was a clean one."""
    if address_file := getattr(server, "address_file", None):
        address_file.remove()
    _stop_listening(server)
    print("Pforte has stopped.", flush=True)
