"""Full disks, what may not be written, damage, two at once: said for people, and nothing is lost.

What needs a file system of its own mounts a small one, as root; elsewhere it is skipped.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from lifecycle_dsl.cli.main import run
from lifecycle_dsl.stores import Commit, open_store
from tests.unit.stores.shop import (
    Left,
    arguments,
    as_lines,
    left,
    record,
    stream,
    write_events,
    write_rules,
)

LCR = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]
EVENTS = stream(300)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The rules and the events."""
    folder = tmp_path_factory.mktemp("shop")
    return write_rules(folder), write_events(folder / "e.jsonl", EVENTS)


@pytest.fixture(scope="module")
def calm(files: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Left:
    """What an undisturbed run leaves."""
    folder = tmp_path_factory.mktemp("calm")
    assert run(arguments(folder, *files)) == 0
    return left(folder)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Callable[[int], Path]]:
    """Mounts a file system of so many KiB; given again, it makes it larger."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        pytest.skip("only root can mount a small file system")
    disk = tmp_path / "disk"

    def mount(size: int) -> Path:
        options = f"size={size}k" + (",remount" if disk.exists() else "")
        disk.mkdir(exist_ok=True)
        done = subprocess.run(
            [_program("mount"), "-t", "tmpfs", "-o", options, "tmpfs", str(disk)],
            capture_output=True,
            check=False,
        )
        if done.returncode:
            pytest.skip("nothing may be mounted here")
        return disk

    yield mount
    subprocess.run([_program("umount"), "-l", str(disk)], check=False, capture_output=True)


def _program(name: str) -> str:
    return shutil.which(name) or name


def test_a_store_whose_disk_is_full_goes_on_when_there_is_room(
    files: tuple[Path, Path],
    calm: Left,
    small_disk: Callable[[int], Path],
    capfd: pytest.CaptureFixture[str],
) -> None:
    full = 0
    for size in (64, 200, 400, 800, 1_200):
        code = run(arguments(small_disk(size) / "run", *files))
        said = capfd.readouterr().err
        if code == 0:
            break
        full += 1
        assert code == 2
        assert "disk is full; make room" in said or "No space left on device" in said
        assert len(said.splitlines()) == 1
    assert full >= 2
    assert run(arguments(small_disk(16_000) / "run", *files)) == 0
    assert left(small_disk(16_000) / "run") == calm


def test_an_output_whose_disk_is_full_goes_on_when_there_is_room(
    files: tuple[Path, Path],
    calm: Left,
    small_disk: Callable[[int], Path],
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    disk = small_disk(40)
    where = [arguments(tmp_path / "run", *files), arguments(disk / "run", *files)]
    given = [b if a.endswith("out.jsonl") else a for a, b in zip(*where, strict=True)]
    assert run(given) == 2
    said = capfd.readouterr().err
    assert "run/out.jsonl: No space left on device" in said
    small_disk(8_000)
    assert run(given) == 0
    (disk / "run" / "out.jsonl").rename(disk / "out.jsonl")
    found = left(tmp_path / "run")
    assert found.rows == calm.rows
    assert (disk / "out.jsonl").read_bytes() == calm.files["out.jsonl"]


@pytest.fixture
def begun(files: tuple[Path, Path], tmp_path: Path) -> Path:
    """A folder in which a run has handled the first half of the events."""
    rules, _ = files
    rows = EVENTS[: len(EVENTS) // 2]
    half = write_events(tmp_path / "e.jsonl", rows)
    command = arguments(tmp_path / "run", rules, half, "--follow", "--no-ticks")
    with subprocess.Popen([*LCR, *command]) as process:
        end = time.monotonic() + 60
        while _handled(tmp_path / "run/store.db") < len(rows):
            assert time.monotonic() < end
            time.sleep(0.05)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    write_events(half, EVENTS)
    return tmp_path


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


def goes_on(begun: Path, files: tuple[Path, Path], calm: Left) -> None:
    """The run comes to the undisturbed end."""
    assert run(arguments(begun / "run", files[0], begun / "e.jsonl")) == 0
    assert left(begun / "run") == calm


def refused(begun: Path, files: tuple[Path, Path], capfd: pytest.CaptureFixture[str]) -> str:
    """What a run says that cannot run."""
    assert run(arguments(begun / "run", files[0], begun / "e.jsonl")) == 2
    said = capfd.readouterr().err
    assert said.startswith("Error: ")
    assert len(said.splitlines()) == 1
    return said


def test_a_store_that_may_only_be_read(
    begun: Path, files: tuple[Path, Path], calm: Left, capfd: pytest.CaptureFixture[str]
) -> None:
    chattr = shutil.which("chattr")
    store = begun / "run/store.db"
    if os.geteuid() == 0:
        if chattr is None or subprocess.run([chattr, "+i", str(store)], check=False).returncode:
            pytest.skip("root may write to everything here")
    else:
        store.chmod(0o444)
    try:
        said = refused(begun, files, capfd)
    finally:
        if os.geteuid() == 0:
            subprocess.run([str(chattr), "-i", str(store)], check=True)
        store.chmod(0o644)
    assert "let its file and its folder be written" in said or "may it be written?" in said
    goes_on(begun, files, calm)


def test_a_folder_that_may_only_be_read(
    files: tuple[Path, Path],
    calm: Left,
    begun: Path,
    small_disk: Callable[[int], Path],
    capfd: pytest.CaptureFixture[str],
) -> None:
    disk = small_disk(8_000)
    shutil.copytree(begun / "run", disk / "run")
    shutil.copy(begun / "e.jsonl", disk)
    subprocess.run([_program("mount"), "-o", "remount,ro", str(disk)], check=True)
    command = arguments(begun / "x", files[0], begun / "e.jsonl")
    command[command.index("--store") + 1] = f"sqlite:///{disk}/run/store.db"
    assert run(command) == 2
    said = capfd.readouterr().err
    assert f"sqlite:///{disk}/run/store.db: " in said
    assert "Read-only file system" in said or "be written" in said
    subprocess.run([_program("mount"), "-o", "remount,rw", str(disk)], check=True)
    shutil.rmtree(begun / "run")
    shutil.copytree(disk / "run", begun / "run")
    # Its files stand elsewhere now, so that they begin anew: only the store goes on.
    command[command.index("--store") + 1] = f"sqlite:///{begun}/run/store.db"
    assert run(command) == 0
    assert left(begun / "run").rows == calm.rows


@pytest.mark.parametrize("damage", ["truncated", "garbled", "emptied"])
def test_a_damaged_store_is_refused_and_a_copy_goes_on(
    damage: str,
    begun: Path,
    files: tuple[Path, Path],
    calm: Left,
    capfd: pytest.CaptureFixture[str],
) -> None:
    store = begun / "run/store.db"
    data = store.read_bytes()
    match damage:
        case "truncated":
            store.write_bytes(data[: len(data) // 2])
        case "garbled":
            garbage = bytes(n * 7 % 256 for n in range(len(data) - 4_096))
            store.write_bytes(data[:4_096] + garbage)
        case _:
            store.write_bytes(b"")
    if damage == "emptied":  # it is a new store then, and the files beside it are not its own
        assert run(arguments(begun / "run", files[0], begun / "e.jsonl")) == 0
        assert left(begun / "run").rows == calm.rows
        return
    assert "it is damaged; put back a copy, or make a new one" in refused(begun, files, capfd)
    store.write_bytes(data)
    goes_on(begun, files, calm)


def test_what_is_no_store_is_refused_and_left_as_it_is(
    begun: Path, files: tuple[Path, Path], calm: Left, capfd: pytest.CaptureFixture[str]
) -> None:
    store = begun / "run/store.db"
    kept = store.read_bytes()
    others = {
        "it is no store, or it is damaged; give another name": b"a text, and not a database\n" * 99,
        "it is a database of something else; give another name": _database("CREATE TABLE a (b)"),
        "it is a database of something else;": _database("CREATE TABLE store (b)"),
        "it is a database of something else; ": _database("CREATE TABLE store (name, value)"),
        "it has format 7, and this version reads 1; install the version that made it": _database(
            "CREATE TABLE store (name, value)", "INSERT INTO store VALUES ('format', 7)"
        ),
    }
    for message, data in others.items():
        store.write_bytes(data)
        assert message in refused(begun, files, capfd)
        assert store.read_bytes() == data
    store.write_bytes(kept)
    goes_on(begun, files, calm)


def _wait_until_held(process: subprocess.Popen[bytes]) -> None:
    """Until a process has a store's lock open, and a little longer."""
    descriptors = Path(f"/proc/{process.pid}/fd")
    end = time.monotonic() + 60
    while not any(_target(each).endswith(".lock") for each in descriptors.iterdir()):
        assert time.monotonic() < end
        time.sleep(0.05)
    time.sleep(1)


def _target(descriptor: Path) -> str:
    try:
        return str(descriptor.readlink())
    except FileNotFoundError:
        return ""  # it was closed just now


def _database(*statements: str) -> bytes:
    connection = sqlite3.connect(":memory:")
    for each in statements:
        connection.execute(each)
    connection.commit()
    data = connection.serialize()
    connection.close()
    return data


def test_a_second_run_on_a_store_is_refused(
    begun: Path, files: tuple[Path, Path], calm: Left, capfd: pytest.CaptureFixture[str]
) -> None:
    command = arguments(begun / "run", files[0], begun / "none.jsonl", "--follow", "--no-ticks")
    command[4] = f"sqlite:///{begun}/run/../run/store.db"  # by whatever name
    with subprocess.Popen([*LCR, *command], stderr=subprocess.PIPE) as process:
        assert process.stderr is not None
        assert b"is not there yet; waiting for it" in process.stderr.readline()
        _wait_until_held(process)
        assert "another process runs rules on it" in refused(begun, files, capfd)
        process.kill()
    goes_on(begun, files, calm)


@pytest.mark.parametrize("how", ["removed", "replaced"])
def test_a_store_that_is_removed_while_it_is_in_use_is_noticed(
    how: str, begun: Path, files: tuple[Path, Path], calm: Left
) -> None:
    store, events = begun / "run/store.db", begun / "more.jsonl"
    events.write_bytes(b"")
    command = arguments(begun / "run", files[0], events, "--follow", "--no-ticks")
    kept = store.read_bytes()
    with subprocess.Popen([*LCR, *command], stderr=subprocess.PIPE) as process:
        _wait_until_held(process)
        store.rename(begun / "aside.db")
        if how == "replaced":
            store.write_bytes(kept)
        with events.open("ab") as file:
            file.write(as_lines([record("new", 5_000)]))
        try:
            _, said = process.communicate(timeout=60)
        finally:
            process.kill()
        assert process.returncode == 2
    assert b"it was removed or replaced while it was in use; put it back" in said
    for name in ("store.db-wal", "store.db-shm"):
        (begun / "run" / name).unlink(missing_ok=True)
    (begun / "aside.db").replace(store)
    goes_on(begun, files, calm)


def test_a_file_beside_the_store_that_is_gone_or_cut_is_noticed(
    begun: Path, files: tuple[Path, Path], calm: Left, capfd: pytest.CaptureFixture[str]
) -> None:
    out = begun / "run/out.jsonl"
    kept = out.read_bytes()
    out.write_bytes(kept[:-5])
    assert "is shorter than when" in refused(begun, files, capfd)
    out.unlink()
    said = refused(begun, files, capfd)
    assert "out.jsonl is gone" in said
    assert "put it back, or give another name" in said
    out.write_bytes(kept + b"what was not kept")
    goes_on(begun, files, calm)


def test_a_torn_log_of_the_store_loses_only_what_was_not_kept(
    begun: Path, files: tuple[Path, Path], calm: Left
) -> None:
    command = arguments(begun / "run", files[0], begun / "e.jsonl")
    with subprocess.Popen([*LCR, *command]) as process:
        wal = begun / "run/store.db-wal"
        end = time.monotonic() + 60
        while process.poll() is None and not (wal.exists() and wal.stat().st_size > 0):
            assert time.monotonic() < end
        process.kill()
    if wal.exists():
        with wal.open("ab") as file:
            file.write(b"\x37\x7f\x06\x82 torn")
    goes_on(begun, files, calm)


def test_an_older_store_gets_what_came_later(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.db'}"
    open_store(url).close()
    with closing(sqlite3.connect(tmp_path / "store.db", isolation_level=None)) as older:
        older.execute("DROP TABLE pruned")
        older.execute("DROP INDEX outbox_delivered")
    with closing(open_store(url)) as store:
        store.commit(Commit(outbox=[("key1", "anna", "sent", "email", b"{}")]))
        store.delivered([each.number for each in store.outbox()], 10)
        assert store.prune(11, 9) == 1
