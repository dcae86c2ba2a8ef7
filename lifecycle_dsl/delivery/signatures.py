"""Signatures of webhooks, as the Standard Webhooks specification has them.

Signed are the message's id, the time and the body, joined by dots, with HMAC-SHA256. Receivers
check them with a library of that specification, or by the few lines of `verify`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Final

PREFIX: Final = "whsec_"
"""What a secret may begin with."""
SHORTEST: Final = 16
"""Bytes of a secret."""
TOLERANCE: Final = 300
"""Seconds by which the clocks of the two sides may differ, and a message may be late."""


def secret_key(text: str) -> bytes:
    """The bytes of a secret that is written in Base64, with `whsec_` before it or not.

    Raises:
        ValueError: where it is no Base64, or too short to be one.
    """
    try:
        key = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError("is no Base64") from error
    if len(key) < SHORTEST:
        raise ValueError(f"has {len(key)} bytes, and needs {SHORTEST}")
    return key


def headers(keys: Iterable[bytes], message: str, at: int, body: bytes) -> dict[str, str]:
    """The headers that sign a body; `at` in seconds. Each key makes a signature of its own."""
    signatures = " ".join(f"v1,{_signature(key, message, str(at), body)}" for key in keys)
    named = {"webhook-id": message, "webhook-timestamp": str(at)}
    return named | ({"webhook-signature": signatures} if signatures else {})


def verify(
    secret: str, headers: Mapping[str, str], body: bytes, now: float, tolerance: int = TOLERANCE
) -> bool:
    """Whether a body was signed with a secret, and not longer ago than `tolerance` seconds.

    `headers` in small letters; `now` in seconds since 1970.
    """
    at = headers.get("webhook-timestamp", "")
    if not (at.isascii() and at.isdecimal() and abs(now - int(at)) <= tolerance):
        return False
    wanted = _signature(secret_key(secret), headers.get("webhook-id", ""), at, body)
    found = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(f"v1,{wanted}".encode(), each.encode()) for each in found)


def _signature(key: bytes, message: str, at: str, body: bytes) -> str:
    signed = b".".join((message.encode(), at.encode(), body))
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
