"""A private folder that all processes of one portal share: for what may be forgotten when the machine restarts."""

import hashlib
import os
import stat
from pathlib import Path

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108  the folder made in it is private, and checked to be ours


def shared_folder(instance: Path) -> Path:
    """The portal's folder in shared memory where there is some, else the instance folder."""
    mark = hashlib.sha256(str(instance.resolve()).encode()).hexdigest()[:16]
    private = SHARED_MEMORY / f"pforte-{os.getuid()}-{mark}"
    return private if _make_private(private) else instance


def _make_private(folder: Path) -> bool:
    """True where the folder is there for us alone; another user may have put a link or a folder in its place."""
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077
