"""Which texts name one mailbox, whoever reads them: mail library, mail server, relay or mail program; and masking one."""

import re
import unicodedata

import idna

# :rfc:`5321#section-4.1.2` knows quoted local parts and comments, too: readers differ in where those end.
_ATOM = r"[^\s\x00-\x20\x7f-\x9f()<>\[\]:;@\\,.\"]+"
_DOT_ATOMS = rf"{_ATOM}(?:\.{_ATOM})*"
_SHAPE = re.compile(rf"(?P<local>{_DOT_ATOMS})@{_DOT_ATOMS}")
# Encoded words (:rfc:`2047`) are decoded by who reads a header; "user%elsewhere@here" and "elsewhere!user@here"
# are routes of old (:rfc:`1123#section-5.2.16`), which relays such as Postfix still follow for those they trust.
_READ_OTHERWISE = ("=?", "?=", "%", "!")
MASK = "•••"


def is_mailbox(address: str) -> bool:
    """Whether ``address`` is the address of one mailbox, and of the same one for everybody who reads it."""
    return _is_plain(address) and _is_plain(
        unicodedata.normalize("NFKC", address)
    )  # "＠" counts as "@" for some


def masked(recipient: str) -> str:
    """The address or mobile number ``recipient`` as administrators may see it."""
    name, at, domain = recipient.rpartition("@")
    return f"{name[:1]}{MASK}@{domain}" if at else f"{recipient[:3]}{MASK}{recipient[-2:]}"


def in_ascii(address: str) -> str:
    """``address`` as every mail server takes it: the domain as ``xn--…`` (:rfc:`5891`), the local part as it is.

    A domain that has no such form stays as well.
    """
    local, _, domain = address.rpartition("@")
    if domain.isascii():
        return address
    try:
        return f"{local}@{idna.encode(domain, uts46=True).decode()}"
    except (idna.IDNAError, UnicodeError):
        return address


def _is_plain(address: str) -> bool:
    shape = _SHAPE.fullmatch(address)
    return shape is not None and not any(mark in shape["local"] for mark in _READ_OTHERWISE)
