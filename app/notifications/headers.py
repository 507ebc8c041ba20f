"""Headers that say, letter by letter, what they were given: nothing in them is decoded on its way out.

The library's own policy parses a header when it is set and writes what it understood. It decodes encoded words
(:rfc:`2047`) that somebody typed, even inside an address, so that a mail went to another mailbox.
"""

import re
from email.header import Header
from email.policy import EmailPolicy

from .addresses import in_ascii

LONGEST_LINE = 998  # bytes; :rfc:`5322#section-2.1.1`
_PLAIN_WORDS = re.compile(r"[\w!#$%&'*+/=?^`{|}~ -]*", re.ASCII)


class AsWritten(EmailPolicy):
    """Keep a header as the text that travels; reading one parses it, as its reader will."""

    def header_store_parse(self, name: str, value: str) -> tuple[str, str]:
        if any(line[:1] not in (" ", "\t") for line in value.splitlines()[1:]):
            raise ValueError("a header must not begin another one")
        return name, value


# In UTF-8, since local parts with umlauts travel as they are, by SMTPUTF8.
AS_WRITTEN = AsWritten(utf8=True, refold_source="none")


def words(text: str, header: str) -> str:
    """``text`` for a header of words, such as Subject; what is no plain ASCII, or looks encoded, is encoded."""
    line = " ".join(text.split())
    if line.isascii() and line.isprintable() and "=?" not in line and len(line) < LONGEST_LINE - len(header):
        return line
    return Header(line, "utf-8", header_name=header).encode()


def sender(text: str, header: str = "From") -> str:
    """The header of a sender: ``text`` is an address, or a name and an address in angle brackets."""
    name, address = _parted(text)
    if not name:
        return address
    if name.isascii() and name.isprintable() and "=?" not in name:
        if _PLAIN_WORDS.fullmatch(name):
            return f"{name} <{address}>"
        escaped = re.sub(r'(["\\])', r"\\\1", name)
        return f'"{escaped}" <{address}>'
    return f"{Header(name, 'utf-8', header_name=header).encode()} <{address}>"


def address_of(text: str) -> str:
    """The address alone, for the envelope."""
    return _parted(text)[1]


def _parted(text: str) -> tuple[str, str]:
    before, bracket, after = text.strip().rpartition("<")
    if not bracket:
        return "", in_ascii(after)
    name = before.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return " ".join(name.split()), in_ascii(after.removesuffix(">").strip())
