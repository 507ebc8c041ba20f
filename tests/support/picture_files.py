"""Files that people choose for a picture: honest ones, and those that are made to do harm."""

import struct
import zlib
from io import BytesIO
from typing import Any

from PIL import Image

RED, GREEN, BLUE = (220, 20, 20), (20, 180, 20), (20, 20, 220)


def picture(
    kind: str = "PNG", size: tuple[int, int] = (300, 200), mode: str = "RGB", **options: Any
) -> bytes:
    """A file of one colour."""
    return written(Image.new("RGB", size, RED).convert(mode), kind, **options)


def written(image: Image.Image, kind: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def halves(size: tuple[int, int] = (300, 200)) -> Image.Image:
    """Red above, blue below."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (0, size[1] // 2, *size))
    return image


def opened(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def is_like(colour: Any, wanted: tuple[int, int, int]) -> bool:
    """Whether a pixel has about this colour: what is kept is not lossless."""
    return all(abs(have - want) < 30 for have, want in zip(colour[:3], wanted, strict=True))


def png(width: int, height: int, *chunks: tuple[bytes, bytes], depth: int = 8, colours: int = 2) -> bytes:
    """A PNG that says it is so large, with ``chunks`` between its head and an empty body."""
    head = struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0)
    parts = [(b"IHDR", head), *chunks, (b"IDAT", zlib.compress(b"")), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_chunk, parts))


def with_chunks(file: bytes, *chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG with further ``chunks`` behind its head."""
    end = len(b"\x89PNG\r\n\x1a\n") + 12 + 13
    return file[:end] + b"".join(map(_chunk, chunks)) + file[end:]


def webp_of_size(width: int, height: int) -> bytes:
    """The head of a WebP with a canvas so large."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = (
        b"WEBPVP8X" + struct.pack("<I", 10) + b"\x12\0\0\0" + size + b"ANIM" + struct.pack("<I", 6) + bytes(6)
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body


def gif_of_size(width: int, height: int, frames: int = 1) -> bytes:
    """A GIF that says it is so large, with as many frames of one pixel."""
    frame = b",\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0"
    head = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(RED) + bytes(BLUE)
    return head + frame * frames + b";"


def jpeg_of_scans(size: tuple[int, int], scans: int) -> bytes:
    """A progressive JPEG whose last scan comes again and again."""
    file = written(Image.new("RGB", size, RED), "JPEG", progressive=True)
    last = file[file.rindex(b"\xff\xda") : -2]
    return file[:-2] + last * scans + b"\xff\xd9"


def _chunk(chunk: tuple[bytes, bytes]) -> bytes:
    name, content = chunk
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
