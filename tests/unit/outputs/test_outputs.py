"""Decisions in files: packed lines, Parquet, folders of Parquet by day; whole, or not there."""

from __future__ import annotations

import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import zstandard

import lifecycle_dsl as lcr
from lifecycle_dsl.analysis.columns import COLUMNS
from lifecycle_dsl.analysis.history import History
from lifecycle_dsl.cli.main import run
from lifecycle_dsl.outputs import OutputError, open_output
from tests.unit.cli.shop import record, stream, written

RULES = """\
lifecycle all_kinds
timezone "UTC"
event seen { word: text, n: number = 1 }
trait seen_word: text?
trait ok: bool = true
segment seen_ones
action crm.note { what: text }
topic news
channel email { consent ok  quiet 21:00 to 08:00 }
start { -> new }
stage new { -> known after 2d }
stage known
trigger tell {
  on seen
  at most 3
  topic news
  do {
    set seen_word = word
    join seen_ones
    call crm.note { what: word }
    split half { 50%: { send email "a" { n: n, word: word } } 50%: { send email "b" } }
    wait 1d
    quit seen_ones
    exit
  }
}
trigger rehearsal { on seen  for each word  draft  do { send email "c" } }
always "never b" { not sent email "b" }
"""
WORDS = ["plain", 'it"s', "back\\slash", "ünï\u2028", "", "null", '{"a": 1}', "7"]


@pytest.fixture
def log(tmp_path: Path) -> tuple[Path, Path]:
    """Rules and events that make decisions of nearly every kind."""
    rules, events = tmp_path / "rules.lcr", tmp_path / "events.jsonl"
    rules.write_text(RULES)
    rows = [
        record(
            f"c{number % 40}",
            f"2026-01-{5 + number // 40:02}T{number % 24:02}:00:00.5Z",
            "seen",
            word=WORDS[number % 8],
            n=number / 7,
        )
        for number in range(400)
    ]
    events.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return rules, events


def decided(log: tuple[Path, Path], out: str, *options: str, code: int = 0) -> None:
    rules, events = map(str, log)
    args = ["run", rules, events, "--out", out, "--quiet", "--promises", *options]
    assert run(args) == code


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_bytes().split(b"\n") if line]


def as_row(line: dict[str, Any]) -> dict[str, Any]:
    """A line of a log as a row of a table ought to be."""
    row: dict[str, Any] = {}
    for column in COLUMNS:
        value = line.get(column.key)
        if column.key in {"data", "value"} and value is not None:
            value = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        elif column.type == "TIMESTAMP" and value is not None:
            value = datetime.fromisoformat(value).astimezone(UTC).replace(tzinfo=None)
        row[column.key] = value
    return row


def rows_of(files: str) -> list[dict[str, Any]]:
    with duckdb.connect() as asked:
        found = asked.execute(f"SELECT * FROM read_parquet('{files}')")
        names = [each[0] for each in found.description or ()]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def metadata(file: Path) -> dict[str, str]:
    with duckdb.connect() as asked:
        found = asked.execute(
            f"SELECT decode(key), decode(value) FROM parquet_kv_metadata('{file}')"
        )
        return dict(found.fetchall())


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_parquet_file_holds_what_the_lines_hold(
    log: tuple[Path, Path], tmp_path: Path, workers: str
) -> None:
    for name in ("out.jsonl", "out.parquet"):
        decided(log, str(tmp_path / name), "--workers", workers)
    head, *wanted = lines(tmp_path / "out.jsonl")
    kinds = {each["kind"] for each in wanted}
    assert kinds >= {"transition", "fired", "sent", "held", "called", "joined", "quit", "changed",
                     "arm", "left", "broken"}  # fmt: skip
    assert rows_of(str(tmp_path / "out.parquet")) == [as_row(each) for each in wanted]
    assert metadata(tmp_path / "out.parquet") == {
        "lifecycle": "all_kinds",
        "fingerprint": head["fingerprint"],
    }


def test_a_folder_holds_the_decisions_of_each_day(log: tuple[Path, Path], tmp_path: Path) -> None:
    decided(log, str(tmp_path / "out.jsonl"))
    target = tmp_path / "out"
    decided(log, f"{target}/")
    _, *wanted = lines(tmp_path / "out.jsonl")
    days = {path.name for path in target.iterdir()}
    assert days == {f"day={each['at'][:10]}" for each in wanted}
    for day in days:
        (file,) = (target / day).iterdir()
        found = [{k: v for k, v in row.items() if k != "day"} for row in rows_of(str(file))]
        assert found == [as_row(each) for each in wanted if f"day={each['at'][:10]}" == day]
        assert metadata(file)["lifecycle"] == "all_kinds"


def test_the_same_run_writes_the_same_bytes(log: tuple[Path, Path], tmp_path: Path) -> None:
    for name in ("out.parquet", "out.jsonl.gz", "out.jsonl.zst", "out/"):
        found = []
        for attempt in ("a", "b"):
            folder = tmp_path / attempt
            folder.mkdir(exist_ok=True)
            target = folder / name.rstrip("/")
            decided(log, f"{folder}/{name}")
            paths = sorted(target.rglob("*.parquet")) if target.is_dir() else [target]
            found.append({path.relative_to(folder): path.read_bytes() for path in paths})
        assert found[0] == found[1], name
        assert found[0], name


def test_a_history_is_read_from_what_was_written(log: tuple[Path, Path], tmp_path: Path) -> None:
    rules = lcr.load(log[0])
    asked = []
    for name in ("out.jsonl", "out.jsonl.gz", "out.jsonl.zst", "out.parquet", "out/"):
        decided(log, str(tmp_path / name) + ("/" if name.endswith("/") else ""))
        with History(rules) as history:
            history.read_log(tmp_path / name)
            query = "SELECT customer, kind, count(*), min(instant), max(instant) FROM decisions"
            asked.append(history.ask(f"{query} GROUP BY ALL ORDER BY ALL"))
            assert [head.fingerprint for head in history.heads] == [rules.fingerprint]
    assert all(each == asked[0] for each in asked)
    assert len(asked[0]) > 100


@pytest.mark.parametrize("option", ["--out", "--dead", "--state"])
def test_lines_are_packed_as_the_name_says(tmp_path: Path, option: str) -> None:
    rules, events = written(tmp_path, [*stream(), "nonsense"])
    unpack: dict[str, Callable[[bytes], bytes]] = {
        "": bytes,
        ".gz": gzip.decompress,
        ".zst": lambda data: zstandard.ZstdDecompressor().stream_reader(data).read(),
    }
    found = []
    for suffix, whole in unpack.items():
        path = tmp_path / f"made.jsonl{suffix}"
        out = [] if option == "--out" else ["--out", os.devnull]
        assert run(["run", str(rules), str(events), option, str(path), "--quiet", *out]) == 0
        found.append(whole(path.read_bytes()))
    assert found[0] == found[1] == found[2]
    assert found[0].endswith(b"}\n")


def test_an_older_log_is_replaced_and_another_folder_is_left_alone(
    log: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "out"
    (target / "day=1999-01-01").mkdir(parents=True)
    (target / "day=1999-01-01" / "decisions_0.parquet").write_bytes(b"old")
    decided(log, str(target))
    assert not (target / "day=1999-01-01").exists()
    assert rows_of(f"{target}/**/*.parquet")
    (target / "thesis.txt").write_text("years of work")
    decided(log, f"{target}/", code=2)
    assert "holds other things" in capsys.readouterr().err
    assert (target / "thesis.txt").exists()
    assert not list(tmp_path.glob(".out*"))


def test_what_ends_in_an_error_leaves_no_parquet(tmp_path: Path) -> None:
    target = tmp_path / "out.parquet"
    target.write_bytes(b"the one before")

    def fail() -> None:
        with open_output(str(target)) as sink:
            sink.write(b'{"kind":"rules","lifecycle":"x","fingerprint":"y"}\n')
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert target.read_bytes() == b"the one before"
    assert [each.name for each in tmp_path.iterdir()] == ["out.parquet"]


def test_a_run_that_is_killed_leaves_no_file_that_looks_whole(tmp_path: Path) -> None:
    rules, _ = written(tmp_path)
    target, folder = tmp_path / "out.parquet", tmp_path / "out"
    for out in (str(target), f"{folder}/"):
        run_ = [sys.executable, "-c", "from lifecycle_dsl.cli.main import main; main()"]
        process = subprocess.Popen(
            [*run_, "run", str(rules), "-", "--out", out, "--quiet"], stdin=subprocess.PIPE
        )
        assert process.stdin is not None
        process.stdin.write(b"".join(json.dumps(each).encode() + b"\n" for each in stream()))
        process.stdin.flush()
        until = time.monotonic() + 60
        while not list(tmp_path.glob(".out*")) and time.monotonic() < until:
            time.sleep(0.05)
        assert list(tmp_path.glob(".out*"))
        process.send_signal(signal.SIGKILL)
        process.stdin.close()
        process.wait()
        assert not target.exists()
        assert not folder.exists()


def test_a_dash_is_standard_output(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    rules, events = written(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert run(["run", str(rules), str(events), "--quiet"]) == 0
    wanted = capfdbinary.readouterr().out
    assert run(["run", str(rules), str(events), "--quiet", "--out", "-"]) == 0
    assert capfdbinary.readouterr().out == wanted
    assert wanted.startswith(b'{"kind":"rules"')


def test_a_run_without_decisions_writes_an_empty_log(tmp_path: Path) -> None:
    rules, events = written(tmp_path, [])
    for name in ("out.parquet", "out/"):
        target = f"{tmp_path}/{name}"
        assert run(["run", str(rules), str(events), "--out", target, "--quiet"]) == 0
    assert rows_of(str(tmp_path / "out.parquet")) == []
    assert metadata(tmp_path / "out.parquet")["lifecycle"] == "shop"
    assert not list((tmp_path / "out").iterdir())


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--out", "nowhere/out.parquet"], "nowhere: No such file or directory"),
        (["--out", "nowhere/out.jsonl.gz"], "nowhere/out.jsonl.gz: No such file or directory"),
        (["--out", "out.csv"], "out.csv: decisions are lines of JSON or Parquet; name it .jsonl"),
        (["--out", "out.PARQUET.gz"], "decisions are lines of JSON or Parquet"),
        (["--out", "nowhere/out.PARQUET"], "nowhere: No such file or directory"),
        (["--out", "/dev/full"], "Error: No space left on device"),
        (["--out", "o.parquet", "--store", "memory:"], "let it be a .jsonl"),
        (["--out", "o.jsonl.gz", "--store", "memory:"], "let it be a .jsonl"),
        (["--out", "o/", "--store", "memory:"], "let it be a .jsonl"),
    ],
)
def test_what_cannot_be_written_is_wrong_usage(
    tmp_path: Path, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, events = written(tmp_path)
    assert run(["run", str(rules), str(events), *options]) == 2
    assert said in capsys.readouterr().err


def test_without_the_library_its_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "lifecycle_dsl.outputs.parquet", raising=False)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(OutputError, match=r"pip install 'lifecycle-dsl\[sql\]'"):
        open_output("out.parquet")
