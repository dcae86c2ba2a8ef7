"""Files as destinations: JSON Lines, each message once."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from lifecycle_dsl.delivery import Deliverer, FileDestination
from lifecycle_dsl.stores import Delivery
from tests.unit.delivery.receivers import SECOND, filled, finish, key, line, only, statuses


def numbers(path: Path) -> list[int]:
    return [json.loads(each)["data"]["number"] for each in path.read_text().splitlines()]


def test_messages_are_appended_as_lines(tmp_path: Path) -> None:
    path, store = tmp_path / "out.jsonl", filled(300)
    path.write_bytes(line(1_000) + b"\n")
    finish(Deliverer(store, {"email": FileDestination(path)}).drain())
    assert sorted(numbers(path)) == [*range(1, 301), 1_000]
    assert path.read_bytes().startswith(line(1_000) + b"\n")
    assert statuses(store) == {"delivered": 300}


def test_what_was_written_and_not_noted_is_not_written_again(tmp_path: Path) -> None:
    """As when the deliverer is killed between the file and the store."""
    path, store = tmp_path / "out.jsonl", filled(3)
    store.claim("email", 1, 2, SECOND)
    path.write_bytes(line(1) + b"\n")
    finish(Deliverer(store, {"email": FileDestination(path)}).drain())
    assert sorted(numbers(path)) == [1, 2, 3]
    assert statuses(store) == {"delivered": 3}


@pytest.mark.parametrize("before", [0, 1, 5_000])
def test_a_line_that_was_cut_off_is_removed_and_comes_again(tmp_path: Path, before: int) -> None:
    path, store = tmp_path / "out.jsonl", filled(2)
    store.claim("email", 1, 1, SECOND)
    whole = b"".join(line(number) + b"\n" for number in range(10_000, 10_000 + before))
    path.write_bytes(whole + line(1)[:-4])
    finish(Deliverer(store, {"email": FileDestination(path)}).drain())
    assert path.read_bytes()[: len(whole)] == whole
    assert sorted(numbers(path)[before:]) == [1, 2]


def test_a_key_in_another_messages_data_is_not_its_own(tmp_path: Path) -> None:
    path, store = tmp_path / "out.jsonl", filled(1)
    store.claim("email", 1, 1, SECOND)
    told = json.dumps({"note": f'"key":"{key(1)}"'}, separators=(",", ":"))
    path.write_text(told + "\n")
    finish(Deliverer(store, {"email": FileDestination(path)}).drain())
    assert len(path.read_bytes().splitlines()) == 2


def test_two_deliverers_share_a_file(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    stores = [filled(200), filled(200)]
    for store, channel in zip(stores, ["a", "b"], strict=True):
        assert store.outbox_counts() == {("email", Delivery.WAITING): 200}, channel

    async def work() -> None:
        import asyncio

        both = (Deliverer(each, {"email": FileDestination(path)}).drain() for each in stores)
        await asyncio.gather(*both)

    finish(work())
    assert sorted(numbers(path)) == sorted([*range(1, 201)] * 2)


def test_a_folder_that_is_gone_is_a_failure(tmp_path: Path) -> None:
    store = filled(1)
    finish(Deliverer(store, {"email": FileDestination(tmp_path / "none" / "out.jsonl")}).once())
    assert only(store).status is Delivery.WAITING
    assert "there is no folder" in (only(store).reason or "")


def test_a_full_disk_is_a_failure_that_leaves_no_half_line(tmp_path: Path) -> None:
    """The file may not grow beyond some lines and a half; the rest comes when it may."""
    path, store = tmp_path / "out.jsonl", filled(20)
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (len(line(1)) * 5 + 20, old[1]))
        finish(Deliverer(store, {"email": FileDestination(path)}, workers=1).once())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
        signal.signal(signal.SIGXFSZ, ignored)
    assert path.read_bytes() == b""
    assert {each.reason for each in store.outbox()} == {f"{path}: File too large"}
    finish(Deliverer(store, {"email": FileDestination(path)}).drain())
    assert sorted(numbers(path)) == list(range(1, 21))


_APPENDING = """
import asyncio, sys
from pathlib import Path
from lifecycle_dsl.delivery import Deliverer, FileDestination, Limits
from lifecycle_dsl.stores import open_store
to = FileDestination(Path(sys.argv[2]), Limits(workers=4, timeout=100_000))
asyncio.run(Deliverer(open_store(sys.argv[1]), {"email": to}, lease=200_000).drain())
"""


def test_a_writer_that_is_killed_at_any_instant_leaves_each_message_once(tmp_path: Path) -> None:
    count, path, url = 1_500, tmp_path / "out.jsonl", f"sqlite:///{tmp_path}/a.db"
    store, kills = filled(count, url), 0
    while statuses(store)["waiting"]:
        before = statuses(store)["waiting"]
        process = subprocess.Popen([sys.executable, "-c", _APPENDING, url, str(path)])
        while process.poll() is None and kills < 5:
            if statuses(store)["waiting"] < before - 100:
                process.send_signal(signal.SIGKILL)
                kills += 1
                break
        assert process.wait(60) in {0, -signal.SIGKILL}
    assert kills == 5
    assert sorted(numbers(path)) == list(range(1, count + 1))
    store.close()
