"""TLS to MariaDB: certificates are read once for all connections that verify none, and for each that does."""

import ssl
from pathlib import Path

from sqlalchemy import NullPool, create_engine

from app.database.tls import SharingConnection
from tests.support.certificates import make_certificate
from tests.support.databases import Databases, make_settings


def test_connections_share_a_context_that_verifies_nothing(databases: Databases, tmp_path: Path) -> None:
    url = make_settings(databases.url("mariadb"), tmp_path).database_url
    engine = create_engine(url, poolclass=NullPool)
    contexts = []
    for _ in range(2):
        with engine.connect() as connection:
            contexts.append(connection.connection.driver_connection.ctx)  # type: ignore[union-attr]
    assert contexts[0] is contexts[1]
    assert contexts[0].verify_mode is ssl.CERT_NONE


def test_a_connection_that_is_told_whom_to_trust_trusts_nobody_else(tmp_path: Path) -> None:
    authority = str(make_certificate(tmp_path / "tls").cert)
    told = SharingConnection(defer_connect=True, ssl={"ca": authority}).ctx
    assert told is not SharingConnection(defer_connect=True).ctx
    assert told.cert_store_stats()["x509"] == 1
    assert told.verify_mode is ssl.CERT_REQUIRED
    assert told.check_hostname
