"""Event files as batches: every record comes through once, whatever the packing."""

from __future__ import annotations

import gzip
import io
import json
import struct
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.inputs import Batch, InputError, open_input, pack
from lifecycle_dsl.inputs import files as inputs

RECORDS: list[dict[str, Any]] = [{"type": "visit", "customer": f"u{n}", "at": n} for n in range(20)]
LINES = b"".join(json.dumps(each).encode() + b"\n" for each in RECORDS)


def frames(*groups: list[dict[str, Any]]) -> bytes:
    bodies = [msgspec.msgpack.encode(group) for group in groups]
    return b"".join(struct.pack("<I", len(body)) + body for body in bodies)


FRAMES = frames(RECORDS[:7], [], RECORDS[7:])


def read(path: Path) -> list[Batch | DeadLetter]:
    with open_input(str(path)) as source:
        return list(source)


def records(pieces: list[Batch | DeadLetter]) -> list[tuple[int, Any]]:
    found = []
    for piece in pieces:
        assert isinstance(piece, Batch)
        decode = msgspec.msgpack.decode if piece.framed else msgspec.json.decode
        found += [(number, decode(raw)) for number, raw in piece.records()]
    return found


def letters(pieces: list[Batch | DeadLetter]) -> list[tuple[int, str]]:
    return [(each.line, each.reason) for each in pieces if isinstance(each, DeadLetter)]


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("e.jsonl", LINES),
        ("e.ndjson", LINES.rstrip()),
        ("e", LINES.replace(b"\n", b"\r\n")),
        ("e.jsonl.gz", gzip.compress(LINES)),
        ("e.jsonl.zst", zstandard.compress(LINES)),
        ("two.jsonl.gz", gzip.compress(LINES[:100]) + gzip.compress(LINES[100:])),
        ("two.jsonl.zst", zstandard.compress(LINES[:100]) + zstandard.compress(LINES[100:])),
        ("e.msgpack", FRAMES),
        ("e.msgpack.gz", gzip.compress(FRAMES)),
        ("e.msgpack.zst", zstandard.compress(FRAMES)),
    ],
)
def test_every_record_comes_through_with_its_number(
    name: str, data: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "BLOCK", 64)
    path = tmp_path / name
    path.write_bytes(data)
    assert records(read(path)) == list(enumerate(RECORDS, 1))


def test_standard_input_is_lines() -> None:
    with open_input("-", io.BytesIO(LINES)) as source:
        assert records(list(source)) == list(enumerate(RECORDS, 1))


def test_blank_lines_count_and_are_no_records(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(b"\n  \n" + LINES)
    assert records(read(path)) == list(enumerate(RECORDS, 3))


def test_a_name_that_says_nothing_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    path.write_bytes(LINES)
    with pytest.raises(InputError, match=r"neither \.jsonl nor .* a query reads it, as in --sql"):
        read(path)
    path = tmp_path / "e.json"
    path.write_bytes(LINES)
    assert records(read(path))
    path.write_bytes(b'\n[{"type": "seen"}]')
    with pytest.raises(InputError, match="is one list, and not an object a line; a query reads it"):
        read(path)
    with pytest.raises(FileNotFoundError):
        read(tmp_path / "none.jsonl")


def test_what_does_not_unpack_at_all_is_refused(tmp_path: Path) -> None:
    for name in ("e.jsonl.gz", "e.jsonl.zst"):
        path = tmp_path / name
        path.write_bytes(LINES)
        with pytest.raises(InputError, match="does not unpack"):
            read(path)


def test_a_packed_file_that_is_cut_off_ends_with_a_dead_letter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inputs, "BLOCK", 64)
    path = tmp_path / "e.jsonl.gz"
    noise = "".join(f"{n * n * n:x}" for n in range(20_000))
    data = LINES + json.dumps(noise).encode() + b"\n"
    path.write_bytes(gzip.compress(data)[:-2_000])
    pieces = read(path)
    assert records(pieces[:-1])[:20] == list(enumerate(RECORDS, 1))
    assert letters(pieces) == [(21, "the input is damaged or cut off from here on")]


@given(st.integers(1, 40), st.integers(1, 60), st.lists(st.integers(0, 90), max_size=12))
def test_a_line_is_too_long_whatever_the_blocks_are(
    block: int, longest: int, lengths: list[int]
) -> None:
    texts = [b"x" * length for length in lengths]
    limit = max(longest, 2 * block)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inputs, "BLOCK", block)
        patch.setattr(inputs, "LONGEST_LINE", limit)
        source = open_input("-", io.BytesIO(b"".join(text + b"\n" for text in texts)))
        pieces = list(source)
    found = {number: raw for piece in pieces if isinstance(piece, Batch)
             for number, raw in piece.records()}  # fmt: skip
    wrong = [number for number, _ in letters(pieces)]
    for number, text in enumerate(texts, 1):
        if len(text) > limit:
            assert number in wrong
        elif text:
            assert found[number] == text
    assert len(found) + len(wrong) == sum(bool(text) for text in texts)


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        (b"\x05", "the length of a frame is cut off"),
        (b"\xff\xff\xff\xff\x90", "the length of a frame is broken"),
        (b"\x10\x00\x00\x00", "the frame is cut off"),
    ],
)
def test_a_broken_length_ends_the_input(tail: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "e.msgpack"
    path.write_bytes(FRAMES + tail)
    pieces = read(path)
    assert records(pieces[:-1]) == list(enumerate(RECORDS, 1))
    assert letters(pieces) == [(21, reason)]


def test_a_frame_that_is_cut_off_keeps_its_whole_records(tmp_path: Path) -> None:
    path = tmp_path / "e.msgpack"
    path.write_bytes(FRAMES[:-3])
    (*_, last) = read(path)
    assert isinstance(last, Batch)
    assert len(list(last.records())) == 13
    assert struct.unpack("<I", last.data[:4])[0] == len(last.data) - 4


@given(st.lists(st.sampled_from(RECORDS), max_size=40))
def test_records_are_packed_as_they_were(found: list[dict[str, Any]]) -> None:
    packed = pack([msgspec.msgpack.encode(each) for each in found], framed=True)
    assert packed == frames(found)
    lines = pack([msgspec.json.encode(each) for each in found], framed=False)
    assert msgspec.json.decode(b"[" + lines.rstrip().replace(b"\n", b",") + b"]") == found
