"""Text messages: they wait in the outbox like mails, and leave by the gateway of ``SMS_WEBHOOK_URL``."""

import base64
import json
import ssl
import sys
from collections.abc import Mapping
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import TYPE_CHECKING, Any
from urllib.parse import SplitResult, unquote, urlsplit

from flask import render_template
from flask_babel import force_locale

from ..clock import now
from .mail import put_into_outbox
from .models import OutgoingMail
from .refusals import GatewayTrouble, TooLate

if TYPE_CHECKING:
    from config import Settings

CHANNEL = "sms"
TIMEOUT = 10  # seconds for each answer of the gateway


def is_available(settings: "Settings") -> bool:
    """Whether text messages leave at all: in production a code is not printed into a log."""
    return settings.sms_webhook_url is not None or settings.app_env != "production"


def queue_sms(
    to: str, locale: str | None, template: str, until: datetime, **context: str | int | None
) -> OutgoingMail:
    """The outbox row of a text message to the number ``to``, in the current transaction.

    ``template`` names a file in ``templates/notifications``; after ``until`` nothing is sent any more.
    """
    content = {"channel": CHANNEL, "to": to, "locale": locale, "context": context}
    return put_into_outbox(template, {**content, "template": template, "until": until.isoformat()})


def send(content: Mapping[str, Any], settings: "Settings", message_id: str) -> None:
    """Hand a queued message to the gateway, or print it in development.

    Raises :class:`TooLate`, or OSError where a later try may do.
    """
    if datetime.fromisoformat(content["until"]) <= now():
        raise TooLate
    with force_locale(content["locale"] or settings.default_locale):
        text = render_template(f"notifications/{content['template']}.txt", **content["context"]).strip()
    if settings.sms_webhook_url is not None:
        _post(urlsplit(settings.sms_webhook_url), {"to": content["to"], "text": text}, message_id)
    elif not is_available(settings):
        raise GatewayTrouble("SMS_WEBHOOK_URL is not set")
    else:
        sys.stdout.write(f"\n── Text message to {content['to']}\n\n{text}\n\n")
        sys.stdout.flush()


def _post(url: SplitResult, message: Mapping[str, str], message_id: str) -> None:
    """Redirects are not followed: nobody else is to read the message."""
    # The same key at every try, so that a gateway that knows it sends no second copy.
    headers = {"Content-Type": "application/json", "Idempotency-Key": message_id}
    if url.username is not None:
        credentials = f"{unquote(url.username)}:{unquote(url.password or '')}"
        headers["Authorization"] = f"Basic {base64.b64encode(credentials.encode()).decode()}"
    connection = _connection(url)
    try:
        connection.request("POST", _target(url), json.dumps(message).encode(), headers)
        status = connection.getresponse().status
    except HTTPException as error:
        raise GatewayTrouble(type(error).__name__) from None
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise GatewayTrouble(f"the gateway answered {status}", status)


def _connection(url: SplitResult) -> HTTPConnection:
    host = url.hostname or ""
    if url.scheme == "https":
        return HTTPSConnection(host, url.port, timeout=TIMEOUT, context=ssl.create_default_context())
    return HTTPConnection(host, url.port, timeout=TIMEOUT)


def _target(url: SplitResult) -> str:
    path = url.path or "/"
    return f"{path}?{url.query}" if url.query else path
