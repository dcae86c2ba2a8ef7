"""`lcr serve`: a rule set over a store, behind HTTP."""

from __future__ import annotations

import ipaddress
import os
import re
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from lifecycle_dsl.cli import options
from lifecycle_dsl.cli.rulesets import load
from lifecycle_dsl.cli.terminal import UnusableError, unreadable
from lifecycle_dsl.localtime.durations import parse_duration

if TYPE_CHECKING:
    from lifecycle_dsl.delivery import Destination
    from lifecycle_dsl.service.tokens import Tokens

TOKENS: Final = "LCR_TOKENS"
_SIZE: Final = re.compile(r"(\d+)(B|KiB|MiB)?")
_UNITS: Final = {None: 1, "B": 1, "KiB": 1 << 10, "MiB": 1 << 20}


class Seconds(click.ParamType[float]):
    """An option that takes a duration such as `1s` or `500ms`."""

    name = "duration"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        """Seconds, at least a tenth of one."""
        if isinstance(value, float):
            return value
        micros = parse_duration(str(value))
        if micros is None or micros < 100_000:
            self.fail(f"`{value}` is no duration such as 1s, 5min or 24h", param, ctx)
        return micros / 1e6


class Bytes(click.ParamType[int]):
    """An option that takes a size such as `1MiB`."""

    name = "size"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        """Bytes."""
        found = _SIZE.fullmatch(str(value))
        if found is None or int(found[1]) == 0:
            self.fail(f"`{value}` is no size such as 1MiB or 512KiB", param, ctx)
        return int(found[1]) * _UNITS[found[2]]


@click.command(
    short_help="Serve a rule set over HTTP: events in, decisions out, a live page.",
    epilog="""\b
Examples:
  lcr serve rules.lcr --store sqlite:///shop.db
  lcr serve rules.lcr --store sqlite:///shop.db --tick-every 1s --watch
  LCR_TOKENS="shop write $(openssl rand -hex 24)" \\
    lcr serve rules.lcr --store sqlite:///shop.db --host 0.0.0.0
  curl localhost:8080/events --json \\
    '{"type": "purchase", "customer": "u1", "at": "2026-11-22T07:00:00Z"}'
""",
)
@click.argument("rules", type=Path)
@options.store
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True)
@click.option("--tick-every", type=Seconds(), help="Let time go on by the clock, such as 1s.")
@click.option("--watch", is_flag=True, help="Take over the rule file when it changes.")
@click.option("--tokens", type=Path, metavar="FILE", help="Lines NAME SCOPES TOKEN.")
@click.option("--insecure", is_flag=True, help="Without tokens, serve others than this machine.")
@click.option("--rate", metavar="N/UNIT", help="What one token may ask, such as 600/minute.")
@click.option("--body-limit", type=Bytes(), default="1MiB", show_default=True)
@click.option(
    "--waiting",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    help="Requests that may wait; more are answered 429.",
)
@click.option(
    "--keep-answers",
    type=Seconds(),
    default="24h",
    show_default=True,
    help="How long an Idempotency-Key is remembered.",
)
@click.option(
    "--keep-delivered",
    type=Seconds(),
    metavar="DURATION",
    help="Remove messages so long after they arrived; for ever unless given.",
)
@click.option(
    "--shadow", type=Path, metavar="RULES", help="Let new rules decide beside; see /shadow."
)
@click.option(
    "--shadow-store",
    metavar="URL",
    default="memory:",
    show_default=True,
    help="Where customers are kept for them; a file, if there are many.",
)
@click.option("--deliver", is_flag=True, help="Deliver messages, too, as `lcr outbox deliver`.")
@click.option("--config", type=Path, metavar="FILE", help="Where the destinations stand.")
@click.option(
    "--advertise",
    metavar="URL",
    help="Where this server is reached by who asked another one on the same PostgreSQL store.",
)
@click.option("--log-requests", is_flag=True, help="A log line for each request.")
def command(
    *,
    rules: Path,
    store: str,
    host: str,
    port: int,
    tokens: Path | None,
    insecure: bool,
    rate: str | None,
    tick_every: float | None,
    watch: bool,
    body_limit: int,
    waiting: int,
    keep_answers: float,
    keep_delivered: float | None,
    shadow: Path | None,
    shadow_store: str,
    deliver: bool,
    config: Path | None,
    advertise: str | None,
    log_requests: bool,
) -> int:
    """Serve RULES over HTTP: events in, answered when they are durable; decisions out.

    A live page is at /, the description of the interface at /openapi.json. Tokens come from
    --tokens or LCR_TOKENS, a line each or joined by `;`: NAME SCOPES TOKEN, the scopes read, write
    or admin. Without tokens only this machine is served. SIGHUP loads RULES anew; SIGTERM ends the
    server when all that it took is kept. Log lines go to standard error, as JSON.
    """
    room = _room()
    holders = _tokens(tokens)
    if not holders and not insecure and not _is_loopback(host):
        raise UnusableError(
            f"{host} can be reached by others: give tokens (--tokens, {TOKENS}), or --insecure"
        )
    _check_rate(rate)
    if config is not None and not deliver:
        raise click.UsageError("--config says where --deliver brings messages; give both")
    if advertise is not None and not advertise.startswith(("http://", "https://")):
        raise click.UsageError("--advertise is a URL such as http://10.0.0.7:8080")
    ruleset = load(str(rules))
    if shadow is not None:
        load(str(shadow))  # its errors are told now
    told = room["settings"].Settings(
        rules=rules,
        store=store,
        tokens=holders,
        rate=rate,
        tick_every=tick_every,
        watch=watch,
        body_limit=body_limit,
        waiting=waiting,
        keep_answers=keep_answers,
        keep_delivered=keep_delivered,
        advertise=advertise,
        log_requests=log_requests,
        shadow=shadow,
        shadow_store=shadow_store,
        destinations=_destinations(config) if deliver else {},
    )
    try:
        with (
            room["loglines"].logged_to_stderr(),
            room["service"].Service(told, ruleset) as service,
        ):
            room["serving"].serve(service, host, port, any_host=insecure)
    except room["errors"].StoreError as error:
        raise UnusableError(room["settings"].without_password(str(error))) from error
    except room["tracing"].TracingError as error:
        raise UnusableError(str(error)) from error
    except OSError as error:
        raise UnusableError(f"{host}:{port}: {error.strerror or error}") from error
    return 0


def _room() -> dict[str, Any]:
    """The modules of the service, which come with an extra."""
    names = ("settings", "loglines", "service", "serving", "tracing")
    try:
        found = {name: import_module(f"lifecycle_dsl.service.{name}") for name in names}
    except ModuleNotFoundError as error:
        if error.name is not None and error.name.startswith("lifecycle_dsl"):
            raise
        raise UnusableError(
            f"this needs {error.name}: pip install 'lifecycle-dsl[serve]'"
        ) from error
    return found | {"errors": import_module("lifecycle_dsl.stores.errors")}


def _tokens(path: Path | None) -> Tokens:
    from lifecycle_dsl.service.tokens import TokensError, read_tokens  # noqa: PLC0415 — on use

    where = TOKENS if path is None else str(path)
    try:
        text = os.environ.get(TOKENS, "") if path is None else path.read_text(encoding="utf-8")
        return read_tokens(text.replace(";", "\n").splitlines())
    except OSError as error:
        raise unreadable(where, error) from error
    except TokensError as error:
        raise UnusableError(f"{where}: {error}") from error


def _destinations(config: Path | None) -> dict[str, Destination]:
    from lifecycle_dsl.cli.delivering import destinations  # noqa: PLC0415 — on use

    return destinations(config)


def _check_rate(rate: str | None) -> None:
    if rate is not None:
        try:
            import_module("limits").parse(rate)
        except ValueError as error:
            raise UnusableError(f"`{rate}` is no rate such as 600/minute") from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
