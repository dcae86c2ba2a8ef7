"""`lcr outbox`: delivering as a process, listing, trying again, dropping."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.stores import Delivery, Store, open_store
from tests.unit.delivery.receivers import (
    HANGS,
    OK,
    SECOND,
    Answer,
    Receiver,
    Request,
    keep,
    key,
    receiving,
    statuses,
)

PROGRAM = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]


@contextmanager
def beside(answer: Callable[[Request], Answer] = lambda _: OK) -> Iterator[Receiver]:
    """A receiver in a thread of its own, for processes."""
    found: list[Receiver] = []
    ready, loop = threading.Event(), asyncio.new_event_loop()
    stop = asyncio.Event()

    async def serve() -> None:
        async with receiving(answer) as receiver:
            found.append(receiver)
            ready.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
    thread.start()
    assert ready.wait(10)
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
        loop.close()


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """A store in the folder where commands are run."""
    monkeypatch.chdir(tmp_path)
    opened = open_store("sqlite:///a.db")
    yield opened
    opened.close()


def settings(text: str) -> None:
    Path("lcr.toml").write_text(text, encoding="utf-8")


def webhook(url: str, more: str = "") -> None:
    settings(f'[deliver.email]\nto = "webhook"\nurl = "{url}"\n{more}')


def lcr(*arguments: str) -> int:
    return run(["outbox", arguments[0], "--store", "sqlite:///a.db", *arguments[1:]])


# ---- deliver


def test_draining_delivers_all_and_says_so(store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    keep(store, range(1, 51))
    with beside() as receiver:
        webhook(receiver.url)
        assert lcr("deliver", "--drain") == 0
    assert statuses(store) == {"delivered": 50}
    assert Counter(receiver.keys) == Counter(key(n) for n in range(1, 51))
    assert capfd.readouterr().err == "email: 50 delivered, 0 failed attempts, 0 dead\n"


def test_a_log_is_one_object_a_line(store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    keep(store, [1])
    keep(store, [2], "fax")
    with beside(lambda _: Answer(404)) as receiver:
        webhook(receiver.url)
        assert lcr("deliver", "--once") == 1
    *log, told, unknown = capfd.readouterr().err.splitlines()
    assert told == "email: 0 delivered, 0 failed attempts, 1 dead"
    assert unknown == "fax: messages wait, and no destination is called so"
    lines = [json.loads(each) for each in log]
    assert [each["message"] for each in lines] == [
        "messages wait for `fax`, which is no configured destination",
        "dead: 404 Said",
    ]
    assert lines[1] | {"at": ""} == {
        "at": "",
        "level": "warning",
        "logger": "lifecycle_dsl.delivery",
        "message": "dead: 404 Said",
        "destination": "email",
        "number": 1,
        "key": key(1),
        "attempts": 1,
    }


def test_settings_may_stand_in_pyproject_or_in_a_file_that_is_named(store: Store) -> None:
    keep(store, [1])
    Path("pyproject.toml").write_text('[tool.lcr.deliver.email]\nto = "file"\npath = "one.jsonl"\n')
    assert lcr("deliver", "--drain", "--quiet") == 0
    assert len(Path("one.jsonl").read_text().splitlines()) == 1
    keep(store, [2])
    Path("deep").mkdir()
    Path("deep/delivery.toml").write_text('[deliver.email]\nto = "file"\npath = "two.jsonl"\n')
    assert lcr("deliver", "--drain", "--quiet", "--config", "deep/delivery.toml") == 0
    assert len(Path("deep/two.jsonl").read_text().splitlines()) == 1


def test_the_store_may_stand_in_the_settings(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(store, [1])
    settings('[outbox]\nstore = "sqlite:///a.db"\n')
    assert run(["outbox", "list", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["number"] == 1
    settings('[outbox]\nstor = "sqlite:///a.db"\n')
    assert run(["outbox", "list"]) == 2
    assert "did you mean `store`?" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lcr.toml names no destination: write a table [deliver.NAME]"),
        ('[deliver.email]\nto = "webhok"\n', "lcr.toml: [deliver.email]: `to` cannot be `webhok`"),
        ("deliver = 5\n", "`deliver` is a table: [deliver]"),
        ("[delivr.email]\n", "did you mean `deliver`?"),
    ],
)
def test_wrong_settings_are_wrong_usage(
    store: Store, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    keep(store, [1])
    settings(text)
    assert lcr("deliver", "--once") == 2
    assert said in capsys.readouterr().err


def test_a_store_that_is_not_there_is_not_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for command in ("list", "deliver", "retry", "drop"):
        more = ["--all"] if command in {"retry", "drop"} else []
        settings('[deliver.email]\nto = "file"\npath = "x"\n')
        assert run(["outbox", command, "--store", "sqlite:///none.db", *more]) == 2
        assert "there is no such file" in capsys.readouterr().err
    assert not Path("none.db").exists()


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_it_stops_when_told_and_gives_back(store: Store, told: signal.Signals) -> None:
    """What is under way comes to its end; what waits in hand is there for the next at once."""
    keep(store, range(1, 201))
    with beside(lambda _: Answer(after=0.2)) as receiver:
        webhook(receiver.url, "workers = 5\n")
        arguments = ["outbox", "deliver", "--store", "sqlite:///a.db"]
        process = subprocess.Popen([*PROGRAM, *arguments], stderr=subprocess.PIPE, text=True)
        while len(receiver.requests) < 20:
            time.sleep(0.01)
        process.send_signal(told)
        _, err = process.communicate(timeout=20)
    assert process.returncode == 0, err
    assert 20 <= statuses(store)["delivered"] <= 40
    assert len(receiver.requests) == statuses(store)["delivered"]
    assert {(each.due, each.attempts) for each in store.outbox(Delivery.WAITING)} == {(0, 0)}


def test_draining_that_is_told_to_stop_is_interrupted(store: Store) -> None:
    keep(store, [1, 2])
    with beside(lambda _: HANGS) as receiver:
        webhook(receiver.url, 'timeout = "2s"\n')
        arguments = ["outbox", "deliver", "--store", "sqlite:///a.db", "--drain"]
        process = subprocess.Popen([*PROGRAM, *arguments], stderr=subprocess.PIPE, text=True)
        while len(receiver.requests) < 2:
            time.sleep(0.01)
        process.terminate()
        _, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.endswith("interrupted\n")
    assert statuses(store) == {"waiting": 2}


def test_killed_at_any_instant_it_delivers_every_message_and_doubles_have_its_key(
    store: Store,
) -> None:
    """Killed with messages under way, to a receiver that itself fails now and then."""
    count, kills = 800, 0
    keep(store, range(1, count + 1))
    asked = 0

    def answer(_: Request) -> Answer:
        nonlocal asked
        asked += 1
        return Answer(503) if asked % 50 == 0 else Answer(after=0.002)

    with beside(answer) as receiver:
        webhook(receiver.url, 'timeout = "200ms"\nbackoff = "10ms"\nworkers = 8\n')
        options = ["--store", "sqlite:///a.db", "--drain", "--quiet", "--lease", "500ms"]
        while statuses(store)["waiting"]:
            before = len(receiver.requests)
            process = subprocess.Popen([*PROGRAM, "outbox", "deliver", *options])
            while process.poll() is None and kills < 5:
                if len(receiver.requests) - before > 100:
                    process.kill()
                    kills += 1
                    break
                time.sleep(0.001)
            assert process.wait(60) in {0, -signal.SIGKILL}
    assert kills == 5
    assert statuses(store) == {"delivered": count}
    arrived = Counter(receiver.keys)
    assert set(arrived) == {key(n) for n in range(1, count + 1)}
    bodies = {each.key: each.body for each in receiver.requests}
    assert all(bodies[each.key] == each.body for each in receiver.requests)
    assert all(json.loads(each.body)["key"] == each.key for each in receiver.requests)
    doubles = sum(arrived.values()) - count - asked // 50
    assert 0 <= doubles <= kills * 8 * 6


# ---- list, retry, drop


@pytest.fixture
def mixed(store: Store) -> Store:
    """Two that wait, one of them postponed, two dead, one delivered."""
    keep(store, [1, 2, 3])
    keep(store, [4, 5], "sms")
    now = time.time_ns() // 1_000
    store.claim("email", now, 3, SECOND)
    store.delivered([1], now)
    store.bury(2, "404 Not Found: no [bold]such\x1b[31m[/bold] path")
    store.postpone(3, now + 90 * 60 * SECOND, "503 Service Unavailable")
    store.claim("sms", now, 1, SECOND)
    store.bury(4, "the number is not in service")
    return store


def test_the_list_shows_what_is_not_delivered(
    mixed: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    del mixed
    assert lcr("list") == 0
    lines = [each.rstrip() for each in capsys.readouterr().out.splitlines()]
    assert lines[:3] == [
        "email: 1 waiting, 1 delivered, 1 dead",
        "sms: 1 waiting, 0 delivered, 1 dead",
        "",
    ]
    rows = [each.split() for each in lines[3:]]
    assert rows[0] == ["number", "destination", "customer", "status", "attempts", "next", "reason"]
    assert lines[4].endswith("404 Not Found: no [bold]such?[31m[/bold] path")
    assert [row[:5] for row in rows[1:]] == [
        ["2", "email", "u2", "dead", "1"],
        ["3", "email", "u3", "waiting", "1"],
        ["4", "sms", "u4", "dead", "1"],
        ["5", "sms", "u5", "waiting", "0"],
    ]
    assert rows[2][5:] == ["in", "1h", "29min", "503", "Service", "Unavailable"]
    assert rows[4][5:] == ["now"]


def test_the_list_for_programs(mixed: Store, capsys: pytest.CaptureFixture[str]) -> None:
    del mixed
    assert lcr("list", "--format", "json", "--status", "dead", "--destination", "email") == 0
    (found,) = map(json.loads, capsys.readouterr().out.splitlines())
    assert found.pop("since").endswith("Z")
    assert found.pop("due").endswith("Z")
    assert found == {
        "number": 2,
        "key": key(2),
        "customer": "u2",
        "kind": "sent",
        "destination": "email",
        "status": "dead",
        "attempts": 1,
        "reason": "404 Not Found: no [bold]such\x1b[31m[/bold] path",
    }
    assert lcr("list", "--format", "json", "--limit", "2") == 0
    assert [json.loads(each)["number"] for each in capsys.readouterr().out.splitlines()] == [2, 3]
    assert lcr("list", "--format", "json", "--status", "delivered") == 0
    assert [json.loads(each)["number"] for each in capsys.readouterr().out.splitlines()] == [1]


def test_a_long_list_says_how_many_more_there_are(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    keep(store, range(1, 2_501))
    assert lcr("list") == 0
    out = capsys.readouterr().out
    assert "and 2,450 others: --limit shows more" in out
    assert lcr("list", "--format", "json") == 0
    assert len(capsys.readouterr().out.splitlines()) == 2_500


def test_an_empty_list_is_empty(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    del store
    assert lcr("list") == 0
    assert capsys.readouterr().out == ""


def test_dead_messages_are_tried_again_by_number_or_all(
    mixed: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    assert lcr("retry", "2") == 0
    assert capsys.readouterr().out == "1 message will be tried again\n"
    assert [each.number for each in mixed.outbox(Delivery.DEAD)] == [4]
    (two, *_) = mixed.outbox(Delivery.WAITING)
    assert (two.number, two.attempts, two.since) == (2, 0, None)
    assert lcr("retry", "--all") == 0
    assert capsys.readouterr().out == "1 message will be tried again\n"
    assert mixed.outbox(Delivery.DEAD) == []


def test_only_dead_messages_can_be_named(mixed: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert lcr("retry", "1", "2", "3", "99") == 1
    told = capsys.readouterr()
    assert told.out == "1 message will be tried again\n"
    assert told.err.startswith("3 numbers left alone: only dead messages can be named, see lcr")
    assert statuses(mixed) == {"waiting": 3, "delivered": 1, "dead": 1}
    assert lcr("drop", "5") == 1
    assert statuses(mixed) == {"waiting": 3, "delivered": 1, "dead": 1}


def test_dead_messages_are_dropped(mixed: Store, capsys: pytest.CaptureFixture[str]) -> None:
    assert lcr("drop", "--all", "--destination", "sms") == 0
    assert capsys.readouterr().out == "1 message removed\n"
    assert [each.number for each in mixed.outbox(Delivery.DEAD)] == [2]
    assert lcr("drop", "--all") == 0
    assert mixed.outbox(Delivery.DEAD) == []
    assert statuses(mixed) == {"waiting": 2, "delivered": 1}


@pytest.mark.parametrize("command", ["retry", "drop"])
@pytest.mark.parametrize(
    "arguments", [[], ["1", "--all"], ["0"], ["x"], ["1", "--destination", "sms"]]
)
def test_which_messages_has_to_be_said(
    mixed: Store, capsys: pytest.CaptureFixture[str], command: str, arguments: list[str]
) -> None:
    assert lcr(command, *arguments) == 2
    assert "Usage" in capsys.readouterr().err
    assert statuses(mixed) == {"waiting": 2, "delivered": 1, "dead": 2}


def test_once_and_drain_exclude_each_other(store: Store) -> None:
    del store
    assert lcr("deliver", "--once", "--drain") == 2


def test_the_lease_is_a_duration(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    del store
    assert lcr("deliver", "--once", "--lease", "soon") == 2
    assert "is no duration, such as 30s or 5min" in capsys.readouterr().err


# ---- prune


def test_what_arrived_long_ago_is_pruned(store: Store, capfd: pytest.CaptureFixture[str]) -> None:
    keep(store, range(1, 6))
    numbers = [each.number for each in store.outbox()]
    store.delivered(numbers[:2], 1)
    store.delivered(numbers[2:3], time.time_ns() // 1_000)
    assert lcr("prune", "--older", "30d") == 0
    assert capfd.readouterr().out == "2 messages removed\n"
    assert statuses(store) == {"delivered": 1, "waiting": 2}
    keep(store, range(1, 6))
    assert [each.number for each in store.outbox()] == numbers[2:]
    assert lcr("prune", "--older", "soon") == 2
