"""Encrypted connections: certificates are checked, a private authority can be named."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import subprocess
from email.headerregistry import Address
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP

from lifecycle_dsl.delivery import Deliverer, Limits, Smtp, Webhook
from lifecycle_dsl.delivery.smtp import Encryption, Server
from lifecycle_dsl.delivery.templates import Templates
from lifecycle_dsl.stores import Commit, Delivery, Store, open_store
from tests.unit.delivery.receivers import SECOND, filled, finish, key, line, only

OPENSSL = shutil.which("openssl")
pytestmark = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl to make certificates")
QUICK = Limits(backoff=SECOND // 100)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of 127.0.0.1, signed by itself; the key lies beside it."""
    folder = tmp_path_factory.mktemp("certificate")
    path = folder / "cert.pem"
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=here"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(folder / "key.pem")]
    command = [str(OPENSSL), *made, *names, "-out", str(path)]
    subprocess.run(command, check=True, capture_output=True)
    return path


def shown(certificate: Path) -> ssl.SSLContext:
    """What a server shows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context


def posted(certificate: Path, authority: Path | None) -> Store:
    store = filled(2)

    async def work() -> None:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=shown(certificate))
        url = f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        to = Webhook(url, authority=authority, limits=QUICK)
        await Deliverer(store, {"email": to}).once()
        server.close()
        await asyncio.sleep(0.05)

    finish(work())
    return store


def test_a_private_authority_of_a_webhook_is_believed_when_named(certificate: Path) -> None:
    store = posted(certificate, certificate)
    assert {each.status for each in store.outbox()} == {Delivery.DELIVERED}


def test_a_certificate_of_nobody_is_not_believed(certificate: Path) -> None:
    store = posted(certificate, None)
    assert {each.status for each in store.outbox()} == {Delivery.WAITING}
    assert {"certificate verify failed" in (each.reason or "") for each in store.outbox()} == {True}


class Taking:
    """A mail server that takes everything."""

    async def handle_DATA(self, *_: object) -> str:  # noqa: N802 — the name that aiosmtpd calls
        return "250 OK"


def mailed(certificate: Path, folder: Path, encryption: Encryption, authority: str | None) -> Store:
    store = open_store("memory:")
    row = (key(1), "u@example.org", "sent", "email", line(1))
    store.commit(Commit(outbox=[row]))
    (folder / "hello.subject").write_text("Hello")
    (folder / "hello.txt").write_text("Hello")

    async def work() -> None:
        loop = asyncio.get_running_loop()
        context = shown(certificate)
        starts = encryption is Encryption.STARTTLS

        def connected() -> SMTP:
            offered = context if starts else None
            return SMTP(Taking(), loop=loop, hostname="mail", tls_context=offered)

        direct = None if starts else context
        server = await loop.create_server(connected, "127.0.0.1", 0, ssl=direct)
        port = server.sockets[0].getsockname()[1]
        at = Server("127.0.0.1", port, encryption, authority=authority)
        to = Smtp(at, Address("", "s", "shop.example"), Templates(folder), limits=QUICK)
        await Deliverer(store, {"email": to}).once()
        server.close()
        await asyncio.sleep(0.05)

    finish(work())
    return store


@pytest.mark.parametrize("encryption", [Encryption.STARTTLS, Encryption.TLS])
def test_letters_go_encrypted(certificate: Path, tmp_path: Path, encryption: Encryption) -> None:
    store = mailed(certificate, tmp_path, encryption, str(certificate))
    assert only(store).status is Delivery.DELIVERED, only(store).reason


@pytest.mark.parametrize("encryption", [Encryption.STARTTLS, Encryption.TLS])
def test_a_mail_server_of_nobody_gets_no_letter(
    certificate: Path, tmp_path: Path, encryption: Encryption
) -> None:
    store = mailed(certificate, tmp_path, encryption, None)
    assert only(store).status is Delivery.WAITING
    assert "certificate verify failed" in (only(store).reason or "")
