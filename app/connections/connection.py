"""One connection: TLS handshake, request, answer, end; each goes as far as it can and waits in the worker's poller."""

import socket
import ssl
from selectors import EVENT_READ, EVENT_WRITE
from time import monotonic
from typing import Any

from gunicorn.http import get_parser
from gunicorn.sock import ssl_context
from gunicorn.workers.gthread import TConn

from . import limits
from .arrival import FOR_A_THREAD, Arrival, State
from .client_socket import ClientSocket
from .refusals import CONTINUE, refusal
from .stages import Now, Stage

REFUSED_WITH = {State.HEAD_TOO_LARGE: 431, State.CHUNKS_TOO_LARGE: 413}


class Connection(TConn):
    """A connection whose steps never wait; ``deadline`` is when the worker gives it up."""

    def __init__(self, cfg: Any, accepted: socket.socket, client: Any, server: Any) -> None:
        wire = accepted
        wire.setblocking(False)
        if cfg.is_ssl:
            wire = ssl_context(cfg).wrap_socket(wire, server_side=True, do_handshake_on_connect=False)
        super().__init__(cfg, ClientSocket(wire), client, server)
        self.initialized = self.data_ready = True  # there is nothing left for a thread to wait for
        self.parser = get_parser(cfg, self.sock, client)
        self.arrival = Arrival()
        self.since = monotonic()
        self.stage = Stage.HANDSHAKE if cfg.is_ssl else Stage.REQUEST
        self.deadline = self.since + (limits.TLS_WITHIN if cfg.is_ssl else limits.HEAD_WITHIN)
        self.charged = 0
        self.has_thread = False
        self._keep = False
        self._drained = 0

    @property
    def weight(self) -> int:
        """The bytes it keeps in memory."""
        return len(self.arrival.data) + len(self.sock.unsent)

    def step(self) -> int | Now:
        """Go on as far as possible; the event to wait for, or what is needed now. Raises OSError when it is over."""
        try:
            return self._step()
        except ssl.SSLWantReadError:
            return EVENT_READ
        except ssl.SSLWantWriteError:
            return EVENT_WRITE
        except BlockingIOError:
            return EVENT_WRITE if self.stage is Stage.ANSWER else EVENT_READ

    def finish(self, keep: bool) -> None:
        """Go on behind an answer: for the next request, or to the end."""
        self._keep = keep
        self.stage = Stage.ANSWER
        if self.sock.unsent:
            self._begin(Stage.ANSWER, limits.ANSWER_WITHIN)

    def refuse(self, status: int) -> None:
        """Say why nothing more comes, and end."""
        try:
            self.sock.send_now(refusal(status))
        finally:
            self._close()

    def hand_over(self) -> None:
        """Give the parser what has arrived."""
        self.parser.unreader.unread(bytes(self.arrival.data))
        self.arrival.data.clear()

    def _step(self) -> int | Now:
        if self.stage is Stage.HANDSHAKE:
            self._shake_hands()
        if self.stage is Stage.ANSWER and self._answer_is_taken():
            return EVENT_READ
        return self._drain() if self.stage is Stage.CLOSING else self._arrive()

    def _shake_hands(self) -> None:
        try:
            self.sock.wire.do_handshake()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            raise
        except ssl.SSLError:  # the alert says why
            self._close()
        else:
            self._begin(Stage.REQUEST, limits.HEAD_WITHIN)

    def _arrive(self) -> int | Now:
        while self.arrival.state not in FOR_A_THREAD:
            data = self.sock.wire.recv(limits.READ_AT_ONCE)
            if not data:
                return Now.AN_END
            self._take(data)
            if self.stage is Stage.CLOSING:
                return self._drain()
        return Now.A_THREAD

    def _take(self, data: bytes) -> None:
        was = self.arrival.state
        state = self.arrival.feed(data)
        if self.stage is Stage.IDLE:
            self._begin(Stage.REQUEST, limits.HEAD_WITHIN)
        if state in REFUSED_WITH:
            self.refuse(REFUSED_WITH[state])
        elif state is State.BODY:
            if was is State.HEAD:
                self._begin(Stage.REQUEST, limits.BODY_WITHIN)
                if self.arrival.expects_continue:
                    self.sock.send_now(CONTINUE)
            self.deadline += len(data) / limits.LEAST_RATE

    def _answer_is_taken(self) -> bool:
        """Send the rest of the answer; whether the next request is a matter of waiting."""
        if before := len(self.sock.unsent):
            try:
                self.sock.send_unsent()
            finally:
                self.deadline += (before - len(self.sock.unsent)) / limits.LEAST_RATE
        if not self._keep:
            self._close()
            return False
        self.arrival = Arrival()
        self._begin(Stage.IDLE, self.cfg.keepalive)
        # The parser, or OpenSSL, may have read ahead into the next request.
        if more := self.parser.unreader.take_buffered():
            self._take(more)
        return not more and not (self.cfg.is_ssl and self.sock.wire.pending())

    def _close(self) -> None:
        self.arrival = Arrival()
        self.sock.unsent.clear()
        self._begin(Stage.CLOSING, limits.CLOSE_WITHIN)
        self.sock.wire.shutdown(socket.SHUT_WR)

    def _drain(self) -> int | Now:
        """Read what nobody needs: closed before that, the system would take the answer back (RFC 9112, 9.6)."""
        while data := self.sock.wire.recv(limits.READ_AT_ONCE):
            self._drained += len(data)
            if self._drained > limits.DRAIN_LIMIT:
                break
        return Now.AN_END

    def _begin(self, stage: Stage, within: float) -> None:
        self.stage = stage
        self.since = monotonic()
        self.deadline = self.since + within
