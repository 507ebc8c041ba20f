"""Composing a mail in its reader's language."""

from copy import copy
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Literal
from urllib.parse import urlsplit

from flask import render_template
from flask_babel import force_locale
from flask_babel import format_datetime as format_moment

from ..clock import now
from ..extensions import settings
from . import headers
from .addresses import in_ascii, is_mailbox
from .bodies import as_html, as_text
from .parts import Told, take_apart, told
from .refusals import NotAMail

SUBJECT = "Subject: "
MOMENTS = {"at": "when", "ends_at": "ends"}  # in ISO 8601, and as people of the language write it


def compose(
    to: str,
    locale: str,
    template: str,
    context: Told,
    *,
    sender: str,
    message_id: str,
) -> EmailMessage:
    """The mail that ``templates/notifications/<template>.txt`` makes of ``context``, as text and as HTML.

    The same ``message_id`` is given at every try, so that readers drop a second copy. Raises :class:`NotAMail`
    where the template has no subject or a reader could take another recipient than ``to`` from the mail.
    """
    with force_locale(locale):
        moments = {name: context[source] for source, name in MOMENTS.items() if source in context}
        read = {name: format_moment(datetime.fromisoformat(str(at)), "long") for name, at in moments.items()}
        context = told({**context, **read})
        written = render_template(f"notifications/{template}.txt", **context)
        first, _, rest = written.strip().partition("\n")
        if not first.startswith(SUBJECT):
            raise NotAMail(f"the first line of {template}.txt is not its subject")
        subject = " ".join(first.removeprefix(SUBJECT).split())
        parts, closing = take_apart(rest, context), (settings.portal_name, urlsplit(settings.issuer).netloc)
        text, html = as_text(parts, closing), as_html(subject, parts, closing, locale)
    message = EmailMessage(policy=headers.AS_WRITTEN)
    message["Subject"] = headers.words(subject, "Subject")
    message["From"] = headers.sender(sender)
    _address(message, to)
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{message_id}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's out-of-office answers it
    message["Content-Language"] = locale
    return _with_bodies(message, text, html, "8bit")


def in_seven_bits(message: EmailMessage) -> EmailMessage:
    """The same mail for a server that takes no bytes beyond ASCII: it knows no 8BITMIME (:rfc:`6152`)."""
    if message["Content-Transfer-Encoding"] != "8bit":
        return message
    return _with_bodies(copy(message), text_of(message), _body(message, "html"), "7bit")


def text_of(message: EmailMessage) -> str:
    """The plain text of ``message``."""
    return _body(message, "plain")


def message_id(row_id: str, issuer: str) -> str:
    """The id of the mail of this outbox row."""
    return in_ascii(f"{row_id}@{urlsplit(issuer).hostname}")


def _with_bodies(message: EmailMessage, text: str, html: str, widest: str) -> EmailMessage:
    """``message`` with both; ``widest`` is the encoding that the server takes without ado, 7bit or 8bit."""
    language = message["Content-Language"]
    encodings = _encoding(text, widest), _encoding(html, widest)
    message.clear_content()  # takes every header away that begins with Content-
    message.set_content(text, cte=encodings[0])
    message.add_alternative(html, subtype="html", cte=encodings[1])
    if "8bit" in encodings:  # what is in it, is true of the whole (RFC 2045, 6.4)
        message["Content-Transfer-Encoding"] = "8bit"
    message["Content-Language"] = language
    return message


def _encoding(body: str, widest: str) -> str:
    """Readable as it is, links in one piece, wherever the lines are short enough for that."""
    if max(map(len, body.encode().splitlines())) >= headers.LONGEST_LINE:
        return "quoted-printable"
    if body.isascii():
        return "7bit"
    return "8bit" if widest == "8bit" else "quoted-printable"


def _body(message: EmailMessage, kind: Literal["plain", "html"]) -> str:
    body = message.get_body((kind,))
    assert body is not None
    content: str = body.get_content()
    return content


def _address(message: EmailMessage, to: str) -> None:
    if not is_mailbox(to):
        raise NotAMail("the address is not that of one mailbox")
    message["To"] = in_ascii(to)
    # Parsed from what travels: an address put in as an object would only repeat what it was given.
    if [found.addr_spec for found in message["To"].addresses] != [in_ascii(to)]:
        raise NotAMail("the mail names another recipient than it is for")
