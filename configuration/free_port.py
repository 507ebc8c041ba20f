"""Exit code 0 where the portal can listen at its port, else 1 and the line that says why not.

`make run` asks before it prints a link that leads there.
"""

import signal
import sys
from pathlib import Path

signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a traceback
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import config  # noqa: E402  found through the line above
from configuration.ports import check_port  # noqa: E402

settings = config.load_or_exit()
try:
    check_port(settings.server_host, settings.server_port)
except config.ConfigurationError as error:
    sys.exit(str(error))
