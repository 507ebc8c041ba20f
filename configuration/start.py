"""Look at the settings, and be gunicorn once they are found to be right.

gunicorn reads WEB_CONCURRENCY while it is imported, before any file of ours: what is no number there would end in a
traceback of its own. Arguments are gunicorn's; without any it serves the portal.
"""

import os
import signal
import sys
from pathlib import Path

# Until gunicorn listens to it, Ctrl-C ends this process without the traceback of whatever is being imported.
signal.signal(signal.SIGINT, signal.SIG_DFL)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import config  # noqa: E402  found through the line above

config.load_or_exit()
if not os.environ.get("WEB_CONCURRENCY", "1").strip():
    del os.environ["WEB_CONCURRENCY"]  # nothing counts as not given; gunicorn takes it for a number

from gunicorn.app.wsgiapp import run  # noqa: E402

sys.argv[1:] = sys.argv[1:] or ["-c", str(config.CHECKOUT / "gunicorn.conf.py"), "wsgi:app"]
run(prog="gunicorn")
