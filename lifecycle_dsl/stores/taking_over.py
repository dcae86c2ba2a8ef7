"""When rules take over a store: that its customers can go on under them."""

from __future__ import annotations

from lifecycle_dsl.engine.ruleset import RuleSet
from lifecycle_dsl.stores.errors import OtherLifecycleError, OtherRulesError
from lifecycle_dsl.stores.store import Rules, Store


def take_over(store: Store, ruleset: RuleSet) -> None:
    """Let a rule set run over a store from now on.

    Raises:
        OtherLifecycleError: where the store belongs to another lifecycle.
        OtherRulesError: where its customers cannot go on under these rules.
    """
    found = store.rules()
    if found is None:
        store.set_rules(Rules(ruleset.lifecycle, ruleset.fingerprint, {}))
        return
    if found.lifecycle != ruleset.lifecycle:
        raise OtherLifecycleError(
            f"{store.url} keeps the lifecycle {found.lifecycle}, not {ruleset.lifecycle}"
        )
    if found.fingerprint != ruleset.fingerprint:
        raise OtherRulesError(f"{store.url} was last run by other rules: {found.fingerprint}")
