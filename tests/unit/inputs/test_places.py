"""A file is read on from any place in it, and gives what it would have given in one go."""

from __future__ import annotations

import gzip
import json
import os
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.inputs import Batch, Input, InputError, open_input
from lifecycle_dsl.inputs import files as inputs
from lifecycle_dsl.inputs.sources import Place

RECORDS: list[dict[str, Any]] = [{"type": "visit", "customer": f"u{n}", "at": n} for n in range(20)]
LINES = b"".join(json.dumps(each).encode() + b"\n" for each in RECORDS)
LONG = b"x" * 1_000
Seen = tuple[int, bytes | str]


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inputs, "BLOCK", 64)
    monkeypatch.setattr(inputs, "LONGEST_LINE", 200)


def frames(*groups: list[dict[str, Any]]) -> bytes:
    bodies = [msgspec.msgpack.encode(group) for group in groups]
    return b"".join(struct.pack("<I", len(body)) + body for body in bodies)


FRAMES = frames(RECORDS[:7], [], RECORDS[7:])


def told(piece: Batch | DeadLetter) -> list[Seen]:
    if isinstance(piece, DeadLetter):
        return [(piece.line, piece.reason)]
    return list(piece.records())


def steps(source: Input, place: Place | None) -> Iterator[tuple[Seen, Place]]:
    """What a source gives, one by one, each with the place behind it."""
    for piece in source.read(place):
        found = told(piece)
        for seen in found:
            inside = isinstance(piece, Batch) and seen is not found[-1]
            yield seen, source.within(seen[0]) if inside else source.place


def in_one_go(path: Path) -> list[Seen]:
    with open_input(str(path), growing=True) as source:
        return [seen for seen, _ in steps(source, None)]


INPUTS = {
    "e.jsonl": LINES,
    "open.jsonl": LINES.rstrip(),
    "long.jsonl": LINES[:300] + LONG + b"\n" + LINES[300:] + LONG,
    "blank.jsonl": b"\n\n" + LINES.replace(b"\n", b"\r\n\r\n"),
    "wrong.jsonl": LINES.replace(b"{", b"[", 3),
    "e.jsonl.gz": gzip.compress(LINES),
    "e.jsonl.zst": zstandard.compress(LINES),
    "cut.jsonl.gz": gzip.compress(LINES)[:-12],
    "cut.jsonl.zst": zstandard.compress(LINES) + zstandard.compress(LINES)[:-4],
    "e.msgpack": FRAMES,
    "e.msgpack.gz": gzip.compress(FRAMES),
    "e.msgpack.zst": zstandard.compress(FRAMES),
    "broken.msgpack": FRAMES + b"\xff\xff\xff\xff\x90",
    "cut.msgpack.gz": gzip.compress(FRAMES)[:-12],
}


@pytest.mark.parametrize("name", INPUTS)
def test_a_reader_that_stops_behind_any_record_goes_on_with_the_next(
    name: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_bytes(INPUTS[name])
    whole = in_one_go(path)
    assert len(whole) >= 8
    with open_input(str(path), growing=True) as source:
        places = [place for _, place in steps(source, None)]
    for number, place in enumerate(places, 1):
        with open_input(str(path), growing=True) as source:
            assert [seen for seen, _ in steps(source, place)] == whole[number:], place


@pytest.mark.parametrize("name", INPUTS)
def test_stopping_behind_every_record_changes_nothing(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(INPUTS[name])
    found, place = [], None
    while True:
        with open_input(str(path), growing=True) as source:
            step = next(steps(source, place), None)
        if step is None:
            break
        found.append(step[0])
        place = step[1]
    assert found == in_one_go(path)


@pytest.mark.parametrize("name", ["e.jsonl", "open.jsonl", "long.jsonl", "blank.jsonl"])
def test_lines_that_come_byte_by_byte_have_the_same_numbers(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(INPUTS[name])
    whole = in_one_go(path)
    path.write_bytes(b"")
    found, place = [], None
    with open_input(str(path), growing=True) as source, path.open("ab", buffering=0) as file:
        for number, byte in enumerate(INPUTS[name]):
            file.write(bytes([byte]))
            for piece in source:
                found += told(piece)
                place = source.place
            if number % 7 == 0:  # … also for one who reads on from a place
                with open_input(str(path), growing=True) as other:
                    assert list(other.read(place)) == []
    assert [number for number, _ in found] == [number for number, _ in whole]
    for (_, mine), (_, other_) in zip(found, whole, strict=True):
        assert mine == (other_.rstrip(b"\r") if isinstance(other_, bytes) else other_)


def test_a_frame_that_comes_byte_by_byte_is_left_until_it_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "e.msgpack"
    found = []
    with path.open("wb", buffering=0) as file, open_input(str(path), growing=True) as source:
        for byte in FRAMES:
            file.write(bytes([byte]))
            for piece in source:
                assert isinstance(piece, Batch)
                found += [(n, msgspec.msgpack.decode(raw)) for n, raw in piece.records()]
        assert source.rest == 0
    assert found == list(enumerate(RECORDS, 1))


def test_a_last_line_that_is_not_whole_is_left_and_taken_up_later(tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(LINES[:-9])
    with open_input(str(path), growing=True) as source:
        assert [seen[0] for piece in source for seen in told(piece)] == list(range(1, 20))
        assert source.rest > 0
        place = source.place
    path.write_bytes(LINES)
    with open_input(str(path), growing=True) as source:
        pieces = list(source.read(place))
    assert [seen[0] for piece in pieces for seen in told(piece)] == [20]


@pytest.mark.parametrize("other", [LINES.replace(b"u3", b"v3"), LINES[:100], b""])
def test_another_file_of_the_same_name_is_refused(other: bytes, tmp_path: Path) -> None:
    path = tmp_path / "e.jsonl"
    path.write_bytes(LINES)
    with open_input(str(path), growing=True) as source:
        list(source)
        place = source.place
    path.write_bytes(other)
    with (
        open_input(str(path), growing=True) as source,
        pytest.raises(InputError, match=r"is not the file that was read up to record 20: put that"),
    ):
        list(source.read(place))


@pytest.mark.parametrize("packing", [".gz", ".zst"])
def test_everything_before_the_cut_of_a_packed_file_is_handled(
    packing: str, tmp_path: Path
) -> None:
    path = tmp_path / f"e.jsonl{packing}"
    noise = [b'{"n":"%x"}\n' % (n**9) for n in range(50_000)]
    compress = gzip.compress if packing == ".gz" else zstandard.compress
    packed = compress(b"".join(noise))
    path.write_bytes(packed[:-1_000])
    with open_input(str(path), growing=True) as source:
        pieces = list(source)
        place = source.place
    *batches, last = pieces
    assert isinstance(last, DeadLetter)
    assert last.reason == "the input is damaged or cut off from here on"
    count = sum(len(told(batch)) for batch in batches)
    assert last.line == count + 1
    assert count > 40_000  # zstd works in blocks of 128 KiB
    path.write_bytes(packed)  # what was still being copied is whole now
    with open_input(str(path), growing=True) as source:
        rest = [seen for piece in source.read(place) for seen in told(piece)]
    assert [number for number, _ in rest] == list(range(count + 1, 50_001))


def test_a_pipe_cannot_be_read_on(tmp_path: Path) -> None:
    fifo = tmp_path / "pipe.jsonl"
    os.mkfifo(fifo)
    thread = threading.Thread(target=fifo.write_bytes, args=(LINES.rstrip(b"\n}"),))
    thread.start()
    with open_input(str(fifo), growing=True) as source:
        assert not source.resumable
        pieces = list(source)
    thread.join()
    # Nothing more can come, so the piece at the end is given as what it is.
    assert [seen[0] for piece in pieces for seen in told(piece)] == list(range(1, 21))
