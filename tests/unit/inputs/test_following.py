"""A file or a folder that grows: every record once and in order, whatever is done to the files."""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import zstandard

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.inputs import Batch, Idle, InputError, follow
from lifecycle_dsl.inputs.sources import Place, Source

Deed = Callable[[], object]


def line(n: int) -> bytes:
    return json.dumps({"n": n}).encode() + b"\n"


def lines(*numbers: int) -> bytes:
    return b"".join(map(line, numbers))


class Watcher:
    """Follows a path; each time nothing comes for a while the next deed is done to the files."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.place: Place | None = None
        self.seen: list[Any] = []
        self.pauses = 0

    def watch(self, *deeds: Deed, rest: int = 8, stop_after: int | None = None) -> list[Any]:
        """What comes while the deeds are done, until nothing comes `rest` times; or so many."""
        source = follow(str(self.path), self._pause)
        seen: list[Any] = []
        idle, left = 0, list(deeds)
        try:
            for piece in source.read(self.place):
                if isinstance(piece, Idle):
                    idle += 1
                    if left:
                        left.pop(0)()
                        idle = 0
                    elif idle >= rest:
                        break
                    continue
                idle = 0
                seen += self._told(source, piece)
                if stop_after is not None and len(seen) >= stop_after:
                    break
        finally:
            source.close()
        self.seen += seen
        return seen

    def _told(self, source: Source, piece: Batch | DeadLetter) -> list[Any]:
        if isinstance(piece, DeadLetter):
            self.place = source.place
            return [piece.reason]
        found = []
        for _, raw in piece.records():
            decode = msgspec.msgpack.decode if piece.framed else msgspec.json.decode
            try:
                found.append(decode(raw)["n"])
            except msgspec.DecodeError:
                found.append(raw)
        self.place = source.place
        return found

    def _pause(self) -> None:
        self.pauses += 1
        assert self.pauses < 10_000


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "events.jsonl"


def appending(path: Path, data: bytes) -> Deed:
    def append() -> None:
        with path.open("ab") as file:
            file.write(data)

    return append


def one_byte_after_the_other(path: Path, data: bytes) -> Iterator[Deed]:
    return (appending(path, data[n : n + 1]) for n in range(len(data)))


# ---- one file


def test_a_file_may_come_later_and_byte_by_byte(log: Path) -> None:
    deeds = [lambda: None, log.touch, *one_byte_after_the_other(log, lines(1, 22, 3) + b'{"n": 4}')]
    assert Watcher(log).watch(*deeds) == [1, 22, 3, 4]


def test_frames_may_come_byte_by_byte(tmp_path: Path) -> None:
    path = tmp_path / "events.msgpack"
    bodies = [msgspec.msgpack.encode([{"n": n}, {"n": n + 1}]) for n in (1, 3)]
    data = b"".join(len(body).to_bytes(4, "little") + body for body in bodies)
    assert Watcher(path).watch(*one_byte_after_the_other(path, data)) == [1, 2, 3, 4]


def test_a_file_that_is_renamed_is_read_to_its_end(log: Path) -> None:
    log.write_bytes(lines(1, 2))
    aside = log.with_name("events.jsonl.1")
    assert Watcher(log).watch(
        lambda: log.rename(aside),
        appending(aside, lines(3)),  # whoever writes has not noticed yet
        log.touch,
        appending(aside, lines(4)),
        appending(log, lines(5)),
        appending(log, lines(6)),
    ) == [1, 2, 3, 4, 5, 6]


def test_a_file_that_is_copied_and_emptied_is_read_to_its_end(log: Path) -> None:
    log.write_bytes(lines(1, 2))

    def rotate() -> None:
        appending(log, lines(3))()
        shutil.copy(log, log.with_name("events.jsonl.1"))
        os.truncate(log, 0)

    def rotate_and_outgrow() -> None:
        rotate()
        appending(log, lines(*range(100, 130)))()

    assert Watcher(log).watch(rotate, appending(log, lines(4)), rotate_and_outgrow) == [
        1, 2, 3, 4, 3, *range(100, 130),
    ]  # fmt: skip


def test_a_file_that_is_emptied_without_a_copy_begins_anew(log: Path) -> None:
    log.write_bytes(lines(1, 2, 3))
    assert Watcher(log).watch(lambda: log.write_bytes(lines(4))) == [1, 2, 3, 4]


def test_a_line_that_is_never_finished_is_given_when_the_file_is_put_aside(log: Path) -> None:
    log.write_bytes(lines(1) + b'{"n": 2')
    aside = log.with_name("events.jsonl.1")
    deeds = [lambda: log.rename(aside), lambda: log.write_bytes(lines(3))]
    watcher = Watcher(log)
    assert watcher.watch(*deeds) == [1, b'{"n": 2', 3]
    assert watcher.watch() == []


def rotated(log: Path, how: str, times: int, first: int) -> None:
    """Rotate a file some times, and write two more records each time."""
    for number in range(first, first + 2 * times, 2):
        for age in range(9, 0, -1):
            for packing in ("", ".gz"):
                old = log.with_name(f"{log.name}.{age}{packing}")
                if old.exists():
                    old.rename(log.with_name(f"{log.name}.{age + 1}{packing}"))
        aside = log.with_name(f"{log.name}.1")
        if how == "date":
            aside = log.with_name(f"{log.name}-202601{number:02}")
        if how == "copy":
            shutil.copy(log, aside)
            log.write_bytes(lines(number, number + 1))
            continue
        log.rename(aside)
        if how == "packed":
            log.with_name(f"{aside.name}.gz").write_bytes(gzip.compress(aside.read_bytes()))
            aside.unlink()
        log.write_bytes(lines(number, number + 1))


@pytest.mark.parametrize("how", ["rename", "copy", "packed", "date"])
@pytest.mark.parametrize("times", [1, 2, 3])
def test_rotation_while_nobody_reads_loses_nothing(log: Path, how: str, times: int) -> None:
    log.write_bytes(lines(1, 2))
    watcher = Watcher(log)
    watcher.watch()
    appending(log, lines(3, 4))()
    rotated(log, how, times, 5)
    watcher.watch(stop_after=2)
    watcher.watch(stop_after=1)
    watcher.watch()
    assert watcher.seen == list(range(1, 5 + 2 * times))


@pytest.mark.parametrize("how", ["rename", "packed", "date"])
def test_several_rotations_between_two_looks_lose_nothing(log: Path, how: str) -> None:
    log.write_bytes(lines(1, 2))

    def much_at_once() -> None:
        appending(log, lines(3, 4))()
        rotated(log, how, 3, 5)

    assert Watcher(log).watch(much_at_once) == list(range(1, 11))


def test_the_beginning_of_a_file_is_no_place(log: Path) -> None:
    log.write_bytes(lines(1, 2))
    aside = log.with_name("events.jsonl.1")
    source = follow(str(log), lambda: None)
    pieces = source.read(None)
    next(pieces)
    end = source.place
    log.rename(aside)
    log.write_bytes(line(3)[:-3])
    assert all(isinstance(next(pieces), Idle) for _ in range(9))
    assert source.place == end  # of what is not whole in the new file nothing is read
    source.close()
    aside.rename(log.with_name("events.jsonl.2"))
    log.rename(aside)
    appending(aside, line(3)[-3:])()
    log.write_bytes(lines(4))
    watcher = Watcher(log)
    watcher.place = end
    assert watcher.watch() == [3, 4]


def test_other_files_beside_it_are_left_alone(log: Path) -> None:
    log.write_bytes(lines(1))
    for name in ("events.jsonl.bak", "events.jsonl.old", "events.jsonl-copy", "events.jsonl~"):
        log.with_name(name).write_bytes(lines(9))
    aside = log.with_name("events.jsonl.1")
    deeds = [lambda: log.rename(aside), lambda: log.write_bytes(lines(2))]
    assert Watcher(log).watch(*deeds) == [1, 2]


def test_another_file_in_its_place_is_refused(log: Path) -> None:
    log.write_bytes(lines(1, 2, 3))
    watcher = Watcher(log)
    watcher.watch()
    log.write_bytes(lines(7, 8, 9, 10))
    with pytest.raises(InputError, match=r"neither .*events.jsonl nor a file put aside"):
        watcher.watch()


def test_what_cannot_grow_is_not_followed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is packed, so that it does not grow"):
        follow(str(tmp_path / "e.jsonl.gz"))
    with pytest.raises(InputError, match="is no folder"):
        follow(str(tmp_path / "none" / "e.jsonl"))
    with pytest.raises(InputError, match=r"neither \.jsonl nor"):
        follow(str(tmp_path / "e.csv"))


# ---- a folder


def test_files_come_into_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()

    def move_in(name: str, data: bytes) -> Deed:
        def move() -> None:
            (folder / f"{name}.tmp").write_bytes(data)
            (folder / f"{name}.tmp").rename(folder / name)

        return move

    assert Watcher(folder).watch(
        move_in("1.jsonl", lines(1, 2)),
        *one_byte_after_the_other(folder / "2.jsonl", lines(3, 4)),
        move_in("3.jsonl.gz", gzip.compress(lines(5))),
        move_in("4.jsonl.zst", zstandard.compress(lines(6))),
        *one_byte_after_the_other(folder / "5.jsonl.gz", gzip.compress(lines(7, 8))),
        *one_byte_after_the_other(folder / "6.jsonl.zst", zstandard.compress(lines(9, 10))),
        (folder / "7.jsonl").touch,
        move_in("8.jsonl", lines(11)),
        move_in(".hidden.jsonl", lines(99)),
        move_in("notes.txt", b"nothing"),
    ) == list(range(1, 12))


def test_a_folder_is_read_on_from_any_place(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(0, 30, 3):
        packing = gzip.compress if number % 2 else bytes
        name = f"{number:03}.jsonl{'.gz' if number % 2 else ''}"
        (folder / name).write_bytes(packing(lines(number, number + 1, number + 2)))
    watcher = Watcher(folder)
    while watcher.watch(stop_after=1):
        pass
    assert watcher.seen == list(range(30))


def test_what_is_not_whole_in_a_file_is_given_once_later_ones_are_there(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.jsonl").write_bytes(lines(1) + b'{"n": 2')
    noise = b"".join(line(n) for n in range(10, 60))
    (folder / "2.jsonl.gz").write_bytes(gzip.compress(noise)[:-9])
    (folder / "2b.jsonl.zst").write_bytes(b"no zstd at all")
    (folder / "3.jsonl").write_bytes(lines(3))
    watcher = Watcher(folder)
    while watcher.watch(stop_after=1, rest=20):
        pass
    assert watcher.seen[:2] == [1, b'{"n": 2']
    damaged = "the input is damaged or cut off from here on"
    assert watcher.seen[2:-1] == [*range(10, 60), damaged, damaged]
    assert watcher.seen[-1] == 3


def test_a_file_that_comes_too_late_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "2.jsonl").write_bytes(lines(2))
    watcher = Watcher(folder)
    late = watcher.watch(lambda: (folder / "1.jsonl").write_bytes(lines(1)))
    assert late == [2, "the file came when later ones had been read: none of it was handled"]
    assert watcher.watch() == []


def test_a_file_that_is_gone_stops_the_next_reader(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "1.jsonl").write_bytes(lines(1))
    watcher = Watcher(folder)
    watcher.watch()
    (folder / "1.jsonl").unlink()
    with pytest.raises(InputError, match=r"1.jsonl, which was being read, is gone: put it back"):
        watcher.watch()
