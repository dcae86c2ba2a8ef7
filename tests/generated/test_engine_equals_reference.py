"""The compiled engine and the reference interpreter decide the same, on made rules and streams."""

from __future__ import annotations

from tests.generated.made import Made, each_alone, process, states_of, tried, written


@tried(250)
def test_record_by_record(one: Made) -> None:
    engine, reference = one.engine(), one.reference()
    for place, record in enumerate(one.stream):
        expected = each_alone(reference.process(record))
        assert each_alone(written(process(engine, record))) == expected, (place, record)
    states = {name: reference.state(name, one.end) for name in sorted(reference.customers)}
    assert states_of(engine, one.end) == list(states.values())
