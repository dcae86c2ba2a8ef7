"""Setting traits, and noting when their values and the zone became others."""

from __future__ import annotations

from tests.reference.customer import Moment, Value


def set_profile(m: Moment) -> None:
    """A `profile` sets its traits; null puts one back to its default, or to missing."""
    assert m.record is not None
    for trait in m.program.traits.values():
        if trait.name in m.record.fields and not is_older(m, trait.name):
            value = m.record.fields[trait.name]
            set_trait(m, trait.name, trait.default if value is None else value, m.record.at)


def is_older(m: Moment, trait: str) -> bool:
    """Whether the record at hand is older than what set a trait."""
    assert m.record is not None
    set_at = m.customer.trait_at.get(trait)
    return set_at is not None and m.record.at < set_at


def set_trait(m: Moment, trait: str, value: Value, at: int) -> None:
    """Set a trait and remember the instant that set it; a late addition leaves that as it is."""
    customer = m.customer
    zone = m.zone.key
    if value != customer.traits[trait]:
        customer.changed_at[trait] = m.now
    customer.traits[trait] = value
    customer.trait_at[trait] = max(at, customer.trait_at.get(trait, at))
    if m.zone.key != zone:
        customer.zone_at = m.now
