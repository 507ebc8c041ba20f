"""One connection: frames in, answers out, within bounds of time and memory."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from .framing import Frames, Malformed, frame, read_packet

FRAME_WITHIN = 5  # seconds from a frame's first byte to its last, and for the other side to take an answer
READ_AT_ONCE = 16 * 1024  # bytes
ANSWERS_AT_ONCE = 16  # of one connection: a NestJS service sends everything through a single one

Packet = dict[str, Any]
Answer = Callable[[Packet], Awaitable[Packet]]


class Conversation:
    """What is said on one connection; ``answer`` gives the answer to a packet and never raises."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, answer: Answer) -> None:
        self._reader = reader
        self._writer = writer
        self._answer = answer
        self._slots = asyncio.Semaphore(ANSWERS_AT_ONCE)
        self.heard_at = self._now()
        """When the other side last said something."""
        self.has_asked = False
        """Whether a whole message has come; whoever only connects makes room for those who ask."""
        # A machine that vanished without a word is noticed by the system, sooner or later.
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    async def hold(self) -> None:
        """Answer until the other side has said everything, and all of it is answered.

        Raises :class:`Malformed` after that.
        """
        malformed: Malformed | None = None
        try:
            async with asyncio.TaskGroup() as answers:
                try:
                    await self._listen(answers)
                except Malformed as error:
                    malformed = error
                except ConnectionError:
                    self.drop()
        finally:
            await self._close()
        if malformed is not None:
            raise malformed

    def finish(self) -> None:
        """Hear nothing more; what was heard is still answered."""
        with suppress(RuntimeError):
            self._writer.transport.pause_reading()  # type: ignore[attr-defined]  # nothing may arrive after the end
        self._reader.feed_eof()

    def drop(self) -> None:
        """End at once."""
        self._writer.transport.abort()

    async def _listen(self, answers: asyncio.TaskGroup) -> None:
        frames = Frames()
        deadline: float | None = None
        while data := await self._read(deadline):
            self.heard_at = self._now()
            was_amid_frame = frames.is_amid_frame
            for text in frames.feed(data):
                was_amid_frame = False
                packet = read_packet(text)
                self.has_asked = True
                if "id" not in packet:
                    continue  # an event: nobody waits for an answer, and none means anything here
                await self._slots.acquire()
                answers.create_task(self._reply(packet))
            if not frames.is_amid_frame:
                deadline = None
            elif not was_amid_frame:
                deadline = self._now() + FRAME_WITHIN
        if frames.is_amid_frame:
            raise Malformed("cut_off")

    async def _read(self, deadline: float | None) -> bytes:
        """What has arrived; nothing at the end. Between two frames there is no hurry."""
        try:
            async with asyncio.timeout_at(deadline):
                return await self._reader.read(READ_AT_ONCE)
        except TimeoutError:
            raise Malformed("slow") from None

    async def _reply(self, packet: Packet) -> None:
        try:
            answer = frame(await self._answer(packet))
            async with asyncio.timeout(FRAME_WITHIN):
                self._writer.write(answer)
                await self._writer.drain()
        except (ConnectionError, TimeoutError):
            self.drop()  # nobody reads what was asked for
        finally:
            self._slots.release()

    async def _close(self) -> None:
        self._writer.close()
        try:
            async with asyncio.timeout(FRAME_WITHIN):
                await self._writer.wait_closed()
        except (OSError, TimeoutError):
            self.drop()

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()
