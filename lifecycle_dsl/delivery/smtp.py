"""E-mail over SMTP: a letter from templates, handed to a mail server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from email.headerregistry import Address
from enum import Enum
from typing import Any, Final

import aiosmtplib
import msgspec
from attrs import define, field, frozen

from lifecycle_dsl.delivery.clock import Clock, WallClock
from lifecycle_dsl.delivery.destination import (
    SECOND,
    LaterError,
    Limits,
    Parcel,
    RefusedError,
)
from lifecycle_dsl.delivery.letters import Envelope, address, envelope
from lifecycle_dsl.delivery.templates import Templates

_LETTERS_A_CONNECTION: Final = 100
_REST: Final = 20 * SECOND
"""A connection that was idle for longer is not used again: servers hang up."""
_CLOSING: Final = 421
"""The reply of a server that is about to hang up."""
_PERMANENT: Final = 500


class Encryption(Enum):
    """How a connection is encrypted; the server's certificate is checked in either case."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@frozen
class Server:
    """A mail server."""

    host: str
    port: int
    encryption: Encryption = Encryption.STARTTLS
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    authority: str | None = None
    """A file with the certificates of who signed the server's."""


@define
class _Line:
    """A connection."""

    smtp: aiosmtplib.SMTP
    used: int
    """When it was used last."""
    letters: int = 0


@define
class Smtp:
    """Sends letters as one sender; a 5xx reply to a letter is final, 4xx and no server are not."""

    server: Server
    sender: Address
    templates: Templates
    recipient: str = "customer"
    """Where the address is: `customer`, `data.NAME` or `trait.NAME`."""
    headers: Mapping[str, str] = field(factory=dict)
    """Further headers, as templates; one that comes out empty is left out."""
    limits: Limits = field(factory=Limits)
    clock: Clock = field(factory=WallClock)
    _idle: list[_Line] = field(factory=list, init=False, repr=False)

    async def deliver(self, parcel: Parcel) -> None:
        """Fill in a letter and hand it over; it has arrived when the server has taken it."""
        letter = await self._letter(parcel)
        options = ["SMTPUTF8", "BODY=8BITMIME"] if letter.needs_utf8 else []
        async with self._line() as line:
            try:
                await line.smtp.sendmail(
                    letter.sender, [letter.recipient], letter.data, mail_options=options
                )
            except aiosmtplib.SMTPRecipientsRefused as error:
                raise _refusal(error.recipients[0]) from error
            except aiosmtplib.SMTPResponseException as error:
                raise _refusal(error) from error
            except (aiosmtplib.SMTPNotSupported, ValueError) as error:
                raise RefusedError("the server cannot take this letter", str(error)) from error

    async def close(self) -> None:
        """Hang up."""
        while self._idle:
            self._idle.pop().smtp.close()

    async def _letter(self, parcel: Parcel) -> Envelope:
        message = parcel.message
        decision: dict[str, Any] = msgspec.json.decode(message.line)
        facts = {"data": {}, "topic": None, "transactional": False, "each": None} | decision
        if "template" not in facts:
            raise RefusedError("a call of an action has no template; letters are for channels")
        return envelope(
            self.templates.letter(facts["template"], facts),
            sender=self.sender,
            recipient=address(await self._address(parcel, facts)),
            key=message.key,
            at=self.clock.now(),
            headers={n: self.templates.line(text, facts) for n, text in self.headers.items()},
        )

    async def _address(self, parcel: Parcel, facts: Mapping[str, Any]) -> object:
        where, _, name = self.recipient.partition(".")
        match where:
            case "data":
                found = facts["data"].get(name)
            case "trait":
                found = (await parcel.traits()).get(name)
            case _:
                return parcel.message.customer
        if found is None:
            raise RefusedError(f"there is no address: {self.recipient} is missing")
        return found

    # ---- connections

    @asynccontextmanager
    async def _line(self) -> AsyncIterator[_Line]:
        """A connection for one letter; what goes wrong with the connection itself is for later."""
        try:
            line = self._rested() or await self._connected()
            try:
                yield line
            except (RefusedError, LaterError) as error:
                self._keep(line, whole=not (isinstance(error, LaterError) and error.down))
                raise
            except BaseException:
                line.smtp.close()
                raise
            self._keep(line, whole=True)
        except aiosmtplib.SMTPTimeoutError as error:
            raise LaterError("no answer in time", down=True) from error
        except aiosmtplib.SMTPResponseException as error:
            text = f"the server refuses the connection: {error.code} {error.message}"
            raise LaterError(text, down=True) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            raise LaterError(f"no connection to the server: {error}", down=True) from error

    def _rested(self) -> _Line | None:
        while self._idle:
            line = self._idle.pop()
            if line.smtp.is_connected and self.clock.now() - line.used < _REST:
                return line
            line.smtp.close()
        return None

    async def _connected(self) -> _Line:
        server = self.server
        smtp = aiosmtplib.SMTP(
            hostname=server.host,
            port=server.port,
            use_tls=server.encryption is Encryption.TLS,
            start_tls=server.encryption is Encryption.STARTTLS,
            username=server.user,
            password=server.password,
            cert_bundle=server.authority,
            timeout=self.limits.timeout / SECOND,
        )
        try:
            await smtp.connect()
        except BaseException:
            smtp.close()
            raise
        return _Line(smtp, self.clock.now())

    def _keep(self, line: _Line, *, whole: bool) -> None:
        line.letters += 1
        line.used = self.clock.now()
        if whole and line.smtp.is_connected and line.letters < _LETTERS_A_CONNECTION:
            self._idle.append(line)
        else:
            line.smtp.close()


def _refusal(reply: aiosmtplib.SMTPResponseException) -> Exception:
    """What a reply to a letter means."""
    text = " ".join(reply.message.split())
    if reply.code >= _PERMANENT:
        return RefusedError(f"the server refuses it: {reply.code}", text)
    return LaterError(f"the server says {reply.code} {text}", down=reply.code == _CLOSING)
