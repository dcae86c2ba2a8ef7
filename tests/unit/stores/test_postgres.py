"""A PostgreSQL store: its address, what can be wrong with its server, and batches cut off."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from lifecycle_dsl.stores import Commit, StoreError, open_store, postgres_leases
from lifecycle_dsl.stores.postgres import PostgresStore
from lifecycle_dsl.stores.postgres_address import Address, address_of
from lifecycle_dsl.stores.postgres_names import kept_as
from tests.unit.stores.postgres_server import Server, programs, server

# ---- addresses


def test_an_address_is_taken_apart() -> None:
    assert address_of("postgresql://u@h:5/db?schema=shop&sslmode=require&shards=8&lease=2.5") == (
        Address(
            "postgresql://u@h:5/db?schema=shop&sslmode=require&shards=8&lease=2.5",
            "postgresql://u@h:5/db?sslmode=require",
            "shop",
            8,
            2.5,
        )
    )
    assert address_of("postgres://h/db") == (
        Address("postgres://h/db", "postgres://h/db", "lifecycle", None, 15.0)
    )


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://u:s3cret@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:s3:c%40ret@h/db", "postgresql://u:***@h/db"),
        ("postgresql://h/db?user=u&password=s3cret", "postgresql://h/db?user=u&password=***"),
        ("postgresql://h/db?sslpassword=s3cret&a=b", "postgresql://h/db?sslpassword=***&a=b"),
    ],
)
def test_a_password_is_not_shown(url: str, shown: str) -> None:
    assert address_of(url).shown == shown


def test_what_the_server_is_told_is_left_as_it_is() -> None:
    given = "postgresql:///db?host=/tmp/a%20b&options=-c%20a%3Db%2Bc"
    assert address_of(given + "&schema=x").server == given


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("schema=Shop", "small letters"),
        ("schema=pg_shop", "small letters"),
        ('schema=a"b', "small letters"),
        ("shards=0", "a number from 1 to 4,096"),
        ("shards=many", "a number from 1 to 4,096"),
        ("lease=0.5", "1 to 9999 seconds"),
        ("lease=soon", "1 to 9999 seconds"),
    ],
)
def test_an_option_that_cannot_be_meant_is_refused(option: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        address_of(f"postgresql://h/db?{option}")


def test_short_names_are_kept_as_they_are() -> None:
    assert [kept_as(name) for name in ("anna", "𝒳", "", "x" * 256)] == ["anna", "𝒳", "", "x" * 256]
    odd = ["x" * 257, "a\0", "\x1a", kept_as("a\0")]
    assert len({kept_as(name) for name in odd}) == len(odd)
    assert all(len(kept_as(name)) == 33 for name in odd)


# ---- what can be wrong


def test_the_extra_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.startswith("lifecycle_dsl.stores.postgres")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"needs psycopg: pip install 'lifecycle-dsl\[postgres\]'"):
        open_store("postgresql://127.0.0.1:1/db")


@pytest.fixture
def url(postgres: Server) -> str:
    return postgres.url(schema=f"t{uuid4().hex}", lease=2)


@pytest.fixture
def store(url: str) -> Iterator[PostgresStore]:
    made = PostgresStore(url)
    made.acquire()
    yield made
    made.close()


def test_no_server() -> None:
    with pytest.raises(StoreError, match="there is no server: is it running"):
        PostgresStore("postgresql://127.0.0.1:1/db")


def test_no_such_host() -> None:
    with pytest.raises(StoreError, match="there is no such host"):
        PostgresStore("postgresql://nowhere.invalid/db")


def test_no_such_database(postgres: Server) -> None:
    with pytest.raises(StoreError, match="`createdb` makes"):
        PostgresStore(postgres.url("nothing"))


def test_a_wrong_password(postgres: Server, tmp_path: Path) -> None:
    name = f"u{uuid4().hex}"
    postgres.tell(f"CREATE ROLE {name} LOGIN PASSWORD 'right'")
    rules = postgres.folder / "data" / "pg_hba.conf"
    before = rules.read_text()
    rules.write_text(f"host all {name} all scram-sha-256\n{before}")
    postgres.tell("SELECT pg_reload_conf()")
    front = f"127.0.0.1:{postgres.port}/postgres"
    try:
        with pytest.raises(StoreError, match=r"is the password right\?") as wrong:
            PostgresStore(f"postgresql://{name}:wr0ng@{front}")
        assert "wr0ng" not in str(wrong.value)
        with pytest.raises(StoreError, match="asks for a password"):
            PostgresStore(f"postgresql://{name}@{front}?passfile={tmp_path}/none")
        with pytest.raises(StoreError, match="GRANT CREATE ON DATABASE"):
            PostgresStore(f"postgresql://{name}:right@{front}?schema={name}")
        postgres.tell(f"GRANT CREATE ON DATABASE postgres TO {name}")
        made = PostgresStore(f"postgresql://{name}:right@{front}?schema={name}")
        assert "right" not in made.url
        made.close()
    finally:
        rules.write_text(before)
        postgres.tell("SELECT pg_reload_conf()")


def test_a_schema_of_something_else(postgres: Server) -> None:
    name = f"t{uuid4().hex}"
    postgres.tell(f"CREATE SCHEMA {name}; CREATE TABLE {name}.customers (a int)")
    with pytest.raises(StoreError, match="belongs to something else"):
        PostgresStore(postgres.url(schema=name))


def test_another_format(postgres: Server, url: str) -> None:
    PostgresStore(url).close()
    schema = address_of(url).schema
    change = f"UPDATE {schema}.store SET value = '99' WHERE name = 'format'"
    postgres.tell(change)
    with pytest.raises(StoreError, match="it has format 99, and this version reads 1"):
        PostgresStore(url)


def test_a_database_of_another_encoding(postgres: Server) -> None:
    name = f"d{uuid4().hex}"
    postgres.tell(f"CREATE DATABASE {name} ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0")
    with pytest.raises(StoreError, match="keeps texts as LATIN1"):
        PostgresStore(postgres.url(name))


def test_one_that_may_only_be_read(store: PostgresStore, url: str) -> None:
    options = "&options=-c%20default_transaction_read_only%3Don"
    reader = PostgresStore(url + options)
    assert reader.counts() == {}
    with pytest.raises(StoreError, match="it may only be read"):
        reader.forget("anna")
    reader.close()
    store.commit(Commit(counts={"records": 1}))


@pytest.fixture
def small(postgres: Server) -> Iterator[Path]:
    """A disk of 16 MiB."""
    folder = postgres.folder / "small"
    folder.mkdir()
    if _mount("mount", "-t", "tmpfs", "-o", "size=16m", "none", str(folder)):
        pytest.skip("a small disk cannot be mounted here")
    postgres.own(folder)
    yield folder
    assert not _mount("umount", "-l", str(folder))


def _mount(*command: str) -> int:
    found = shutil.which(command[0])
    if found is None:
        return 1
    return subprocess.run([found, *command[1:]], capture_output=True, check=False).returncode


def test_a_full_disk(postgres: Server, small: Path) -> None:
    name = f"d{uuid4().hex}"
    postgres.tell(f"CREATE TABLESPACE {name} LOCATION '{small}'")
    postgres.tell(f"CREATE DATABASE {name} TABLESPACE {name} TEMPLATE template0")
    full = PostgresStore(postgres.url(name))
    full.acquire()
    ballast = small / "ballast"
    ballast.write_bytes(bytes(3_000_000))
    with pytest.raises(StoreError, match="the server's disk is full"):
        fill(full)
    ballast.unlink()  # even reading may need room
    kept = full.counts()["records"]
    assert 0 < kept < 100
    assert len(full.people("", 1_000)) == kept
    full.close()
    postgres.tell(f"DROP DATABASE {name}")
    postgres.tell(f"DROP TABLESPACE {name}")


def fill(store: PostgresStore) -> None:
    noise = os.urandom(1_000_000)
    for number in range(100):
        store.commit(Commit(states=[(f"u{number}", None, noise)], counts={"records": 1}))


# ---- connections that are lost


def cut(postgres: Server, store: PostgresStore) -> None:
    with psycopg.connect(postgres.url()) as session:
        session.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = %s",
            (store._postgres.name,),
        )


def test_a_connection_lost_between_batches_is_made_anew(
    postgres: Server, store: PostgresStore
) -> None:
    store.commit(Commit(counts={"records": 1}))
    cut(postgres, store)
    assert store.counts() == {"records": 1}
    cut(postgres, store)
    store.commit(Commit(counts={"records": 1}))
    assert store.counts() == {"records": 2}


def test_a_connection_lost_in_mid_batch_leaves_nothing(
    postgres: Server, store: PostgresStore
) -> None:
    with pytest.raises(StoreError, match="made anew"):
        half_a_batch(postgres, store)
    assert store.counts() == {}
    store.commit(Commit(counts={"records": 1}))


def test_what_was_kept_outlives_a_crash_of_a_server_that_is_slow_to_write() -> None:
    bin_ = programs()
    if bin_ is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql")
    with server(bin_) as crashing:
        assert crashing.tell("SHOW synchronous_commit") == [("off",)]
        store = open_store(crashing.url(schema="shop"))
        store.acquire()
        for number in range(1, 6):
            store.commit(Commit(counts={"records": 1}))
            crashing.stop("immediate")
            crashing.start()
            assert store.counts() == {"records": number}
        store.close()


def half_a_batch(postgres: Server, store: PostgresStore) -> None:
    with store._postgres.transaction() as cursor:
        cursor.execute("INSERT INTO counts VALUES (0, 'records', 5)")
        cut(postgres, store)
        cursor.execute("INSERT INTO counts VALUES (1, 'records', 5)")


class _Answers:
    """Loses the answers to commits, of which the server has heard or not."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.heard: list[bool] = []
        """Of the next commits, whether the server hears of them; the others are answered."""
        execute = psycopg.Connection.execute

        def answered(session: Any, statement: Any, *rest: Any, **more: Any) -> Any:
            if statement == "COMMIT" and self.heard:
                if self.heard.pop(0):
                    execute(session, statement)
                session.pgconn.finish()
                raise psycopg.OperationalError("the answer was lost")
            return execute(session, statement, *rest, **more)

        monkeypatch.setattr(psycopg.Connection, "execute", answered)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> _Answers:
    return _Answers(monkeypatch)


@pytest.mark.parametrize("heard", [True, False])
def test_whether_a_commit_was_kept_whose_answer_was_lost(
    store: PostgresStore, answers: _Answers, *, heard: bool
) -> None:
    store.commit(Commit(counts={"records": 1}))
    answers.heard = [heard]
    if heard:
        store.commit(Commit(counts={"records": 10}))
    else:
        with pytest.raises(StoreError, match="lost while a batch was to be kept"):
            store.commit(Commit(counts={"records": 10}))
    assert not answers.heard
    assert store.counts() == {"records": 11 if heard else 1}
    store.commit(Commit(counts={"records": 100}))
    assert store.counts() == {"records": 111 if heard else 101}


def test_one_commit_in_doubt_does_not_speak_for_the_next(
    store: PostgresStore, answers: _Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as away:
        away.setattr(postgres_leases, "_GRACE", -store._postgres.address.lease)
        away.setattr(psycopg, "connect", _away)
        answers.heard = [True]
        with pytest.raises(StoreError, match="is told by its place alone"):
            store.commit(Commit(counts={"records": 10}))
    assert store.counts() == {"records": 10}
    answers.heard = [False]
    with pytest.raises(StoreError, match="lost while a batch was to be kept"):
        store.commit(Commit(counts={"records": 100}))
    assert store.counts() == {"records": 10}


def _away(*_: object, **__: object) -> None:
    raise psycopg.OperationalError("Connection refused")


def test_an_older_store_gets_what_came_later(postgres: Server) -> None:
    url = postgres.url(schema=f"t{uuid4().hex}")
    PostgresStore(url).close()
    schema = address_of(url).schema
    postgres.tell(f"DROP TABLE {schema}.pruned")
    postgres.tell(f"DROP INDEX {schema}.outbox_delivered")
    postgres.tell(f"ALTER TABLE {schema}.workers DROP COLUMN address")
    with closing(PostgresStore(url)) as store:
        store.acquire()
        store.commit(Commit(outbox=[("key1", "anna", "sent", "email", b"{}")]))
        store.delivered([each.number for each in store.outbox()], 10)
        assert store.prune(11, 9) == 1
