"""Names that nothing reads: a setting that is spelled wrongly is one that nobody has made."""

import os
import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING

from config import CHECKOUT, KNOWN
from configuration.env_file import read_env_file

from .finding import Finding

if TYPE_CHECKING:
    from config import Settings

# What programs around the portal read: compose and the images it starts, Flask, gunicorn, Python, the system.
FOREIGN = re.compile(
    r"(COMPOSE|DOCKER|BUILDKIT|MYSQL|MARIADB|FLASK|WERKZEUG|GUNICORN|PIP|SSL|LC|XDG|SSH|MALLOC|OTEL)_.+|PYTHON.*"
    r"|STACK|PATH|HOME|USER|LOGNAME|SHELL|TERM|LANG|TZ|TMPDIR|UMASK|(HTTPS?|NO|ALL)_PROXY|REQUESTS_CA_BUNDLE",
    re.IGNORECASE,
)
# How alike a name is to the one that was meant: lines of .env were written for the portal, the rest is anybody's.
ALIKE_IN_FILE = 0.7
ALIKE_AROUND = 0.9


def check(_settings: "Settings") -> Iterator[Finding]:
    """Each name in ``.env`` is that of a setting, and none in the environment is nearly one."""
    written = _unknown({} if os.environ.get("FLASK_SKIP_DOTENV") else read_env_file(CHECKOUT / ".env"))
    around = _unknown(os.environ.keys() - set(written))
    meant = [(name, ".env", _nearest(name, ALIKE_IN_FILE)) for name in written]
    meant += [(name, "the environment", _nearest(name, ALIKE_AROUND)) for name in sorted(around)]
    for name, where, nearest in meant:
        if nearest:
            yield Finding("names", False, f"nothing reads {name} in {where}", f"Did you mean {nearest}?")
    strange = [name for name, where, nearest in meant if where == ".env" and not nearest]
    told = (
        f"nothing here reads {', '.join(strange)} in .env" if strange else "each in .env is that of a setting"
    )
    yield Finding("names", True, told)


def _unknown(names: Iterable[str]) -> list[str]:
    return [name for name in names if name not in KNOWN and not FOREIGN.fullmatch(name)]


def _nearest(name: str, alike: float) -> str | None:
    return next(iter(get_close_matches(name.upper(), KNOWN, 1, alike)), None)
