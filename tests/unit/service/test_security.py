"""Who may ask what; and that nothing that a stranger sends is more than text."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from lifecycle_dsl.service.app import ROUTES, application
from lifecycle_dsl.service.gate import OPEN
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.service.settings import Settings, without_password
from lifecycle_dsl.service.tokens import Scope, Tokens, TokensError, read_tokens
from tests.unit.service.conftest import ADMIN, READ, TOKENS, WRITE
from tests.unit.service.running import JSON, ROOT, Server, purchase, serving

HOSTILE = "<script>alert(1)</script>\"'&{{7*7}}"

READING = ["/stages", "/outbox", "/decisions", "/metrics", "/openapi.json", "/parts",
           "/customers/u1", "/customers/u1/explain", "/customers/u1/decisions"]  # fmt: skip
ADMINISTERING = [
    ("GET", "/customers/u1/export"),
    ("DELETE", "/customers/u1"),
    ("POST", "/tick"),
    ("POST", "/reload"),
]


# ---- tokens


def test_tokens_are_read_and_found() -> None:
    tokens = read_tokens(["# ours", "", *TOKENS.split("; ")])
    assert tokens.holder(READ) is not None
    holder = tokens.holder(ADMIN)
    assert holder is not None
    assert holder.name == "boss"
    assert all(holder.may(scope) for scope in Scope)
    assert tokens.holder("") is None
    assert tokens.holder(READ[:-1]) is None
    assert not Tokens()
    assert READ not in repr(tokens)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("shop write", "NAME SCOPES TOKEN"),
        ("shop sell " + WRITE, "`sell` is no scope"),
        ("shop write short", "16 characters or more"),
        ("sh/op write " + WRITE, "a name has letters"),
        ("shop write " + WRITE + "\nshop read " + READ, "a second token is called `shop`"),
    ],
)
def test_a_malformed_token_is_refused_without_being_shown(line: str, reason: str) -> None:
    with pytest.raises(TokensError, match=reason) as caught:
        read_tokens(line.splitlines())
    assert WRITE not in str(caught.value)


def test_a_request_without_a_token_gets_nothing(guarded: Server) -> None:
    with guarded.client() as nobody, guarded.client("x" * 32) as stranger:
        for path in READING:
            for client in (nobody, stranger):
                said = client.get(path)
                assert said.status_code == 401, path
                assert said.headers["www-authenticate"].startswith("Bearer")
        for method, path in [("POST", "/events"), *ADMINISTERING]:
            assert nobody.request(method, path).status_code == 401, path
        assert nobody.get("/health").status_code == 200
        assert nobody.get("/", follow_redirects=False).status_code == 303


def test_a_token_is_good_for_its_scope_alone(guarded: Server) -> None:
    with guarded.client(READ) as reader, guarded.client(WRITE) as writer:
        assert writer.post("/events", json=purchase("u1")).status_code == 200
        assert reader.post("/events", json=purchase("u1")).status_code == 403
        for path in READING:
            assert reader.get(path).status_code == 200, path
            assert writer.get(path).status_code == 403, path
        for method, path in ADMINISTERING:
            for client in (reader, writer):
                assert client.request(method, path).status_code == 403, path
    with guarded.client(ADMIN) as boss:
        assert boss.post("/events", json=purchase("u2")).status_code == 200
        assert boss.post("/tick?at=2026-01-05T12:00:00Z").status_code == 200
        assert boss.get("/customers/u2/export").status_code == 200


def test_every_route_is_guarded_or_known_to_be_open() -> None:
    unguarded = {path for route in ROUTES for path in route.paths if not route.guards}
    assert unguarded == OPEN


def test_a_cookie_reads_and_does_nothing_else(guarded: Server) -> None:
    with guarded.client() as browser:
        assert browser.post("/login", data={"token": "x" * 32}).status_code == 403
        assert browser.post("/login", data={"token": WRITE}).status_code == 403
        said = browser.post("/login", data={"token": ADMIN})
        assert said.status_code == 303
        cookie = said.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=strict" in cookie
        assert browser.get("/").status_code == 200
        assert browser.get("/stages").status_code == 200
        assert browser.post("/events", json=purchase("u1")).status_code == 401
        for method, path in ADMINISTERING[1:]:
            assert browser.request(method, path).status_code == 401, path


# ---- where a request comes from


def test_another_site_is_refused(server: Server) -> None:
    with server.client() as client:
        for headers in (
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": server.url + ".evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
        ):
            said = client.post("/events", json=purchase("csrf"), headers=headers)
            assert said.status_code == 403, headers
        assert client.get("/customers/csrf").status_code == 404
        assert client.post("/events", json=[], headers={"Origin": server.url}).status_code == 200


def test_another_name_for_this_machine_is_refused(server: Server) -> None:
    port = server.url.rpartition(":")[2]
    with server.client() as client:
        for host in ("evil.example", f"evil.example:{port}", "127.0.0.1.evil.example", ""):
            assert client.get("/stages", headers={"Host": host}).status_code == 421, host
        for host in ("localhost", f"localhost:{port}", "[::1]"):
            assert client.get("/stages", headers={"Host": host}).status_code == 200, host


def test_without_tokens_others_are_served_only_if_one_insists(shop: Path, tmp_path: Path) -> None:
    program = "from lifecycle_dsl.cli.main import main; main()"
    store = f"sqlite:///{tmp_path / 's.db'}"
    command = [sys.executable, "-c", program, "serve", str(shop), "--store", store, "--port", "0"]
    environment = os.environ | {"PYTHONPATH": str(ROOT), "LCR_TOKENS": ""}
    for host in ("0.0.0.0", "::", "10.1.2.3", "shop.example"):  # noqa: S104 — it is refused
        ran = subprocess.run(
            [*command, "--host", host],
            capture_output=True, text=True, env=environment, check=False, timeout=60,
        )  # fmt: skip
        assert ran.returncode == 2
        assert "can be reached by others" in ran.stderr
    assert not (tmp_path / "s.db").exists()


# ---- what is sent


@pytest.mark.parametrize(
    "path",
    [
        "/../../etc/passwd",
        "/page/../../../../etc/passwd",
        "/page.css/../tokens.py",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/customers/../stages/../../etc/passwd",
        "/page.css%00.py",
        "//etc/passwd",
        "/customers/u1/../../secret",
    ],
)
def test_no_path_leads_to_the_disk(client: httpx.Client, path: str) -> None:
    said = client.get(client.base_url.copy_with(raw_path=path.encode()))
    assert said.status_code in {400, 404}, said.text
    assert "root:" not in said.text


@pytest.mark.parametrize(
    "name",
    ["' OR 1=1 --", "%", "_", "*", "u1\x00", "secret-one'", "secret", "Secret-one", "\u202e"],
)
def test_no_name_gives_another_customers_data(client: httpx.Client, name: str) -> None:
    client.post("/events", json=purchase("secret-one"))
    encoded = "".join(f"%{byte:02X}" for byte in name.encode())
    for rest in ("", "/export", "/explain"):
        raw = client.base_url.copy_with(raw_path=f"/customers/{encoded}{rest}".encode())
        assert client.get(raw).status_code == 404, name
    raw = client.base_url.copy_with(raw_path=f"/customers/{encoded}/decisions".encode())
    assert client.get(raw).json()["decisions"] == []
    raw = client.base_url.copy_with(raw_path=f"/customers/{encoded}".encode())
    assert client.delete(raw).status_code == 404
    assert client.get("/customers/secret-one").status_code == 200


def test_a_name_that_is_no_text_is_refused(client: httpx.Client) -> None:
    raw = client.base_url.copy_with(raw_path=b"/customers/%FF%FE")
    assert client.get(raw).status_code == 400


def test_markup_in_events_is_text_on_the_page(client: httpx.Client) -> None:
    events = [
        {"type": "profile", "customer": HOSTILE, "at": 1_767_610_800_000_000, "nickname": HOSTILE},
        purchase(HOSTILE),
    ]
    assert client.post("/events", json=events).json()["accepted"] == 2
    for path in ("/", "/parts"):
        text = client.get(path, params={"customer": HOSTILE} if path == "/" else {}).text
        assert "alert(1)" in text
        assert "<script>alert" not in text
        assert "49" not in text.partition("alert(1)")[2][:40]
    missing = client.get("/", params={"customer": HOSTILE + "?"})
    assert "<script>alert" not in missing.text


def test_every_answer_says_what_a_browser_may_do(client: httpx.Client) -> None:
    for path in ("/", "/login", "/page.js", "/stages", "/nothing"):
        headers = client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


def test_the_page_asks_no_other_host(client: httpx.Client) -> None:
    for path in ("/", "/login", "/page.js", "/page.css"):
        text = client.get(path).text.replace("http://www.w3.org/2000/svg", "")
        assert "http:" not in text
        assert "https:" not in text
        assert "@import" not in text


def test_lines_of_a_name_are_no_lines_of_a_header(server: Server) -> None:
    with server.client() as client:
        odd = "x\r\nset-cookie: a=b"
        client.post("/events", json=purchase(odd))
        said = client.get("/", params={"customer": odd})
        assert "set-cookie" not in said.headers
        for line in server.log:
            assert "set-cookie" not in json.dumps(line)


def test_the_log_names_nobody(shop: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 's.db'}"
    with serving(shop, "--log-requests", store=store) as server, server.client() as client:
        client.post("/events", json=[purchase("ann@shop.example"), {"type": "purchse"}])
        client.get("/customers/ann@shop.example")
        client.get("/", params={"customer": "ann@shop.example"})
        server.stop()
        said = [(line["method"], line["route"], line["status"]) for line in server.said("request")]
        assert said == [
            ("POST", "/events", 200),
            ("GET", "/customers/{customer:str}", 200),
            ("GET", "/", 200),
        ]
        assert "ann" not in json.dumps(
            [line for line in server.log if line["message"] != "serving"]
        )
        assert server.other == []


def test_the_log_says_who_asked(shop: Path, tmp_path: Path) -> None:
    store, tokens = f"sqlite:///{tmp_path / 's.db'}", {"LCR_TOKENS": TOKENS}
    with serving(shop, "--log-requests", store=store, environment=tokens) as server:
        with server.client() as nobody, server.client(READ) as reader:
            assert nobody.get("/health").status_code == 200
            assert nobody.get("/stages").status_code == 401
            assert reader.get("/stages").status_code == 200
        server.stop()
        said = [(line["route"], line["status"], line["by"]) for line in server.said("request")]
    assert said == [
        ("/health", 200, "anybody"),
        ("(gate)", 401, "anybody"),
        ("/stages", 200, "reader"),
    ]
    assert READ not in json.dumps(server.log)
    assert [line for line in server.log if line["level"] == "error"] == []


def test_passwords_of_stores_are_masked() -> None:
    text = "postgresql://lcr:pa55w0rd@db.example/shop: no connection"
    assert without_password(text) == "postgresql://lcr:***@db.example/shop: no connection"
    assert without_password("sqlite:///C:/x@y.db") == "sqlite:///C:/x@y.db"


# ---- how much and how slowly


async def _asked(service: Service, receive: Any, headers: dict[str, str]) -> tuple[int, Any]:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    raw = [(k.lower().encode(), v.encode()) for k, v in ({"Host": "localhost"} | headers).items()]
    scope = {"type": "http", "method": "POST", "path": "/events", "raw_path": b"/events",
             "query_string": b"", "headers": raw, "client": ("127.0.0.1", 1)}  # fmt: skip
    await application(service)(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.mark.parametrize("first", [b"", b'{"type":'])
def test_a_body_that_does_not_come_is_given_up(shop: Path, first: bytes) -> None:
    pieces = [{"type": "http.request", "body": first, "more_body": True}] if first else []

    async def receive() -> Any:
        if pieces:
            return pieces.pop()
        return await asyncio.sleep(3_600)

    with Service(Settings(shop, "memory:", body_patience=0.05)) as service:
        status, said = asyncio.run(_asked(service, receive, JSON))
    assert status == 408
    assert "too long" in said["detail"]


def test_a_body_that_claims_too_much_is_not_read(shop: Path) -> None:
    async def receive() -> Any:
        raise AssertionError("it is read")

    with Service(Settings(shop, "memory:", body_limit=1_000)) as service:
        for length in ("1001", "9" * 400, "-1", "0x10"):
            headers = JSON | {"Content-Length": length}
            assert asyncio.run(_asked(service, receive, headers))[0] == 413


def test_a_client_that_goes_away_does_no_harm(shop: Path) -> None:
    async def receive() -> Any:
        return {"type": "http.disconnect"}

    with Service(Settings(shop, "memory:")) as service:
        assert asyncio.run(_asked(service, receive, JSON))[0] == 400
        assert service.writer.is_open


def test_a_token_may_ask_so_often(shop: Path, tmp_path: Path) -> None:
    store = f"sqlite:///{tmp_path / 's.db'}"
    environment = {"LCR_TOKENS": TOKENS}
    with serving(shop, "--rate", "5/hour", store=store, environment=environment) as server:
        with server.client(WRITE) as client:
            statuses = [client.post("/events", json=[]).status_code for _ in range(7)]
            assert statuses == [200] * 5 + [429] * 2
            assert int(client.post("/events", json=[]).headers["retry-after"]) > 1
        with server.client(READ) as client:
            assert client.get("/stages").status_code == 200
            assert client.get("/health").status_code == 200
