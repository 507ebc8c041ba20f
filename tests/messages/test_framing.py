"""Frames as JavaScript counts them, however they are cut on their way."""

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.messages.framing import LONGEST_FRAME, Frames, Malformed, frame, read_packet
from tests.support.messages import framed

TEXTS = st.lists(st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30), max_size=6)


def feed(*pieces: bytes) -> list[str]:
    frames = Frames()
    return [text for piece in pieces for text in frames.feed(piece)]


@given(texts=TEXTS, cuts=st.lists(st.integers(0, 400), max_size=8))
def test_frames_come_out_as_they_went_in_wherever_the_stream_is_cut(
    texts: list[str], cuts: list[int]
) -> None:
    stream = b"".join(framed(text) for text in texts)
    places = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    pieces = [stream[start:end] for start, end in pairwise(places)]
    assert feed(*pieces) == texts


def test_every_byte_alone() -> None:
    stream = framed("ä€😀x") + framed("y")
    assert feed(*(bytes([byte]) for byte in stream)) == ["ä€😀x", "y"]


def test_lengths_count_utf16_units() -> None:
    assert feed("4#😀😀".encode()) == ["😀😀"]
    assert feed("2#ää".encode()) == ["ää"]


@pytest.mark.parametrize(
    ("stream", "reason"),
    [
        (b"x#{}", "length"), (b"#{}", "length"), (b"-1#{}", "length"), (b"0#", "length"), (b" 2#{}", "length"),
        (b"2.0#{}", "length"), (b"1e1#{}", "length"), ("\u0662#{}".encode(), "length"), (b"GET / HTTP", "length"),
        ("1#😀".encode(), "length"), (b"\x16\x03\x01\x02", "length"),
        (b"99999999999#{}", "too_long"), (b"%d#" % (LONGEST_FRAME + 1), "too_long"), (b"1" * 50_000, "too_long"),
        (b"4#\xff\xfe", "not_utf8"), (b"3#\xed\xa0\x80", "not_utf8"),
    ],
)  # fmt: skip
def test_malformed_frames(stream: bytes, reason: str) -> None:
    with pytest.raises(Malformed) as refusal:
        feed(stream)
    assert refusal.value.reason == reason


def test_what_came_before_a_malformed_frame_is_heard() -> None:
    arriving = Frames().feed(framed("{}") + b"x#")
    assert next(arriving) == "{}"
    with pytest.raises(Malformed):
        next(arriving)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not_json"), ("{", "not_json"), ('{"id":NaN}', "not_json"), ('{"id":1e999}', "not_json"),
        ("[" * 20_000, "not_json"), ('{"id":' + "1" * 5_000 + "}", "not_json"),
        ("5", "no_packet"), ("[]", "no_packet"), ("null", "no_packet"), ('{"id":{}}', "no_packet"),
    ],
)  # fmt: skip
def test_malformed_packets(text: str, reason: str) -> None:
    with pytest.raises(Malformed) as refusal:
        read_packet(text)
    assert refusal.value.reason == reason


@pytest.mark.parametrize("value", ["ä😀\ud800", None, 1.5, {"a": ["b"]}])
def test_answers_are_counted_the_same_in_bytes_and_in_javascript(value: Any) -> None:
    length, _mark, text = frame({"response": value}).partition(b"#")
    assert int(length) == len(text)
    assert json.loads(text) == {"response": value}
