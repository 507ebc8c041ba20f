"""What a scope may be called and who its tokens may be for; refused by stable names, ``wording`` has the words."""

import re

from ..extensions import settings
from . import catalogue
from .refusals import Reason, ScopeRefused

LONGEST_NAME = 64
LONGEST_DESCRIPTION = 200
LONGEST_AUDIENCE = 255
# RFC 6749 section 3.3, but for the comma: half the world's integrations would split the name there.
_NAME = re.compile(r"[\x21\x23-\x2b\x2d-\x5b\x5d-\x7e]+")
PORTALS_OWN_NAME = "pforte-api"
"""What the portal itself is called among apps and audiences."""
# "default" is an alias of the registered scopes at the authorization and token endpoints.
RESERVED = frozenset({*catalogue.BUILT_IN, "default", PORTALS_OWN_NAME})


def check_name(name: str) -> None:
    """Refuse a name that no request could carry, or that means something else here."""
    if not name:
        raise ScopeRefused("name", Reason.NAME_MISSING)
    if len(name) > LONGEST_NAME:
        raise ScopeRefused("name", Reason.NAME_TOO_LONG)
    if not _NAME.fullmatch(name):
        raise ScopeRefused("name", Reason.NAME_CHARACTERS)
    if name.lower() in RESERVED:
        raise ScopeRefused("name", Reason.NAME_RESERVED)


def check_descriptions(english: str, german: str) -> None:
    """Refuse to leave a reader without a description."""
    for field, text in (("description_en", english), ("description_de", german)):
        if not text:
            raise ScopeRefused(field, Reason.DESCRIPTION_MISSING)
        if len(text) > LONGEST_DESCRIPTION:
            raise ScopeRefused(field, Reason.DESCRIPTION_TOO_LONG)


def check_audience(audience: str) -> None:
    """Refuse what is no audience, and the portal itself: only standard scopes open what it serves."""
    if len(audience) > LONGEST_AUDIENCE:
        raise ScopeRefused("audience", Reason.AUDIENCE_TOO_LONG)
    if not audience.isascii() or not audience.isprintable() or " " in audience:
        raise ScopeRefused("audience", Reason.AUDIENCE_CHARACTERS)
    if audience.lower().rstrip("/") in (settings.issuer.lower().rstrip("/"), PORTALS_OWN_NAME):
        raise ScopeRefused("audience", Reason.AUDIENCE_RESERVED)
