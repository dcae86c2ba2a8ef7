"""What is advised where a column does not fit: SQL of the database, and it makes it fit."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from itertools import zip_longest
from pathlib import Path
from typing import Any

import psycopg
import pytest

import lifecycle_dsl as lcr
from lifecycle_dsl.inputs.sql import open_query
from lifecycle_dsl.inputs.sql.asking import Asking
from lifecycle_dsl.inputs.sql.sources import Asked, Dialect, sources
from tests.unit.stores.postgres_server import Server, programs, server

KINDS = {
    "n": "number", "m": "money", "d": "duration", "t": "time", "day": "date", "word": "text",
    "ok": "bool", "plan": "one of (free, paid)", "tags": "list of text up to 3",
}  # fmt: skip
MANY = 16
FIELDS = [
    f"{name}{number}: {kind}?" for name, kind in KINDS.items() for number in ("", *range(MANY))
]
RULES = lcr.compile(f"""
lifecycle everything
timezone "Europe/Amsterdam"
event seen {{ {", ".join(FIELDS)} }}
start {{ -> known }}
stage known
""")

Shop = Callable[[Sequence[Sequence[object]]], tuple[str, str | None]]
"""Keeps rows of texts in columns `Total 0` and so on; gives what a query reads them from, and who
answers it."""


def query(columns: Mapping[str, str], source: str) -> str:
    """A query of events with these columns, each with its SQL."""
    chosen = "".join(f", {sql} AS {name}" for name, sql in columns.items())
    return (
        "SELECT 'seen' AS type, 'a' AS customer, '2026-01-05T12:00:00Z' AS at"
        f"{chosen} FROM {source}"
    )


def misfits(text: str, database: str | None = None) -> dict[str, str]:
    """What does not fit in a query, by column."""
    with open_query(text, RULES, database) as asked:
        found = list(asked.misfits(RULES.program.timezone))
    return {said.split("`")[1]: said for said in found}


def records(text: str, database: str | None = None) -> list[dict[str, Any]]:
    """What a query gives, all of which fits."""
    with open_query(text, RULES, database) as asked:
        assert list(asked.misfits(RULES.program.timezone)) == []
        return [json.loads(line) for batch in asked for line in batch.data.splitlines()]


def advised(said: str) -> list[str]:
    """The SQL that an advice says."""
    return re.findall(r"(?:write|else) (.+?)(?=, else|$)", said) or re.findall(
        r"as in (.+?)(?:, or|$)", said
    )


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
    def in_sqlite(rows: Sequence[Sequence[object]]) -> tuple[str, str]:
        path = tmp_path / "shop.db"
        names = ", ".join(f'"Total {place}"' for place in range(len(rows[0])))
        with closing(sqlite3.connect(path)) as made, made:
            made.execute(f"CREATE TABLE orders ({names})")
            made.executemany(f"INSERT INTO orders VALUES ({', '.join('?' * len(rows[0]))})", rows)
        return "orders", f"sqlite:///{path}"

    def in_csv(rows: Sequence[Sequence[object]]) -> tuple[str, None]:
        path = tmp_path / "orders.csv"
        lines = [[f"Total {place}" for place in range(len(rows[0]))], *rows]
        path.write_text(
            "".join(
                ",".join("" if each is None else f'"{each}"' for each in line) + "\n"
                for line in lines
            )
        )
        return f"read_csv('{path}', all_varchar = true, quote = '\"')", None

    def in_postgres(rows: Sequence[Sequence[object]]) -> tuple[str, str]:
        url = request.getfixturevalue("postgres").url()
        names = ", ".join(f'"Total {place}" VARCHAR' for place in range(len(rows[0])))
        with psycopg.connect(url) as made:
            made.execute("DROP TABLE IF EXISTS orders")
            made.execute(f"CREATE TABLE orders ({names})")
            values = f"INSERT INTO orders VALUES ({', '.join(['%s'] * len(rows[0]))})"
            made.cursor().executemany(values, rows)
        return "orders", url

    ways: dict[str, Shop] = {"sqlite": in_sqlite, "csv": in_csv, "postgres": in_postgres}
    return ways[request.param]


NUMBERS: list[tuple[list[str | None], list[list[float | None]]]] = [
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
]
"""Texts, and the numbers that they are; twice where that is for people to say."""


def test_texts_become_the_numbers_that_they_write(shop: Shop) -> None:
    source, database = shop(list(zip_longest(*(texts for texts, _ in NUMBERS))))
    fields = [f"m{place}" for place in range(len(NUMBERS))]
    own = {field: f'"Total {place}"' for place, field in enumerate(fields)}
    said = misfits(query(own, source), database)
    for attempt in (0, -1):
        sql = {field: advised(said[field])[attempt] for field in fields}
        found = records(query(sql, source), database)
        for field, (texts, numbers) in zip(fields, NUMBERS, strict=True):
            read = [each.get(field) for each in found[: len(texts)]]
            assert read == numbers[attempt], said[field]


NO_NUMBERS: list[tuple[list[str | None], str]] = [
    (["12.50", "1.234,50"], "written in different ways, as in '12.50' and '1.234,50'"),
    (["12.50", "12,50"], "written in different ways, as in '12.50' and '12,50'"),
    (["1,234.50", "12,5"], "written in different ways, as in '1,234.50' and '12,50'"),
    (["1.234", "1,234"], "written in different ways, as in '1.234' and '1,234'"),
    (["7", None, "free", "8", "", "12 €"], "2 of its 4 texts are no numbers, the first in row 3"),
    (["7", "1_000"], "1 of its 2 texts is no number, the first in row 2"),
    (["gold", "silver"], "none of its texts is a number"),
    (["1,23,456"], "none of its texts is a number"),
]


@pytest.mark.parametrize("shop", ["sqlite"], indirect=True)
def test_what_no_cast_makes_numbers_of_is_said(shop: Shop) -> None:
    source, database = shop(list(zip_longest(*(texts for texts, _ in NO_NUMBERS))))
    own = {f"m{place}": f'"Total {place}"' for place in range(len(NO_NUMBERS))}
    said = misfits(query(own, source), database)
    for field, (_, wanted) in zip(own, NO_NUMBERS, strict=True):
        assert wanted in said[field]
        assert " write " not in said[field]


# ---- columns of all types


TYPED = [
    "'1'", "1.5", "1.5::FLOAT", "1.5e0", "7", "true", "INTERVAL '90 minutes'", "DATE '2026-01-06'",
    "TIMESTAMP '2026-01-06 23:30'", "TIMESTAMPTZ '2026-01-06 23:30Z'", "TIME '10:00'", "'x'::BLOB",
    "[1.5]", "MAP {'a': 1}", "{'a': 1}", "'a'::ENUM ('a')",
]  # fmt: skip
ADVISED = {
    ("n", "INTERVAL '90 minutes'"): 5400,
    ("n", "true"): 1,
    ("m", "'1'"): 1,
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


@pytest.mark.parametrize("name", KINDS)
def test_what_is_advised_for_a_column_makes_it_fit(name: str) -> None:
    xs = [f"x{place}" for place in range(len(TYPED))]
    source = f"(SELECT {', '.join(TYPED)}) t({', '.join(xs)})"
    said = misfits(query({f"{name}{place}": x for place, x in enumerate(xs)}, source))
    for attempt in (-1, 0):
        sql = {field: each[attempt] for field in said if (each := advised(said[field]))}
        (found,) = records(query(sql, source))
    seen = {(name, typed): found.get(f"{name}{place}") for place, typed in enumerate(TYPED)}
    wanted = {key: value for key, value in ADVISED.items() if key[0] == name}
    assert {key: seen[key] for key in wanted} == wanted


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
    names = ", ".join(f"{each}_" for each in typed)
    source = f"(SELECT {', '.join(typed.values())}, 1767603600.5) x({names}, at_)"

    def text(columns: Mapping[str, str]) -> str:
        made = query({each: columns[each] for each in typed}, source)
        return made.replace("'2026-01-05T12:00:00Z'", columns["at"])

    said = misfits(text({each: f"{each}_" for each in [*typed, "at"]}), postgres.url())
    (found,) = records(text({each: advised(said[each])[0] for each in said}), postgres.url())
    assert found == {
        "type": "seen", "customer": "a", "at": 1_767_603_600_500_000, "n": 5400, "m": 1,
        "d": 1_500_000, "t": 1_767_697_200_000_000, "day": "2026-01-07", "word": "2", "ok": True,
        "tags": ["a", "b"],
    }  # fmt: skip
