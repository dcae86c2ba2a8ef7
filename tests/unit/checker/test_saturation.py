"""How many instants a count needs, and going through expressions."""

from __future__ import annotations

import pytest

from lifecycle_dsl.checker import check
from lifecycle_dsl.checker.reads import reads
from lifecycle_dsl.checker.saturation import saturate
from lifecycle_dsl.program import expressions as e
from lifecycle_dsl.program.walk import children, rewrite, walk
from lifecycle_dsl.source import Source
from tests.unit.checker.rules import value_of

COUNT = "count(visit within 7d)"


@pytest.mark.parametrize(
    ("text", "keep"),
    [
        (f"{COUNT} >= 3", 3),
        (f"{COUNT} > 3", 4),
        (f"{COUNT} < 3", 3),
        (f"{COUNT} <= 3", 4),
        (f"{COUNT} == 3", 4),
        (f"3 <= {COUNT}", 3),
        (f"{COUNT} >= 2.5", 3),
        (f"{COUNT} >= 0", 1),
        (f"{COUNT} >= 3 and not {COUNT} >= 5", 5),
        (f"{COUNT} >= 2000", 2000),
        (f"{COUNT} >= 3 or {COUNT} + 1 > a", None),
        ("count(visit) >= 3", None),
        ("count(visit within 7d keep 9) >= 3", None),
    ],
)
def test_a_count_keeps_as_many_as_it_is_compared_with(text: str, keep: int | None) -> None:
    found = saturate([value_of(text)])
    assert list(found.values()) == ([] if keep is None else [keep])


def test_a_let_is_seen_through() -> None:
    count = value_of(COUNT)
    lets = {"opens": count}
    compared = value_of("opens >= 3")
    assert list(saturate([count, compared], lets).values()) == [3]
    assert saturate([count, compared, value_of("opens + 1")], lets) == {}


def test_a_program_says_how_many_entries_suffice() -> None:
    program = check(
        Source(
            "rules.lcr",
            """
lifecycle shop
event visit, order
stage a { -> b on visit when count(visit within 7d) >= 1200 }
stage b { -> a on order when count(order within 7d) + 1 > 3 }
start { -> a }
""",
        )
    ).program
    assert program is not None
    assert {term.text: keep for term, keep in program.keeps.items()} == {
        "count(visit within 7d)": 1200
    }


EVERYTHING = (
    "if maybe is present and not loyal or keen then points { when mail > maybe else 1: a } "
    'else length("{city}{tier}") + (if [city] contains "x" then 1 else 2)'
)


def test_rewriting_nothing_changes_nothing() -> None:
    found = value_of(EVERYTHING)
    assert rewrite(found, lambda part: part) is found


def test_rewriting_reaches_every_part() -> None:
    found = value_of(EVERYTHING)

    def other(part: e.Expression) -> e.Expression:
        return (
            e.TraitRead(span=part.span, type=part.type, trait="z") if not children(part) else part
        )

    leaves = [part for part in walk(rewrite(found, other)) if not children(part)]
    assert {part.trait for part in leaves if isinstance(part, e.TraitRead)} == {"z"}
    assert len(leaves) == len([part for part in walk(found) if not children(part)])


def test_what_is_read_is_known() -> None:
    found = reads(value_of("mail + web > a and in_stage > 3d and spring and hour(now) > opens"))
    assert found.scores == ("mail", "web")
    assert found.traits == ("a",)
    assert found.clocks == (e.Clock.IN_STAGE, e.Clock.NOW)
    assert found.seasons == ("spring",)
    assert found.lets == ("opens",)
    assert found.memory == ()
    assert found.zone


def test_what_stands_behind_names_is_followed() -> None:
    opens = value_of(COUNT)
    found = reads(
        value_of("opens > 3"), lambda part: opens if isinstance(part, e.LetRead) else None
    )
    assert [term.text for term in found.memory] == [COUNT]
