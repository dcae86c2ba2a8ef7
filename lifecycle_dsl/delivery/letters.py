"""From a message to a letter as mail servers take it: addresses, headers, text and HTML.

An address or a header never holds more than one line, whatever an event says. The Message-ID is
made from the message's key: a letter that arrives twice has the same one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP, SMTPUTF8, compat32
from email.utils import format_datetime
from typing import Final

from attrs import frozen

from lifecycle_dsl.delivery.destination import SECOND, RefusedError
from lifecycle_dsl.delivery.templates import Letter

_ADDRESS: Final = re.compile(
    r"[^\s@\"<>(),:;\\\[\]\x00-\x1f\x7f]{1,64}@[^\s@\"<>(),:;\\\[\]]{1,253}"
)
_PART: Final = r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)"
_DOMAIN: Final = re.compile(rf"(?:{_PART}\.)*{_PART}")
_CONTROLS: Final = re.compile(r"[\x00-\x1f\x7f\u0085\u2028\u2029]+")

OURS: Final = frozenset(
    {"from", "to", "cc", "bcc", "subject", "date", "message-id", "sender", "mime-version"}
)
"""Headers that no configuration sets."""


@frozen
class Envelope:
    """A letter on its way."""

    sender: str
    recipient: str
    data: bytes
    """The whole letter, with CRLF line ends."""
    needs_utf8: bool
    """Whether the server has to take addresses that are not ASCII."""


def address(text: object) -> str:
    """An address that is one and nothing else; a domain in other letters becomes ASCII.

    Raises:
        RefusedError: where it is none.
    """
    if not isinstance(text, str) or not _ADDRESS.fullmatch(text):
        raise RefusedError("this is no e-mail address", repr(text)[:200])
    local, _, domain = text.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode()
        Address(username=local, domain=ascii_domain)
    except (UnicodeError, ValueError, MessageError) as error:
        raise RefusedError("this is no e-mail address", repr(text)[:200]) from error
    if not _DOMAIN.fullmatch(ascii_domain) or "" in local.split("."):
        raise RefusedError("this is no e-mail address", repr(text)[:200])
    return f"{local}@{ascii_domain}"


def envelope(
    letter: Letter,
    *,
    sender: Address,
    recipient: str,
    key: str,
    at: int,
    headers: Mapping[str, str],
) -> Envelope:
    """A letter with its headers; `at` in microseconds is when it is sent."""
    mail = EmailMessage(policy=SMTP)
    _set(mail, "From", sender)
    _set(mail, "To", Address(addr_spec=recipient) if recipient.isascii() else recipient)
    _set(mail, "Subject", letter.subject)
    _set(mail, "Date", format_datetime(datetime.fromtimestamp(at // SECOND, UTC)))
    _set(mail, "Message-ID", f"<{key}@{sender.domain}>")
    for name, value in headers.items():
        if value:
            _set(mail, name, value)
    if letter.text is not None:
        mail.set_content(letter.text)
        if letter.html is not None:
            mail.add_alternative(letter.html, subtype="html")
    elif letter.html is not None:
        mail.set_content(letter.html, subtype="html")
    needs_utf8 = not recipient.isascii()
    data = mail.as_bytes(policy=SMTPUTF8 if needs_utf8 else SMTP)
    if BytesHeaderParser(policy=compat32).parsebytes(data).keys() != mail.keys():
        raise RefusedError("a header of this letter would become another one")
    return Envelope(sender.addr_spec, recipient, data, needs_utf8)


def _set(mail: EmailMessage, name: str, value: str | Address) -> None:
    """Set a header to one line; text in it that looks encoded stays as it is, not decoded."""
    if isinstance(value, str):
        value = _CONTROLS.sub(" ", value).replace("=?", "= ?").strip()
    try:
        mail[name] = value
    except (ValueError, MessageError) as error:
        raise RefusedError(f"the header {name} cannot be written", str(error)) from error
