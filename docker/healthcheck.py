"""Exit code 0 where the portal of this container answers /health/live; the image has no curl."""

import http.client
import ssl
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import config

PATIENCE = 4  # seconds; Docker waits for five

settings = config.load_or_exit()
connection = http.client.HTTPConnection("127.0.0.1", settings.server_port, timeout=PATIENCE)
if settings.tls_cert:
    # The certificate is for the public name; whoever answers on loopback is this container.
    anybody = ssl._create_unverified_context()  # noqa: S323, SLF001
    connection = http.client.HTTPSConnection(
        "127.0.0.1", settings.server_port, timeout=PATIENCE, context=anybody
    )
try:
    connection.request("GET", "/health/live")
    status = connection.getresponse().status
except OSError as error:
    sys.exit(f"The portal does not answer: {error}")
sys.exit(0 if status == 200 else f"The portal answers {status}.")
