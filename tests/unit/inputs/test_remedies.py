"""What is advised where a column does not fit: SQL of the database, and it makes it fit."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.inputs.sql import open_query
from lifecycle_dsl.inputs.sql.asking import Asking
from lifecycle_dsl.inputs.sql.sources import Asked, Dialect, sources
from tests.unit.stores.postgres_server import Server, programs, server

RULES = lcr.compile("""
lifecycle everything
timezone "Europe/Amsterdam"
event seen {
  n: number?, m: money?, d: duration?, t: time?, day: date?, word: text?, ok: bool?,
  plan: one of (free, paid)?, tags: list of text up to 3?, items: list of { sku: text } up to 3?
}
start { -> known }
stage known
""")

Shop = Callable[[Sequence[object]], tuple[str, str | None]]
"""Keeps values as texts in a column `Total`; gives what a query reads them from, and by whom."""


def misfits(text: str, database: str | None = None) -> list[str]:
    with open_query(text, RULES, database) as query:
        return list(query.misfits(RULES.program.timezone))


def values(text: str, database: str | None = None) -> list[object]:
    """What the column `m` of a query gives."""
    with open_query(text, RULES, database) as query:
        assert list(query.misfits(RULES.program.timezone)) == []
        lines = [json.loads(line) for batch in query for line in batch.data.splitlines()]
    return [each.get("m") for each in lines]


def advised(said: str) -> list[str]:
    """The SQL that an advice says."""
    return re.findall(r"(?:write|else) (.+?)(?=, else|$)", said)


# ---- texts that are to be numbers


@pytest.fixture(scope="module")
def postgres() -> Iterator[Server]:
    bin_ = programs()
    if bin_ is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with server(bin_) as running:
        yield running


@pytest.fixture(params=["sqlite", "csv", "postgres"])
def shop(request: pytest.FixtureRequest, tmp_path: Path) -> Shop:
    def in_sqlite(texts: Sequence[object]) -> tuple[str, str]:
        path = tmp_path / "shop.db"
        with closing(sqlite3.connect(path)) as made, made:
            made.execute("CREATE TABLE orders (Total)")
            made.executemany("INSERT INTO orders VALUES (?)", [(each,) for each in texts])
        return "orders", f"sqlite:///{path}"

    def in_csv(texts: Sequence[object]) -> tuple[str, None]:
        path = tmp_path / "orders.csv"
        cells = ["" if each is None else f'"{each}"' for each in texts]
        path.write_text("\n".join(["Total,no", *(f"{each},1" for each in cells)]))
        return f"read_csv('{path}', all_varchar = true)", None

    def in_postgres(texts: Sequence[object]) -> tuple[str, str]:
        url = request.getfixturevalue("postgres").url()
        with psycopg.connect(url) as made:
            made.execute("DROP TABLE IF EXISTS orders")
            made.execute('CREATE TABLE orders ("Total" VARCHAR)')
            rows = [(each,) for each in texts]
            made.cursor().executemany("INSERT INTO orders VALUES (%s)", rows)
        return "orders", url

    ways: dict[str, Shop] = {"sqlite": in_sqlite, "csv": in_csv, "postgres": in_postgres}
    return ways[request.param]


def query(amount: str, orders: str) -> str:
    at = "'2026-01-05T12:00:00Z'"
    return f"SELECT 'seen' AS type, 'a' AS customer, {at} AS at, {amount} AS m FROM {orders}"


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["7", "-12.50", None, " .5 ", "+1e3", "5."], [[7, -12.5, None, 0.5, 1000, 5]]),
        (["1", "2"], [[1, 2]]),
        (["12,50", "-0,125", "1234,567", "9", "1,234"], [[12.5, -0.125, 1234.567, 9, 1.234]]),
        (["1.234,50", "12,5", "1.234", "7"], [[1234.5, 12.5, 1234, 7]]),
        (["1.234.567", "7"], [[1234567, 7]]),
        (["1.234", "12,50"], [[1234, 12.5]]),
        (["1,234.50", "12.5", "1,234"], [[1234.5, 12.5, 1234]]),
        (["12.50", "1,234"], [[12.5, 1234]]),
        (["1,234,567"], [[1234567]]),
        (["12.5", "1.234"], [[12.5, 1.234]]),
        (["1,234", "7"], [[1234, 7], [1.234, 7]]),
        (["1.234", "7"], [[1234, 7], [1.234, 7]]),
        (["12,5", "", "  "], [[12.5, None, None]]),
    ],
    ids=str,
)
def test_texts_become_the_numbers_that_they_write(
    shop: Shop, texts: list[str | None], numbers: list[list[float | None]]
) -> None:
    orders, database = shop(texts)
    (said,) = misfits(query('"Total"', orders), database)
    found = [values(query(sql, orders), database) for sql in advised(said)]
    assert found == numbers, said


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (["12.50", "1.234,50"], "written in different ways, as in '12.50' and '1.234,50'"),
        (["12.50", "12,50"], "written in different ways, as in '12.50' and '12,50'"),
        (["1,234.50", "12,5"], "written in different ways, as in '1,234.50' and '12,50'"),
        (["1.234", "1,234"], "written in different ways, as in '1.234' and '1,234'"),
        (
            ["7", None, "free", "8", "", "12 €"],
            "2 of its 4 texts are no numbers, the first in row 3",
        ),
        (["7", "1_000"], "1 of its 2 texts is no number, the first in row 2"),
        (["gold", "silver"], "none of its texts is a number"),
        (["1,23,456"], "none of its texts is a number"),
    ],
    ids=str,
)
def test_what_no_cast_makes_numbers_of_is_said(
    tmp_path: Path, texts: list[str | None], said: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as made, made:
        made.execute("CREATE TABLE orders (total)")
        made.executemany("INSERT INTO orders VALUES (?)", [(each,) for each in texts])
    (found,) = misfits(query("total", "orders"), f"sqlite:///{tmp_path}/shop.db")
    assert said in found
    assert advised(found) == []


# ---- columns of all types


TYPED = [
    "'1'", "1.5", "1.5::FLOAT", "1.5e0", "7", "true", "INTERVAL '90 minutes'", "DATE '2026-01-06'",
    "TIMESTAMP '2026-01-06 23:30'", "TIMESTAMPTZ '2026-01-06 23:30Z'", "TIME '10:00'", "'x'::BLOB",
    "[1.5]", "MAP {'a': 1}", "{'a': 1}", "'a'::ENUM ('a')",
]  # fmt: skip
ADVISED = {
    ("n", "INTERVAL '90 minutes'"): 5400,
    ("n", "true"): 1,
    ("d", "1.5"): 1_500_000,
    ("t", "DATE '2026-01-06'"): 1_767_697_200_000_000,
    ("t", "1.5e0"): 1_500_000,
    ("day", "1.5"): "1970-01-01",
    ("day", "TIMESTAMP '2026-01-06 23:30'"): "2026-01-06",
    ("day", "TIMESTAMPTZ '2026-01-06 23:30Z'"): "2026-01-07",
    ("word", "1.5"): "1.5",
    ("word", "1.5e0"): "2",
    ("ok", "1.5"): True,
    ("plan", "7"): "7",
    ("tags", "'1'"): ["1"],
    ("tags", "[1.5]"): ["1.5"],
}


@pytest.mark.parametrize("name", ["n", "m", "d", "t", "day", "word", "ok", "plan", "tags"])
def test_what_is_advised_for_a_column_makes_it_fit(name: str) -> None:
    at = "TIMESTAMP '2026-01-05' AS at"
    seen = {}
    for typed in TYPED:
        text = (
            f"SELECT 'seen' AS type, 'a' AS customer, {at}, x AS {name} FROM (SELECT {typed}) t(x)"
        )
        for said in misfits(text):
            for sql in reversed(advised(said) or re.findall(r"as in (.+?)(?:, or|$)", said)):
                mended = text.replace(f"x AS {name}", f"{sql} AS {name}")
                with open_query(mended, RULES) as found:
                    assert list(found.misfits("UTC")) == [], said
                    (batch,) = found
                seen[name, typed] = json.loads(batch.data).get(name)
    wanted = {key: value for key, value in ADVISED.items() if key[0] == name}
    assert {key: seen.get(key) for key in wanted} == wanted


# ---- what stands in the query


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("SELECT total AS amount FROM t", "total"),
        ('SELECT o."To tal" amount FROM t o', 'o."To tal"'),
        ("SELECT [to tal] AS amount FROM t", '"to tal"'),
        ("SELECT `total` AS amount FROM t", '"total"'),
        ("SELECT amount FROM t", "amount"),
        ("SELECT * FROM t", "amount"),
        ("FROM t", "amount"),
        ("SELECT 1 AS x, t.*, lower(total) AS Amount FROM t", "lower(total)"),
        ("SELECT total || ' EUR' AS amount", "(total || ' EUR')"),
        ("SELECT NULL AS amount FROM v UNION ALL SELECT total FROM t", "total"),
        ("SELECT NULL AS amount FROM v UNION ALL SELECT NULL FROM t", "NULL"),
        ("WITH o AS (SELECT 1 AS amount) SELECT total AS amount FROM o", "total"),
        (f"SELECT concat({', '.join(['total'] * 20)}) AS amount", "…"),
        ("SELECT total COLLATE x.y.z MATCH AS amount", "amount"),
    ],
)
def test_advice_names_what_stands_in_the_query(text: str, source: str) -> None:
    with closing(Asking()) as asking:
        given = Asked(text, Dialect.SQLITE, "")
        assert sources(asking, given, ["amount"])[0] == source


def test_a_name_that_the_query_does_not_choose_is_never_a_text_for_sqlite() -> None:
    with closing(Asking()) as asking:
        given = Asked("SELECT * FROM t", Dialect.SQLITE, "")
        names = ["total", "Total", "order", "to tal", "to]tal"]
        assert sources(asking, given, names) == [
            "total", "[Total]", "[order]", "[to tal]", '"to]tal"'
        ]  # fmt: skip


def test_what_is_advised_is_sql_of_postgres(postgres: Server) -> None:
    typed = {
        "n": "interval '90 minutes'", "m": "true", "d": "1.5", "t": "date '2026-01-06'",
        "day": "timestamptz '2026-01-06 23:30Z'", "word": "2.0::float8", "ok": "1.5::float8",
        "tags": "'a,b'",
    }  # fmt: skip
    at = "1767603600.5"

    def text(at: str, columns: Iterable[str]) -> str:
        named = [f"{sql} AS {name}" for sql, name in zip(columns, typed, strict=True)]
        return (
            f"SELECT 'seen' AS type, 'a' AS customer, {at} AS at, {', '.join(named)} FROM "
            f"(SELECT {', '.join(typed.values())}) x({', '.join(f'{each}_' for each in typed)})"
        )

    said = misfits(text(at, [f"{each}_" for each in typed]), postgres.url())
    first, *mended = [
        (advised(each) or re.findall(r"as in (.+?)(?:, or|$)", each))[0] for each in said
    ]
    assert first == f"to_timestamp({at})"
    with open_query(text(first, mended), RULES, postgres.url()) as found:
        assert list(found.misfits("UTC")) == []
        (batch,) = found
    assert json.loads(batch.data) == {
        "type": "seen", "customer": "a", "at": 1_767_603_600_500_000, "n": 5400, "m": 1,
        "d": 1_500_000, "t": 1_767_697_200_000_000, "day": "2026-01-07", "word": "2", "ok": True,
        "tags": ["a", "b"],
    }  # fmt: skip
