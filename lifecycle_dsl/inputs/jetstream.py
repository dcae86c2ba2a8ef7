"""A stream of NATS JetStream: `nats://host:4222?stream=NAME&subject=…`, the record as the body.

A place is a sequence number. Each start makes a consumer of its own that begins behind it and needs
no acknowledgement, so the stream must keep messages until a limit removes them. Whether messages of
one subject were removed before they were read cannot be told, only of the whole stream.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import Any, Final, TypeVar

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg
from nats.errors import Error as NatsError
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as TooSlowError
from nats.js import JetStreamContext, api
from nats.js.errors import APIError, NotFoundError, ServiceUnavailableError

from lifecycle_dsl.inputs.messages import MOST, AwayError, Entry, LostError, Position
from lifecycle_dsl.inputs.packing import InputError

T = TypeVar("T")

_BLOCK: Final = 0.2
"""Seconds to wait for more at once."""
_TRIES: Final = 25
"""How often messages are asked for that the server has and that do not come."""
_IDLE: Final = 300.0
"""Seconds after which the server forgets a consumer that asks for nothing."""


class JetStream:
    """A stream on a NATS server."""

    def __init__(self, server: str, stream: str, subject: str | None) -> None:
        self._server = server
        self._stream = stream
        self._subject = subject
        self._loop = asyncio.new_event_loop()
        self._client: Client | None = None
        self._trouble: Exception | None = None
        self._messages: JetStreamContext.PullSubscription | None = None
        self._behind = 0

    def take(self, behind: Position | None, handled: int) -> tuple[int, Sequence[Entry]]:
        """The next messages behind a sequence number."""
        return handled, self._run(self._taken(0 if behind is None else behind[0], handled))

    def wait(self, behind: Position | None) -> None:
        """Nothing: taking waits already."""
        del behind

    def trim(self, position: Position) -> None:
        """Remove everything up to a sequence number, of the subject if there is one."""
        self._run(self._trimmed(position[0] + 1))

    def close(self) -> None:
        """Close the connection."""
        if not self._loop.is_closed():
            self._loop.run_until_complete(self._leave())
            self._loop.close()

    # ---- on the loop

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        try:
            return self._loop.run_until_complete(work)
        except (ServiceUnavailableError, NoRespondersError) as error:
            self._loop.run_until_complete(self._leave())
            raise AwayError("the server has no JetStream now") from error
        except APIError as error:
            raise InputError(f"`{self._stream}` cannot be read: {error.description}") from error
        except (NatsError, OSError, TimeoutError) as error:
            self._loop.run_until_complete(self._leave())
            self._refuse_login(error)
            raise AwayError(f"the server cannot be reached ({error})") from error

    async def _taken(self, behind: int, handled: int) -> list[Entry]:
        jetstream = await self._connected()
        if self._messages is None or self._behind != behind:
            await self._begin(jetstream, behind, handled)
        messages = await self._fetched()
        found = [(each.metadata.sequence.stream, each.data) for each in messages]
        if found and self._subject is None and found[-1][0] - behind != len(found):
            sequences = [behind or found[0][0], *(sequence for sequence, _ in found)]
            self._check_gaps(await self._state(jetstream), sequences, handled)
        self._behind = found[-1][0] if found else behind
        return [Entry((sequence,), body) for sequence, body in found]

    async def _fetched(self) -> list[Msg]:
        """The next messages; none only if there are none."""
        if self._messages is None:
            raise RuntimeError("there is a consumer before anything is fetched")
        for _ in range(_TRIES):
            try:
                return await self._messages.fetch(MOST, timeout=_BLOCK)
            except (TimeoutError, TooSlowError):
                try:
                    about = await self._messages.consumer_info()
                except NotFoundError as error:
                    raise NatsError("the consumer is gone") from error
                delivered = 0 if about.delivered is None else about.delivered.stream_seq
                if not about.num_pending and delivered <= self._behind:
                    return []
        raise NatsError("messages do not arrive")

    async def _connected(self) -> JetStreamContext:
        if self._client is None or not self._client.is_connected:
            await self._leave()
            self._client = await nats.connect(
                self._server, allow_reconnect=False, connect_timeout=5, error_cb=self._note
            )
        return self._client.jetstream()

    async def _begin(self, jetstream: JetStreamContext, behind: int, handled: int) -> None:
        """Make a consumer that begins behind a sequence number."""
        state = await self._state(jetstream)
        if behind:
            self._check(state, behind, handled)
        policy = api.DeliverPolicy
        consumer = await jetstream.add_consumer(
            self._stream,
            api.ConsumerConfig(
                deliver_policy=policy.BY_START_SEQUENCE if behind else policy.ALL,
                opt_start_seq=behind + 1 if behind else None,
                ack_policy=api.AckPolicy.NONE,
                filter_subject=self._subject,
                inactive_threshold=_IDLE,
            ),
        )
        self._messages = await jetstream.pull_subscribe_bind(
            consumer=consumer.name, stream=self._stream
        )
        self._behind = behind

    async def _state(self, jetstream: JetStreamContext) -> api.StreamState:
        about = await jetstream.stream_info(self._stream)
        retention = about.config.retention
        if retention not in {None, api.RetentionPolicy.LIMITS}:
            raise InputError(
                f"`{self._stream}` removes messages by itself once they are acknowledged "
                f"(retention {retention.value}): it is read by place, which needs `limits`"
            )
        return about.state

    def _check(self, state: api.StreamState, behind: int, handled: int) -> None:
        """Whether all that was not read yet is still there, as far as can be told of a subject."""
        if state.last_seq < behind:
            what = "the server has lost messages that were read from it already"
            raise LostError(what, (state.last_seq,), handled)
        if self._subject is None:
            self._check_gaps(state, [behind, state.first_seq], handled)

    def _check_gaps(self, state: api.StreamState, found: Sequence[int], handled: int) -> None:
        """Whether messages are missing because the stream was trimmed; one may be deleted alone."""
        for before, after in pairwise(found):
            if before + 1 < after <= state.first_seq:
                what = f"messages {before + 1} to {after - 1} were removed before they were read"
                raise LostError(what, (after - 1,), handled)

    async def _trimmed(self, sequence: int) -> None:
        jetstream = await self._connected()
        await jetstream.purge_stream(self._stream, seq=sequence, subject=self._subject)

    async def _leave(self) -> None:
        client, self._client, self._messages = self._client, None, None
        if client is not None:
            with suppress(Exception):  # it is as good as gone
                await client.close()

    async def _note(self, error: Exception) -> None:
        self._trouble = error

    def _refuse_login(self, error: Exception) -> None:
        for each in (error, self._trouble):
            if each is not None and "authorization" in str(each).lower():
                raise InputError("the server refuses the login") from error
        self._trouble = None
