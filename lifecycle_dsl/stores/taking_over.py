"""When rules take over a store: its customers go on under them, or the rules are refused.

Nobody is touched when it happens. Where no state can mean anything else and nothing can be due
sooner, the new rules are only noted; otherwise the change is noted with them, and every customer is
carried over when they are needed next (see `passage`). A store always belongs to one set of rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

from lifecycle_dsl.changing import Carrier, StrandedError
from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.inputs.sources import Place
from lifecycle_dsl.loading import CompileError, compile_sources
from lifecycle_dsl.stores.errors import OtherLifecycleError, OtherRulesError
from lifecycle_dsl.stores.passage import Passage
from lifecycle_dsl.stores.store import NOWHERE, Change, Rules, Store, everyone

OnChange = Callable[[], Mapping[tuple[str, int], Place]]


def take_over(
    store: Store,
    ruleset: RuleSet,
    on_change: OnChange | None = None,
    old: RuleSet | None = None,
) -> Passage:
    """Let a rule set run over a store from now on; gives the way of its customers to it.

    `on_change` is called where other rules ran before, and gives places to keep with the change;
    `old` are those rules, if they are at hand.

    Raises:
        OtherLifecycleError: where the store belongs to another lifecycle.
        OtherRulesError: where its customers cannot go on under these rules.
    """
    found = store.rules()
    if found is not None and found.lifecycle != ruleset.lifecycle:
        raise OtherLifecycleError(
            f"{store.url} keeps the lifecycle {found.lifecycle}, not {ruleset.lifecycle}"
        )
    if found is None:
        rules = rules_of(ruleset)
        store.set_rules(rules)
        return Passage(store, rules)
    if found.fingerprint == ruleset.fingerprint:
        return Passage(store, found)
    known = old is not None and old.fingerprint == found.fingerprint
    carrier = Carrier(old, ruleset) if old and known else carrier_of(store, found, ruleset)
    number, changes = found.number, found.changes
    if not carrier.leaves_alone:
        refuse_to_strand(store, carrier)
        number += 1
        changes = (*changes, Change(number, found.sources, ruleset.sources))
    rules = Rules(ruleset.lifecycle, ruleset.fingerprint, ruleset.sources, number, changes)
    places = NOWHERE if on_change is None else on_change()
    store.set_rules(rules, carrier.names.renamed_stages, places)
    return Passage(store, rules, {number: carrier} if number > found.number else {})


def rules_of(ruleset: RuleSet) -> Rules:
    """What a new store is told of the rules that run over it."""
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
    for _, data in Passage(store).all_brought(everyone(store)):
        try:
            carrier.carry(data)
        except StrandedError as error:
            found[error.where] += 1
    if found:
        raise OtherRulesError(_refusal(store, found))


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
