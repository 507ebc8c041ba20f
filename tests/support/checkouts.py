"""What belongs to a portal, copied to where a test may spoil it."""

import shutil
from pathlib import Path

from config import CHECKOUT

PARTS = ("app", "configuration", "docker", "migrations", "static", "templates", "translations", "config.py",
         "gunicorn.conf.py", "wsgi.py")  # fmt: skip


def copy_checkout(folder: Path) -> Path:
    """Copy the portal's files into an empty folder, without `.env`, data and tests; the folder."""
    left_out = shutil.ignore_patterns("__pycache__")
    for part in PARTS:
        source = CHECKOUT / part
        if source.is_dir():
            shutil.copytree(source, folder / part, ignore=left_out)
        else:
            shutil.copy(source, folder / part)
    return folder
