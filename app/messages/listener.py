"""The listener: accepts connections, lets threads ask the database, ends with its portal."""

import asyncio
import logging
import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from ..extensions import metrics
from ..process.metric_families import MALFORMED_FRAMES
from .conversation import Conversation, Packet
from .framing import Malformed
from .patterns import Responder, find_responder

MOST_CONNECTIONS = 500  # below the files a process may open by default, with room for the database
WAITING = 512  # connections the system holds until they are accepted
THREADS = 8
ANSWER_WITHIN = 5  # seconds; NestJS services wait about as long
FINISH_WITHIN = 5  # seconds for the last answers
LINES_A_MINUTE = 60  # about frames malformed in one way; the numbers count on
LOOK_FOR_PARENT_EVERY = 0.5  # seconds

# Word for word what NestJS's own server says.
NO_RESPONDER = "There is no matching message handler defined in the remote service."
TROUBLE = {"status": "error", "message": "The portal cannot answer at the moment. Please try again."}

_log = logging.getLogger(__name__)


class Listener:
    """Answers the messages that :mod:`app.messages.patterns` knows, on ``app``'s database."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="messages")
        self._open: dict[Conversation, asyncio.Task[Any]] = {}
        self._in_trouble = False
        self._malformed = self._written_down = 0
        self._minute = 0
        self._lines: Counter[str] = Counter()  # of this minute

    async def run(self, host: str, port: int, parent: int | None, ready: Callable[[], None]) -> None:
        """Listen until a signal, or until ``parent`` is not the parent process any more.

        Raises OSError where it cannot listen there; calls ``ready`` where it does.
        """
        end = asyncio.Event()
        for name in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(name, end.set)
        server = await asyncio.start_server(self._converse, host, port, backlog=WAITING)
        ready()
        while not end.is_set() and parent in (None, os.getppid()):
            try:
                await asyncio.wait_for(end.wait(), LOOK_FOR_PARENT_EVERY)
            except TimeoutError:
                self._write_down()
        server.close()
        await self._finish()
        metrics.flush()

    def _write_down(self) -> None:
        """Let a thread add what was counted to the totals of the machine."""
        if self._malformed != self._written_down:
            self._written_down = self._malformed
            self._threads.submit(metrics.flush)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._open) >= MOST_CONNECTIONS:
            # A service that stays connected between messages is not driven out by those who never send one.
            dispensable = min(self._open, key=lambda each: (each.has_asked, each.heard_at))
            del self._open[dispensable]  # now: its task ends some moments later
            dispensable.drop()
        conversation = Conversation(reader, writer, self._answer)
        task = asyncio.current_task()
        assert task is not None
        self._open[conversation] = task
        try:
            await conversation.hold()
        except Malformed as error:
            self._note_malformed(error, writer.get_extra_info("peername"))
        finally:
            self._open.pop(conversation, None)

    def _note_malformed(self, error: Malformed, peer: Any) -> None:
        """Count it, and write a line unless there were many like it in this minute."""
        self._malformed += 1
        metrics.count(MALFORMED_FRAMES, error.reason)
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute = minute
            self._lines.clear()
        self._lines[error.reason] += 1
        if self._lines[error.reason] > LINES_A_MINUTE:
            return
        _log.warning(
            "Messages: a malformed frame (%s) ended the connection of %s; %d so far",
            error.reason,
            peer[0] if peer else "somebody",
            self._malformed,
        )

    async def _finish(self) -> None:
        for conversation in list(self._open):
            conversation.finish()
        if self._open:
            await asyncio.wait(self._open.values(), timeout=FINISH_WITHIN)
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _answer(self, packet: Packet) -> Packet:
        responder = find_responder(packet.get("pattern"))
        if responder is None:
            return {"id": packet["id"], "status": "error", "err": NO_RESPONDER}
        told: Packet
        try:
            asked = asyncio.get_running_loop().run_in_executor(
                self._threads, self._respond, responder, packet.get("data")
            )
            told = {"response": await asyncio.wait_for(asked, ANSWER_WITHIN)}
            self._in_trouble = False
        except Exception as error:  # whatever it is, it ends neither the connection nor the listener
            self._note_trouble(error)
            told = {"err": TROUBLE}
        return {**told, "isDisposed": True, "id": packet["id"]}

    def _respond(self, responder: Responder, data: Any) -> Any:
        with self._app.app_context():
            return responder(data)

    def _note_trouble(self, error: Exception) -> None:
        """One line when the database goes away, none with every further message."""
        if not isinstance(error, SQLAlchemyError | TimeoutError):
            _log.error("Messages: an answer failed", exc_info=error)
        elif not self._in_trouble:
            _log.error(
                "Messages: the database is in trouble: %r", getattr(error, "orig", None) or type(error)
            )
        self._in_trouble = True
