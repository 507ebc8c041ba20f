"""Start gunicorn in the place of this process, once the settings are found to be right.

gunicorn reads WEB_CONCURRENCY while it is imported, before any file of ours: what is no number there would end in a
traceback of its own. Arguments are gunicorn's; without any it serves the portal.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import config

config.load_or_exit()
if not os.environ.get("WEB_CONCURRENCY", "1").strip():
    del os.environ["WEB_CONCURRENCY"]  # nothing counts as not given; gunicorn takes it for a number
arguments = sys.argv[1:] or ["-c", str(config.CHECKOUT / "gunicorn.conf.py"), "wsgi:app"]
os.execv(sys.executable, [sys.executable, "-m", "gunicorn", *arguments])  # noqa: S606
