"""`POST /events`: every form of body, every refusal, and once is once."""

from __future__ import annotations

import json
import socket
import threading
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from tests.unit.service.running import DAY, JSON, NOON, Server, purchase, serving

LINES = {"Content-Type": "application/x-ndjson"}
PACKED = {"Content-Type": "application/msgpack"}


def lines(*events: dict[str, Any]) -> bytes:
    return b"".join(msgspec.json.encode(event) + b"\n" for event in events)


def framed(*events: dict[str, Any]) -> bytes:
    body = msgspec.msgpack.encode(events)
    return len(body).to_bytes(4, "little") + body


def test_one_event_is_answered_when_it_is_durable(client: httpx.Client) -> None:
    said = client.post("/events", json=purchase("one"))
    assert said.status_code == 200
    receipt = said.json()
    assert (receipt["accepted"], receipt["decisions"], receipt["rejected"]) == (1, 4, [])
    found = client.get("/customers/one/decisions").json()["decisions"]
    assert [each["decision"]["kind"] for each in found] == [
        "transition", "transition", "fired", "sent",
    ]  # fmt: skip
    assert receipt["messages"] == [found[3]["decision"]["key"]]


@pytest.mark.parametrize(
    ("form", "headers", "body"),
    [
        ("array", JSON, json.dumps([purchase("a-array"), purchase("b-array")], indent=2).encode()),
        ("lines", LINES, lines(purchase("a-lines"), purchase("b-lines"))),
        ("cut", LINES, lines(purchase("a-cut"), purchase("b-cut")).rstrip()),
        ("packed", PACKED, msgspec.msgpack.encode([purchase("a-packed"), purchase("b-packed")])),
        ("frame", PACKED, framed(purchase("a-frame"), purchase("b-frame"))),
    ],
)
def test_many_events_come_in_any_form(
    client: httpx.Client, form: str, headers: dict[str, str], body: bytes
) -> None:
    said = client.post("/events", content=body, headers=headers)
    assert said.json()["accepted"] == 2
    for name in ("a", "b"):
        assert client.get(f"/customers/{name}-{form}").json()["stage"] == "customer"


def test_a_packed_map_is_one_event(client: httpx.Client) -> None:
    body = msgspec.msgpack.encode(purchase("map"))
    assert client.post("/events", content=body, headers=PACKED).json()["accepted"] == 1


def test_nothing_is_no_mistake(client: httpx.Client) -> None:
    for headers, body in ((JSON, b"[]"), (LINES, b""), (LINES, b"\n\n"), (PACKED, b"\x90")):
        said = client.post("/events", content=body, headers=headers)
        assert (said.status_code, said.json()["accepted"]) == (200, 0)


def test_malformed_events_are_listed_and_the_good_ones_kept(client: httpx.Client) -> None:
    body = lines(purchase("good"), {"type": "purchse"}) + b"{\n\n" + lines(purchase("good2"))
    said = client.post("/events", content=body, headers=LINES)
    assert said.status_code == 200
    assert said.json()["accepted"] == 2
    assert said.json()["rejected"] == [
        {"position": 2, "reason": "no event is called `purchse`"},
        {"position": 3, "reason": "the record is no valid JSON"},
    ]


def test_a_request_of_which_nothing_was_handled_is_422(client: httpx.Client) -> None:
    said = client.post("/events", json={"type": "purchase", "customer": "x"})
    assert said.status_code == 422
    assert said.json()["rejected"] == [{"position": 1, "reason": "`at` is missing"}]


def test_strict_is_all_or_nothing(client: httpx.Client) -> None:
    body = [purchase("strict"), {"type": "purchse"}]
    said = client.post("/events?strict=true", json=body)
    assert (said.status_code, said.json()["accepted"]) == (422, 0)
    assert client.get("/customers/strict").status_code == 404
    assert client.post("/events?strict=false", json=body).json()["accepted"] == 1
    assert client.post("/events?strict=maybe", json=body).status_code == 400


@pytest.mark.parametrize(
    ("status", "headers", "body"),
    [
        (415, {"Content-Type": "text/plain"}, b"{}"),
        (415, {"Content-Type": "application/x-www-form-urlencoded"}, b"{}"),
        (415, JSON | {"Content-Encoding": "gzip"}, b"{}"),
        (400, JSON, b"[{]"),
        (400, JSON, b"[" * 100_000),
        (422, JSON, b'{"a":' * 10_000),
        (422, JSON, b""),
        (400, PACKED, b"\xc1"),
        (400, PACKED, b""),
        (422, PACKED, b"\x91" * 50_000),
        (413, JSON, b"[" + b" " * (1 << 20) + b"]"),
        (400, JSON | {"Idempotency-Key": "k" * 256}, b"[]"),
        (400, JSON | {"Idempotency-Key": "two words"}, b"[]"),
    ],
)
def test_what_cannot_be_is_refused_with_a_reason(
    client: httpx.Client, status: int, headers: dict[str, str], body: bytes
) -> None:
    said = client.post("/events", content=body, headers=headers)
    assert said.status_code == status, said.text
    if said.headers["content-type"] == "application/problem+json":
        assert said.json()["status"] == status
        assert said.json()["detail"]
    else:
        assert said.json()["rejected"][0]["reason"]


def test_other_methods_are_refused(client: httpx.Client) -> None:
    said = client.put("/events", json={})
    assert (said.status_code, said.headers["allow"]) == (405, "POST")


def test_a_request_asked_again_is_answered_the_same(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": "order-17"}
    body = [purchase("twice"), {"type": "purchse"}]
    first = client.post("/events", json=body, headers=headers)
    again = client.post("/events", json=body, headers=headers)
    assert first.json() == again.json()
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert len(client.get("/customers/twice/decisions").json()["decisions"]) == 4
    other = client.post("/events", json=[purchase("thrice")], headers=headers)
    assert other.status_code == 422
    assert "Idempotency-Key" in other.json()["detail"]


def test_a_malformed_request_asked_again_is_malformed_again(client: httpx.Client) -> None:
    headers = {"Idempotency-Key": "order-18"}
    first = client.post("/events", json={"type": "purchse"}, headers=headers)
    again = client.post("/events", json={"type": "purchse"}, headers=headers)
    assert (first.status_code, again.status_code) == (422, 422)
    assert first.json() == again.json()


def test_an_answer_is_forgotten_in_time(shop: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 's.db'}"
    headers = {"Idempotency-Key": "k"}
    with serving(shop, store=store) as server, server.client() as client:
        client.post("/events", json=purchase("u1"), headers=headers)
        server.stop()
    # It is looked after at the start, too.
    with serving(shop, "--keep-answers", "100ms", store=store) as server, server.client() as client:
        for _ in range(100):
            said = client.post("/events", json=[], headers=headers | {"Idempotency-Key": "probe"})
            assert said.status_code == 200
            said = client.post("/events", json=purchase("u1", NOON + 9 * DAY), headers=headers)
            if said.status_code == 200:
                break
        assert "idempotency-replayed" not in said.headers


def test_a_body_that_comes_in_pieces_is_one(server: Server) -> None:
    def pieces() -> Any:
        body = msgspec.json.encode(purchase("pieces"))
        for byte in body:
            yield bytes([byte])

    with server.client() as client:
        said = client.post("/events", content=pieces(), headers=JSON)
        assert said.json()["accepted"] == 1

        def endless() -> Any:
            for _ in range(100):
                yield b" " * 65_536

        try:
            said = client.post("/events", content=endless(), headers=JSON)
        except httpx.TransportError:
            return  # it was cut off before the answer was read
        assert said.status_code == 413


def test_too_much_at_once_is_429_with_a_time(shop: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 's.db'}"
    statuses: list[int] = []
    waits: set[str] = set()
    with serving(shop, "--waiting", "1", store=store) as server:

        def post(number: int) -> None:
            with server.client() as client:
                for at in range(20):
                    said = client.post("/events", json=purchase(f"u{number}", NOON + at))
                    statuses.append(said.status_code)
                    if said.status_code == 429:
                        waits.add(said.headers["retry-after"])

        threads = [threading.Thread(target=post, args=(n,)) for n in range(12)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        with server.client() as client:
            counted = client.get("/stages").json()["stages"][1]["customers"]
    assert set(statuses) == {200, 429}
    assert waits == {"1"}
    assert counted <= 12


def test_a_head_that_is_too_large_or_too_slow_ends_the_connection(server: Server) -> None:
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(b"GET /health HTTP/1.1\r\nhost: 127.0.0.1\r\n")
        try:
            for number in range(2_000):
                connection.sendall(b"x-%d: %b\r\n" % (number, b"y" * 100))
            said = connection.recv(1_000)
        except OSError:
            said = b""
    assert said == b""
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        connection.sendall(b"GET /hea")
        assert connection.recv(1_000) == b""
