"""Webhooks: what is posted, and what becomes of every kind of answer."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Callable
from email.utils import formatdate
from pathlib import Path

import msgspec
import pytest
from attrs import evolve
from standardwebhooks import Webhook as Verifier
from standardwebhooks import WebhookVerificationError

from lifecycle_dsl.delivery import Deliverer, Limits, Webhook, configured
from lifecycle_dsl.delivery.signatures import secret_key, verify
from lifecycle_dsl.stores import Delivery, Store
from tests.unit.delivery.receivers import (
    HANGS,
    OK,
    SECOND,
    Answer,
    Receiver,
    Request,
    dead,
    filled,
    finish,
    key,
    line,
    only,
    receiving,
    serving,
    statuses,
)

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER = "whsec_" + base64.b64encode(bytes(range(32, 64))).decode()
QUICK = Limits(backoff=SECOND // 100)
HASTY = Limits(backoff=SECOND // 100, timeout=SECOND // 4)


def delivered_once(
    store: Store, answer: Callable[[Request], Answer] | None = None, limits: Limits = QUICK
) -> Receiver:
    """Try everything one time."""

    async def work() -> Receiver:
        async with receiving(answer) as receiver:
            to = Webhook(receiver.url, keys=(secret_key(SECRET),), limits=limits)
            await Deliverer(store, {"email": to}).once()
            return receiver

    found: Receiver = finish(work())
    return found


def test_a_message_is_posted_as_it_was_decided() -> None:
    (request,) = delivered_once(filled(1)).requests
    assert request.body == line(1)
    assert request.target == "/hook"
    assert request.headers["content-type"] == "application/json"
    assert request.headers["idempotency-key"] == key(1)
    assert request.headers["user-agent"].startswith("lifecycle-dsl/")


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_delivery(status: int) -> None:
    store = filled(3)
    delivered_once(store, lambda _: Answer(status))
    assert statuses(store) == {"delivered": 3}


# ---- signatures


def test_a_signature_is_what_the_specifications_library_verifies() -> None:
    (request,) = delivered_once(filled(1)).requests
    told = dict(request.headers)
    assert Verifier(SECRET).verify(request.body, told) == msgspec.json.decode(line(1))
    with pytest.raises(WebhookVerificationError):
        Verifier(OTHER).verify(request.body, told)
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(request.body + b" ", told)
    with pytest.raises(WebhookVerificationError):
        Verifier(SECRET).verify(request.body, told | {"webhook-id": key(2)})


def test_our_own_verification_agrees() -> None:
    (request,) = delivered_once(filled(1)).requests
    now = time.time()
    assert verify(SECRET, request.headers, request.body, now)
    assert not verify(OTHER, request.headers, request.body, now)
    assert not verify(SECRET, request.headers, request.body + b" ", now)
    assert not verify(SECRET, request.headers, request.body, now + 301)
    assert not verify(SECRET, request.headers, request.body, now - 301)
    assert not verify(SECRET, {}, request.body, now)
    for at in ("", "x", "1e9", "-5", "٣"):
        assert not verify(SECRET, {**request.headers, "webhook-timestamp": at}, b"", now)


def test_while_secrets_change_both_sign(tmp_path: Path) -> None:
    async def work() -> Receiver:
        async with receiving() as receiver:
            table = {"to": "webhook", "url": receiver.url, "secret_env": "SECRETS"}
            secrets = {"SECRETS": f"{SECRET} {OTHER}"}
            await Deliverer(filled(1), configured({"email": table}, tmp_path, secrets)).once()
            return receiver

    (request,) = finish(work()).requests
    for secret in (SECRET, OTHER):
        assert verify(secret, request.headers, request.body, time.time())
        Verifier(secret).verify(request.body, dict(request.headers))


def test_without_a_secret_there_is_no_signature(tmp_path: Path) -> None:
    async def work() -> Receiver:
        async with receiving() as receiver:
            table = {"to": "webhook", "url": receiver.url, "headers": {"X-Team": "growth"}}
            await Deliverer(filled(1), configured({"email": table}, tmp_path, {})).once()
            return receiver

    (request,) = finish(work()).requests
    assert "webhook-signature" not in request.headers
    assert request.headers["webhook-id"] == key(1)
    assert request.headers["x-team"] == "growth"


# ---- answers that are no delivery


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 410, 413, 422])
def test_other_4xx_are_dead_at_once(status: int) -> None:
    store = filled(1)
    receiver = delivered_once(store, lambda _: Answer(status, body=b"no\nsuch\x00 field"))
    assert len(receiver.requests) == 1
    assert only(store).status is Delivery.DEAD
    assert only(store).reason == f"{status} Said: no such field"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504, 507])
def test_what_may_pass_is_tried_again(status: int) -> None:
    store = filled(1)
    delivered_once(store, lambda _: Answer(status))
    message = only(store)
    assert (message.status, message.attempts) == (Delivery.WAITING, 1)
    assert message.reason == f"{status} Said"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    store = filled(1)
    receiver = delivered_once(store, lambda _: Answer(status, {"location": "/elsewhere"}))
    assert [each.target for each in receiver.requests] == ["/hook"]
    assert only(store).status is Delivery.DEAD
    assert "redirects are not followed" in (only(store).reason or "")


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("dated", [False, True])
def test_a_receiver_is_left_alone_for_as_long_as_it_asks(status: int, *, dated: bool) -> None:
    store, before = filled(1), time.time()
    asked = formatdate(before + 120, usegmt=True) if dated else "120"
    delivered_once(store, lambda _: Answer(status, {"retry-after": asked}))
    assert 118 <= only(store).due / SECOND - before <= 140


@pytest.mark.parametrize(
    "asked", ["soon", "-5", "", "٣٤", "Mon, 99 Foo 2026", "Mon, 01 Jan 0001 00:00:00 +2359"]
)
def test_a_rest_that_means_nothing_is_passed_over(asked: str) -> None:
    store, before = filled(1), time.time()
    header = {"retry-after": asked.encode().decode("latin-1")}
    delivered_once(store, lambda _: Answer(503, header))
    assert only(store).status is Delivery.WAITING
    assert only(store).due / SECOND - before < 2


def test_who_asks_to_be_left_alone_gets_no_other_message_either() -> None:
    store = filled(30)
    limits = evolve(QUICK, workers=1)
    receiver = delivered_once(store, lambda _: Answer(429, {"retry-after": "60"}), limits)
    assert len(receiver.requests) == 1
    assert sorted(each.attempts for each in store.outbox()) == [0] * 29 + [1]


def test_a_receiver_that_hangs_is_a_failure_after_its_time() -> None:
    store, before = filled(3), time.monotonic()
    delivered_once(store, lambda _: HANGS, HASTY)
    assert time.monotonic() - before < 5
    assert {(each.status, each.attempts) for each in store.outbox()} == {(Delivery.WAITING, 1)}
    assert {each.reason for each in store.outbox()} == {"no answer within 0.25 s"}


def test_a_receiver_that_answers_drop_by_drop_is_one_that_hangs() -> None:
    """Each piece comes in time; the whole does not."""
    store = filled(1)

    async def work() -> None:
        async def drip(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            for byte in b"HTTP/1.1 200 Fine\r\n" * 100:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.1)

        async with serving(drip) as port:
            to = Webhook(f"http://127.0.0.1:{port}", limits=HASTY)
            await Deliverer(store, {"email": to}).once()

    before = time.monotonic()
    finish(work())
    assert time.monotonic() - before < 3
    assert only(store).reason == "no answer within 0.25 s"


def test_an_answer_that_comes_late_but_in_time_counts() -> None:
    store = filled(3)
    delivered_once(store, lambda _: Answer(after=0.3))
    assert statuses(store) == {"delivered": 3}


@pytest.mark.parametrize("cut", [0, 5, 20])
def test_a_connection_that_breaks_before_the_status_is_a_failure(cut: int) -> None:
    store = filled(1)
    delivered_once(store, lambda _: Answer(cut=cut))
    assert only(store).status is Delivery.WAITING
    assert (only(store).reason or "").startswith("the connection broke")


def test_a_body_that_breaks_off_behind_a_2xx_does_not_count() -> None:
    store = filled(1)
    head = len(b"HTTP/1.1 200 Said\r\ncontent-length: 1000\r\n\r\n")
    delivered_once(store, lambda _: Answer(body=b"x" * 1_000, cut=head + 10))
    assert statuses(store) == {"delivered": 1}


def test_a_body_that_does_not_come_behind_a_2xx_does_not_count() -> None:
    store = filled(1)

    async def work() -> None:
        async def begin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 202 Accepted\r\ncontent-length: 5\r\n\r\n")
            await asyncio.sleep(60)

        async with serving(begin) as port:
            to = Webhook(f"http://127.0.0.1:{port}", limits=evolve(QUICK, timeout=SECOND))
            await Deliverer(store, {"email": to}).once()

    finish(work(), 5)
    assert statuses(store) == {"delivered": 1}


def test_cookies_are_not_kept_and_nothing_leads_elsewhere(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's proxies are for people; messages go where the settings say."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")
    store = filled(3)
    receiver = delivered_once(store, lambda _: Answer(headers={"set-cookie": "a=b"}))
    assert statuses(store) == {"delivered": 3}
    assert not any("cookie" in each.headers for each in receiver.requests)


def test_a_body_without_an_end_is_not_read_to_it() -> None:
    store, before = filled(2), time.monotonic()
    delivered_once(store, lambda _: Answer(body=bytes(40_000_000)))
    assert statuses(store) == {"delivered": 2}
    assert time.monotonic() - before < 5


def test_nobody_there_is_a_failure() -> None:
    store = filled(1)

    async def work() -> None:
        async with receiving() as receiver:
            await receiver.stop()
            await Deliverer(store, {"email": Webhook(receiver.url, limits=QUICK)}).once()

    finish(work())
    assert (only(store).reason or "").startswith("nobody answers there")


def test_nonsense_is_a_failure() -> None:
    store = filled(1)

    async def work() -> None:
        async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.read(10)
            writer.write(b"220 mail.example ESMTP\r\n")
            await writer.drain()

        async with serving(nonsense) as port:
            to = Webhook(f"http://127.0.0.1:{port}", limits=QUICK)
            await Deliverer(store, {"email": to}).once()

    finish(work())
    assert only(store).status is Delivery.WAITING


def test_bytes_that_are_no_text_in_an_answer_do_no_harm() -> None:
    """In the status line, in a header and in the body."""
    store = filled(1)

    async def work() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 503 \xff\xfe\x80gone\r\nretry-after: \xff\r\n")
            writer.write(b"content-length: 3\r\n\r\n\xff\x00\x1b")
            await writer.drain()

        async with serving(answer) as port:
            to = Webhook(f"http://127.0.0.1:{port}", limits=QUICK)
            await Deliverer(store, {"email": to}).once()

    finish(work())
    assert only(store).status is Delivery.WAITING
    assert (only(store).reason or "").encode().startswith(b"503")


def test_failures_that_pass_end_in_delivery() -> None:
    """Each message fails twice, in three ways, and arrives."""
    store = filled(20)
    tried: dict[str, int] = {}

    def answer(request: Request) -> Answer:
        tried[request.key] = tried.get(request.key, 0) + 1
        if tried[request.key] == 1:
            return Answer(503)
        return Answer(cut=3) if tried[request.key] == 2 else OK

    async def work() -> None:
        async with receiving(answer) as receiver:
            limits = evolve(QUICK, failures=1_000)
            await Deliverer(store, {"email": Webhook(receiver.url, limits=limits)}).drain()

    finish(work())
    assert statuses(store) == {"delivered": 20}
    assert set(tried.values()) == {3}
    assert {each.attempts for each in store.outbox()} == {3}
    assert dead(store) == []


def test_a_secret_is_not_shown() -> None:
    shown = repr(Webhook("http://x.example", keys=(b"sesame",), headers={"authorization": "open"}))
    assert "sesame" not in shown
    assert "open" not in shown
