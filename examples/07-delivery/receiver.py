"""A receiver of webhooks, with nothing but the standard library.

It believes only what is signed, answers when it has taken a message, and takes each key once.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

TOLERANCE = 300
"""Seconds: an older signature may be a replayed one."""


def is_signed(secret: str, headers: Mapping[str, str], body: bytes, now: float) -> bool:
    """Whether the body was signed with the secret within the tolerance."""
    at = headers.get("webhook-timestamp", "")
    if not (at.isascii() and at.isdecimal() and abs(now - int(at)) <= TOLERANCE):
        return False
    signed = f"{headers.get('webhook-id', '')}.{at}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    wanted = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    found = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(wanted, each) for each in found)


class Receiver(BaseHTTPRequestHandler):
    """Takes calls; the first one finds it busy."""

    secret: ClassVar[str]
    taken: ClassVar[dict[str, Any]] = {}
    told: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not is_signed(self.secret, headers, body, time.time()):
            self._answer(401, "not signed")
        elif not self.told:
            self._answer(503, "busy")
        elif headers["idempotency-key"] in self.taken:
            self._answer(200, "taken before")
        else:
            self.taken[headers["idempotency-key"]] = json.loads(body)
            self._answer(200, "taken")

    def _answer(self, status: int, told: str) -> None:
        self.told.append(f"{status} {told}")
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


def serve(secret: str) -> ThreadingHTTPServer:
    """A receiver on a free port of this machine."""
    Receiver.secret = secret
    return ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
