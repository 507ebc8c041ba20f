"""A port that cannot be had, told at once; gunicorn would try five times, with two lines each."""

import errno
import socket

from .problems import ConfigurationError

HIGHEST = 65_535


def check_port(host: str, port: int) -> None:
    """Raise ConfigurationError where nobody can listen there now, having tried as gunicorn does."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind((host, port))
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = port + 1 if port < HIGHEST else port - 1
            reason = f"is taken by another program, or by a portal that runs already; PORT={other} make run takes another"
        else:
            reason = f"cannot be used ({error.strerror}); SERVER_HOST and PORT or SERVER_PORT name another"
        raise ConfigurationError(f"Port {port} on {host} {reason}") from None
