"""gunicorn in the place of this process, once the settings were found to be right."""

import os
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import config

config.check()  # gunicorn ends with a traceback where WEB_CONCURRENCY is no number
os.execvp("gunicorn", ["gunicorn", "-c", "gunicorn.conf.py", "wsgi:app"])  # noqa: S606, S607
