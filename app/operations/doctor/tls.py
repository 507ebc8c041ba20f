"""The certificate that gunicorn itself shows."""

from collections.abc import Iterator
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from cryptography import x509

from ...clock import now
from .finding import Finding

if TYPE_CHECKING:
    from config import Settings

SOON = timedelta(days=14)
RENEW = "Renew it, write it to TLS_CERT and TLS_KEY, and send HUP to gunicorn: no request is lost."


def check(settings: "Settings") -> Iterator[Finding]:
    """It goes on for a while, and is for the portal's name; nothing where a proxy speaks TLS."""
    if settings.tls_cert is None:
        return
    certificate = x509.load_pem_x509_certificate(settings.tls_cert.read_bytes())
    ends = certificate.not_valid_after_utc
    left = ends - now()
    tense = "ended" if left < timedelta(0) else "ends"
    yield Finding("tls", left > SOON, f"the certificate {tense} on {ends:%Y-%m-%d} ({left.days} days)", RENEW)
    host = urlsplit(settings.issuer).hostname or ""
    if not _is_for(certificate, host):
        yield Finding("tls", False, f"the certificate is not for {host}, the host of ISSUER", RENEW)


def _is_for(certificate: x509.Certificate, host: str) -> bool:
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    try:
        return ip_address(host) in names.get_values_for_type(x509.IPAddress)
    except ValueError:
        wildcard = f"*.{host.partition('.')[2]}"
        return {host, wildcard} & {name.lower() for name in names.get_values_for_type(x509.DNSName)} != set()
