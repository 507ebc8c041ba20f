"""A picture that somebody sent, made anew: a small square of nothing but pixels, in one format."""

import warnings
from contextlib import suppress
from io import BytesIO
from threading import Lock

from PIL import ExifTags, GifImagePlugin, Image, JpegImagePlugin, PngImagePlugin, WebPImagePlugin

from ..connections.limits import BODY_LIMIT
from .refusals import PictureRefused

# Importing their plugins has Pillow know these formats, so it never looks for one of its fifty others.
FORMATS = tuple(
    str(kind.format)
    for kind in (
        GifImagePlugin.GifImageFile,
        JpegImagePlugin.JpegImageFile,
        PngImagePlugin.PngImageFile,
        WebPImagePlugin.WebPImageFile,
    )
)
LARGEST = BODY_LIMIT - 16 * 1024  # bytes; the other fields of the profile need far less than the rest
MOST_PIXELS = 10_000_000  # more than a 4K screen shows: half a second and 200 MB, however small the file is
MOST_SCANS = 30  # a progressive JPEG has about ten; each goes over all pixels again, and costs few bytes
SIDE = 256  # pixels; our pages show 64, which are twice as many on sharp screens, and apps a little more
QUALITY = 82  # of 100; above, files grow faster than anybody sees

Image.MAX_IMAGE_PIXELS = MOST_PIXELS  # for decoders that take memory as soon as they know the size

_one_at_a_time = Lock()  # so that a process never has more than one of them in its memory
_START_OF_SCAN = b"\xff\xda"
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def reencode(content: bytes) -> bytes:
    """Return the middle square of a picture as WebP: its first frame, upright and without metadata.

    Raises PictureRefused.
    """
    if len(content) > LARGEST:
        raise PictureRefused("bytes")
    if content.count(_START_OF_SCAN) > MOST_SCANS:
        raise PictureRefused("content")
    try:
        with _one_at_a_time, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a stranger's file has told wrong is nothing for the log
            return _as_webp(_square(content))
    except PictureRefused:
        raise
    except Image.DecompressionBombError:
        raise PictureRefused("pixels") from None
    except Exception:  # decoders have no common word for what they cannot read
        raise PictureRefused("content") from None


def _square(content: bytes) -> Image.Image:
    """Decode the picture and return its middle, upright, and no larger than it is kept."""
    with Image.open(BytesIO(content), formats=FORMATS) as picture:
        if picture.width * picture.height > MOST_PIXELS:
            raise PictureRefused("pixels")
        picture.draft("RGB", (SIDE, SIDE))  # a JPEG is decoded no larger than is needed
        picture.load()
        turn = _TURNS.get(_orientation(picture))
        side = min(picture.size)
        left, top = (picture.width - side) // 2, (picture.height - side) // 2
        square = _with_plain_colours(picture.crop((left, top, left + side, top + side)))
    if side > SIDE:
        square = square.resize((SIDE, SIDE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    return square if turn is None else square.transpose(turn)


def _orientation(picture: Image.Image) -> int:
    """How the camera was held; upright where the metadata cannot be read."""
    with suppress(Exception):
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    return 1


def _with_plain_colours(picture: Image.Image) -> Image.Image:
    if picture.mode.startswith("I"):  # 16 bits of grey, of which Pillow would keep the lower eight
        return picture.point(lambda grey: grey * (1 / 256)).convert("RGB")
    return picture.convert("RGBA" if picture.has_transparency_data else "RGB")


def _as_webp(picture: Image.Image) -> bytes:
    """Write the pixels alone: whatever else the file said stays behind."""
    pixels = Image.frombytes(picture.mode, picture.size, picture.tobytes())
    written = BytesIO()
    pixels.save(written, "WEBP", quality=QUALITY)
    return written.getvalue()
