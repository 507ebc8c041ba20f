"""Exit code 0 where the database has every migration, 3 where `flask db upgrade` has something to do.

It reads the one-line table that Alembic keeps, without loading the application: starting a second time is quick.
"""

import re
import signal
import sqlite3
import sys
from pathlib import Path

VERSIONS = Path(__file__).resolve().parent / "versions"
# It is the first that `make run` starts: Ctrl-C ends it without a traceback.
signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.path.insert(0, str(VERSIONS.parent.parent))

import config  # noqa: E402  found through the line above


def heads() -> set[str]:
    """The newest revisions: those no other one follows."""
    revisions, followed = set(), set()
    for path in VERSIONS.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        revisions.update(re.findall(r"^revision\b[^=\n]*=\s*[\"'](\w+)", text, re.MULTILINE))
        for line in re.findall(r"^down_revision\b[^=\n]*=(.*)$", text, re.MULTILINE):
            followed.update(re.findall(r"[\"'](\w+)[\"']", line))
    return revisions - followed


def applied(database_url: str) -> set[str]:
    """The revisions the database says it has; empty where it cannot be asked."""
    path = Path(database_url.removeprefix("sqlite:///").partition("?")[0])
    if not database_url.startswith("sqlite:") or not path.is_file():
        return set()
    connection = sqlite3.connect(path, timeout=15)
    try:
        return {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")}
    except sqlite3.Error:
        return set()
    finally:
        connection.close()


if __name__ == "__main__":
    settings = config.load_or_exit()
    sys.exit(0 if applied(settings.database_url) == heads() else 3)
