"""Connections to MariaDB share a TLS context: for each new one PyMySQL would read every CA of the machine."""

import ssl
from typing import Any

from pymysql.connections import Connection


class SharingConnection(Connection):
    """A connection of PyMySQL. Those whose URL says nothing of TLS verify nothing, so one context serves them all."""

    _shared: ssl.SSLContext | None = None

    def _create_ssl_ctx(self, options: dict[str, Any]) -> ssl.SSLContext:
        if options:
            return super()._create_ssl_ctx(options)
        if SharingConnection._shared is None:
            SharingConnection._shared = super()._create_ssl_ctx(options)
        return SharingConnection._shared
