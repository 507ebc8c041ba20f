"""What the portal writes, and the secrets it reads, are for its own user only."""

import stat
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from config import CHECKOUT

from .finding import Finding

if TYPE_CHECKING:
    from config import Settings

OTHERS = stat.S_IRWXG | stat.S_IRWXO
MOST_FILES = 10_000  # looked at; development keeps every mail
MOST_NAMED = 3
SQLITE = "sqlite:///"


def check(settings: "Settings") -> Iterator[Finding]:
    """Nobody else on this machine may open the instance folder, the SQLite database or ``.env``."""
    found = [path for path in _private(settings) if path.stat(follow_symlinks=False).st_mode & OTHERS]
    if not found:
        yield Finding("files", True, f"nobody else may open {settings.instance}")
        return
    named = " ".join(str(path) for path in found[:MOST_NAMED])
    more = f" and {len(found) - MOST_NAMED} more" if len(found) > MOST_NAMED else ""
    mend = f"chmod -R go= {settings.instance}" if settings.instance in (found[0], *found[0].parents) else ""
    yield Finding("files", False, f"others may open {named}{more}", mend or f"chmod go= {named}")


def _private(settings: "Settings") -> Iterator[Path]:
    """Every file and folder that holds what is nobody else's."""
    if settings.instance.is_dir():
        yield settings.instance
        inside = (path for path in settings.instance.rglob("*") if not path.is_symlink())
        yield from islice(inside, MOST_FILES)
    outside = [CHECKOUT / ".env"]
    if settings.database_url.startswith(SQLITE):
        database = settings.database_url.removeprefix(SQLITE).partition("?")[0]
        outside += [Path(database + suffix) for suffix in ("", "-wal", "-shm")]
    yield from (path for path in outside if path.is_file() and settings.instance not in path.parents)
