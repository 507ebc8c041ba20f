"""Checks of the services it depends on beside its database: mail server, Redis, the workers' shared folder."""

import ssl
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_address
from socket import getaddrinfo
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from redis import Redis

from ...extensions import metrics
from ...notifications.connection import Connection, connect, in_one_line
from ...notifications.headers import address_of
from ...process.rate_limits import SharedFileStorage, storage_uri
from ...process.shared_folder import SHARED_MEMORY, shared_folder
from .finding import Finding

if TYPE_CHECKING:
    from config import Settings

PATIENCE = 5  # seconds for a server to answer
INSIST_ON_TLS = (
    "Let MAIL_URL begin with smtp+tls:// or smtps://: links that open accounts are in these mails."
)
SEND_BY_HTTPS = "Let SMS_WEBHOOK_URL begin with https://"
PROBE = "pforte:doctor"
ANOTHER_SENDER = (
    "Set MAIL_FROM to an address that this server lets the portal send from; "
    "“flask mail test ADDRESS” tells whether it does."
)


def redis_of(url: str) -> Redis:
    """A client that does not wait long."""
    return Redis.from_url(url, socket_timeout=PATIENCE, socket_connect_timeout=PATIENCE)


def check_mail(settings: "Settings") -> Iterator[Finding]:
    """The mail server greets us, knows us where MAIL_URL has a password, and takes emails from MAIL_FROM."""
    if settings.mail_url is None:
        well = settings.app_env != "production"
        says = "mails are printed and kept in instance/mail"
        mend = "Set MAIL_URL to your server, such as smtp://user:password@mail.example.org:587"
        yield Finding("mail", well, says, mend)
        return
    parts = urlsplit(settings.mail_url)
    try:
        with connect(settings.mail_url) as server:
            secure = isinstance(server.sock, ssl.SSLSocket)
            serves_all = server.has_extn("smtputf8")
            trouble = _trouble_with(address_of(settings.mail_from), server)
    except ssl.SSLCertVerificationError as error:
        mend = "Renew the server's certificate, or name the file of your private authority in SSL_CERT_FILE."
        says = f"{parts.hostname} has a certificate that cannot be trusted: {error.verify_message}"
        yield Finding("mail", False, says, mend)
        return
    over = "over TLS" if secure else "in clear"
    known = ", and takes user and password" if parts.username else ""
    lacks = "" if serves_all else "; no SMTPUTF8: addresses like käthe@example.org get no email"
    well = secure or is_near(parts.hostname or "")
    yield Finding("mail", well, f"{parts.hostname} says hello {over}{known}{lacks}", INSIST_ON_TLS)
    if trouble:
        yield Finding("mail", False, f"{parts.hostname} {trouble}", ANOTHER_SENDER)


def _trouble_with(sender: str, server: Connection) -> str:
    """What keeps this server from taking emails of ``sender``; empty where nothing does."""
    if not sender.isascii() and not server.has_extn("smtputf8"):
        return "does not take MAIL_FROM: it has letters beyond ASCII, and the server offers no SMTPUTF8"
    code, text = server.mail(sender, [] if sender.isascii() else ["SMTPUTF8"])
    return "" if code == 250 else f"refuses emails from MAIL_FROM: {in_one_line(code, text)}"


def check_text_messages(settings: "Settings") -> Iterator[Finding]:
    """What is sent to the gateway is read by nobody on the way."""
    url = urlsplit(settings.sms_webhook_url or "")
    if url.scheme == "http" and not is_near(url.hostname or ""):
        yield Finding(
            "text messages", False, f"codes and numbers go to {url.hostname} in clear", SEND_BY_HTTPS
        )


def is_near(host: str) -> bool:
    """Whether all addresses of ``host`` are of this machine or of a private network."""
    try:
        found = {str(entry[4][0]).partition("%")[0] for entry in getaddrinfo(host, None)}
    except OSError:
        return False
    return all(ip_address(address).is_private for address in found)


def check_rate_limits(settings: "Settings") -> Iterator[Finding]:
    """Requests can be counted where all who count together see it."""
    if settings.redis_url is None:
        well = SharedFileStorage(storage_uri(settings.instance)).check()
        says = (
            "counted in a file that all workers of this machine share"
            if well
            else "the file cannot be written"
        )
        mend = f"Let this user write {shared_folder(settings.instance)}."
        yield Finding("rate limits", well, says, mend)
        return
    with redis_of(settings.redis_url) as redis:
        redis.set(PROBE, "1", ex=PATIENCE)  # a read-only replica would answer a PING
    yield Finding("rate limits", True, "counted in Redis, for all machines")


def check_metrics(settings: "Settings") -> Iterator[Finding]:
    """The numbers of all workers can be added up."""
    folder = shared_folder(settings.instance)
    with closing(metrics.open()) as file:
        file.execute("BEGIN IMMEDIATE")
    where = (
        "in shared memory"
        if folder.is_relative_to(SHARED_MEMORY)
        else "on disk, since there is no shared memory"
    )
    yield Finding(
        "metrics", True, f"added up in {folder}, {where}; {', '.join(settings.metrics_allow)} may read them"
    )
