"""When rules are loaded anew: at a signal, or when their files change."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

from lifecycle_dsl.loading import CompileError
from lifecycle_dsl.service.loglines import log
from lifecycle_dsl.service.service import Service
from lifecycle_dsl.stores.errors import StoreError


async def reload(service: Service, why: str) -> None:
    """Load the rules anew; what goes wrong is logged, and the old ones go on."""
    try:
        if not await service.reload():
            log(logging.INFO, "the rules have not changed", why=why)
    except CompileError as error:
        found = [
            {"name": each.name, "headline": each.headline, "file": each.file_name}
            for each in error.diagnostics
        ]
        log(logging.ERROR, "the rules have errors; the old ones go on", why=why, diagnostics=found)
    except (OSError, StoreError) as error:
        reason = str(error)
        log(logging.ERROR, "the rules were refused; the old ones go on", why=why, reason=reason)


async def reload_on_change(service: Service, stop: asyncio.Event) -> None:
    """Load the rules anew when a rule file or a table beside it changes."""
    from watchfiles import Change, awatch  # noqa: PLC0415 — on use

    def is_of_rules(_: Change, path: str) -> bool:
        return Path(path).suffix in {".lcr", ".csv"}

    folder = service.settings.rules.resolve().parent
    async for _ in awatch(folder, watch_filter=is_of_rules, stop_event=stop, recursive=True):
        await reload(service, "a file has changed")
