"""Messages on their way out of a service: to a webhook, and to a function of one's own.

python examples/07-delivery/main.py
"""

from __future__ import annotations

import asyncio
import base64
import secrets
import threading
from pathlib import Path

from receiver import Receiver, serve

import lifecycle_dsl as lcr
from lifecycle_dsl.delivery import Deliverer, Limits, RefusedError, Webhook
from lifecycle_dsl.delivery.signatures import secret_key
from lifecycle_dsl.stores import Delivery, Message, Store, StoredEngine, open_store

RULES = Path(__file__).resolve().parents[2] / "rules" / "retail.lcr"
EVENTS = b"""\
{"type": "purchase", "customer": "u1", "at": "2026-01-05T10:00:00Z", "amount": 120}
{"type": "purchase", "customer": "u1", "at": "2026-01-08T10:00:00Z", "amount": 95}
{"type": "purchase", "customer": "u2", "at": "2026-01-09T09:00:00Z", "amount": 20}
"""


async def send(message: Message) -> None:
    """What a provider's library would do; an exception that is not ours is tried again."""
    if message.customer == "u2":
        raise RefusedError("u2 has no address")
    print(f"  {message.destination} to {message.customer}, key {message.key[:8]}")


async def deliver(store: Store, url: str, secret: str) -> None:
    webhook = Webhook(url, keys=(secret_key(secret),), limits=Limits(backoff=10_000))
    deliverer = Deliverer(store, {"crm.notify": webhook, "email": send})
    await deliverer.drain()  # a service calls run(stop), in its own event loop


def main() -> None:
    print("events in; what they decide is in the outbox, in the same transaction")
    store = open_store("memory:")
    with StoredEngine(lcr.load(RULES), store) as engine:
        engine.process_batch(EVENTS)
    print(f"  {len(store.outbox())} messages wait")

    print("delivery")
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    server = serve(secret)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    asyncio.run(deliver(store, f"http://127.0.0.1:{server.server_port}/", secret))
    server.shutdown()
    server.server_close()

    print("what the receiver said")
    for told in Receiver.told:
        print(f"  {told}")
    (call,) = Receiver.taken.values()
    print(f"  {call['action']} of {call['customer']}: {call['data']['reason']}")

    print("what became of the messages")
    for message in store.outbox():
        dead = f", {message.reason}" if message.status is Delivery.DEAD else ""
        tried = f"{message.attempts} attempt{'s' * (message.attempts > 1)}"
        print(
            f"  {message.destination} to {message.customer}: {message.status.value}, {tried}{dead}"
        )
    store.close()


if __name__ == "__main__":
    main()
