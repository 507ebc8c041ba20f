"""The checkout, copied to where a test may spoil it."""

import shutil
from pathlib import Path

from config import CHECKOUT

LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "instance", "node_modules", "build", "__pycache__", ".*_cache", ".env", "tests"
)


def copy_checkout(folder: Path) -> Path:
    """Copy the checkout into an empty folder as somebody fetches it, without the tests; the folder."""
    return Path(shutil.copytree(CHECKOUT, folder, ignore=LEFT_OUT, dirs_exist_ok=True))
