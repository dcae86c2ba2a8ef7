"""Lists of records in traits and in what runs keep: the same fresh and out of a snapshot."""

import msgspec

import lifecycle_dsl as lcr

ITEMS = "list of { sku: text, price: money, due: date?, by: time?, count: number = 1 } up to 5"
RULES = lcr.compile(f"""
lifecycle t
event cart {{ items: {ITEMS}, tags: list of text }}
trait last_items: {ITEMS}?  {{ on cart: items }}
trait last_tags: list of text?  {{ on cart: tags }}
channel email
start {{ -> s }}
stage s
trigger t {{
  on cart
  do {{
    wait 1d
    set last_items = items
    set last_tags = tags
    send email "later" {{ items: items, tags: tags, kept: last_items }}
  }}
}}
""")
CART = {
    "type": "cart",
    "customer": "ann",
    "at": "2026-01-05T12:00:00Z",
    "items": [
        {"sku": "a", "price": 12.0, "due": "2026-02-01", "by": "2026-01-06T00:00:00+01:00"},
        {"sku": "b", "price": 1.5, "count": 2},
    ],
    "tags": ["x", "y"],
}
WRITTEN = [
    {"sku": "a", "price": 12, "due": "2026-02-01", "by": "2026-01-05T23:00:00Z", "count": 1},
    {"sku": "b", "price": 1.5, "due": None, "by": None, "count": 2},
]


def test_a_list_is_written_alike_fresh_and_restored() -> None:
    fresh = lcr.Engine(RULES)
    fresh.process(msgspec.json.encode(CART))
    restored = lcr.Engine.restore(RULES, fresh.snapshot())
    for engine in (fresh, restored):
        states = [state["traits"] for state in engine.states()]
        assert msgspec.json.decode(msgspec.json.encode(states)) == [
            {"last_items": WRITTEN, "last_tags": ["x", "y"]}
        ]
        decided = engine.advance(1_767_787_200_000_000)
        said = [msgspec.json.decode(msgspec.json.encode(each)) for each in decided]
        assert [each["kind"] for each in said] == ["sent"]  # nothing changed
        assert said[0]["data"] == {"items": WRITTEN, "tags": ["x", "y"], "kept": WRITTEN}
        assert '"price":12,' in msgspec.json.encode(decided).decode()
    assert restored.snapshot() == fresh.snapshot()
