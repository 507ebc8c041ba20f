"""Gunicorn's threaded worker, with connections spread evenly: who wakes first does not take all of them."""

import socket
import time

from ..connections.worker import PatientWorker

PAUSE_A_CONNECTION = 0.0001  # seconds a connection is left to others for each one held already
LONGEST_PAUSE = 0.002  # seconds


class EvenWorker(PatientWorker):
    """Takes each further connection a little later, so that a worker with fewer is quicker.

    Without that the first one awake takes a whole burst of kept-alive connections, such as a proxy opens, and the
    other cores idle.
    """

    def accept(self, listener: socket.socket) -> None:
        """Take a connection, unless another worker took it meanwhile."""
        if self.nr_conns > 0 and self.cfg.workers > 1:
            time.sleep(min(self.nr_conns * PAUSE_A_CONNECTION, LONGEST_PAUSE))
        super().accept(listener)
