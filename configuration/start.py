"""Start gunicorn in the place of this process, once the settings are found to be right.

gunicorn reads WEB_CONCURRENCY while it is imported, before any file of ours: what is no number there would end in a
traceback of its own.
"""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import config

config.load_or_exit()
if not os.environ.get("WEB_CONCURRENCY", "1").strip():
    del os.environ["WEB_CONCURRENCY"]  # nothing counts as not given; gunicorn takes it for a number
gunicorn = [sys.executable, "-m", "gunicorn", "-c", str(config.CHECKOUT / "gunicorn.conf.py"), "wsgi:app"]
os.execv(gunicorn[0], gunicorn)  # noqa: S606
