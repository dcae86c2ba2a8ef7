"""E-mail over SMTP: a server on loopback that takes, rejects, greylists, hangs and hangs up."""

from __future__ import annotations

import asyncio
import email
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from attrs import define, evolve, field

from lifecycle_dsl.delivery import Deliverer, Limits, Smtp
from lifecycle_dsl.delivery.smtp import Encryption, Server
from lifecycle_dsl.delivery.templates import Templates
from lifecycle_dsl.stores import Commit, Delivery, Store, open_store
from tests.unit.delivery.receivers import SECOND, finish, key, line, only, serving, statuses

QUICK = Limits(timeout=5 * SECOND, backoff=SECOND // 100, workers=5)
SENDER = Address("Shop", "hello", "shop.example")


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    (tmp_path / "hello.subject").write_text("Hello {{ data.name }}")
    (tmp_path / "hello.txt").write_text("Dear {{ data.name }}")
    (tmp_path / "hello.html").write_text("<p>Dear {{ data.name }}</p>")
    return Templates(tmp_path)


def filled(*customers: str, name: str = "Ada") -> Store:
    store = open_store("memory:")
    rows = [
        (key(n), customer, "sent", "email", line(n, customer=customer, data={"name": name}))
        for n, customer in enumerate(customers, 1)
    ]
    store.commit(Commit(outbox=rows))
    return store


@define
class MailServer:
    """Takes letters, or says what it is told to say to a recipient or to a letter."""

    to_recipient: Callable[[str], str] = lambda _: "250 OK"
    to_letter: Callable[[Envelope], str] = lambda _: "250 OK"
    letters: list[Envelope] = field(factory=list)
    asked: list[str] = field(factory=list)
    connections: int = 0
    port: int = 0

    async def handle_RCPT(  # noqa: N802 — the name that aiosmtpd calls
        self, _: SMTP, __: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        del options
        self.asked.append(address)
        said = self.to_recipient(address)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, _: SMTP, __: Session, envelope: Envelope) -> str:  # noqa: N802
        said = self.to_letter(envelope)
        if said.startswith("250"):
            self.letters.append(envelope)
        return said

    @property
    def mails(self) -> list[EmailMessage]:
        read = []
        for each in self.letters:
            assert isinstance(each.content, bytes)
            found = email.message_from_bytes(each.content, policy=default)
            assert isinstance(found, EmailMessage)
            read.append(found)
        return read


@asynccontextmanager
async def listening(server: MailServer, **options: object) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    lines: list[SMTP] = []

    def connected() -> SMTP:
        server.connections += 1
        smtp = SMTP(server, loop=loop, hostname="mail.example", **options)  # type: ignore[arg-type]
        lines.append(smtp)
        return smtp

    listener = await loop.create_server(connected, "127.0.0.1", server.port)
    server.port = listener.sockets[0].getsockname()[1]
    try:
        yield
    finally:
        listener.close()
        for each in lines:
            if each.transport is not None:
                each.transport.close()
        await listener.wait_closed()
        await asyncio.sleep(0.01)


def smtp(templates: Templates, port: int, **more: Any) -> Smtp:
    server = Server("127.0.0.1", port, Encryption.NONE)
    return evolve(Smtp(server, SENDER, templates, limits=QUICK), **more)


def delivered(
    store: Store, templates: Templates, server: MailServer, *, drain: bool = False, **more: object
) -> None:
    async def work() -> None:
        async with listening(server):
            deliverer = Deliverer(store, {"email": smtp(templates, server.port, **more)})
            await (deliverer.drain() if drain else deliverer.once())

    finish(work())


def test_a_letter_arrives_as_its_templates_say(templates: Templates) -> None:
    store, server = filled("ada@example.org", name="Ada <3"), MailServer()
    delivered(store, templates, server)
    (envelope,), (mail,) = server.letters, server.mails
    assert envelope.mail_from == "hello@shop.example"
    assert envelope.rcpt_tos == ["ada@example.org"]
    assert mail["Subject"] == "Hello Ada <3"
    assert mail["From"] == "Shop <hello@shop.example>"
    assert mail["Message-ID"] == f"<{key(1)}@shop.example>"
    html = mail.get_body(("html",))
    assert html is not None
    assert html.get_content().strip() == "<p>Dear Ada &lt;3</p>"
    assert statuses(store) == {"delivered": 1}


def test_lines_with_a_dot_alone_and_long_lines_arrive_whole(
    templates: Templates, tmp_path: Path
) -> None:
    text = "one\n.\n..\nQUIT\n" + "ä" * 3_000 + "\nend"
    (tmp_path / "hello.txt").write_text(text)
    (tmp_path / "hello.html").unlink()
    server = MailServer()
    delivered(filled("ada@example.org"), templates, server)
    assert server.mails[0].get_content().splitlines() == text.splitlines()
    assert all(len(each) <= 998 for each in (server.letters[0].content or b"").split(b"\r\n"))  # type: ignore[arg-type]


def test_connections_are_used_again(templates: Templates) -> None:
    store, server = filled(*(f"u{n}@example.org" for n in range(250))), MailServer()
    delivered(store, templates, server, limits=evolve(QUICK, workers=2))
    assert statuses(store) == {"delivered": 250}
    assert 2 <= server.connections <= 6


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("550 5.1.1 no such user", Delivery.DEAD),
        ("553 bad name", Delivery.DEAD),
        ("450 4.2.0 greylisted, come again", Delivery.WAITING),
        ("452 full", Delivery.WAITING),
    ],
)
def test_a_reply_to_a_recipient_decides(templates: Templates, reply: str, status: Delivery) -> None:
    store = filled("u@example.org")
    delivered(store, templates, MailServer(to_recipient=lambda _: reply))
    assert (only(store).status, only(store).attempts) == (status, 1)
    assert reply.split(" ", 1)[1] in (only(store).reason or "")


@pytest.mark.parametrize(
    ("reply", "status"),
    [
        ("554 spam", Delivery.DEAD),
        ("552 too big", Delivery.DEAD),
        ("451 try later", Delivery.WAITING),
    ],
)
def test_a_reply_to_a_letter_decides(templates: Templates, reply: str, status: Delivery) -> None:
    store = filled("u@example.org")
    delivered(store, templates, MailServer(to_letter=lambda _: reply))
    assert only(store).status is status


def test_greylisted_letters_arrive_in_the_end(templates: Templates) -> None:
    """Every recipient is put off once; that opens no circuit."""
    seen: Counter[str] = Counter()

    def greylist(address: str) -> str:
        seen[address] += 1
        return "451 4.7.1 greylisted" if seen[address] == 1 else "250 OK"

    store, server = filled(*(f"u{n}@example.org" for n in range(30))), MailServer(greylist)
    delivered(store, templates, server, drain=True)
    assert statuses(store) == {"delivered": 30}
    assert set(seen.values()) == {2}


def test_one_bad_address_among_good_ones_spoils_none(templates: Templates) -> None:
    def unknown(address: str) -> str:
        return "550 unknown" if address.startswith("u3@") else "250 OK"

    names = [f"u{n}@example.org" for n in range(10)]
    names[6] = "evil@example.org\r\nRCPT TO:<x@example.org>"
    store, server = filled(*names), MailServer(unknown)
    delivered(store, templates, server)
    assert statuses(store) == {"delivered": 8, "dead": 2}
    assert "x@example.org" not in server.asked


@pytest.mark.parametrize(
    "name", ["x\nBcc: evil@example.org", "=?utf-8?q?x=0ABcc:_evil@example.org?="]
)
def test_a_name_adds_no_header(templates: Templates, name: str) -> None:
    server = MailServer()
    delivered(filled("u@example.org", name=name), templates, server)
    assert server.mails[0]["Bcc"] is None
    assert server.letters[0].rcpt_tos == ["u@example.org"]


def test_a_missing_template_is_dead_and_can_be_tried_again(
    templates: Templates, tmp_path: Path
) -> None:
    store, server = filled("u@example.org"), MailServer()
    (tmp_path / "hello.subject").rename(tmp_path / "kept")
    delivered(store, templates, server)
    assert "there is no hello.subject" in (only(store).reason or "")
    (tmp_path / "kept").rename(tmp_path / "hello.subject")
    assert store.retry(None, 0) == 1
    delivered(store, templates, server)
    assert statuses(store) == {"delivered": 1}


# ---- where the address is


def test_the_address_may_be_in_the_data(templates: Templates) -> None:
    store, server = filled("u1"), MailServer()
    delivered(store, templates, server, recipient="data.name")
    assert only(store).reason == "this is no e-mail address: 'Ada'"
    store = filled("u1", name="ada@example.org")
    delivered(store, templates, server, recipient="data.name")
    assert server.letters[0].rcpt_tos == ["ada@example.org"]


def test_the_address_may_be_a_trait_as_it_is_when_the_letter_is_sent(templates: Templates) -> None:
    store, server = filled("u1", "u2"), MailServer()
    state = msgspec.msgpack.encode({"stage": "lead", "trait mail": "one@example.org"})
    bare = msgspec.msgpack.encode({"stage": "lead"})
    store.commit(Commit(states=[("u1", None, state), ("u2", None, bare)]))
    delivered(store, templates, server, recipient="trait.mail")
    assert [each.rcpt_tos for each in server.letters] == [["one@example.org"]]
    (dead,) = store.outbox(Delivery.DEAD)
    assert (dead.customer, dead.reason) == ("u2", "there is no address: trait.mail is missing")


def test_headers_are_templates_and_empty_ones_are_left_out(templates: Templates) -> None:
    headers = {
        "List-Unsubscribe": "<https://shop.example/off?u={{ customer|urlencode }}>",
        "X-Topic": "{{ topic or '' }}",
    }
    server = MailServer()
    delivered(filled("a+b@example.org"), templates, server, headers=headers)
    (mail,) = server.mails
    assert mail["List-Unsubscribe"] == "<https://shop.example/off?u=a%2Bb%40example.org>"
    assert mail["X-Topic"] is None


def test_a_call_of_an_action_is_no_letter(templates: Templates) -> None:
    store = open_store("memory:")
    called = b'{"kind":"called","customer":"u","action":"email","data":{},"key":"1"}'
    store.commit(Commit(outbox=[("1", "u", "called", "email", called)]))
    delivered(store, templates, MailServer())
    assert "letters are for channels" in (only(store).reason or "")


# ---- servers in trouble


def test_a_server_that_is_down_or_closes_is_a_failure_of_its_own(templates: Templates) -> None:
    store = filled("u@example.org")

    async def down() -> None:
        async with serving(lambda *_: asyncio.sleep(0)) as port:
            pass
        await Deliverer(store, {"email": smtp(templates, port)}).once()

    finish(down())
    assert (only(store).reason or "").startswith("no connection to the server")

    async def hangs_up() -> None:
        async with serving(lambda *_: asyncio.sleep(0)) as port:
            await Deliverer(store, {"email": smtp(templates, port)}).drain()

    with pytest.raises(TimeoutError):
        finish(hangs_up(), 1)
    assert (only(store).reason or "").startswith("no connection to the server")
    assert only(store).status is Delivery.WAITING


def test_a_server_that_hangs_is_given_up_after_the_time(templates: Templates) -> None:
    store = filled("u@example.org")

    async def work() -> None:
        async with serving(lambda *_: asyncio.sleep(60)) as port:
            to = smtp(templates, port, limits=evolve(QUICK, timeout=SECOND // 4))
            await Deliverer(store, {"email": to}).once()

    finish(work(), 5)
    assert (only(store).reason or "").startswith("no answer")


@pytest.mark.parametrize(
    "greeting", [b"554 go away\r\n", b"421 too busy\r\n", b"HTTP/1.1 400 Bad\r\n"]
)
def test_a_server_that_takes_nobody_is_not_the_letters_fault(
    templates: Templates, greeting: bytes
) -> None:
    store = filled("u@example.org")

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()

    async def work() -> None:
        async with serving(greet) as port:
            await Deliverer(store, {"email": smtp(templates, port)}).once()

    finish(work())
    assert only(store).status is Delivery.WAITING


def test_bytes_that_are_no_text_in_a_reply_do_no_harm(templates: Templates) -> None:
    store = filled("u@example.org")

    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"554 \xff\xfe\x1b[2J no\r\n")
        await writer.drain()

    async def work() -> None:
        async with serving(greet) as port:
            await Deliverer(store, {"email": smtp(templates, port)}).once()

    finish(work())
    assert only(store).status is Delivery.WAITING
    assert (only(store).reason or "").isprintable()


def test_a_wrong_password_is_not_the_letters_fault(templates: Templates) -> None:
    store, server = filled("u@example.org"), MailServer()

    async def work() -> None:
        def no(*_: object) -> AuthResult:
            return AuthResult(success=False, handled=False)

        async with listening(server, authenticator=no, auth_require_tls=False):
            at = Server("127.0.0.1", server.port, Encryption.NONE, "shop", "wrong")
            to = Smtp(at, SENDER, templates, limits=QUICK)
            await Deliverer(store, {"email": to}).once()

    finish(work())
    assert only(store).status is Delivery.WAITING
    assert "the server refuses the connection: 535" in (only(store).reason or "")
    assert "wrong" not in (only(store).reason or "")


def test_a_password_is_used_and_not_shown(templates: Templates) -> None:
    store, server = filled("u@example.org"), MailServer()
    used: list[LoginPassword] = []

    async def work() -> None:
        def yes(*arguments: Any) -> AuthResult:
            used.append(arguments[-1])
            return AuthResult(success=True)

        async with listening(server, authenticator=yes, auth_require_tls=False):
            at = Server("127.0.0.1", server.port, Encryption.NONE, "shop", "sesame")
            assert "sesame" not in repr(at)
            to = Smtp(at, SENDER, templates, limits=QUICK)
            await Deliverer(store, {"email": to}).once()

    finish(work())
    assert statuses(store) == {"delivered": 1}
    assert [(each.login, each.password) for each in used] == [(b"shop", b"sesame")]


def test_without_encryption_on_offer_nothing_is_sent(templates: Templates) -> None:
    store, server = filled("u@example.org"), MailServer()

    async def work() -> None:
        async with listening(server):
            at = Server("127.0.0.1", server.port, Encryption.STARTTLS)
            to = Smtp(at, SENDER, templates, limits=QUICK)
            await Deliverer(store, {"email": to}).once()

    finish(work())
    assert server.letters == []
    assert only(store).status is Delivery.WAITING


def test_a_server_that_hangs_up_in_the_middle_gets_the_letter_again_with_the_same_id(
    templates: Templates,
) -> None:
    """It takes the letter and is gone before it says so: a double, and it can be told."""
    store, server = filled("u@example.org"), MailServer()
    cut: list[int] = []

    def gone(envelope: Envelope) -> str:
        server.letters.append(envelope)
        if not cut:
            cut.append(1)
            raise ConnectionResetError
        server.letters.pop()
        return "250 OK"

    server.to_letter = gone
    delivered(store, templates, server, drain=True)
    assert statuses(store) == {"delivered": 1}
    assert [each["Message-ID"] for each in server.mails] == [f"<{key(1)}@shop.example>"] * 2
