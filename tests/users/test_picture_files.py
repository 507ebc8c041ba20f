"""What becomes of a file that somebody chose as their picture: a small square of pixels, or a reason why not."""

import struct
import tracemalloc
import zlib
from contextlib import suppress

import pytest
from PIL import Image, ImageCms

from app.users.picture_files import LARGEST, MOST_PIXELS, SIDE, reencode
from app.users.refusals import PictureRefused
from tests.support.picture_files import (
    BLUE,
    GREEN,
    RED,
    gif_of_size,
    halves,
    is_like,
    jpeg_of_scans,
    opened,
    picture,
    png,
    webp_of_size,
    with_chunks,
    written,
)

pytestmark = pytest.mark.any_database

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><title>A picture</title><script>alert(1)</script>"
SECRET = b"52.5163N 13.3777E"


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGB"), ("PNG", "RGBA"), ("PNG", "L"), ("PNG", "LA"), ("PNG", "P"), ("PNG", "1"),
        ("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("WEBP", "RGB"), ("WEBP", "RGBA"), ("GIF", "P"),
    ],
)  # fmt: skip
def test_every_kind_of_picture_becomes_a_small_square(kind: str, mode: str) -> None:
    kept = opened(reencode(picture(kind, (700, 500), mode)))
    assert (kept.format, kept.size) == ("WEBP", (SIDE, SIDE))
    if mode in ("RGB", "RGBA", "CMYK"):
        assert is_like(kept.getpixel((128, 128)), RED)


def test_a_small_picture_is_not_blown_up() -> None:
    assert opened(reencode(picture(size=(60, 40)))).size == (40, 40)


def test_its_middle_is_kept() -> None:
    image = Image.new("RGB", (900, 300), RED)
    image.paste(GREEN, (300, 0, 600, 300))
    kept = opened(reencode(written(image, "PNG")))
    assert all(is_like(kept.getpixel((x, 128)), GREEN) for x in (4, 128, SIDE - 5))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "red"),
    [
        (1, "top"),
        (2, "top"),
        (3, "bottom"),
        (4, "bottom"),
        (5, "left"),
        (6, "right"),
        (7, "right"),
        (8, "left"),
    ],
)
def test_a_picture_of_a_camera_held_otherwise_stands_upright(kind: str, orientation: int, red: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    kept = opened(reencode(written(halves((640, 480)), kind, exif=exif)))
    middle, near, far = SIDE // 2, SIDE // 8, SIDE - SIDE // 8
    there = {"top": (middle, near), "bottom": (middle, far), "left": (near, middle), "right": (far, middle)}
    opposite = {"top": "bottom", "bottom": "top", "left": "right", "right": "left"}
    assert is_like(kept.getpixel(there[red]), RED)
    assert is_like(kept.getpixel(there[opposite[red]]), BLUE)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF"])
def test_attack_nothing_the_file_told_beside_its_pixels_is_kept(kind: str) -> None:
    """Where a photograph was taken, with which camera, by whom: nobody who sees the picture learns it."""
    exif = Image.Exif()
    exif[0x010F], exif[0x013B] = "Camera of Anna", "Anna"
    exif.get_ifd(0x8825).update({1: "N", 2: (52.0, 30.0, 58.0), 29: SECRET.decode()})
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    told = {"exif": exif, "icc_profile": profile, "xmp": b"<x>" + SECRET + b"</x>", "comment": SECRET}
    file = written(Image.effect_noise((300, 300), 90).convert("RGB"), kind, **told)
    if kind == "PNG":
        file = with_chunks(file, (b"tEXt", b"Comment\0" + SECRET), (b"eXIf", exif.tobytes()[6:]))
    assert SECRET in file
    kept = reencode(file)
    assert kept[12:16] == b"VP8 "  # pixels, and no chunk beside them
    for word in (SECRET, b"Anna", b"Exif", b"EXIF", b"ICCP", b"XMP"):
        assert word not in kept
    assert not opened(kept).getexif()


def test_metadata_that_cannot_be_read_does_not_cost_the_picture() -> None:
    file = written(halves(), "JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40)
    assert opened(reencode(file)).size == (200, 200)


def test_transparency_is_kept() -> None:
    palette = Image.new("P", (80, 80), 1)
    palette.putpalette([0, 0, 0, *BLUE])
    palette.paste(0, (0, 0, 40, 80))
    for file in (
        written(palette, "PNG", transparency=0),
        written(palette, "GIF", transparency=0),
        written(Image.new("RGBA", (80, 80), (0, 0, 0, 0)), "PNG"),
    ):
        assert opened(reencode(file)).getpixel((10, 40))[3] == 0
    assert is_like(opened(reencode(written(palette, "PNG", transparency=0))).getpixel((70, 40)), BLUE)


@pytest.mark.parametrize(("grey", "kept"), [(0, 0), (0x8000, 128), (0xFFFF, 255)])
def test_sixteen_bits_of_grey_are_the_eight_that_count(grey: int, kept: int) -> None:
    image = Image.new("I;16", (40, 40), grey)
    assert is_like(opened(reencode(written(image, "PNG"))).getpixel((20, 20)), (kept, kept, kept))


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG"])
def test_of_an_animation_the_first_frame_is_kept(kind: str) -> None:
    frames = [Image.new("RGB", (90, 90), colour) for colour in (GREEN, RED, BLUE)]
    file = written(frames[0], kind, save_all=True, append_images=frames[1:], duration=50)
    kept = opened(reencode(file))
    assert getattr(kept, "n_frames", 1) == 1
    assert is_like(kept.getpixel((45, 45)), GREEN)


def test_attack_ten_thousand_frames() -> None:
    file = gif_of_size(1, 1, frames=10_000)
    assert len(file) < LARGEST
    assert getattr(opened(reencode(file)), "n_frames", 1) == 1


@pytest.mark.parametrize(
    "file",
    [
        png(50_000, 50_000),
        png(2**31 - 1, 2**31 - 1),
        png(MOST_PIXELS + 1, 1),
        webp_of_size(16_383, 16_383),
        written(Image.new("L", (4_000, 3_000)), "WEBP"),
        gif_of_size(65_535, 65_535),
        written(Image.new("L", (3_200, 3_200)), "JPEG", quality=10),
        written(Image.new("L", (4_000, 3_000)), "GIF"),
    ],
    ids=["png", "larger png", "a little too wide", "webp", "webp just above", "gif", "jpeg", "whole gif"],
)
def test_attack_a_small_file_of_endless_pixels(file: bytes) -> None:
    """It is refused by what its head says: where its pixels had been asked for, it would be no picture."""
    assert len(file) < LARGEST
    with pytest.raises(PictureRefused) as refused:
        reencode(file)
    assert refused.value.reason == "pixels"


def test_attack_a_jpeg_that_goes_over_its_pixels_thousands_of_times() -> None:
    assert opened(reencode(jpeg_of_scans((600, 600), 2))).size == (SIDE, SIDE)
    with pytest.raises(PictureRefused):
        reencode(jpeg_of_scans((3_000, 3_000), 2_000)[:LARGEST])


@pytest.mark.parametrize("name", [b"zTXt", b"iTXt", b"iCCP"])
def test_attack_a_text_in_a_png_that_unpacks_to_a_hundred_times_itself(name: bytes) -> None:
    packed = zlib.compress(b"x" * 30_000_000)
    head = {b"zTXt": b"a\0\0", b"iTXt": b"a\0\1\0\0\0", b"iCCP": b"a\0\0"}[name]
    file = with_chunks(picture(), *[(name, head + packed)] * 3)
    tracemalloc.start()
    try:
        with suppress(PictureRefused):
            reencode(file)
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    "file",
    [
        b"",
        b"\0",
        SVG,
        HTML,
        b"GIF89a" + HTML,
        b"\x89PNG\r\n\x1a\n" + SVG,
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"\xff\xd8\xff\xe0" + HTML,
        b"%PDF-1.7\n",
        b"BM" + struct.pack("<IHHI", 70, 0, 0, 54) + b"\0" * 60,
        b"II*\0\x08\0\0\0\0\0",
        b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n",
        b"P6 2 2 255 " + b"\xff" * 12,
        picture("BMP", (9, 9)),
        picture("TIFF", (9, 9)),
        picture("ICO", (9, 9)),
        *(picture(kind)[:60] for kind in ("PNG", "JPEG", "WEBP", "GIF")),
        written(Image.effect_noise((400, 400), 90), "JPEG")[:-9_000],
        written(Image.effect_noise((400, 400), 90), "PNG")[:-9_000],
        png(100, 100),
    ],
)  # fmt: skip
def test_attack_what_is_no_picture_or_not_all_of_one(file: bytes) -> None:
    with pytest.raises(PictureRefused) as refused:
        reencode(file)
    assert refused.value.reason == "content"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_attack_a_picture_that_is_a_page_as_well_is_kept_as_pixels(kind: str) -> None:
    assert HTML not in reencode(picture(kind) + HTML)


def test_attack_every_file_with_a_few_wrong_bytes_is_a_picture_or_is_none() -> None:
    """Whatever decoders stumble over, they never bring the portal down."""
    for kind in ("PNG", "JPEG", "GIF", "WEBP"):
        whole = bytearray(written(halves((64, 48)), kind))
        for at in range(0, len(whole), max(1, len(whole) // 60)):
            broken = bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
            with suppress(PictureRefused):
                assert opened(reencode(broken)).format == "WEBP"


def test_a_file_may_be_as_large_as_the_page_says_and_no_larger() -> None:
    whole = picture()
    assert reencode(whole + bytes(LARGEST - len(whole)))
    with pytest.raises(PictureRefused) as refused:
        reencode(whole + bytes(LARGEST - len(whole) + 1))
    assert refused.value.reason == "bytes"
