"""The live page: stages as a graph, what was decided lately, a customer's story.

All is made on the server, from what is kept. The page's own script fetches its parts anew when
something was decided; nothing comes from another host, and nothing that a stranger sent is anything
but text.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Final

import msgspec
from attrs import frozen
from jinja2 import Environment, FunctionLoader, StrictUndefined, Template
from litestar import Response, get, post
from litestar.enums import MediaType
from litestar.params import FromQuery
from markupsafe import Markup

from lifecycle_dsl.drawing.svg import STYLE
from lifecycle_dsl.service.access import AnyRequest, needs, service_of
from lifecycle_dsl.service.gate import COOKIE
from lifecycle_dsl.service.picture import picture
from lifecycle_dsl.service.reader import NobodyError, Reader, Standing
from lifecycle_dsl.service.sentences import Told, told
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.service.tokens import Scope

LATEST: Final = 40
"""Decisions that the page shows."""
STORY: Final = 200
"""Decisions of one customer that it shows, the last ones."""
_LONGEST: Final = 10_000
"""Decisions of one customer that are read."""
_SIMILAR: Final = 8
_LONGEST_TOKEN: Final = 4_096


def _hash(text: str) -> str:
    return b64encode(sha256(text.encode()).digest()).decode()


POLICY: Final = (
    "default-src 'none'; script-src 'self'; connect-src 'self'; img-src data:; "
    f"style-src 'self' 'sha256-{_hash(STYLE)}'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""What a browser lets our pages do; the hash is of the picture's own style."""


@frozen
class Line:
    """A line of an explanation."""

    text: str
    tone: str
    indent: int


@frozen
class Story:
    """One customer."""

    standing: Standing
    facts: Sequence[tuple[str, str]]
    """Levels, scores, traits and segments, by name."""
    why: Sequence[Line]
    decisions: Sequence[Told]
    earlier: int
    """Decisions before those that are shown."""


@get("/", guards=[needs(Scope.READ)], include_in_schema=False)
async def get_page(request: AnyRequest, customer: FromQuery[str | None] = None) -> Response[str]:
    """The page, with a customer's story if one is asked for."""
    service = service_of(request)
    now = await service.read(service.now)
    text = await service.read(_page, service, (customer or "").strip(), now)
    return Response(text, media_type=MediaType.HTML)


@get("/parts", guards=[needs(Scope.READ)], include_in_schema=False)
async def get_parts(request: AnyRequest) -> Response[str]:
    """What changes on the page: the figures, the graph and the latest decisions."""
    service = service_of(request)
    return Response(await service.read(_parts, service), media_type=MediaType.HTML)


@get("/login", include_in_schema=False)
async def get_login(request: AnyRequest) -> Response[str]:
    """Asks a person for their token."""
    return _login(request, wrong=False)


@post("/login", include_in_schema=False, status_code=303)
async def post_login(request: AnyRequest) -> Response[str]:
    """Takes a token, and keeps it in a cookie that scripts and other sites cannot use."""
    form = await request.form()
    token = str(form.get("token", ""))[:_LONGEST_TOKEN]
    holder = service_of(request).settings.tokens.holder(token)
    if holder is None or not holder.may(Scope.READ):
        return _login(request, wrong=True)
    answer = Response("", status_code=303, headers={"Location": "./"})
    answer.set_cookie(
        COOKIE, token, httponly=True, samesite="strict", secure=request.url.scheme == "https"
    )
    return answer


@get("/page.css", include_in_schema=False)
async def get_style() -> Response[str]:
    """The page's style."""
    return Response(_shipped("page.css"), media_type="text/css")


@get("/page.js", include_in_schema=False)
async def get_script() -> Response[str]:
    """The page's script."""
    return Response(_shipped("page.js"), media_type="text/javascript")


def _login(request: AnyRequest, *, wrong: bool) -> Response[str]:
    lifecycle = service_of(request).ruleset.lifecycle
    text = _template("login.html.j2").render(lifecycle=lifecycle, wrong=wrong)
    return Response(text, status_code=403 if wrong else 200, media_type=MediaType.HTML)


def _page(service: Service, customer: str, now: int | None) -> str:
    story, similar = None, list[str]()
    if customer:
        try:
            story = _story(service.reader, customer, now)
        except NobodyError:
            people = service.beside.people(customer, _SIMILAR)
            similar = [name for name, _ in people if name.startswith(customer)]
    return _template("page.html.j2").render(
        **_shown(service), customer=customer, story=story, similar=similar
    )


def _parts(service: Service) -> str:
    return _template("parts.html.j2").render(**_shown(service))


def _shown(service: Service) -> dict[str, Any]:
    """What every view shows."""
    store, reader = service.beside, service.reader
    people, moves, outbox = store.population(), store.moves(), reader.outbox_counts()
    waiting: dict[str, int] = {}
    for (_, status), count in outbox.items():
        waiting[status.value] = waiting.get(status.value, 0) + count
    return {
        "lifecycle": service.ruleset.lifecycle,
        "fingerprint": service.ruleset.fingerprint,
        "customers": sum(people.values()),
        "counts": store.counts(),
        "outbox": waiting,
        "picture": Markup(picture(service.ruleset.program, people, moves)),  # noqa: S704 — its texts are escaped
        "latest": [told(each, reader.line(each, masked=True)) for each in store.latest(LATEST)],
    }


def _story(reader: Reader, customer: str, now: int | None) -> Story:
    standing = reader.standing(customer, now)
    why = [
        Line(line.text, line.tone.value, min(line.indent // 2 * 2, 12))
        for line in reader.lines(customer, now)
    ]
    written, after = reader.decisions(customer, 0, 1_000)
    while after is not None and len(written) < _LONGEST:
        more, after = reader.decisions(customer, after, 1_000)
        written += more
    shown = [told(each, reader.line(each, masked=True)) for each in written[-STORY:]]
    return Story(standing, _facts(standing), why, shown, len(written) - len(shown))


def _facts(of: Standing) -> list[tuple[str, str]]:
    facts = [*of.levels.items()]
    facts += [(name, f"{score:.2f}") for name, score in of.scores.items()]
    facts += [(name, _text(value)) for name, value in of.traits.items()]
    return [*facts, ("segments", ", ".join(of.segments))] if of.segments else facts


def _text(value: object) -> str:
    if value is None:
        return "–"
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


@cache
def _shipped(name: str) -> str:
    return files("lifecycle_dsl.service").joinpath("page", name).read_text(encoding="utf-8")


@cache
def _template(name: str) -> Template:
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        loader=FunctionLoader(_shipped),
    )
    return environment.get_template(name)
