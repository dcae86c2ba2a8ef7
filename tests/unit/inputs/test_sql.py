"""The rows of a query as records: every type, every kind of file, in order, to be read on."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import msgspec
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import lifecycle_dsl as lcr
from lifecycle_dsl.engine.decisions import encode_lines
from lifecycle_dsl.inputs import InputError
from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.inputs.sql import Query, open_query
from tests.unit.stores.postgres_server import Server, programs, server

RULES = lcr.compile("""
lifecycle everything
timezone "Europe/Amsterdam"
event seen {
  n: number = 7, m: money?, d: duration?, t: time?, day: date?, word: text?, ok: bool?,
  plan: one of (free, paid)?, tags: list of text up to 3,
  items: list of { sku: text, price: money = 1, on: date? } up to 3
}
event other { n: text? }
trait zone: text = "UTC"
trait vip: bool = false
start { -> known }
stage known
channel email
trigger tell {
  on seen
  do {
    send email "seen" {
      value: event.value, n: n, m: m else -1, d: d else 0s, t: t else now, day: day else date(now),
      word: word else "-", ok: ok else false, plan: plan else "-", tags: tags, items: items,
      vip: vip
    }
  }
}
trigger tell_other { on other  do { send email "other" { n: n else "-" } } }
""")


UUID = "3a7b0d4e-9f0e-4c88-8a7d-0d6f5d0f9a11"


def rows(text: str, rules: lcr.RuleSet = RULES, **options: Any) -> list[dict[str, Any]]:
    """The records of a query."""
    with open_query(text, rules, **options) as query:
        return [json.loads(line) for batch in query for line in batch.data.splitlines()]


def row(columns: str) -> dict[str, Any]:
    """The record of a query of one row."""
    (found,) = rows(
        f"SELECT 'seen' AS type, 'a' AS customer, TIMESTAMP '2026-01-05' AS at, {columns}"
    )
    return found


def reasons(columns: str) -> list[str]:
    """Why the engine refuses a row."""
    text = f"SELECT 'seen' AS type, 'a' AS customer, TIMESTAMP '2026-01-05' AS at, {columns}"
    engine = lcr.Engine(RULES)
    with open_query(text, RULES) as query:
        for batch in query:
            engine.process_batch(batch.data)
    return [letter.reason for letter in engine.take_dead_letters()]


def misfits(text: str) -> list[str]:
    with open_query(text, RULES) as query:
        return list(query.misfits(RULES.program.timezone))


# ---- values


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("1.50::DECIMAL(10, 2) AS m", 1.5),
        ("0.1::FLOAT AS m", 0.1),
        ("0.1::DOUBLE AS m", 0.1),
        ("9007199254740993::HUGEINT AS m", 9007199254740993),
        ("INTERVAL '1 day 2 hours' AS d", 26 * 3_600_000_000),
        ("5::UTINYINT AS d", 5),
        ("'P30D' AS d", "P30D"),
        ("TIMESTAMP '1970-01-01 00:00:01' AS t", 1_000_000),
        ("TIMESTAMPTZ '1970-01-01 01:00:01+01' AS t", 1_000_000),
        ("TIMESTAMP_NS '1970-01-01 00:00:00.000001499' AS t", 1),
        ("'1970-01-01 00:00:01' AS t", 1_000_000),
        ("'1970-01-01T01:00:01+01:00' AS t", 1_000_000),
        ("'1000000'::JSON AS t", 1_000_000),
        ("""'"1970-01-01T01:00:01+01:00"'::JSON AS t""", 1_000_000),
        ("'today' AS t", "today"),
        ("DATE '2026-02-03' AS day", "2026-02-03"),
        ("'2026-02-03' AS day", "2026-02-03"),
        ("'a \"b\" \n c' AS word", 'a "b" \n c'),
        ("42 AS word", "42"),
        ("'free'::ENUM('free', 'paid') AS plan", "free"),
        (f"'{UUID}'::UUID AS word", UUID),
        ("true AS ok", True),
        ("0 AS ok", False),
        ("['x', 'y'] AS tags", ["x", "y"]),
        ("['x', 'y']::VARCHAR[2] AS tags", ["x", "y"]),
        ("['x', NULL] AS tags", ["x", None]),
        ("[] AS tags", []),
        (
            "[{'sku': 'x', 'price': NULL, 'on': DATE '2026-01-01', 'more': 1}, NULL] AS items",
            [{"sku": "x", "on": "2026-01-01"}, None],
        ),
        ("""'[{"sku": "x",\n "price": 2}]'::JSON AS items""", [{"sku": "x", "price": 2}]),
        ("""'{"a": "b"}'::JSON -> 'a' AS word""", "b"),
        ("""'["a"]'::JSON AS word""", '["a"]'),
    ],
)  # fmt: skip
def test_a_value_is_written_as_its_field_takes_it(sql: str, value: object) -> None:
    name = sql.rpartition(" ")[2]
    assert row(sql)[name] == value


@pytest.mark.parametrize(
    "sql", ["NULL", "NULL::INTEGER", "NULL::INTERVAL", "NULL::TIMESTAMP", "'null'::JSON"]
)
@pytest.mark.parametrize("name", ["m", "d", "day", "tags"])
def test_null_is_missing(sql: str, name: str) -> None:
    text = f"SELECT 'seen' AS type, 'a' AS customer, TIMESTAMP '2026-01-05' AS at, {sql} AS {name}"
    assert name not in rows(text)[0]


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("'NaN'::DOUBLE AS m", "field `m` is not finite"),
        ("'inf'::FLOAT AS m", "field `m` is not finite"),
        ("1e16 AS m", "field `m` is beyond ±1e15"),
        ("170141183460469231731687303715884105727::HUGEINT AS m", "field `m` is beyond ±1e15"),
        ("INTERVAL 1 MONTH AS d", "field `d` is no duration of whole microseconds"),
        ("TIMESTAMP 'infinity' AS t", "field `t` is no time such as 2026-12-31T12:00:00Z"),
        ("DATE '0044-03-15 (BC)' AS day", "field `day` is no date such as 2026-12-31"),
        ("'later' AS t", "field `t` is no time such as 2026-12-31T12:00:00Z"),
        ("2 AS ok", "field `ok` is neither true nor false"),
        ("'gold' AS plan", "field `plan` is not one of (free, paid)"),
        ("['a', 'b', 'c', 'd'] AS tags", "field `tags` has more than 3 elements"),
        ("[{'price': 1}] AS items", "field `items` has an element that has a field `sku`"),
        ("repeat('x', 4097) AS word", "field `word` is longer than 4,096 characters"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_by_the_row(sql: str, reason: str) -> None:
    more = "" if sql.endswith("tags") else ", [] AS tags"
    more += "" if sql.endswith("items") else ", [] AS items"
    (found,) = reasons(sql + more)
    assert found.startswith(reason)


def test_a_column_that_can_fill_nothing_is_named_with_a_remedy() -> None:
    found = misfits(
        "SELECT 'seen' AS type, x AS customer, TIMESTAMP '2026-01-05' AS at, x AS plan, x AS n, "
        "[x] AS items FROM (SELECT 7.5::FLOAT) t(x)"
    )
    customer, plan, items = found
    text = "where its numbers are whole write CAST(CAST(x AS BIGINT) AS VARCHAR)"
    assert customer.startswith(f"the column `customer` is FLOAT, and `customer` takes text: {text}")
    assert f"`seen.plan` takes one of (free, paid): {text}" in plan
    assert "FLOAT[], and `seen.items` takes list of { sku: text" in items
    assert "a list of objects fills it, as in list({'sku': …}), or of JSON as in CAST(" in items


def test_events_may_want_different_things_of_one_column() -> None:
    found = rows(
        "SELECT type, 'a' AS customer, TIMESTAMP '2026-01-05' AS at, 5 AS n "
        "FROM (VALUES ('seen'), ('other')) t(type)"
    )
    assert [each["n"] for each in found] == [5, "5"]


# ---- columns and order


def test_a_query_that_gives_no_events_says_what_is_missing() -> None:
    found = misfits("SELECT 'seen' AS typ, 1 AS at, 2 AS at")
    assert [each.partition(":")[0] for each in found] == [
        "the query gives no `type`",
        "the query gives no `customer`",
        "two columns are called `at`",
    ]
    assert "as in 'seen' AS type" in found[0]


def test_a_file_that_was_not_taken_apart_is_told(tmp_path: Path) -> None:
    path = tmp_path / "short.csv"
    path.write_text("type,customer,at\nseen,a,2026-01-05T10:00:00Z\nseen,b\n")
    *_, said = misfits(f"FROM '{path}'")
    assert said.endswith("say how, as in read_csv(…, delim = ',', null_padding = true)")
    text = f"FROM read_csv('{path}', delim = ',', null_padding = true)"
    assert [each["customer"] for each in rows(text)] == ["a", "b"]


def test_columns_that_no_event_declares_are_left_out_unless_they_are_counted() -> None:
    text = "SELECT 'seen' AS type, 'a' AS customer, TIMESTAMP '2026-01-05' AS at, 1 AS \"it's\""
    assert "it's" not in rows(text)[0]
    assert rows(text, undeclared=True)[0]["it's"] == 1


def test_rows_come_in_order_of_time_and_keep_their_numbers() -> None:
    text = """SELECT 'seen' AS type, c AS customer, at FROM (VALUES
        ('late', '2026-01-07 00:00'), ('first', '2026-01-05T01:00:00+01:00'),
        ('second', '2026-01-05 00:00'), ('never', NULL), ('odd', 'soon')) t(c, at)
    """
    with pytest.raises(InputError, match='write it as "at"'):
        rows(text)
    with open_query(
        text.replace(", at FROM", ', t."at" FROM').replace(", at)", ', "at")'), RULES
    ) as query:
        (batch,) = query
    assert [json.loads(line)["customer"] for line in batch.data.splitlines()] == [
        "first", "second", "late", "never", "odd",
    ]  # fmt: skip
    assert batch.rows == [2, 3, 1, 4, 5]


def test_the_zone_of_the_machine_has_no_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    found = rows("SELECT 'seen' AS type, 'a' AS customer, '2026-01-05 09:00:00'::TIMESTAMPTZ AS at")
    assert found[0]["at"] == 1_767_603_600_000_000


def test_variables_of_python_are_no_tables() -> None:
    secret = duckdb.sql("SELECT 1 AS type")
    assert secret is not None
    with pytest.raises(InputError, match="secret does not exist"):
        rows("SELECT * FROM secret")


def test_statements_before_the_last_prepare_it(tmp_path: Path) -> None:
    file = tmp_path / "query.sql"
    file.write_text(
        "SET threads = 1;\n-- the day's\nCREATE TEMP VIEW v AS SELECT 'seen' AS type;\n"
        "SELECT *, 'a;b' AS customer, 1767603600000000 AS at FROM v /* one */ ; -- that is all\n"
    )
    assert rows(f"@{file}") == [{"type": "seen", "customer": "a;b", "at": 1767603600000000}]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the query is empty"),
        ("SELCT 1", 'syntax error at or near "SELCT"'),
        ("CREATE TABLE x (a INTEGER)", "let it be a SELECT"),
        ("SELECT * FROM 'nothing.csv'", "No files found"),
        ("SELECT at FROM x", 'write it as "at"'),
        ("SELECT 'at' AS x FROM FROM", "syntax error"),
        ("ATTACH 'x.db' (TYPE sqlite); SELECT 1", "--from sqlite:///FILE"),
        ("@nothing.sql", "nothing.sql: No such file or directory"),
    ],
)  # fmt: skip
def test_what_is_refused_is_said_with_its_place(text: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        rows(text)
    assert said in str(caught.value)
    assert ("`at` is a word" in str(caught.value)) == ("SELECT at" in text)


def test_an_error_in_a_row_ends_the_query_before_its_first_record() -> None:
    with (
        open_query("SELECT 'seen' AS type, 'a' AS customer, x::INTEGER AS at "
                   "FROM (VALUES ('1'), ('x')) t(x)", RULES) as query,
        pytest.raises(InputError, match="Could not convert string 'x'"),
    ):  # fmt: skip
        next(iter(query))


# ---- a place to go on from


def numbered(count: int, more: str = "") -> str:
    return (
        "SELECT 'seen' AS type, 'c' || i AS customer, to_timestamp(1767603600 + i) AS at "
        f"FROM (SELECT unnest(range({count})) AS i {more})"
    )


def test_a_query_is_read_on_from_a_place() -> None:
    with open_query(numbered(10_000), RULES) as query:
        whole = [line for batch in query for line in batch.data.splitlines()]
        places: dict[int, Place | None] = {}
        for batch in query.read(None):
            middle = batch.first + 100
            places[middle] = query.within(middle)
            places[batch.last] = query.place
    for number, place in places.items():
        with open_query(numbered(10_500), RULES) as query:
            rest = [line for batch in query.read(place) for line in batch.data.splitlines()]
        assert rest[: 10_000 - number] == whole[number:]
        assert len(rest) == 10_500 - number


@pytest.mark.parametrize("text", [numbered(99), numbered(100, "UNION ALL SELECT -1")])
def test_rows_that_came_in_between_are_noticed(text: str) -> None:
    with open_query(numbered(100), RULES) as query:
        list(query)
        place = query.place
    with open_query(text, RULES) as query, pytest.raises(InputError, match="the first 100 rows"):
        list(query.read(place))


def test_the_name_of_a_query_is_that_of_its_words() -> None:
    names = []
    for text in (
        "SELECT 1 AS type",
        "select  1 as type",
        "SELECT 1 -- one\n AS type ;",
        "SELECT 2 AS type",
    ):
        with open_query(text, RULES) as query:
            names.append(query.name)
    assert names[0] == names[2]
    assert len(set(names)) == 3


# ---- other databases


def test_sqlite_answers_itself(tmp_path: Path) -> None:
    path = tmp_path / "a shop?.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE orders (id INTEGER, at TEXT, total REAL, note TEXT, paid, none)")
        made.executemany(
            "INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)",
            [
                (2, "2026-01-06 10:00:00", 12.5, "x'\"\n", 1, None),
                (1, "2026-01-05 10:00:00", 3, None, 0, None),
                (3, "2026-01-07 10:00:00", float("inf"), "", 1, None),
            ],
        )
    made.close()
    text = """
        SELECT 'seen' AS type, id AS customer, at, total AS m, note AS word, paid AS ok, none AS n
        FROM orders;
    """
    database = f"sqlite:///{path}"
    found = [
        {k: v for k, v in each.items() if k not in {"type", "at"}}
        for each in rows(text, database=database)
    ]
    assert found == [
        {"customer": "1", "m": 3.0, "ok": False},
        {"customer": "2", "m": 12.5, "word": "x'\"\n", "ok": True},
        {"customer": "3", "m": float("inf"), "word": "", "ok": True},
    ]
    assert rows(text, database=str(path)) == rows(text, database=database)
    with open_query(text, RULES, database) as query:
        assert list(query.misfits("UTC")) == []
    for wrong, said in (
        ("SELECT x FROM orders", "no such column: x"),
        ("SELECT x'00' AS word", "hex(word)"),
        ("DELETE FROM orders", "readonly"),
    ):
        with pytest.raises(InputError) as caught:
            rows(wrong, database=database)
        assert said in str(caught.value)
    with pytest.raises(InputError, match="there is no such file"):
        rows(text, database=f"sqlite:///{tmp_path}/none.db")


def test_a_duckdb_file_is_read_and_not_written(tmp_path: Path) -> None:
    path = tmp_path / "shop.duckdb"
    with duckdb.connect(path) as made:
        made.execute("CREATE TABLE seen AS SELECT 'seen' AS type, 1 AS customer, now() AS \"at\"")
    assert rows("FROM seen", database=str(path))[0]["customer"] == "1"
    with pytest.raises(InputError, match="read-only"):
        rows("INSERT INTO seen SELECT * FROM seen; FROM seen", database=f"duckdb:///{path}")
    with pytest.raises(InputError, match=r"none\.duckdb"):
        rows("FROM seen", database=str(tmp_path / "none.duckdb"))


@pytest.mark.parametrize(
    ("database", "said"),
    [
        ("mysql://me:secret@host/shop", "nothing answers a query at mysql://host/shop"),
        ("sqlite://shop.db", "nothing answers a query at sqlite://shop.db"),
        ("/", "/: there is no such file"),
        (__file__, "not a valid DuckDB database file"),
    ],
)
def test_what_is_no_database_is_said(database: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        rows("SELECT 1 AS type", database=database)
    assert said in str(caught.value)


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    bin_ = programs()
    if bin_ is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with server(bin_) as running:
        yield running


def test_postgres_answers_itself(postgres: Server) -> None:
    text = """
      SELECT 'seen' AS type, c AS customer, at, m::numeric(10, 2), n, d, t, day, word, ok,
        tags, items, value FROM (VALUES
        (7::bigint, timestamptz '2026-01-06 10:00+01', 1.50::numeric(10, 2), 2.5::real,
         interval '1 day 2 hours', timestamp '2026-01-05 10:00', date '2026-02-03',
         E'a "b",\n c', true, array['x', 'y'], '[{"sku": "x"}]'::jsonb, '$1,002.50'::money),
        (8, '2026-01-05 10:00+01', NULL, NULL, NULL, NULL, NULL, '', false, array[]::text[], '[]',
         NULL)
      ) AS x(c, at, m, n, d, t, day, word, ok, tags, items, value) -- all of them
    """
    url = postgres.url()
    assert rows(text, database=url) == [
        {"type": "seen", "customer": "8", "at": 1767603600000000, "word": "", "ok": False,
         "tags": [], "items": []},
        {"type": "seen", "customer": "7", "at": 1767690000000000, "m": 1.5, "n": 2.5,
         "d": 26 * 3_600_000_000, "t": 1767607200000000, "day": "2026-02-03",
         "word": 'a "b",\n c', "ok": True, "tags": ["x", "y"], "items": [{"sku": "x"}],
         "value": 1002.5},
    ]  # fmt: skip
    with open_query(text, RULES, url) as query:
        assert list(query.misfits("UTC")) == []
        assert (
            dict(
                zip([c.name for c in query.columns], [c.shown for c in query.columns], strict=True)
            )["m"]
            == "DECIMAL(10,2)"
        )
    with pytest.raises(InputError, match='relation "nothing" does not exist'):
        rows("SELECT * FROM nothing", database=url)
    with pytest.raises(InputError, match="PostgreSQL: "):
        rows("SELECT 1", database="postgresql://127.0.0.1:1/x?connect_timeout=1")


# ---- the same decisions as from JSON Lines


WORDS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
NUMBERS = st.floats(-1e12, 1e12) | st.integers(-1_000_000, 1_000_000).map(float)
MOMENTS = st.timedeltas(timedelta(), timedelta(60)).map(
    lambda later: datetime(2026, 1, 1, tzinfo=UTC) + later
)
ITEM = st.fixed_dictionaries(
    {"sku": WORDS}, optional={"price": NUMBERS, "on": st.dates(date(1950, 1, 1), date(2100, 1, 1))}
)
EVENTS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.just("seen"),
            "customer": st.sampled_from(["a", "b", "ü 'x\""]),
            "at": MOMENTS,
            "tags": st.lists(WORDS, max_size=3),
            "items": st.lists(ITEM, max_size=3),
        },
        optional={
            "id": st.sampled_from(["1", "2", "3"]),
            "value": NUMBERS,
            "n": NUMBERS,
            "m": NUMBERS,
            "d": st.integers(-(10**9), 10**12),
            "t": MOMENTS,
            "day": st.dates(date(1950, 1, 1), date(2100, 1, 1)),
            "word": WORDS,
            "ok": st.booleans(),
            "plan": st.sampled_from(["free", "paid"]),
        },
    )
    | st.fixed_dictionaries(
        {"type": st.just("profile"), "customer": st.just("a"), "at": MOMENTS},
        optional={"vip": st.booleans(), "zone": st.sampled_from(["Asia/Tokyo", "UTC"])},
    ),
    min_size=1,
    max_size=30,
)  # fmt: skip
TYPES = {
    "type": "VARCHAR", "customer": "VARCHAR", "at": "TIMESTAMPTZ", "id": "VARCHAR",
    "value": "DOUBLE", "n": "DOUBLE", "m": "DOUBLE", "d": "BIGINT", "t": "TIMESTAMP", "day": "DATE",
    "word": "VARCHAR", "ok": "BOOLEAN", "plan": "VARCHAR", "tags": "VARCHAR[]", "vip": "BOOLEAN",
    "zone": "VARCHAR", "items": 'STRUCT(sku VARCHAR, price DOUBLE, "on" DATE)[]',
}  # fmt: skip


def decided(batches: Iterator[bytes]) -> bytes:
    engine = lcr.Engine(RULES)
    made = [each for data in batches for each in engine.process_batch(data)]
    made += engine.advance(engine.clock or 0)
    assert engine.take_dead_letters() == []
    return encode_lines(made)


def files_of(lines: Path) -> dict[str, str]:
    """The events in other files, and the query that reads each."""
    keys = ", ".join(f"'{name}': '{type_}'" for name, type_ in TYPES.items())
    lists = [name for name, type_ in TYPES.items() if "[]" in type_]
    cells = ", ".join(
        f"'{name}': '{'VARCHAR' if name in lists else type_}'" for name, type_ in TYPES.items()
    )
    as_json = ", ".join(f"to_json({name}) AS {name}" for name in lists)
    as_lists = ", ".join(f"CAST({name}::JSON AS {TYPES[name]}) AS {name}" for name in lists)
    with duckdb.connect() as made:
        made.execute("SET TimeZone = 'UTC'")
        made.execute(
            f"CREATE VIEW v AS SELECT * FROM read_json('{lines}', columns = {{{keys}}}, "
            "format = 'newline_delimited')"
        )
        made.execute(f"COPY v TO '{lines}.parquet'")
        made.execute(
            f"COPY (SELECT * REPLACE ({as_json}) FROM v) TO '{lines}.csv' "
            "(FORCE_QUOTE *, NULLSTR '\\N')"
        )
    return {
        "parquet": f"FROM '{lines}.parquet'",
        "csv": f"SELECT * REPLACE ({as_lists}) FROM read_csv('{lines}.csv', "
        f"columns = {{{cells}}}, nullstr = '\\N', auto_detect = false, header = true, delim = ',', "
        "quote = '\"', escape = '\"', new_line = '\\n', parallel = false)",
        "json": f"FROM read_json('{lines}', columns = {{{keys}}}, format = 'newline_delimited')",
    }


@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.generate, Phase.explicit],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(EVENTS, st.randoms(use_true_random=False))
def test_any_events_decide_the_same_from_every_kind_of_file(
    tmp_path: Path, events: list[dict[str, Any]], shuffled: Any
) -> None:
    path = tmp_path / "events.jsonl"
    in_order = sorted(events, key=lambda each: each["at"])
    line = msgspec.json.encode
    wanted = decided(iter([b"".join(line(each) + b"\n" for each in in_order)]))
    # Events of one instant stay as they are, all others may stand anywhere.
    instants = sorted({each["at"] for each in events}, key=lambda _: shuffled.random())
    mixed = [each for at in instants for each in in_order if each["at"] == at]
    path.write_bytes(b"".join(line(each) + b"\n" for each in mixed))
    for kind, text in files_of(path).items():
        with open_query(text, RULES) as query:
            assert decided(batch.data for batch in query) == wanted, kind


def test_more_rows_than_memory_go_through() -> None:
    """Sorted on the disk: a hundred megabytes of rows with room for far less."""
    count = 400_000
    text = (
        "SET memory_limit = '60MB'; SET threads = 1; SELECT 'seen' AS type, 'c' || i AS customer, "
        "to_timestamp(1767603600 + hash(i) % 1000000) AS at, repeat('x', 200) || hash(i) AS word "
        f"FROM range({count}) t(i)"
    )
    found, last = 0, 0
    with open_query(text, RULES) as query:
        for batch in query:
            ats = [json.loads(each)["at"] for each in batch.data.splitlines()[::1_000]]
            assert ats == sorted(ats)
            assert ats[0] >= last
            last = ats[-1]
            found += batch.data.count(b"\n")
    assert found == count


def test_a_query_forgets_what_it_wrote_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    query = open_query(numbered(10), RULES)
    assert isinstance(query, Query)
    assert list(tmp_path.iterdir())
    query.close()
    assert not list(tmp_path.iterdir())
    with pytest.raises(InputError):
        open_query("SELECT", RULES)
    assert not list(tmp_path.iterdir())
