"""Composing a mail in its reader's language."""

import re
import textwrap
from collections.abc import Mapping
from copy import copy
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from urllib.parse import urlsplit

from flask import render_template
from flask_babel import force_locale
from flask_babel import format_datetime as format_moment

from ..clock import now
from . import headers
from .addresses import in_ascii, is_mailbox
from .refusals import NotAMail

LINE = 72  # characters; what every mail reader shows without breaking lines itself
SUBJECT = "Subject: "
MOMENTS = {"at": "when", "ends_at": "ends"}  # in ISO 8601, and as people of the language write it


def compose(
    to: str,
    locale: str,
    template: str,
    context: Mapping[str, str | int | None],
    *,
    sender: str,
    message_id: str,
) -> EmailMessage:
    """The mail that ``templates/notifications/<template>.txt`` makes of ``context``.

    The same ``message_id`` is given at every try, so that readers drop a second copy. Raises :class:`NotAMail`
    where the template has no subject or a reader could take another recipient than ``to`` from the mail.
    """
    with force_locale(locale):
        moments = {name: context[source] for source, name in MOMENTS.items() if source in context}
        read = {name: format_moment(datetime.fromisoformat(str(at)), "long") for name, at in moments.items()}
        context = {**context, **read}
        written = render_template(f"notifications/{template}.txt", **context)
    first, _, rest = written.strip().partition("\n")
    if not first.startswith(SUBJECT):
        raise NotAMail(f"the first line of {template}.txt is not its subject")
    message = EmailMessage(policy=headers.AS_WRITTEN)
    message["Subject"] = headers.words(first.removeprefix(SUBJECT), "Subject")
    message["From"] = headers.sender(sender)
    _address(message, to)
    message["Date"] = format_datetime(now())
    message["Message-ID"] = f"<{message_id}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's out-of-office answers it
    message["Content-Language"] = locale
    text = _wrapped(rest)
    # Readable as it is, links in one piece, wherever the lines are short enough for that.
    readable = max(map(len, text.encode().splitlines())) < headers.LONGEST_LINE
    plain = "7bit" if text.isascii() else "8bit"
    return _with_text(message, text, plain if readable else "quoted-printable")


def in_seven_bits(message: EmailMessage) -> EmailMessage:
    """The same mail for a server that takes no bytes beyond ASCII: it knows no 8BITMIME (:rfc:`6152`)."""
    if message["Content-Transfer-Encoding"] != "8bit":
        return message
    return _with_text(copy(message), message.get_content(), "quoted-printable")


def message_id(row_id: str, issuer: str) -> str:
    """The id of the mail of this outbox row."""
    return in_ascii(f"{row_id}@{urlsplit(issuer).hostname}")


def _with_text(message: EmailMessage, text: str, encoding: str) -> EmailMessage:
    language = message["Content-Language"]
    message.set_content(text, cte=encoding)  # takes every header away that begins with Content-
    message["Content-Language"] = language
    return message


def _address(message: EmailMessage, to: str) -> None:
    if not is_mailbox(to):
        raise NotAMail("the address is not that of one mailbox")
    message["To"] = in_ascii(to)
    # Parsed from what travels: an address put in as an object would only repeat what it was given.
    if [found.addr_spec for found in message["To"].addresses] != [in_ascii(to)]:
        raise NotAMail("the mail names another recipient than it is for")


def _wrapped(text: str) -> str:
    paragraphs = [paragraph.strip() for paragraph in re.split(r"\n\s*\n", text.strip())]
    return "\n\n".join(_wrap(paragraph) for paragraph in paragraphs if paragraph) + "\n"


def _wrap(paragraph: str) -> str:
    """Lines of at most :data:`LINE` characters; an address is never broken."""
    lines = (
        textwrap.fill(line.strip(), LINE, break_long_words=False, break_on_hyphens=False)
        for line in paragraph.splitlines()
    )
    return "\n".join(lines)
