"""The OpenAPI description of what Litestar cannot read off a signature: the body of events."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

_EVENT = Schema(
    type=OpenAPIType.OBJECT,
    description="One event: `type`, `customer`, `at`, optional `id` and `value`, and its fields.",
    required=["type", "customer", "at"],
    properties={
        "type": Schema(type=OpenAPIType.STRING, description="An event of the rules."),
        "customer": Schema(type=OpenAPIType.STRING),
        "at": Schema(
            one_of=[
                Schema(type=OpenAPIType.STRING, description="RFC 3339 with an offset."),
                Schema(type=OpenAPIType.INTEGER, description="Microseconds since 1970, UTC."),
            ]
        ),
        "id": Schema(one_of=[Schema(type=OpenAPIType.STRING), Schema(type=OpenAPIType.NULL)]),
        "value": Schema(type=OpenAPIType.NUMBER),
    },
)
_MANY = Schema(type=OpenAPIType.ARRAY, items=_EVENT)
_BYTES = Schema(type=OpenAPIType.STRING, description="MessagePack: a map, an array or a frame.")
_LINES = Schema(type=OpenAPIType.STRING, description="One JSON object a line.")


@dataclass
class EventsOperation(Operation):
    """`POST /events`, with what its body may be."""

    def __post_init__(self) -> None:
        """Say what the body may be."""
        self.request_body = RequestBody(
            required=True,
            content={
                "application/json": OpenAPIMediaType(schema=Schema(one_of=[_EVENT, _MANY])),
                "application/x-ndjson": OpenAPIMediaType(schema=_LINES),
                "application/msgpack": OpenAPIMediaType(schema=_BYTES),
            },
        )
