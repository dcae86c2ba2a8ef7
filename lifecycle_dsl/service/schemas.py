"""The OpenAPI description: Litestar's own, and the one route that is none of its."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, Final

from litestar import Litestar

_EVENT: Final = {
    "type": "object",
    "description": "`type`, `customer`, `at`, optional `id` and `value`, and the event's fields.",
    "required": ["type", "customer", "at"],
    "properties": {
        "type": {"type": "string", "description": "An event of the rules."},
        "customer": {"type": "string"},
        "at": {
            "oneOf": [
                {"type": "string", "description": "RFC 3339 with an offset."},
                {"type": "integer", "description": "Microseconds since 1970, UTC."},
            ]
        },
        "id": {"type": ["string", "null"]},
        "value": {"type": "number"},
    },
}
_RECEIPT: Final = {
    "type": "object",
    "required": ["accepted", "decisions", "messages", "rejected"],
    "properties": {
        "accepted": {"type": "integer", "description": "Records that were handled."},
        "decisions": {"type": "integer", "description": "Decisions that this made."},
        "messages": {
            "type": "array",
            "items": {"type": "string"},
            "description": "Keys of messages and calls, which are in the outbox now.",
        },
        "rejected": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["position", "reason"],
                "properties": {"position": {"type": "integer"}, "reason": {"type": "string"}},
            },
            "description": "Malformed records, by their place in the request from 1.",
        },
    },
}
_PROBLEM: Final = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
    },
}
_PROBLEMS: Final = {
    "307": "Another server has this customer; Location says which, where servers advertise.",
    "400": "The request is malformed.",
    "401": "No token, or an unknown one.",
    "403": "The token is not for this.",
    "404": "There is no such thing.",
    "405": "The path has other methods.",
    "408": "The body took too long to come.",
    "409": "Customers cannot go on under these rules.",
    "413": "The body is too large.",
    "415": "The content type is none that is known.",
    "421": "Without tokens only this machine is served, under its own name.",
    "422": "What was sent makes no sense: malformed records, or another body under a used key.",
    "429": "Too much waits, or more was asked than the token may; see Retry-After.",
    "503": "The store cannot be used now, or the service is about to stop; see Retry-After.",
}
_EVENTS: Final = {
    "post": {
        "operationId": "postEvents",
        "tags": ["events"],
        "summary": "Handle events",
        "description": (
            "One event or many; answered when all are durable. Malformed ones are listed with"
            " their positions and the others handled; `strict`: all or nothing."
        ),
        "parameters": [
            {"name": "strict", "in": "query", "schema": {"type": "boolean", "default": False}},
            {
                "name": "Idempotency-Key",
                "in": "header",
                "description": "With it a request is handled once, however often it comes.",
                "schema": {"type": "string", "pattern": "^[\\x21-\\x7e]{1,255}$"},
            },
        ],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": {"oneOf": [_EVENT, {"type": "array", "items": _EVENT}]}
                },
                "application/x-ndjson": {
                    "schema": {"type": "string", "description": "An event on each line."}
                },
                "application/msgpack": {
                    "schema": {
                        "type": "string",
                        "description": "A map, an array of maps, or such an array in a frame.",
                    }
                },
            },
        },
        "responses": {
            "200": {
                "description": "What could be handled is durable.",
                "content": {"application/json": {"schema": _RECEIPT}},
            },
            "422": {
                "description": _PROBLEMS["422"],
                "content": {
                    "application/json": {"schema": _RECEIPT},
                    "application/problem+json": {"schema": _PROBLEM},
                },
            },
        },
    }
}


def described(app: Litestar) -> dict[str, Any]:
    """The description of all routes, each with what can go wrong."""
    schema: dict[str, Any] = deepcopy(app.openapi_schema.to_schema())
    schema["paths"] = {"/events": deepcopy(_EVENTS), **schema["paths"]}
    for path in schema["paths"].values():
        for operation in path.values():
            responses = operation["responses"]
            for status, meaning in _PROBLEMS.items():
                said = {
                    "description": meaning,
                    "content": {"application/problem+json": {"schema": _PROBLEM}},
                }
                if "application/problem+json" not in responses.get(status, {}).get("content", {}):
                    responses[status] = said
    return schema
