"""Ticks, reloads, figures, health; and an end in good order."""

from __future__ import annotations

import json
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from lifecycle_dsl.service.reader import COUNTED
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.service.serving import WriterDiedError, serve
from lifecycle_dsl.service.settings import Settings
from lifecycle_dsl.stores import Commit, Delivery, open_store
from tests.unit.service.running import DAY, NOON, PATIENCE, SHOP, Server, purchase, serving


def eventually(holds: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if found := holds():
            return found
        time.sleep(0.05)
    raise AssertionError("it never came")


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "rules" / "shop.lcr"
    path.parent.mkdir()
    path.write_text(SHOP, encoding="utf-8")
    return path


@pytest.fixture
def store(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'shop.db'}"


@pytest.fixture
def own(rules: Path, store: str) -> Iterator[Server]:
    with serving(rules, store=store) as server:
        yield server


def figures(client: httpx.Client) -> dict[tuple[str, ...], float]:
    text = client.get("/metrics").text
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_tick_runs_what_is_due(own: Server) -> None:
    with own.client() as client:
        client.post("/events", json=purchase("u1"))
        said = client.post("/tick?at=2026-02-05T11:00:00Z").json()
        assert said == {"now": "2026-02-05T11:00:00Z", "decisions": 2}
        assert client.get("/customers/u1").json()["stage"] == "lapsed"
        assert client.post("/tick?at=1970-01-01T00:00:00Z").status_code == 400
        assert client.post("/tick?at=soon").status_code == 400


def test_time_goes_on_by_the_clock(rules: Path, store: str) -> None:
    now = time.time_ns() // 1_000
    with serving(rules, "--tick-every", "100ms", store=store) as server, server.client() as client:
        client.post("/events", json=purchase("u1", now - 30 * DAY + 2_000_000))
        assert client.get("/customers/u1").json()["stage"] == "customer"
        eventually(lambda: client.get("/customers/u1").json()["stage"] == "lapsed")


def test_figures_tell_where_everybody_is_and_what_was_done(own: Server) -> None:
    with own.client() as client:
        client.post("/events", json=[purchase("u1"), purchase("u2"), {"type": "nope"}])
        client.post("/tick?at=2026-01-08T23:00:00Z")
        assert client.get("/stages").json() == {
            "stages": [
                {"stage": "visitor", "customers": 0},
                {"stage": "customer", "customers": 2},
                {"stage": "lapsed", "customers": 0},
            ],
            "moves": [
                {"from": None, "to": "visitor", "customers": 2},
                {"from": "visitor", "to": "customer", "customers": 2},
            ],
        }
        assert client.get("/outbox").json() == [
            {"destination": "email", "status": "waiting", "messages": 4}
        ]
        found = figures(client)
    assert found["lcr_events_total",] == 2
    assert found["lcr_rejected_total",] == 1
    assert found["lcr_decisions_total", "sent"] == 4
    assert found["lcr_decisions_total", "transition"] == 4
    assert found["lcr_customers", "customer"] == 2
    assert found["lcr_outbox_messages", "email", "waiting"] == 4
    assert found["lcr_queue_requests",] == 0
    assert found["lcr_request_seconds_count", "/events", "200"] == 1
    assert found["lcr_batch_records_count",] == 1
    assert found["lcr_clock_seconds",] == 1767913200.0


def test_held_messages_are_counted_by_reason(own: Server) -> None:
    with own.client() as client:
        client.post("/events", json=purchase("night", NOON + DAY // 2))
        refusing = {"type": "profile", "customer": "no", "at": NOON, "email_opt_in": False}
        client.post("/events", json=[refusing, purchase("no")])
        found = figures(client)
    assert found["lcr_held_total", "quiet"] == 1
    assert found["lcr_held_total", "consent"] == 1


def test_other_rules_are_taken_over_between_two_batches(own: Server, rules: Path) -> None:
    with own.client() as client:
        client.post("/events", json=purchase("u1"))
        assert client.post("/reload").json()["changed"] is False
        rules.write_text(SHOP.replace('email "second"', 'email "another"'), encoding="utf-8")
        said = client.post("/reload")
        assert said.status_code == 200, said.text
        assert said.json()["changed"] is True
        client.post("/tick?at=2026-01-08T11:00:00Z")
        sent = client.get("/decisions?kind=sent").json()["decisions"]
        assert [each["decision"]["template"] for each in sent] == ["welcome", "another"]


def test_rules_with_errors_are_refused_and_the_old_ones_go_on(own: Server, rules: Path) -> None:
    with own.client() as client:
        rules.write_text(SHOP.replace("warmth >= 3", "warmht >= 3"), encoding="utf-8")
        said = client.post("/reload")
        assert said.status_code == 422
        (found,) = said.json()["diagnostics"]
        assert "warmht" in found["headline"]
        assert found["span"]["start"]["line"] == 23
        assert client.post("/events", json=purchase("u1")).json()["decisions"] == 4


def test_rules_that_would_strand_people_are_refused(own: Server, rules: Path) -> None:
    with own.client() as client:
        client.post("/events", json=purchase("u1"))
        rules.write_text(SHOP.replace("lifecycle shop", "lifecycle store"), encoding="utf-8")
        said = client.post("/reload")
        assert said.status_code == 409, said.text
        assert "shop" in said.json()["detail"]
        assert client.post("/events", json=purchase("u2")).json()["decisions"] == 4


def test_a_signal_reloads_and_says_what_is_wrong(own: Server, rules: Path) -> None:
    rules.write_text(SHOP.replace('"second"', '"another"'), encoding="utf-8")
    own.process.send_signal(signal.SIGHUP)
    eventually(lambda: own.said("rules were taken over"))
    rules.write_text("lifecycle {", encoding="utf-8")
    own.process.send_signal(signal.SIGHUP)
    (line,) = eventually(lambda: own.said("the rules have errors; the old ones go on"))
    assert line["why"] == "SIGHUP"
    assert line["diagnostics"]
    with own.client() as client:
        assert client.post("/events", json=purchase("u1")).json()["decisions"] == 4


def test_a_change_of_the_file_reloads(rules: Path, store: str) -> None:
    with serving(rules, "--watch", store=store) as server, server.client() as client:
        before = client.get("/openapi.json").status_code
        assert before == 200
        time.sleep(0.5)  # the watch begins a moment after the server does
        rules.write_text(SHOP.replace('"second"', '"another"'), encoding="utf-8")
        eventually(lambda: server.said("rules were taken over"))


def test_requests_under_load_all_see_old_or_new_rules(own: Server, rules: Path) -> None:
    results: list[int] = []
    stop = threading.Event()

    def post(number: int) -> None:
        with own.client() as client:
            at = 0
            while not stop.is_set():
                at += 1
                said = client.post("/events", json=purchase(f"u{number}-{at}"))
                results.append(said.status_code)

    threads = [threading.Thread(target=post, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    with own.client() as client:
        for name in ("another", "third", "second"):
            rules.write_text(SHOP.replace('"second"', f'"{name}"'), encoding="utf-8")
            assert client.post("/reload").status_code == 200
    stop.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert set(results) == {200}


def test_health_and_readiness_are_for_everybody(own: Server) -> None:
    with own.client() as client:
        assert client.get("/health").json() == {"status": "alive", "waiting": 0}
        assert client.get("/ready").json() == {"status": "ready", "waiting": 0}


def test_it_ends_in_good_order_with_all_that_it_took(own: Server, store: str) -> None:
    accepted: list[int] = []

    def post(number: int) -> None:
        with own.client() as client:
            for at in range(1_000):
                try:
                    said = client.post("/events", json=purchase(f"u{number}", NOON + at))
                except httpx.TransportError:
                    return
                if said.status_code != 200:
                    return
                accepted.append(1)

    threads = [threading.Thread(target=post, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(accepted) > 30)
    assert own.stop() == 0
    for thread in threads:
        thread.join(PATIENCE)
    kept = open_store(store)
    assert kept.counts()["records"] == len(accepted)
    kept.close()
    assert [line["message"] for line in own.log][-2:] == ["stopping", "stopped"]


def test_another_server_may_go_on_where_one_stopped(rules: Path, store: str) -> None:
    for number in range(2):
        with serving(rules, store=store) as server, server.client() as client:
            client.post("/events", json=purchase(f"u{number}"))
            assert client.get("/stages").json()["stages"][1]["customers"] == number + 1
            assert server.stop(signal.SIGINT) == 0


def test_messages_are_delivered_if_it_is_told_where(
    rules: Path, store: str, tmp_path: Path
) -> None:
    settings = tmp_path / "lcr.toml"
    settings.write_text('[deliver.email]\nto = "file"\npath = "mails.jsonl"\n', encoding="utf-8")
    options = ("--deliver", "--config", str(settings))
    with serving(rules, *options, store=store) as server, server.client() as client:
        client.post("/events", json=purchase("u1"))
        delivered = {"destination": "email", "status": "delivered", "messages": 1}
        eventually(lambda: client.get("/outbox").json() == [delivered])
        assert server.stop() == 0
    (line,) = (tmp_path / "mails.jsonl").read_text(encoding="utf-8").splitlines()
    assert "welcome" in json.dumps(json.loads(line))


def test_messages_that_arrived_long_ago_are_removed(rules: Path, store: str) -> None:
    kept = open_store(store)
    kept.commit(Commit(outbox=[(f"key{n}", "u1", "sent", "email", b"{}") for n in range(3_000)]))
    kept.delivered([each.number for each in kept.outbox(most=2_500)], 1)
    with serving(rules, "--keep-delivered", "30d", store=store):
        eventually(lambda: kept.outbox_counts() == {("email", Delivery.WAITING): 500})
    kept.close()


def test_messages_are_not_counted_for_each_who_asks(
    rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Service(Settings(rules, "memory:")) as service:
        counted = []

        def count() -> dict[tuple[str, Delivery], int]:
            counted.append(1)
            return {}

        monkeypatch.setattr(service.reader.store, "outbox_counts", count)
        for _ in range(50):
            service.reader.figures()
        assert len(counted) == 1
        time.sleep(COUNTED * 1.1)
        service.reader.figures()
        assert len(counted) == 2


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_server_whose_writer_dies_ends(rules: Path) -> None:
    with Service(Settings(rules, "memory:")) as service:
        service.writer.submit_call(lambda _: sys.exit())
        with pytest.raises(WriterDiedError):
            serve(service, "127.0.0.1", 0)
        assert not service.is_ready


def test_rules_in_the_shadow_are_compared_and_do_nothing(rules: Path, store: str) -> None:
    new = rules.parent / "new.lcr"
    new.write_text(SHOP.replace("30d", "10d"), encoding="utf-8")
    with serving(rules, "--shadow", str(new), store=store) as server, server.client() as client:
        client.post("/events", json=purchase("u1"))
        client.post("/tick?at=2026-01-20T11:00:00Z")
        found = client.get("/shadow").json()
        beside = {each["what"]: (each["old"], each["new"]) for each in found["decisions"]}
        assert beside["moved customer -> lapsed"] == (0, 1)
        assert found["customers"] == 1
        assert found["examples"][0]["customer"] == "u1"
        assert found["trouble"] is None
        assert client.get("/customers/u1").json()["stage"] == "customer"
    with serving(rules, store=store) as server, server.client() as client:
        assert client.get("/shadow").status_code == 404
