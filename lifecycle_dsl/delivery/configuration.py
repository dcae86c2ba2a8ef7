"""Destinations from settings: `[deliver.NAME]` in lcr.toml, NAME being a channel or an action.

```toml
[deliver.email]
to = "smtp"
host = "mail.example.org"
from = "Shop <hello@shop.example>"
templates = "letters"
recipient = "trait.email"
user = "shop"
password_env = "MAIL_PASSWORD"

[deliver.crm.notify]
to = "webhook"
url = "https://crm.example.org/hooks/lifecycle"
secret_file = "/run/secrets/crm"
rate = "50 per 1s"
```

A secret never stands in the settings: `NAME_env` names an environment variable that holds it,
`NAME_file` a file. Durations are written as in rules, paths start at the file of the settings.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from lifecycle_dsl.delivery.destination import SECOND, Destination, Limits
from lifecycle_dsl.delivery.files import FILE_LIMITS, FileDestination
from lifecycle_dsl.delivery.table import DestinationError, Table

if TYPE_CHECKING:
    from lifecycle_dsl.delivery.smtp import Server

_EXTRA: Final = "pip install 'lifecycle-dsl[deliver]'"


def configured(
    tables: Mapping[str, Any],
    folder: Path,
    environment: Mapping[str, str] | None = None,
) -> dict[str, Destination]:
    """The destinations of the table `deliver`, by name.

    `folder` is where paths start; secrets come from `environment`, the process's unless given.

    Raises:
        DestinationError: where a table says what nobody knows, or leaves out what is needed.
    """
    secrets = os.environ if environment is None else environment
    return {
        name: _destination(Table(name, table, folder, secrets))
        for name, table in _named(tables, "")
    }


def _named(tables: Mapping[str, Any], within: str) -> list[tuple[str, dict[str, Any]]]:
    """Tables by their whole names: `[deliver.crm.notify]` is the action `crm.notify`."""
    found: list[tuple[str, dict[str, Any]]] = []
    for key, table in tables.items():
        name = f"{within}{key}"
        if not isinstance(table, dict):
            raise DestinationError(f"`{name}` of `deliver` must be a table: [deliver.{name}]")
        if "to" not in table and table and all(isinstance(each, dict) for each in table.values()):
            found += _named(table, f"{name}.")
        else:
            found.append((name, table))
    return found


def _destination(table: Table) -> Destination:
    kind = table.choice("to", tuple(_KINDS))
    try:
        destination = _KINDS[kind](table)
        if destination.limits.rate is not None:
            import_module("aiolimiter")
    except ImportError as error:
        raise table.wrong(f"`{kind}` needs {error.name}: {_EXTRA}") from error
    table.end()
    return destination


def _file(table: Table) -> Destination:
    path = table.path("path")
    if path is None:
        raise table.wrong('`path` is missing, as in path = "calls.jsonl"')
    if not path.parent.is_dir():
        raise table.wrong(f"`path`: there is no folder {path.parent}")
    return FileDestination(path, table.limits(FILE_LIMITS))


def _webhook(table: Table) -> Destination:
    from yarl import URL  # noqa: PLC0415 — comes with an extra

    from lifecycle_dsl.delivery.signatures import secret_key  # noqa: PLC0415
    from lifecycle_dsl.delivery.webhook import Webhook  # noqa: PLC0415

    text = table.needed("url", '"https://receiver.example/hooks"')
    try:
        url = URL(text)
        named = url.scheme in {"http", "https"} and bool(url.host) and url.port != 0
    except ValueError as error:
        raise table.wrong(f"`url`: {error}") from error
    if not named:
        raise table.wrong(
            f"`url` must begin with https:// or http:// and name a host, not `{text}`"
        )
    if url.user or url.password:
        raise table.wrong("`url` holds a password; use token_env or token_file")
    keys = []
    for secret in (table.secret("secret") or "").split():
        try:
            keys.append(secret_key(secret))
        except ValueError as error:
            hint = "make one with: openssl rand -base64 32"
            raise table.wrong(f"the secret {error}; {hint}") from error
    headers = table.texts("headers")
    for name in headers:
        if not re.fullmatch(r"[A-Za-z0-9-]+", name):
            raise table.wrong(f"`{name}` is no name of a header")
    if token := table.secret("token"):
        headers = {**headers, "authorization": f"Bearer {token}"}
    return Webhook(
        url=text,
        keys=tuple(keys),
        headers=headers,
        authority=table.path("authority"),
        proxy=table.text("proxy"),
        limits=table.limits(Limits()),
    )


def _smtp(table: Table) -> Destination:
    from email.headerregistry import Address  # noqa: PLC0415 — only for letters
    from email.utils import parseaddr  # noqa: PLC0415

    from lifecycle_dsl.delivery.destination import RefusedError  # noqa: PLC0415
    from lifecycle_dsl.delivery.letters import OURS, address  # noqa: PLC0415
    from lifecycle_dsl.delivery.smtp import Smtp  # noqa: PLC0415
    from lifecycle_dsl.delivery.templates import Templates  # noqa: PLC0415

    sender = table.needed("from", '"Shop <hello@shop.example>"')
    name, spec = parseaddr(sender)
    try:
        sent_by = Address(display_name=name, addr_spec=address(spec))
    except (RefusedError, ValueError) as error:
        raise table.wrong(f"`from`: `{sender}` is no e-mail address") from error
    folder = table.path("templates")
    if folder is None:
        raise table.wrong('`templates` is missing, as in templates = "letters"')
    if not folder.is_dir():
        raise table.wrong(f"`templates`: there is no folder {folder}")
    recipient = table.text("recipient", "customer") or ""
    if not re.fullmatch(r"customer|(?:data|trait)\.[A-Za-z_]\w*", recipient):
        raise table.wrong(
            f"`recipient` must be customer, data.NAME or trait.NAME, not `{recipient}`"
        )
    headers = table.texts("headers")
    for header in headers:
        if not re.fullmatch(r"[A-Za-z0-9-]+", header) or header.lower() in OURS:
            raise table.wrong(f"the header `{header}` cannot be set")
    return Smtp(
        server=_server(table),
        sender=sent_by,
        templates=Templates(folder),
        recipient=recipient,
        headers=headers,
        limits=table.limits(evolve(Limits(), timeout=30 * SECOND)),
    )


def _server(table: Table) -> Server:
    from lifecycle_dsl.delivery.smtp import Encryption, Server  # noqa: PLC0415

    encryption = Encryption(
        table.choice("encryption", tuple(each.value for each in Encryption), "starttls")
    )
    user, password = table.text("user"), table.secret("password")
    if (user is None) != (password is None):
        raise table.wrong("`user` and `password_env` or `password_file` belong together")
    if password is not None and encryption is Encryption.NONE:
        raise table.wrong(
            "a password is not sent in the clear: set `encryption` to starttls or tls"
        )
    authority = table.path("authority")
    return Server(
        host=table.needed("host", '"mail.example.org"'),
        port=table.number("port", _PORTS[encryption.value]),
        encryption=encryption,
        user=user,
        password=password,
        authority=None if authority is None else str(authority),
    )


_PORTS: Final = {"starttls": 587, "tls": 465, "none": 25}
_KINDS: Final[Mapping[str, Callable[[Table], Destination]]] = {
    "webhook": _webhook,
    "smtp": _smtp,
    "file": _file,
}
