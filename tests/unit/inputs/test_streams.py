"""Messages of a stream come once, whoever dies; what is lost is said."""

from __future__ import annotations

import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import msgspec
import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.inputs import Batch, InputError, open_source
from lifecycle_dsl.inputs.messages import Messages
from tests.unit.inputs.servers import NAME, Nats, Redis, started, wait_for
from tests.unit.stores.shop import arguments, left, stream, write_rules

LCR = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]
KILLS = int(os.environ.get("LCR_KILLS", "3"))


def bodies(rows: list[Any]) -> list[bytes]:
    """Records as messages, every third as MessagePack."""
    encode = (msgspec.json.encode, msgspec.json.encode, msgspec.msgpack.encode)
    return [encode[n % 3](row) for n, row in enumerate(rows)]


def told(url: str, place: Any = None) -> list[tuple[int, Any]]:
    """What a stream gives, each with its number; a dead letter as its reason."""
    source = open_source(url)
    found: list[tuple[int, Any]] = []
    try:
        for piece in source.read(place):
            if isinstance(piece, Batch):
                decode = msgspec.msgpack.decode if piece.framed else msgspec.json.decode
                found += [(number, decode(raw)) for number, raw in piece.records()]
                assert source.within(piece.last) == source.place
            else:
                found.append((piece.line, piece.reason))  # type: ignore[union-attr]
    finally:
        source.close()
    return found


def places(url: str) -> list[Any]:
    """The place behind each message."""
    source, found = open_source(url), []
    for piece in source.read(None):
        numbers = [n for n, _ in piece.records()] if isinstance(piece, Batch) else []
        found += [source.within(number) for number in numbers] or [source.place or ()]
    source.close()
    return found


def test_every_message_comes_once_in_order(server: Redis | Nats) -> None:
    rows = [{"n": n, "text": "a\nb"} for n in range(2_500)]
    server.add(bodies(rows))
    assert told(server.url) == list(enumerate(rows, 1))
    every = places(server.url)
    for number in (1, 2, 3, 999, 1_000, 1_001, 2_500):
        assert told(server.url, every[number - 1]) == list(enumerate(rows, 1))[number:]


def test_poison_messages_are_dead_letters(server: Redis | Nats) -> None:
    map_ = msgspec.msgpack.encode({"n": 1})
    poison = [b"", b" \n", map_[:-1], map_ + b"\xc1", b"x" * (1 << 22) + b"x"]
    poison = poison if isinstance(server, Redis) else poison[:-1]  # NATS takes 1 MiB
    mixed = [b for body in poison for b in (map_, body, b'{\n"n": 2}')]
    server.add(mixed)
    if isinstance(server, Redis):
        with server.client() as client:
            client.xadd(NAME, {"other": b"{}"})
    found = told(server.url)
    assert [number for number, _ in found] == list(range(1, len(found) + 1))
    reasons = [reason for _, reason in found if isinstance(reason, str)]
    assert reasons[:4] == [
        "the message is empty",
        "the message is empty",
        "the record is no valid MessagePack",
        "the record is no valid MessagePack",
    ]
    if isinstance(server, Redis):
        assert reasons[4:] == [
            "the message is longer than 4 MiB",
            "the message has no field `data`",
        ]
    records = [record for _, record in found if not isinstance(record, str)]
    assert records == [{"n": 1}, {"n": 2}] * len(poison)


def test_what_is_trimmed_before_it_is_read_is_an_error(server: Redis | Nats) -> None:
    rows = [{"n": n} for n in range(30)]
    server.add(bodies(rows))
    tenth = places(server.url)[9]
    server.trim(20)
    assert [number for number, _ in told(server.url, tenth)] == list(range(11, 31))
    server.trim(15)
    with pytest.raises(InputError, match=r"removed before they were read; to go on .*lost=accept"):
        told(server.url, tenth)
    (_, first), *rest = told(f"{server.url}&lost=accept", tenth)
    assert "removed before they were read" in first
    assert [record for _, record in rest] == rows[15:]
    # Who begins, begins with what is there.
    assert [record for _, record in told(server.url)] == rows[15:]


def test_a_stream_that_is_gone_or_gone_back_is_an_error(server: Redis | Nats) -> None:
    server.add(bodies([{"n": n} for n in range(30)]))
    last = places(server.url)[-1]
    server.remove()
    if isinstance(server, Redis):
        with pytest.raises(InputError, match="the stream is gone"):
            told(server.url, last)
        with server.client() as client:
            client.xadd(NAME, {"data": b"{}"}, id="1-1")
    else:
        with pytest.raises(InputError, match="cannot be read: stream not found"):
            told(server.url, last)
        server.add([b"{}"])
    with pytest.raises(InputError, match="the server has lost messages that were read"):
        told(server.url, last)
    assert len(told(f"{server.url}&lost=accept", last)) == 1  # of what there is nothing is new


def test_what_is_handled_may_be_trimmed(server: Redis | Nats) -> None:
    server.add(bodies([{"n": n} for n in range(30)]))
    source = open_source(f"{server.url}&trim=handled")
    pieces = source.read(None)
    next(pieces)
    place = source.within(1)
    source.kept(place)
    source.close()
    assert server.length() == 29
    assert [number for number, _ in told(server.url, place)] == list(range(2, 31))


def test_only_messages_of_a_subject(tmp_path: Path) -> None:
    server = started(Nats, tmp_path / "server")
    assert isinstance(server, Nats)
    try:
        for n in range(5):
            server.add([b'{"n": %d}' % n], "events.a")
            server.add([b'{"n": %d}' % -n], "events.b")
        url = f"{server.url}&subject=events.b"
        assert [record["n"] for _, record in told(url)] == [0, -1, -2, -3, -4]
        third = places(url)[2]
        assert [record["n"] for _, record in told(url, third)] == [-3, -4]
    finally:
        server.kill()


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("redis://127.0.0.1:1/0", "names no stream; add ?stream=NAME"),
        ("redis://127.0.0.1:1/0?stream=a&sream=b", "`sream` is no option of a stream"),
        ("nats://127.0.0.1:1?stream=a&lost=all", "`lost` of a stream may only be `accept`"),
        ("redis://127.0.0.1:99999/0?stream=a", "the server's URL means nothing"),
    ],
)
def test_urls_that_mean_nothing_are_refused(
    url: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rules = write_rules(tmp_path)
    assert run(["run", str(rules), url, "--store", "memory:"]) == 2
    assert message in capsys.readouterr().err
    assert run(["run", str(rules), url]) == 2
    assert "is read by `lcr run --store`" in capsys.readouterr().err


def test_a_name_does_not_show_the_password() -> None:
    source = open_source("redis://me:secret@localhost:6379/1?stream=a%20b&lost=accept")
    assert source.name == "redis://localhost:6379/1?stream=a%20b"
    source.close()


def test_a_server_that_stays_away_is_given_up(tmp_path: Path) -> None:
    del tmp_path
    source = open_source("redis://127.0.0.1:1/0?stream=a")
    assert isinstance(source, Messages)
    waits: list[float] = []
    source.sleep = waits.append
    pieces = source.read(None)
    troubles = [next(pieces) for _ in range(12)]
    assert all("cannot be reached" in str(each) for each in troubles)
    assert waits[-1] > 2.4
    assert max(waits) <= 5
    source.close()


def test_consumer_and_server_may_be_killed_at_any_instant(
    server: Redis | Nats, tmp_path: Path
) -> None:
    rules = write_rules(tmp_path)
    rows = stream(1_500, ticks=False)
    half = len(rows) // 2
    server.add([json.dumps(row).encode() for row in rows[:half]])
    hard = arguments(tmp_path / "hard", rules, server.url, "--follow", "--no-ticks")
    draw = random.Random(3)
    process = subprocess.Popen([*LCR, *hard])
    for kill in range(KILLS):
        time.sleep(draw.uniform(0.3, 2))
        if kill % 3 == 1:
            server.kill()
            time.sleep(draw.uniform(0, 0.5))
            server.start()
        else:
            process.kill()
            process.wait()
            process = subprocess.Popen([*LCR, *hard])
    server.add([json.dumps(row).encode() for row in rows[half:]])
    database = tmp_path / "hard" / "store.db"
    wait_for(lambda: _handled(database) == len(rows), 120)
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=60) == 0
    calm = arguments(tmp_path / "calm", rules, server.url)
    events = tmp_path / "events.jsonl"
    events.write_bytes(b"".join(json.dumps(row).encode() + b"\n" for row in rows))
    calm[2] = str(events)
    assert run([*calm, "--quiet"]) == 0
    # A followed stream has no end, at which the other goes on to the latest event.
    assert run([*hard[:2], server.url, *hard[3:-2], "--quiet"]) == 0
    mine, other = left(tmp_path / "hard"), left(tmp_path / "calm")
    assert mine == other


def _handled(database: Path) -> int:
    if not database.exists():
        return 0
    connection = sqlite3.connect(database, timeout=30)
    try:
        counts = dict(connection.execute("SELECT name, count FROM counts").fetchall())
    except sqlite3.OperationalError:
        return 0
    finally:
        connection.close()
    return int(counts.get("records", 0)) + int(counts.get("dead", 0))
