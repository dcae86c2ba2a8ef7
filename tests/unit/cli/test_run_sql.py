"""`lcr run --sql`: the rows of a query are the events, whatever else is asked of the run."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import duckdb
import pytest

from lifecycle_dsl.cli.main import run
from tests.unit.cli.shop import lines, stream, written

ODD = """
    SELECT * FROM (VALUES
      ('visit',    'c', TIMESTAMP '2026-01-09 10:00', NULL),
      ('vist',     'a', TIMESTAMP '2026-01-07 10:00', NULL),
      ('visit',    'a', TIMESTAMP '2026-01-05 10:00', NULL),
      ('visit',    NULL, TIMESTAMP '2026-01-08 10:00', NULL),
      ('purchase', 'a', TIMESTAMP '2026-01-06 10:00', 12.5),
      ('purchase', 'b', TIMESTAMP '2026-01-07 10:00', 1e16)
    ) AS t(type, customer, "at", amount)
"""


@pytest.fixture
def rules(tmp_path: Path) -> str:
    return str(written(tmp_path)[0])


@pytest.fixture
def parquet(tmp_path: Path) -> str:
    """The events of the shop in a file, latest first, and the query that reads it."""
    _, log = written(tmp_path)
    with duckdb.connect() as made:
        made.execute(
            f"COPY (SELECT * FROM '{log}' ORDER BY \"at\" DESC, id) TO '{tmp_path}/shop.parquet'"
        )
    return f"FROM '{tmp_path}/shop.parquet' ORDER BY id"


def go(rules: str, *options: str, out: Path, code: int = 0) -> list[dict[str, Any]]:
    assert run(["run", rules, "--out", str(out), "--quiet", *options]) == code
    return lines(out)


def in_order(folder: Path) -> str:
    """The same events as a file, those of one instant in the order of the query."""
    path = folder / "sorted.jsonl"
    rows = sorted(stream(), key=lambda each: (each["at"], each["id"]))
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(path)


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--workers", "2"],
        ["--until", "2026-03-01T00:00:00Z"],
        ["--promises"],
        ["--undeclared"],
        ["--store", "memory:", "--until", "2026-06-01T00:00:00Z"],
    ],
    ids=" ".join,
)
def test_a_run_decides_as_over_a_file(
    rules: str, parquet: str, tmp_path: Path, options: list[str]
) -> None:
    if "--store" not in options:
        options = [*options, "--state", str(tmp_path / "state.jsonl")]
    wanted = go(rules, in_order(tmp_path), *options, out=tmp_path / "wanted.jsonl")
    states = (tmp_path / "state.jsonl").read_bytes() if "--state" in options else b""
    found = go(rules, "--sql", parquet, *options, out=tmp_path / "found.jsonl")
    if "--workers" in options:  # batches of other sizes are put together in another order

        def place(each: dict[str, Any]) -> tuple[str, str]:
            return each.get("customer", ""), each.get("at", "")

        wanted, found = sorted(wanted, key=place), sorted(found, key=place)
    assert found == wanted
    assert len(found) > 50
    if states:
        assert (tmp_path / "state.jsonl").read_bytes() == states


def test_dead_letters_carry_the_number_of_the_row(rules: str, tmp_path: Path) -> None:
    dead = tmp_path / "dead.jsonl"
    for workers in ("1", "2"):
        found = go(
            rules, "--sql", ODD, "--dead", str(dead), "--workers", workers, out=tmp_path / "o"
        )
        letters = {each["line"]: each["reason"] for each in lines(dead)}
        assert letters == {
            2: "no event is called `vist`",
            4: "`customer` is missing",
            6: "field `amount` is beyond ±1e15",
        }
        assert {each["customer"] for each in found[1:]} == {"a", "c"}


def test_strict_ends_at_the_first_wrong_row_in_order_of_time(
    rules: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = go(rules, "--sql", ODD, "--strict", out=tmp_path / "out.jsonl", code=3)
    assert [each.get("to") for each in found if each["kind"] == "transition"] == [
        "visitor",
        "customer",
    ]
    assert "record 2: no event is called `vist`" in capsys.readouterr().err


def test_a_store_goes_on_with_the_rows_that_are_new(rules: str, tmp_path: Path) -> None:
    """Twice the same is once; what came later is handled; what came in between is refused."""
    table = tmp_path / "shop.duckdb"
    store = f"sqlite:///{tmp_path}/store.db"
    sql = ["--sql", "FROM seen", "--from", str(table), "--store", store]

    def fill(*ats: str) -> None:
        with duckdb.connect(table) as made:
            made.execute(
                'CREATE TABLE IF NOT EXISTS seen(type TEXT, customer TEXT, "at" TIMESTAMP)'
            )
            made.executemany("INSERT INTO seen VALUES ('visit', ?, ?)", [(at, at) for at in ats])

    out = tmp_path / "out.jsonl"
    fill("2026-01-05", "2026-01-07")
    assert len(go(rules, *sql, out=out)) == 3
    assert len(go(rules, *sql, out=out)) == 3
    fill("2026-01-08")
    assert [each.get("customer") for each in go(rules, *sql, out=out)][-1] == "2026-01-08"
    fill("2026-01-06")
    assert run(["run", rules, *sql, "--out", str(out)]) == 2
    assert len(lines(out)) == 4


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ([], "give either EVENTS or --sql"),
        (["events.jsonl", "--sql", "SELECT 1"], "give either EVENTS or --sql"),
        (["events.jsonl", "--from", "x.db"], "--from says what answers a query"),
        (["events.jsonl", "--peek"], "--peek looks at a query"),
        (["--sql", "SELECT 1", "--key", "client"], "name the column with AS customer"),
        (["--sql", "SELECT 1", "--follow"], "need a --store"),
        (["--sql", "SELECT 1", "--follow", "--store", "memory:"], "a query ends"),
        (["--sql", "SELECT 1"], "the query gives no `customer`"),
        (["--sql", "SELCT 1"], "syntax error"),
        (["--sql", "SELECT 'visit' AS type, 1 AS customer, 'x'::INTEGER AS at"], "not convert"),
    ],
    ids=lambda each: " ".join(each) if isinstance(each, list) else "",
)  # fmt: skip
def test_what_cannot_be_is_wrong_usage(
    rules: str, options: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", rules, *options]) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["DOUBLE", "VARCHAR"])
@pytest.mark.parametrize("peek", [["--peek"], []], ids=["peeked at", "run"])
def test_a_query_that_fails_in_a_row_says_so(
    rules: str, capsys: pytest.CaptureFixture[str], kind: str, peek: list[str]
) -> None:
    text = (
        "SELECT 'purchase' AS type, 1 AS customer, TIMESTAMP '2026-01-05' AS at, "
        f"CAST(x AS DOUBLE)::{kind} AS amount FROM (VALUES ('1'), ('x')) t(x)"
    )
    assert run(["run", rules, "--sql", text, *peek]) == 2
    assert "--sql: Conversion Error: Could not convert string 'x'" in capsys.readouterr().err


def test_without_the_library_its_extra_is_named(
    rules: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:

    for name in [each for each in sys.modules if each.startswith("lifecycle_dsl.inputs.sql")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "duckdb", None)
    assert run(["run", rules, "--sql", "SELECT 1"]) == 2
    assert "--sql needs duckdb: pip install 'lifecycle-dsl[sql]'" in capsys.readouterr().err


PEEKED = """\
column     type           fills
type       VARCHAR        type
customer   VARCHAR        customer
at         TIMESTAMP      at, as UTC: it has no zone
amount     DOUBLE         purchase.amount
amuont     INTEGER        nothing; a similar field exists: `amount`

event      rows
purchase   2
visit      3      no `page`
vist       1      no event is called so; a similar one exists: `visit`

3 records, 2026-01-05T10:00:00Z to 2026-01-09T10:00:00Z; the first:
  {"type":"visit","customer":"a","at":"2026-01-05T10:00:00Z"}
  {"type":"purchase","customer":"a","at":"2026-01-06T10:00:00Z","amount":12.5}
  {"type":"visit","customer":"c","at":"2026-01-09T10:00:00Z"}

rejected: 3 rows
rows   first   reason
1      2       no event is called `vist`
1      6       field `amount` is beyond ±1e15
1      4       `customer` is missing
"""


def test_a_peek_shows_what_a_query_fills(rules: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["run", rules, "--sql", f"SELECT *, 1 AS amuont FROM ({ODD})", "--peek"]) == 1
    shown = capsys.readouterr().out
    assert [each.split() for each in shown.splitlines()] == [
        each.split() for each in PEEKED.splitlines()
    ]


def test_a_peek_is_content_where_all_fits(
    rules: str, parquet: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["run", rules, "--sql", parquet, "--peek"]) == 0
    assert "rejected" not in capsys.readouterr().out


def test_a_peek_names_what_no_row_can_be(rules: str, capsys: pytest.CaptureFixture[str]) -> None:
    text = "SELECT 'visit' AS type, 1 AS customer, day AS at FROM (SELECT DATE '2026-01-05' AS day)"
    assert run(["run", rules, "--sql", text, "--peek"]) == 1
    shown = capsys.readouterr().out
    assert "does not fit" in shown
    assert "say one, as in (day + INTERVAL '12 hours') AT TIME ZONE 'UTC'" in shown


@pytest.mark.parametrize(
    ("unit", "at", "sql"),
    [
        ("seconds", 1767603600, {"": "to_timestamp(paid)", "sqlite": "paid * 1000000"}),
        ("milliseconds", 1767603600123, {"": "epoch_ms(paid)", "sqlite": "paid * 1000"}),
        (
            "nanoseconds",
            1767603600123456789,
            {"": "make_timestamp_ns(paid)", "sqlite": "paid / 1000"},
        ),
    ],
)
def test_a_peek_says_how_another_unit_of_time_is_written(
    *,
    rules: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    unit: str,
    at: int,
    sql: dict[str, str],
) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as made:
        made.execute(f"CREATE TABLE orders AS SELECT {at} AS paid")
    made.close()
    for made_by, advised in sql.items():
        database = ["--from", str(tmp_path / "shop.db")] if made_by else []
        table = "orders" if made_by else f"(SELECT {at} AS paid)"
        text = f"SELECT 'visit' AS type, 1 AS customer, paid AS at FROM {table}"
        assert run(["run", rules, "--sql", text, *database, "--peek"]) == 1
        shown = capsys.readouterr().out
        assert f"`at` is before 1980 or after 2200: it looks like {unit}, and" in shown
        assert shown.endswith(f"\nhelp: of {unit} write {advised}\n")
        mended = text.replace("paid AS", f"{advised} AS")
        assert run(["run", rules, "--sql", mended, *database, "--peek"]) == 0
        assert "1 record, 2026-01-05T09:00:00" in capsys.readouterr().out


def test_a_peek_says_how_another_form_of_time_is_written(
    rules: str, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "SELECT 'visit' AS type, 1 AS customer, day AS at FROM (SELECT '05.01.2026 10:00' AS day)"
    )
    assert run(["run", rules, "--sql", text, "--peek"]) == 1
    advised = "strptime(day, '%d.%m.%Y %H:%M')"
    shown = capsys.readouterr().out
    assert shown.endswith(f"\nhelp: of a text such as 31.12.2026 12:00 write {advised}\n")
    assert (
        run(["run", rules, "--sql", text.replace("day AS at", f"{advised} AS at"), "--peek"]) == 0
    )
    assert "1 record, 2026-01-05T10:00:00Z" in capsys.readouterr().out


def test_a_peek_tells_what_would_pass_unseen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "rules.lcr"
    path.write_text("lifecycle x event e { due: time?, n: number? } start { -> s } stage s")
    columns = "'e' AS type, 1 AS customer, 0 AS at, 1767603600 AS due, 'NaN'::DOUBLE AS n"
    assert run(["run", str(path), "--sql", f"SELECT {columns}", "--peek"]) == 1
    shown = capsys.readouterr().out
    assert "due        INTEGER   e.due, as microseconds: it looks like seconds\n" in shown
    assert "1      1       `at` is before 1980 or after 2200\n" in shown
    assert run(["run", str(path), "--sql", f"SELECT {columns} WHERE false", "--peek"]) == 0
    assert "the query gives no rows" in capsys.readouterr().out


def test_a_peek_masks_what_is_private(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "rules.lcr"
    path.write_text(
        "lifecycle x event e { mail: text? private } trait iban: text? private "
        "start { -> s } stage s"
    )
    text = (
        "SELECT type, 1 AS customer, TIMESTAMP '2026-01-05' AS at, 'a@b' AS mail, 'NL1' AS iban "
        "FROM (VALUES ('e'), ('profile')) t(type)"
    )
    assert run(["run", str(path), "--sql", text, "--peek"]) == 0
    shown = capsys.readouterr().out
    assert '"mail":"(private)"' in shown
    assert '"iban":"(private)"' in shown


def test_a_run_that_waits_for_its_query_can_be_ended(rules: str, tmp_path: Path) -> None:
    endless = (
        "SELECT 'visit' AS type, i AS customer, to_timestamp(hash(i) % 1000000000) AS at "
        "FROM range(10000000000) t(i)"
    )
    # A shell that starts it in the background may have it ignore the signal.
    listens = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    script = f"{listens}; from lifecycle_dsl.cli.main import main; main()"
    told = {signal.SIGINT: 130, signal.SIGTERM: 143}
    processes = {}
    for how in told:
        folder = tmp_path / how.name
        folder.mkdir()
        options = ["--sql", endless, "--out", str(folder / "out.parquet")]
        processes[how] = subprocess.Popen(
            [sys.executable, "-c", script, "run", rules, *options],
            env=os.environ | {"TMPDIR": str(folder)},
        )
    until = time.monotonic() + 60
    for how in told:
        while not list(tmp_path.glob(f"{how.name}/lcr-*")) and time.monotonic() < until:
            time.sleep(0.1)
    time.sleep(1)
    for how, process in processes.items():
        process.send_signal(how)
    assert {how: process.wait(60) for how, process in processes.items()} == told
    assert [path for how in told for path in (tmp_path / how.name).iterdir()] == []
