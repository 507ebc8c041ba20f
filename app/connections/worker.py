"""gunicorn's threaded worker, whose threads never wait for a client: only its main loop does, for all at once."""

import errno
import socket
import time
from concurrent.futures import CancelledError, Future
from io import BytesIO
from typing import Any

from gunicorn.http.errors import InvalidHeader

from . import limits
from .arrival import State
from .connection import Connection
from .ended import ROOM, Ended, lateness
from .stages import Now, Stage
from .stopping import StoppingWorker
from .waiting import Waiting

NO_CONNECTION = (errno.EAGAIN, errno.ECONNABORTED, errno.EPERM, errno.EPROTO)
NO_ROOM = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class PatientWorker(StoppingWorker):
    """Gives a thread a request when it is all there, and sends its answer while no thread waits for the reader."""

    def run(self) -> None:
        """Serve until told to stop."""
        self.waiting = Waiting(self.poller, self._go_on)
        self.ended = Ended(self.log)
        self._look_at = 0.0
        super().run()

    def accept(self, listener: socket.socket) -> None:
        """Take a connection; where there are too many, one is evicted."""
        try:
            accepted, client = listener.accept()
        except OSError as error:
            if error.errno in NO_ROOM:
                self._make_room()
            elif error.errno not in NO_CONNECTION:
                raise
            return
        try:
            connection = Connection(self.cfg, accepted, client, listener.getsockname())
        except (OSError, ValueError):  # it has gone already
            accepted.close()
            return
        self.nr_conns += 1
        if self.nr_conns >= self.worker_connections:
            self._make_room()
        self._go_on(connection)

    def finish_request(self, conn: Connection, fs: "Future[Any]") -> None:
        """Go on with a connection whose thread is done."""
        try:
            conn.finish(keep=bool(fs.result()))
        except (Exception, CancelledError):
            conn.finish(keep=False)
        self._go_on(conn)
        if not self.alive:
            self._cap_keepalive(time.monotonic() + limits.STOP_WITHIN)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """Answer a request whose body is there, or too long to be read; raise what gunicorn answers with 400.

        The body was called for (Expect: 100-continue) when it was waited for. It is read before the portal begins,
        so that what is malformed in it is no trouble of the portal's, and nothing is done for half a request.
        """
        req._expected_100_continue = False  # noqa: SLF001  gunicorn would call for it once more
        if conn.arrival.state is not State.LENGTH_TOO_LARGE:
            req.body = BytesIO(req.body.read())
        if conn.arrival.state is State.MALFORMED:  # the parser has found nothing wrong with it
            raise InvalidHeader("Content-Length, Transfer-Encoding or Expect", req=req)
        keep = super().handle_request(req, conn)
        conn.sock.flush()
        return keep

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """Let everybody go on who can, and end who is late."""
        super().wait_for_and_dispatch_events(min(timeout, limits.LOOK_EVERY))
        now = time.monotonic()
        if now < self._look_at:
            return
        self._look_at = now + limits.LOOK_EVERY
        for connection in self.waiting.late(now):
            self._end_late(connection)
        self.ended.tell(now)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        """Whether another request may follow: only behind one that was all there."""
        return bool(keepalive) and conn.arrival.state is State.WHOLE and bool(conn.parser.finish_body())

    def _cap_keepalive(self, deadline: float) -> None:
        """Let those that have asked nothing yet go by then, since the worker stops."""
        self.waiting.hurry(deadline)

    def _go_on(self, connection: Connection) -> None:
        try:
            wanted = connection.step()
        except OSError:  # the client disconnected, or the TLS handshake failed
            wanted = Now.AN_END
        except Exception:
            self.log.exception("A fault of ours has ended a connection")
            wanted = Now.AN_END
        if wanted is Now.AN_END:
            self._end(connection)
            return
        self.waiting.charge(connection, connection.weight)
        if isinstance(wanted, Now):
            self.waiting.leave_to_thread(connection)
            connection.hand_over()
            self.enqueue_req(connection)
        else:
            self.waiting.wait(connection, wanted)
        if self.waiting.held > limits.HELD_LIMIT:
            self._make_room(heavy=True)

    def _end_late(self, connection: Connection) -> None:
        self.ended.note(lateness(connection))
        if not (connection.stage is Stage.REQUEST and connection.arrival.has_begun):
            self._end(connection)
            return
        try:
            connection.refuse(408)
        except OSError:
            self._end(connection)
        else:
            self._go_on(connection)

    def _make_room(self, *, heavy: bool = False) -> None:
        connection = self.waiting.choose_for_eviction(heavy=heavy)
        if connection is not None:
            self.ended.note(ROOM)
            self._end(connection)

    def _end(self, connection: Connection) -> None:
        self.waiting.forget(connection)
        self.waiting.charge(connection, 0)
        self.nr_conns -= 1
        connection.sock.wire.close()
