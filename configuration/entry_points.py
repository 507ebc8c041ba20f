"""Let `flask` and `gunicorn` of this virtual environment begin with the portal's own look at its settings.

Run it after pip, which writes both anew whenever it installs their packages.
"""

import shlex
import sys
from pathlib import Path

SCRIPTS = {"flask": "command.py", "gunicorn": "start.py"}

if sys.prefix == sys.base_prefix:
    sys.exit("This is for a virtual environment: .venv/bin/python configuration/entry_points.py")
for name, script in SCRIPTS.items():
    command = shlex.join([sys.executable, str(Path(__file__).resolve().with_name(script))])
    path = Path(sys.prefix) / "bin" / name
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    path.chmod(0o755)
