"""Records: what is accepted, how it comes out, and that nothing stops the stream."""

from __future__ import annotations

import json
import math
import resource
import struct
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifecycle_dsl.engine.deadletters import DeadLetter
from lifecycle_dsl.engine.frames import elements
from lifecycle_dsl.engine.records import Decoded, Records, instant, is_frame
from lifecycle_dsl.program.types import (
    BOOL,
    DATE,
    DURATION,
    MONEY,
    NUMBER,
    TEXT,
    TIME,
    Field,
    Labels,
    ListType,
    RecordType,
)
from tests.unit.engine.programs import program

ITEM = RecordType((Field("sku", TEXT), Field("price", MONEY), Field("due", TIME, optional=True)))
PLANS = Labels(("free", "premium"))
RECORDS = Records(
    program(
        {
            "visit": (),
            "purchase": (Field("amount", MONEY, default=0.0), Field("plan", PLANS, optional=True)),
            "order": (Field("total", MONEY), Field("items", ListType(ITEM, 3), optional=True)),
            "trip": (
                Field("from", TEXT, optional=True),
                Field("day", DATE, optional=True),
                Field("start", TIME, optional=True),
                Field("took", DURATION, optional=True),
                Field("paid", BOOL, optional=True),
                Field("tags", ListType(TEXT, 2), optional=True),
            ),
        },
        {"plan": TEXT, "birthday": DATE, "score": NUMBER},
    )
)
AT = 1_767_571_200_000_000  # 2026-01-05T00:00:00Z
BEFORE_1980 = 315_532_800_000_000 - 1
AFTER_2200 = 7_289_654_400_000_000


def frame(*records: object) -> bytes:
    body = msgspec.msgpack.encode(list(records))
    return struct.pack("<I", len(body)) + body


def lines(*records: object) -> bytes:
    return b"".join(json.dumps(record).encode() + b"\n" for record in records)


def record(event: str = "visit", **fields: Any) -> dict[str, Any]:
    return {"type": event, "customer": "u1", "at": AT, **fields}


def ways(*records: dict[str, Any]) -> list[Decoded]:
    return [RECORDS.decode(frame(*records)), RECORDS.decode(lines(*records))]


def the_one(decoded: Decoded) -> Any:
    assert decoded.dead_letters == []
    (found,) = decoded.records
    return found


def reason(decoded: Decoded) -> str:
    assert decoded.records == []
    (letter,) = decoded.dead_letters
    return letter.reason


def test_a_record_comes_out_typed() -> None:
    for decoded in ways(record("purchase", amount=9, plan="free", id="e1", value=2)):
        found = the_one(decoded)
        assert isinstance(found, RECORDS.classes["purchase"])
        assert found == RECORDS.convert(record("purchase", amount=9, plan="free", id="e1", value=2))
        assert msgspec.structs.asdict(found) == {
            "customer": "u1",
            "at": AT,
            "id": "e1",
            "value": 2.0,
            "amount": 9.0,
            "plan": "free",
        }


def test_what_is_left_out_has_its_default() -> None:
    for decoded in ways(record("purchase")):
        found = the_one(decoded)
        assert (found.id, found.value, found.amount, found.plan) == (None, 1.0, 0.0, None)


def test_what_is_not_declared_is_ignored() -> None:
    for decoded in ways(record(colour="red", deep=[[[{}]]])):
        assert not hasattr(the_one(decoded), "colour")


def test_a_keyword_is_a_field_with_an_underscore_in_python() -> None:
    for decoded in ways(record("trip", **{"from": "Rome"})):
        assert the_one(decoded).from_ == "Rome"


@pytest.mark.parametrize(
    "at",
    [
        "2026-01-05T00:00:00Z",
        "2026-01-05T01:00:00+01:00",
        "2026-01-04t18:30:00.0000004-05:30",
        "2026-01-04 23:59:59.9999995Z",
        AT,
    ],
)
def test_an_instant_is_text_with_an_offset_or_microseconds(at: object) -> None:
    for decoded in ways(record(at=at)):
        assert the_one(decoded).at == AT


def test_the_first_and_last_instants_are_accepted() -> None:
    for at in (
        BEFORE_1980 + 1,
        AFTER_2200 - 1,
        "1980-01-01T00:00:00Z",
        "2200-12-31T23:59:59.999999Z",
    ):
        for decoded in ways(record(at=at)):
            assert BEFORE_1980 < the_one(decoded).at < AFTER_2200


@given(st.integers(BEFORE_1980 + 1, AFTER_2200 - 1))
def test_text_and_microseconds_name_the_same_instant(at: int) -> None:
    text = (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)).isoformat()
    assert the_one(RECORDS.decode(lines(record(at=text)))).at == at
    assert instant(datetime.fromisoformat(text)) == at


def test_fields_come_out_as_the_engine_wants_them() -> None:
    given_ = record(
        "trip", day="2026-02-03", start="2026-01-05T00:00:00Z", took="P1DT1H", tags=["a"], paid=True
    )
    for decoded in ways(given_):
        found = the_one(decoded)
        assert found.day == date(2026, 2, 3)
        assert (found.start, found.took) == (AT, 25 * 3600 * 1_000_000)
        assert (found.tags, found.paid) == (("a",), True)


def test_elements_of_lists_have_all_their_fields() -> None:
    items = [{"sku": "a", "price": 1, "other": 2}, {"sku": "b", "price": 2, "due": AT}]
    for decoded in ways(record("order", total=3, items=items)):
        assert the_one(decoded).items == (
            {"sku": "a", "price": 1.0, "due": None},
            {"sku": "b", "price": 2.0, "due": AT},
        )


def test_a_profile_tells_null_from_absent() -> None:
    for decoded in ways(record("profile", plan=None, birthday="1990-05-01")):
        found = the_one(decoded)
        assert found.plan is None
        assert found.birthday == date(1990, 5, 1)
        assert found.score is msgspec.UNSET


def test_a_tick_has_no_customer() -> None:
    for decoded in ways({"type": "tick", "at": "2026-01-05T00:00:00Z"}):
        assert the_one(decoded).at == AT


OUTSIDE = (
    "`at` is before 1980 or after 2200: it looks like {}, and `at` is microseconds since 1970 "
    "or a text such as 2026-12-31T12:00:00Z"
)
LONG = "x" * 4_097
DEEP: list[Any] = []
for _ in range(90):
    DEEP = [DEEP]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"type": "purchse"}, "no event is called `purchse`"),
        ({"type": 5}, "`type` is no text"),
        ({"type": "p" * 50}, f"no event is called `{'p' * 40}…`"),
        ({"type": "a\x1b[31m"}, "no event is called `a�[31m`"),
        ({"customer": ""}, "`customer` is empty"),
        ({"customer": None}, "`customer` is no text"),
        ({"customer": 5}, "`customer` is no text"),
        ({"customer": LONG}, "`customer` is longer than 4,096 characters"),
        ({"id": ""}, "`id` is empty"),
        ({"id": 17}, "`id` is no text"),
        ({"at": "2026-01-05T00:00:00"}, "`at` has no offset"),
        ({"at": "yesterday"}, "`at` is no time such as 2026-12-31T12:00:00Z"),
        ({"at": AT // 1_000_000}, OUTSIDE.format("seconds")),
        ({"at": AT // 1_000}, OUTSIDE.format("milliseconds")),
        ({"at": AT * 1_000}, OUTSIDE.format("nanoseconds")),
        ({"at": 0}, "`at` is before 1980 or after 2200"),
        ({"at": AT * 10}, "`at` is before 1980 or after 2200"),
        ({"at": "1979-12-31T23:59:59Z"}, "`at` is before 1980 or after 2200"),
        ({"at": "2201-01-01T00:00:00Z"}, "`at` is before 1980 or after 2200"),
        ({"at": "0001-01-01T00:00:00+10:00"}, "`at` is before 1980 or after 2200"),
        ({"at": "9999-12-31T23:59:59-10:00"}, "`at` is before 1980 or after 2200"),
        ({"at": None}, "`at` is neither a text nor a whole number of microseconds"),
        ({"at": True}, "`at` is neither a text nor a whole number of microseconds"),
        ({"at": 1.5}, "`at` is neither a text nor a whole number of microseconds"),
        ({"value": "1"}, "field `value` is no number"),
        ({"value": None}, "field `value` is no number"),
        ({"value": 1.1e15}, "field `value` is beyond ±1e15"),
        ({"amount": True}, "field `amount` is no number"),
        ({"amount": "9.99"}, "field `amount` is no number"),
        ({"amount": -1e16}, "field `amount` is beyond ±1e15"),
        ({"plan": "gold"}, "field `plan` is not one of (free, premium)"),
        ({"plan": 3}, "field `plan` is not one of (free, premium)"),
        ({"type": "order"}, "field `total` is missing"),
        ({"type": "order", "total": None}, "field `total` is no number"),
        ({"type": "order", "total": 1, "items": 5}, "field `items` is no list"),
        (
            {"type": "order", "total": 1, "items": [{"sku": "a", "price": 1}] * 4},
            "field `items` has more than 3 elements",
        ),
        (
            {"type": "order", "total": 1, "items": [{"sku": "a"}]},
            "field `items` has an element that has a field `price` that is missing",
        ),
        (
            {"type": "order", "total": 1, "items": [7]},
            "field `items` has an element that is no object",
        ),
        ({"type": "trip", "day": "2026-02-30"}, "field `day` is no date such as 2026-12-31"),
        ({"type": "trip", "day": "1899-12-31"}, "field `day` is no date such as 2026-12-31"),
        (
            {"type": "trip", "start": "1899-12-31T00:00:00Z"},
            "field `start` is before 1900 or after 2400",
        ),
        ({"type": "trip", "start": "2026-01-05T00:00:00"}, "field `start` has no offset"),
        (
            {"type": "trip", "took": "a while"},
            "field `took` is no duration of whole microseconds, or one such as P30D",
        ),
        ({"type": "trip", "paid": 1}, "field `paid` is neither true nor false"),
        ({"type": "trip", "tags": ["a", 5]}, "field `tags` has an element that is no text"),
        ({"type": "trip", "tags": DEEP}, "field `tags` has an element that is no text"),
        ({"type": "trip", "from": LONG}, "field `from` is longer than 4,096 characters"),
        ({"type": "profile", "score": "high"}, "field `score` is no number"),
        ({"type": "tick", "at": 3}, "`at` is before 1980 or after 2200"),
    ],
)
def test_a_reason_says_what_is_wrong(fields: dict[str, Any], expected: str) -> None:
    good = record("visit")
    bad = {**record("purchase"), **fields}
    for decoded in ways(good, bad, good):
        assert [letter.reason for letter in decoded.dead_letters] == [expected]
        assert [letter.line for letter in decoded.dead_letters] == [2]
        assert len(decoded.records) == 2
    converted = RECORDS.convert(bad)
    assert isinstance(converted, DeadLetter)
    assert converted.reason == expected


def test_what_is_missing_is_named() -> None:
    for name in ("type", "customer", "at"):
        without = {key: value for key, value in record().items() if key != name}
        for decoded in ways(without):
            assert reason(decoded) == f"`{name}` is missing"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"{", "the record is no valid JSON"),
        (b"nonsense", "the record is no valid JSON"),
        (b"[]", "the record is no object"),
        (b"5", "the record is no object"),
        (b'{"type": "visit"} {"type": "visit"}', "the record is no valid JSON"),
        (b'{"type": "visit", "customer": "\xff"}', "the record is not UTF-8"),
        (
            b'{"type": "visit", "x": ' + b"[" * 10_000 + b"]" * 10_000 + b"}",
            "the record is nested too deeply",
        ),
        (b'{"type": "visit", "at": ' + b"9" * 5_000 + b"}", "`customer` is missing"),
        (b'{"type":"visit","customer":"\\ud800","at":%d}' % AT, "`customer` is malformed text"),
        (
            b'{"type":"visit","customer":"u","at":%d,"x":"\\ud800"}' % AT,
            "the record is no valid JSON",
        ),
        (
            b'{"type":"purchase","customer":"u","at":%d,"amount":NaN}' % AT,
            "field `amount` is not finite",
        ),
        (
            b'{"type":"purchase","customer":"u","at":%d,"amount":1e999}' % AT,
            "field `amount` is not finite",
        ),
        (
            b'{"type":"purchase","customer":"u","at":%d,"amount":%s}' % (AT, b"9" * 400),
            "field `amount` is beyond ±1e15",
        ),
        (
            b'{"type":"visit","at":%d,"customer":"%s"}' % (AT, b"x" * 10_000_000),
            "`customer` is longer than 4,096 characters",
        ),
    ],
)
def test_a_malformed_line_becomes_a_dead_letter(line: bytes, expected: str) -> None:
    good = lines(record())
    decoded = RECORDS.decode_lines(good + line + b"\n" + good)
    assert [(letter.line, letter.reason) for letter in decoded.dead_letters] == [(2, expected)]
    assert len(decoded.records) == 2


def test_the_letter_holds_the_line_or_base64_of_it() -> None:
    (letter,) = RECORDS.decode_lines(b'{"type": "vist"}\r\n').dead_letters
    assert letter.record == '{"type": "vist"}'
    (letter,) = RECORDS.decode_lines(b"\xff\xfe\n").dead_letters
    assert letter.record == "//4="


def test_blank_lines_are_skipped_and_counted_in_line_numbers() -> None:
    good = lines(record())
    decoded = RECORDS.decode_lines(b"\n  \r\n" + good + b"\n{\n" + good.replace(b"\n", b"\r\n"))
    assert len(decoded.records) == 2
    assert [letter.line for letter in decoded.dead_letters] == [5]
    assert RECORDS.decode_lines(b"") == Decoded([], [])


def test_a_record_is_one_line_whatever_else_is_in_the_batch() -> None:
    one = lines(record()).strip()
    halves = one.replace(b": ", b":\n", 1)
    decoded = RECORDS.decode_lines(one + one + b"\n" + halves + b"\n")
    assert decoded.records == []
    assert [letter.line for letter in decoded.dead_letters] == [1, 2, 3]


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_frame_holds_finite_numbers(number: float) -> None:
    decoded = RECORDS.decode(frame(record("purchase", amount=number)))
    assert reason(decoded) == "field `amount` is not finite"


def packed(*bodies: bytes) -> bytes:
    return msgspec.msgpack.encode([msgspec.Raw(body) for body in bodies])


GOOD = msgspec.msgpack.encode(record())


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b"\xc1", "the frame is malformed"),
        (b"\x81\xa1x" + b"\x91" * 10_000 + b"\xc0", "the record is nested too deeply"),
        (b"\x82\xa4type\xa5visit\xa8customer\xa1\xff", "a text of the record is not UTF-8"),
        (b"\x81\x91\x01\x01", "`type` is missing"),
        (b"\xc0", "the record is no object"),
    ],
)
def test_a_malformed_record_of_a_frame_becomes_a_dead_letter(body: bytes, expected: str) -> None:
    decoded = RECORDS.decode_frame(b"\x93" + GOOD + body + GOOD)
    assert decoded.dead_letters[0].line == 2
    assert decoded.dead_letters[0].reason == expected
    assert len(decoded.records) == (1 if expected == "the frame is malformed" else 2)


def test_a_frame_that_is_cut_off_gives_what_is_whole() -> None:
    whole = frame(record(), record("purchase"), record())
    for length in range(len(whole) - 1, 5, -1):
        decoded = RECORDS.decode_frame(whole[4:length])
        assert len(decoded.records) < 3
        assert [letter.reason for letter in decoded.dead_letters] == ["the frame is malformed"]


def test_a_length_that_promises_too_much_costs_no_memory() -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    head = msgspec.msgpack.encode(record("trip"))[1:]
    bomb = b"\x84" + head + b"\xa4tags\xdd\xff\xff\xff\xff"
    assert len(RECORDS.decode_frame(b"\x91" + bomb).dead_letters) == 1
    assert len(RECORDS.decode_frame(b"\xdd\xff\xff\xff\xff").dead_letters) == 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100_000


def test_a_frame_is_told_from_lines() -> None:
    assert is_frame(frame())
    assert is_frame(frame(record()))
    assert is_frame(frame(record())[:-1])
    assert not is_frame(lines(record()))
    assert not is_frame(b"")
    assert not is_frame(b"{}")


def test_one_record_is_decoded_from_either_format() -> None:
    for data in (GOOD, msgspec.json.encode(record())):
        found = RECORDS.decode_one(data)
        assert isinstance(found, RECORDS.classes["visit"])
    for data in (b"", b"\x81", b"{", b"\xdf\xff\xff\xff\xff"):
        assert isinstance(RECORDS.decode_one(data), DeadLetter)


def test_structs_of_the_namespace_are_checked_like_any_record() -> None:
    at = datetime(2026, 1, 5, tzinfo=UTC)
    found: Any = RECORDS.convert(RECORDS.events.Purchase(customer="u1", at=at, amount=5))
    assert (found.at, found.amount) == (AT, 5.0)
    refused = RECORDS.convert(RECORDS.events.Purchase(customer="", at=AT))
    assert isinstance(refused, DeadLetter)
    assert refused.reason == "`customer` is empty"
    profile: Any = RECORDS.convert(RECORDS.events.Profile(customer="u1", at=AT, plan=None))
    assert profile.plan is None
    assert profile.score is msgspec.UNSET
    trip: Any = RECORDS.convert(RECORDS.events.Trip(customer="u1", at=AT, from_="Rome"))
    assert trip.from_ == "Rome"


def test_half_a_surrogate_pair_is_refused_in_mappings_too() -> None:
    for fields in ({"customer": "\ud800"}, {"type": "trip", "from": "\udfff"}):
        assert isinstance(RECORDS.convert({**record(), **fields}), DeadLetter)


def test_two_events_of_one_python_name_are_both_to_be_had() -> None:
    records = Records(program({"page_view": (), "page__view": ()}))
    assert records.events.PageView is records.classes["page_view"]
    assert records.events.page__view is records.classes["page__view"]


JSONISH = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = st.sampled_from(
    ["amount", "plan", "items", "total", "from", "day", "start", "took", "tags"]
)
RECORDISH = st.builds(
    lambda base, more: {**base, **more},
    st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["visit", "purchase", "order", "trip", "profile", "tick", "?"]),
            "customer": st.just("u1") | JSONISH,
            "at": st.integers(0, 10**17) | st.just(AT) | st.datetimes().map(str) | JSONISH,
            "id": JSONISH,
            "value": JSONISH,
        },
    ),
    st.dictionaries(FIELDS, JSONISH, max_size=3),
)


def fits_64_bits(found: object) -> bool:
    try:
        msgspec.msgpack.encode(found)
    except (OverflowError, UnicodeEncodeError):
        return False
    return True


@given(st.lists(RECORDISH | JSONISH, max_size=5))
def test_no_line_is_lost_and_none_depends_on_the_others(found: list[Any]) -> None:
    decoded = RECORDS.decode_lines(lines(*found))
    alone = [RECORDS.decode_lines(lines(each)) for each in found]
    assert len(decoded.records) + len(decoded.dead_letters) == len(found)
    assert decoded.records == [each for one in alone for each in one.records]
    assert [(each.reason, each.record) for each in decoded.dead_letters] == [
        (each.reason, each.record) for one in alone for each in one.dead_letters
    ]


@given(st.lists((RECORDISH | JSONISH).filter(fits_64_bits), max_size=5))
def test_no_record_of_a_frame_is_lost(found: list[Any]) -> None:
    decoded = RECORDS.decode(frame(*found))
    alone = [RECORDS.decode(frame(each)) for each in found]
    assert len(decoded.records) + len(decoded.dead_letters) == len(found)
    assert decoded.records == [each for one in alone for each in one.records]


@given(st.binary(max_size=200))
def test_no_bytes_stop_the_stream(data: bytes) -> None:
    for decoded in (RECORDS.decode(data), RECORDS.decode_frame(data), RECORDS.decode_lines(data)):
        assert all(letter.reason for letter in decoded.dead_letters)
    RECORDS.decode_one(data)


@given(st.data())
def test_a_damaged_frame_loses_nothing_before_the_damage(data: st.DataObject) -> None:
    whole = bytearray(msgspec.msgpack.encode([record(), record("purchase", amount=5), record()]))
    place = data.draw(st.integers(0, len(whole) - 1))
    whole[place] = data.draw(st.integers(0, 255))
    RECORDS.decode_frame(bytes(whole))
    assert b"".join(raw for raw, _ in elements(bytes(whole))) in bytes(whole)


@given(st.dictionaries(st.text(max_size=5) | st.integers(), JSONISH, max_size=4) | RECORDISH)
def test_no_mapping_stops_the_stream(found: dict[Any, Any]) -> None:
    RECORDS.convert(found)
