"""`/customers/…` and `/decisions`: states, reasons, decisions, streams; forgetting, exporting."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.unit.service.conftest import ADMIN, READ, WRITE
from tests.unit.service.running import DAY, NOON, Server, purchase, serving

ODD = ["u/1", "..", "a b", "50%", "ünï", "q?x=1", "#1", "x;y", "%2e%2e%2f", "a\\b", "é\u0301", "-"]


def profile(customer: str, **traits: Any) -> dict[str, Any]:
    return {"type": "profile", "customer": customer, "at": NOON, **traits}


@pytest.mark.parametrize("name", ODD)
def test_a_customer_may_be_called_anything(client: httpx.Client, name: str) -> None:
    assert client.post("/events", json=purchase(name)).json()["accepted"] == 1
    path = f"/customers/{quote(name, safe='')}".replace("/..", "/%2E%2E")
    for rest in ("", "/decisions", "/export"):
        said = client.get(client.base_url.copy_with(raw_path=(path + rest).encode()))
        assert said.status_code == 200, (name, rest, said.text)
        text = said.json()
        told = text.get("customer") or text.get("state", {}).get("customer")
        assert told in {name, None}
    assert text["state"]["customer"] == name


def test_a_state_is_as_of_the_clock_or_of_an_instant(client: httpx.Client) -> None:
    client.post("/events", json=[profile("state", nickname="Ann"), purchase("state")])
    found = client.get("/customers/state?at=2026-02-04T11:00:00Z").json()
    assert found["stage"] == "customer"
    assert found["previous"] == "visitor"
    assert found["entered"] == "2026-01-05T11:00:00Z"
    assert found["at"] == "2026-02-04T11:00:00Z"
    assert found["scores"]["warmth"] == pytest.approx(0.5, abs=1e-3)
    assert found["traits"]["nickname"] == "Ann"
    assert found["journeys"] == [{"trigger": "welcome", "step": "wait1"}]
    assert client.get("/customers/state?at=yesterday").status_code == 400


def test_why_is_told_as_data_and_in_words(client: httpx.Client) -> None:
    client.post("/events", json=purchase("why"))
    data = client.get("/customers/why/explain").json()
    assert data["customer"] == "why"
    words = client.get("/customers/why/explain?about=lapsed", headers={"Accept": "text/plain"})
    assert "Not in lapsed" in words.text
    assert client.get("/customers/why/explain?about=welcome").status_code == 200
    missing = client.get("/customers/why/explain?about=wellcome")
    assert missing.status_code == 404
    assert "did you mean `welcome`" in missing.json()["detail"]


def test_nobody_is_404_everywhere(client: httpx.Client) -> None:
    for path in ("", "/explain", "/export"):
        assert client.get(f"/customers/nobody{path}").status_code == 404
    assert client.delete("/customers/nobody").status_code == 404
    assert client.get("/customers/nobody/decisions").json() == {"decisions": [], "next": None}


def test_decisions_come_page_by_page(client: httpx.Client) -> None:
    client.post("/events", json=purchase("paged"))
    client.post("/events", json=purchase("paged", NOON + 4 * DAY))
    whole = client.get("/customers/paged/decisions").json()
    assert whole["next"] is None
    found, after = [], 0
    while True:
        page = client.get(f"/customers/paged/decisions?limit=2&after={after}").json()
        found += page["decisions"]
        if page["next"] is None:
            break
        after = page["next"]
    assert found == whole["decisions"]
    assert len(found) == 5


def test_decisions_of_all_are_listed_by_kind(client: httpx.Client) -> None:
    client.post("/events", json=purchase("kinds"))
    found = client.get("/decisions?kind=sent,held&limit=1000").json()["decisions"]
    assert {each["decision"]["kind"] for each in found} <= {"sent", "held"}
    assert "kinds" in {each["decision"]["customer"] for each in found}
    for wrong in ("kind=sold", "limit=0", "limit=x", "after=-1", "limit=1000000"):
        assert client.get(f"/decisions?{wrong}").status_code == 400, wrong


def test_a_forgotten_customer_is_gone_and_may_come_again(client: httpx.Client) -> None:
    client.post("/events", json=purchase("gone"))
    assert client.delete("/customers/gone").json()["forgotten"] is True
    assert client.get("/customers/gone").status_code == 404
    assert client.get("/customers/gone/decisions").json()["decisions"] == []
    assert client.post("/events", json=purchase("gone")).json()["decisions"] == 4


def test_an_export_has_all_that_is_kept(client: httpx.Client) -> None:
    client.post("/events", json=[profile("export", phone="123"), purchase("export")])
    found = client.get("/customers/export/export").json()
    assert found["state"]["traits"]["phone"] == "123"
    sent = [each for each in found["decisions"] if each["kind"] == "sent"]
    assert sent[0]["data"]["to"] == "123"
    assert [each["key"] for each in found["messages"]] == [sent[0]["key"]]
    assert found["messages"][0]["status"] == "waiting"


def test_what_is_private_is_shown_to_admins_only(guarded: Server) -> None:
    with guarded.client(WRITE) as shop:
        events = [
            profile("secret", phone="123-45", nickname="Ann"),
            purchase("secret"),
            {"type": "complaint", "customer": "secret", "at": NOON, "words": "it broke"},
        ]
        assert shop.post("/events", json=events).json()["accepted"] == 3
    paths = ("/customers/secret", "/customers/secret/decisions", "/decisions?limit=1000",
             "/customers/secret/explain", "/?customer=secret", "/parts")  # fmt: skip
    with guarded.client(READ) as reader, guarded.client(ADMIN) as boss:
        for path in paths:
            said = reader.get(path)
            assert said.status_code == 200
            assert "123-45" not in said.text
            assert "it broke" not in said.text
        assert "Ann" in reader.get("/customers/secret").text
        for path in paths[:3]:
            assert "123-45" in boss.get(path).text
    assert not [line for line in guarded.log if "123-45" in json.dumps(line)]


# ---- streams


class Listening:
    """Listens to a stream of decisions in a thread."""

    def __init__(self, server: Server, query: str = "", **headers: str) -> None:
        self.found: list[tuple[int, str, dict[str, Any]]] = []
        self._more = threading.Condition()
        self._client = server.client()
        request = self._client.build_request(
            "GET", f"/decisions{query}", headers={"Accept": "text/event-stream", **headers}
        )
        self.response = self._client.send(request, stream=True)
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()

    def _listen(self) -> None:
        event: dict[str, str] = {}
        for line in self._lines():
            name, _, value = line.partition(": ")
            if line:
                event[name] = value
                continue
            if "data" in event:
                with self._more:
                    said = json.loads(event["data"])
                    self.found.append((int(event["id"]), event["event"], said))
                    self._more.notify_all()
            event = {}

    def _lines(self) -> Iterator[str]:
        with suppress(httpx.HTTPError, httpx.StreamError):  # it was closed
            yield from self.response.iter_lines()

    def wait(self, count: int) -> list[tuple[int, str, dict[str, Any]]]:
        with self._more:
            assert self._more.wait_for(lambda: len(self.found) >= count, 30), self.found
            return self.found[:count]

    def close(self) -> None:
        self._client.close()


@pytest.fixture
def streaming(shop: Path, tmp_path: Path) -> Iterator[Server]:
    with serving(shop, store=f"sqlite:///{tmp_path / 's.db'}") as server:
        yield server


def test_a_stream_tells_what_happens_and_goes_on_where_it_was(streaming: Server) -> None:
    listening = Listening(streaming)
    assert listening.response.headers["content-type"].startswith("text/event-stream")
    with streaming.client() as client:
        client.post("/events", json=purchase("u1"))
        first = listening.wait(4)
        assert [kind for _, kind, _ in first] == ["transition", "transition", "fired", "sent"]
        assert {said["customer"] for _, _, said in first} == {"u1"}
        listening.close()
        client.post("/events", json=purchase("u2"))
        again = Listening(streaming, **{"Last-Event-ID": str(first[1][0])})
        missed = again.wait(6)
        assert [number for number, _, _ in missed] == [3, 4, 5, 6, 7, 8]
        assert [said["customer"] for _, _, said in missed] == ["u1"] * 2 + ["u2"] * 4
        again.close()
        some = Listening(streaming, "?kind=sent&after=0")
        assert [kind for _, kind, _ in some.wait(2)] == ["sent", "sent"]
        some.close()
        wrong = {"Accept": "text/event-stream", "Last-Event-ID": "x"}
        assert client.get("/decisions", headers=wrong).status_code == 400


def test_a_stream_ends_with_the_server(streaming: Server) -> None:
    listening = Listening(streaming)
    with streaming.client() as client:
        client.post("/events", json=purchase("u1"))
    listening.wait(4)
    assert streaming.stop() == 0
    listening.thread.join(30)
    assert not listening.thread.is_alive()
    listening.close()
