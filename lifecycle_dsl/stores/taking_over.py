"""When rules take over a store: its customers go on under them, or the rules are refused.

Where no state can mean anything else and nothing can be due sooner, the new rules are only noted.
Otherwise every customer is carried over once, page by page; a process that is stopped meanwhile
goes on where it was. Until the last page the store belongs to the old rules, and to nobody but
these new ones.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from lifecycle_dsl.changing import Carrier, StrandedError
from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.loading import CompileError, compile_sources
from lifecycle_dsl.stores.errors import OtherLifecycleError, OtherRulesError
from lifecycle_dsl.stores.noting import note, state_row
from lifecycle_dsl.stores.store import ONE, Commit, Rules, Store, everyone, pages

PAGE: Final = 1_000
"""Customers that are carried over in one transaction."""
_UNDER_WAY: Final = "rules"
"""The source whose place says how far customers have been carried over, and to which rules."""


def take_over(
    store: Store, ruleset: RuleSet, before_commit: Callable[[Commit], None] | None = None
) -> None:
    """Let a rule set run over a store from now on.

    `before_commit` sees what is about to be kept of those who are carried over.

    Raises:
        OtherLifecycleError: where the store belongs to another lifecycle.
        OtherRulesError: where its customers cannot go on under these rules.
    """
    found = store.rules()
    if found is not None and found.lifecycle != ruleset.lifecycle:
        raise OtherLifecycleError(
            f"{store.url} keeps the lifecycle {found.lifecycle}, not {ruleset.lifecycle}"
        )
    begun = store.place(_UNDER_WAY)
    ended = ("", "" if found is None else found.fingerprint, ruleset.fingerprint)
    if begun is not None and begun[0] not in ended:
        raise OtherRulesError(
            f"{store.url} is being changed to other rules ({begun[0]}); let that change end first"
        )
    if found is not None and found.fingerprint != ruleset.fingerprint:
        carrier = carrier_of(store, found, ruleset)
        goes_on = begun is not None and begun[0] == ruleset.fingerprint
        if carrier.leaves_alone and not goes_on:
            store.set_rules(rules_of(ruleset))
            return
        # What goes on was looked through when it began; some are carried over already.
        if not goes_on:
            refuse_to_strand(store, carrier)
        after = str(begun[1]) if begun and goes_on else ""
        for commit in _carried(store, carrier, ruleset.fingerprint, after):
            if before_commit is not None:
                before_commit(commit)
            store.commit(commit)
        store.set_rules(rules_of(ruleset), carrier.names.renamed)
        store.commit(Commit(places={(_UNDER_WAY, ONE): ("", "")}))
    elif found is None:
        store.set_rules(rules_of(ruleset))


def rules_of(ruleset: RuleSet) -> Rules:
    """What a store is told of the rules that run over it."""
    return Rules(ruleset.lifecycle, ruleset.fingerprint, ruleset.sources)


def carrier_of(store: Store, old: Rules, new: RuleSet) -> Carrier:
    """What carries a store's customers over to other rules.

    Raises:
        OtherRulesError: where the old rules cannot be read any more.
    """
    try:
        return Carrier(compile_sources(old.sources), new)
    except CompileError as error:
        raise OtherRulesError(
            f"{store.url}: the rules it was last run by cannot be read by this version:{error}"
        ) from error


def refuse_to_strand(store: Store, carrier: Carrier) -> None:
    """Know that everybody has somewhere to go.

    Raises:
        OtherRulesError: where somebody has not; it says how many, by where they stand.
    """
    if not carrier.may_strand:
        return
    found: Counter[str] = Counter()
    for _, data in everyone(store):
        try:
            carrier.carry(data)
        except StrandedError as error:
            found[error.where] += 1
    if found:
        raise OtherRulesError(_refusal(store, found))


def _carried(store: Store, carrier: Carrier, fingerprint: str, after: str) -> Iterator[Commit]:
    """Everybody who is behind a name carried over, page by page; each is to be kept at once."""
    for page in pages(store, PAGE, after):
        commit = Commit(places={(_UNDER_WAY, ONE): (fingerprint, page[-1][0])})
        decisions: list[Decision] = []
        for _, data in page:
            carried = carrier.carry(data)
            commit.states.append(state_row(carried.state))
            decisions += carried.decisions
        note(commit, decisions)
        yield commit


def _refusal(store: Store, stranded: Counter[str]) -> str:
    """Why the rules are refused, with what would help."""
    told = [f"{count:,} {where}" for where, count in stranded.most_common(10)]
    return (
        f"{store.url}: these rules have no place for customers who stand {', '.join(told)}; "
        f"{' or '.join(_hints(stranded))}"
    )


def _hints(stranded: Iterable[str]) -> list[str]:
    first = next(iter(stranded))
    if first.startswith("in stage "):
        stage = first.removeprefix("in stage ")
        return [f"say `retired {stage} -> STAGE`", f"`stage NAME was {stage}`"]
    return [f"say `retired {first.removeprefix('at step ')} -> TRIGGER.STEP`"]
