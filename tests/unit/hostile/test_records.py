"""Malformed records: each is a dead letter that says why, and the next record is handled."""

from __future__ import annotations

import gzip
import json
import struct
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import lifecycle_dsl as lcr
from lifecycle_dsl.cli.main import run
from lifecycle_dsl.engine.decisions import Transition

RULES = """
lifecycle shop
event visit { page: text?, took: duration?, day: date?, until: time? }
event order { total: money, plan: one of (free, pro)?, items: list of { sku: text } up to 2? }
trait nick: text?
stage lead { -> customer on order }
stage customer
start { -> lead }
"""
RULESET = lcr.compile(RULES)
AT = 1_767_571_200_000_000


def good(customer: str) -> dict[str, Any]:
    return {"type": "visit", "customer": customer, "at": AT}


def bad(event: str = "visit", **fields: Any) -> dict[str, Any]:
    record = {"type": event, "customer": "bad", "at": AT, **fields}
    return {name: value for name, value in record.items() if value is not ...}


def line(record: object) -> bytes:
    return record if isinstance(record, bytes) else json.dumps(record).encode()


def frame(*encoded: bytes) -> bytes:
    body = struct.pack(">BI", 0xDD, len(encoded)) + b"".join(encoded)
    return struct.pack("<I", len(body)) + body


def pack(record: object) -> bytes:
    return record if isinstance(record, bytes) else msgspec.msgpack.encode(record)


# What is wrong in either format.
ANY: list[tuple[str, Any, str]] = [
    ("unknown event", bad("purchse"), "no event is called `purchse`"),
    ("no type", bad(type=...), "`type` is missing"),
    ("type of another type", bad(type=7), "`type` is no text"),
    ("no customer", bad(customer=...), "`customer` is missing"),
    ("empty customer", bad(customer=""), "`customer` is empty"),
    ("null customer", bad(customer=None), "`customer` is no text"),
    ("empty id", bad(id=""), "`id` is empty"),
    ("no at", bad(at=...), "`at` is missing"),
    ("at in seconds", bad(at=AT // 10**6), "it looks like seconds,"),
    ("at in milliseconds", bad(at=AT // 10**3), "it looks like milliseconds,"),
    ("at in nanoseconds", bad(at=AT * 10**3), "it looks like nanoseconds,"),
    ("at without an offset", bad(at="2026-01-05T00:00:00"), "`at` has no offset"),
    ("at in the year 3000", bad(at="3000-01-01T00:00:00Z"), "`at` is before 1980 or after 2200"),
    ("at in the year 1970", bad(at=0), "`at` is before 1980 or after 2200"),
    ("at of a day that is none", bad(at="2026-02-30T00:00:00Z"), "`at` is no time such as"),
    ("value of another type", bad(value="1"), "field `value` is no number"),
    ("value too large", bad(value=1e16), "field `value` is beyond ±1e15"),
    ("no required field", bad("order"), "field `total` is missing"),
    ("null in a required field", bad("order", total=None), "field `total` is no number"),
    ("label that is none", bad("order", total=1, plan="gold"), "not one of (free, pro)"),
    ("too many elements", bad("order", total=1, items=[{"sku": "a"}] * 3), "more than 2 elements"),
    ("element of another type", bad("order", total=1, items=["a"]), "field `items`"),
    ("text too long", bad(page="x" * 4_097), "field `page` is longer than 4,096 characters"),
    ("10 MB of text", bad(page="x" * 10_000_000), "field `page` is longer than 4,096 characters"),
    ("10 MB of customer", bad(customer="x" * 10_000_000), "`customer` is longer than 4,096"),
    ("date that is none", bad(day="2026-02-30"), "field `day` is no date"),
    ("duration that is none", bad(took="soon"), "field `took` is no duration"),
    ("duration without end", bad(took=2**62), "field `took`"),
    ("trait of another type", bad("profile", nick=5), "field `nick` is no text"),
    ("a list", [1, 2], "the record"),
    ("a text", "visit", "the record"),
    ("a number", 5, "the record"),
    ("null", None, "the record"),
    ("an empty object", {}, "`type` is missing"),
]  # fmt: skip

HEAD = b'{"type":"visit","customer":"bad","at":1767571200000000,'
LINES: list[tuple[str, bytes, str]] = [
    ("NaN", HEAD + b'"value":NaN}', "not finite"),
    ("infinity", HEAD + b'"value":1e999}', "field `value`"),
    ("a huge integer", HEAD + b'"value":' + b"9" * 5_000 + b"}", "field `value`"),
    ("an unclosed object", HEAD[:-1], "valid JSON"),
    ("nothing but a brace", b"{", "valid JSON"),
    ("an unclosed text", HEAD + b'"page":"a}', "valid JSON"),
    ("two objects in a line", HEAD[:-1] + b"}" + HEAD[:-1] + b"}", "valid JSON"),
    ("a lone surrogate", HEAD + b'"page":"\\ud800"}', "field `page`"),
    ("a lone surrogate in the id", HEAD + b'"id":"\\udfff"}', "`id`"),
    ("bytes that are no UTF-8", HEAD + b'"page":"\xff\xfe"}', "UTF-8"),
    ("binary", bytes(range(1, 10)) + bytes(range(11, 256)), "UTF-8"),
    ("a zero byte", b"\0", "JSON"),
    ("lists 10,000 deep", HEAD + b'"page":' + b"[" * 10_000 + b"]" * 10_000 + b"}", "deep"),
    ("objects 10,000 deep", b'{"a":' * 10_000 + b"1" + b"}" * 10_000, "deep"),
    ("unclosed lists", b"[" * 10_000, ""),
    ("a comma too many", HEAD + b"}", "valid JSON"),
]  # fmt: skip

FRAMES: list[tuple[str, bytes, str]] = [
    ("NaN", pack(bad(value=float("nan"))), "field `value`"),
    ("infinity", pack(bad(value=float("-inf"))), "field `value`"),
    ("a huge integer", pack(bad(value=2**64 - 1)), "field `value` is beyond ±1e15"),
    ("bytes for a text", pack(bad(page=b"abc")), "field `page` is no text"),
    ("a text that is no UTF-8", pack(bad(page="ab")).replace(b"\xa2ab", b"\xa2\xff\xfe"), "UTF-8"),
    ("lists 10,000 deep", b"\x91" * 10_000 + b"\xc0", "deep"),
    ("an extension", b"\xd4\x05\x00", "the record"),
]  # fmt: skip


def names(cases: list[tuple[str, Any, str]]) -> list[str]:
    return [name for name, _, _ in cases]


def check_survival(data: bytes, expected: str) -> None:
    engine = lcr.Engine(RULESET)
    decisions = engine.process_batch(data)
    (letter,) = engine.take_dead_letters()
    assert expected in letter.reason, letter.reason
    assert letter.line == 2
    assert len(letter.reason) < 200
    assert letter.reason.isprintable()
    assert [each.customer for each in decisions if isinstance(each, Transition)] == ["a", "b"]
    assert list(engine.customers()) == ["a", "b"]
    assert engine.counts["dead"] == 1
    msgspec.json.encode(letter)


@pytest.mark.parametrize(("_name", "record", "expected"), ANY + LINES, ids=names(ANY + LINES))
def test_a_malformed_line_is_a_dead_letter(_name: str, record: Any, expected: str) -> None:
    check_survival(b"\n".join(map(line, (good("a"), record, good("b")))) + b"\n", expected)


@pytest.mark.parametrize(("_name", "record", "expected"), ANY + FRAMES, ids=names(ANY + FRAMES))
def test_a_malformed_element_is_a_dead_letter(_name: str, record: Any, expected: str) -> None:
    check_survival(frame(*map(pack, (good("a"), record, good("b")))), expected)


@pytest.mark.parametrize("cut", [5, 9, 30, -1])
def test_a_truncated_frame_is_a_dead_letter(cut: int) -> None:
    engine = lcr.Engine(RULESET)
    assert engine.process_batch(frame(pack(good("a")), pack(good("b")))[:cut]) is not None
    (*_, letter) = engine.take_dead_letters()
    assert letter.reason.isprintable()
    assert engine.process(good("c")) != []


def test_all_of_them_in_one_run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    small = [(record, text) for _, record, text in ANY + LINES if len(line(record)) < 100_000]
    rules, dead, out = tmp_path / "shop.lcr", tmp_path / "dead.jsonl", tmp_path / "out.jsonl"
    rules.write_text(RULES, encoding="utf-8")
    parts = [part for record, _ in small for part in (line(record), line(good("ok")))]
    events = tmp_path / "events.jsonl"
    events.write_bytes(b"\n".join(parts) + b"\n")
    arguments = ["run", str(rules), str(events), "--dead", str(dead), "--out", str(out)]
    assert run(arguments) == 0
    letters = [json.loads(text) for text in dead.read_text(encoding="utf-8").splitlines()]
    assert [letter["line"] for letter in letters] == list(range(1, 2 * len(small), 2))
    for letter, (_, text) in zip(letters, small, strict=True):
        assert text in letter["reason"]
    kinds = [json.loads(text)["kind"] for text in out.read_text(encoding="utf-8").splitlines()]
    assert kinds == ["rules", "transition"]
    assert "Traceback" not in capsys.readouterr().err
    assert run([*arguments, "--strict"]) == 3


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("events.msgpack", frame(pack(good("a"))) + b"\xff\xff\xff\xff" + b"rest"),
        ("events.msgpack", frame(pack(good("a")))[:-3]),
        ("events.msgpack", b"\x01"),
        ("events.jsonl", b"\xff\xfe" * 50),
        ("events.jsonl.gz", gzip.compress(line(good("a")) + b"\n{\n", mtime=0)),
    ],
)
def test_a_broken_end_is_one_dead_letter(
    tmp_path: Path, name: str, data: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    rules, dead = tmp_path / "shop.lcr", tmp_path / "dead.jsonl"
    rules.write_text(RULES, encoding="utf-8")
    events = tmp_path / name
    events.write_bytes(data)
    assert run(["run", str(rules), str(events), "--dead", str(dead)]) == 0
    assert len(dead.read_text(encoding="utf-8").splitlines()) == 1
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize(
    "record",
    [bad(page=object()), bad(page={1, 2}), bad(at=10**400), bad(value=complex(1)), {5: 6}, {}],
)
def test_a_mapping_of_odd_things_is_a_dead_letter(record: Any) -> None:
    engine = lcr.Engine(RULESET)
    assert engine.process(record) == []
    (letter,) = engine.take_dead_letters()
    assert letter.reason.isprintable()


SOUP = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(["type", "customer", "at", "id", "value", "page", "total", "items", "day"])
KINDS = st.sampled_from(["visit", "order", "profile", "tick", "x"])
RECORDS = st.builds(
    lambda fields, kind: {"type": kind, "customer": "a", "at": AT, **fields},
    st.dictionaries(NAMES, SOUP, max_size=4),
    KINDS,
)


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(RECORDS)
def test_any_record_is_handled_or_dead(record: dict[str, Any]) -> None:
    engine = lcr.Engine(RULESET)
    engine.process(record)
    assert engine.counts["dead"] + engine.counts["records"] == 1
    assert len(engine.take_dead_letters()) == engine.counts["dead"]


@settings(max_examples=150, deadline=None, derandomize=True, database=None)
@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode()))
def test_any_bytes_are_handled_or_dead(data: bytes) -> None:
    engine = lcr.Engine(RULESET)
    for sent in (data, frame(data), line(good("a")) + b"\n" + data):
        engine.process_batch(sent)
        engine.process(sent)
    for letter in engine.take_dead_letters():
        assert letter.reason.isprintable()


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(st.data())
def test_a_frame_with_some_bytes_changed_is_handled_or_dead(data: st.DataObject) -> None:
    sent = bytearray(frame(*map(pack, (good("a"), bad("order", total=1), good("b")))))
    for _ in range(data.draw(st.integers(1, 3))):
        sent[data.draw(st.integers(0, len(sent) - 1))] = data.draw(st.integers(0, 255))
    engine = lcr.Engine(RULESET)
    engine.process_batch(bytes(sent))
    for letter in engine.take_dead_letters():
        assert letter.reason.isprintable()
