"""The bounds of a rule set."""

from __future__ import annotations

from lifecycle_dsl.checker import check
from lifecycle_dsl.checker.cost import Cost, cost
from lifecycle_dsl.source import Source

HEAD = "lifecycle shop\nevent visit, purchase\nstart { -> new }\nstage new\nstage old\n"


def cost_of(text: str) -> Cost:
    program = check(Source("main.lcr", HEAD + text)).program
    assert program is not None
    return cost(program)


def amounts(items: object) -> dict[str, int]:
    assert isinstance(items, tuple)
    return {item.what: item.amount for item in items}


def test_what_nobody_hears_costs_least() -> None:
    found = amounts(cost_of("score love { on visit: value * 2 }").operations)
    assert found["purchase"] < found["visit"]


def test_the_worst_stage_counts() -> None:
    one = cost_of("from new -> old on visit").most_operations
    both = cost_of("from new -> old on visit\nfrom old -> new on visit").most_operations
    assert one == both
    assert cost_of("from new, old -> old on visit\nfrom old -> new on visit").most_operations > both


def test_what_stands_behind_a_name_counts_each_time() -> None:
    once = cost_of("let n = count(visit) + 1\nlet m = n\nfrom new -> old on visit when m > 1")
    twice = cost_of("let n = count(visit) + 1\nlet m = n + n\nfrom new -> old on visit when m > 1")
    assert twice.most_operations > once.most_operations + 3


def test_memory_takes_what_it_keeps() -> None:
    found = amounts(
        cost_of(
            "let a = count(visit within 7d keep 50)\nlet b = count(visit)\n"
            "let c = count(visit this week)\nlet d = sum(value of visit within 7d keep 50)"
        ).bytes
    )
    assert found["count(visit within 7d keep 50)"] == 50 * 8
    assert found["count(visit)"] == 8
    assert found["count(visit this week)"] == 16
    assert found["sum(value of visit within 7d keep 50)"] == 50 * 16


def test_bytes_are_added_up() -> None:
    found = cost_of('trait name: text = ""\nscore love { on visit: 1 }\ndedupe 1d')
    assert found.most_bytes == sum(item.amount for item in found.bytes)
    assert found.bytes[0].what in ("trait name", "dedupe")


def test_an_attribution_keeps_a_thousand_touches_and_weighs_them_at_a_conversion() -> None:
    def credited(model: str, touch: str = "touch visit") -> Cost:
        return cost_of(
            f"attribution a {{ {touch}  conversion purchase worth 1  within 30d  model {model} }}"
        )

    linear = credited("linear")
    assert amounts(linear.bytes)["touches of a"] == 1_000 * 3 * 8
    named = credited("linear", "touch visit by id")
    assert amounts(named.bytes)["touches of a"] == 1_000 * (2 * 8 + 4_096)
    mail = "channel email  trigger t { on visit do { send email TEMPLATE } }\n"
    mail += 'trait tone: text = "warm"\n'
    sends = "attribution a { touch sends  conversion purchase worth 1  within 30d  model last }"
    for template, size in (('"hi"', 8), ('"hi_{stage}"', 3 + 64), ('"{tone}"', 4_096)):
        sent = cost_of(mail.replace("TEMPLATE", template) + sends)
        assert amounts(sent.bytes)["touches of a"] == 1_000 * (3 * 8 + size)
    operations = amounts(linear.operations)
    assert operations["purchase"] > operations["visit"] + 1_000
    assert operations["visit"] > amounts(cost_of("").operations)["visit"]
    custom = amounts(credited("custom 1 / position over position").operations)
    assert custom["purchase"] == operations["purchase"] + 3 * 1_000
    assert custom["visit"] == operations["visit"]
