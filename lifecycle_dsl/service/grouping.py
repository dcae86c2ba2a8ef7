"""Requests handled together: one call of the engine, one transaction, an outcome for each.

A request that was answered before is answered the same again, also when it comes twice in one
group; a strict one with a malformed record is not handled. When the group fails as a whole, each
request is tried in a transaction of its own, so that none suffers from another.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from attrs import define

from lifecycle_dsl.engine.decisions import Decision
from lifecycle_dsl.engine.records import Decoded
from lifecycle_dsl.service.jobs import Post, Result
from lifecycle_dsl.service.receipts import (
    Outcome,
    Receipt,
    kept,
    receipt,
    rejected,
    repeated,
)
from lifecycle_dsl.service.refusals import ElsewhereError, OtherBodyError
from lifecycle_dsl.stores.engine import StoredEngine
from lifecycle_dsl.stores.errors import StoreError
from lifecycle_dsl.stores.leases import shard_of
from lifecycle_dsl.stores.store import Answer

_HOPELESS: Final = 2
"""After so many failures of the store in a row the rest of a group is not tried one by one."""


@define
class Group:
    """Requests that are handled together, and what becomes of them."""

    engine: StoredEngine
    now: int
    """In microseconds of the clock on the wall."""
    results: dict[Post, Result]
    records: int = 0
    dead: int = 0
    decisions: list[Decision] | None = None
    """None where nothing was handled."""

    def handle(self, posts: Sequence[Post]) -> None:
        """Handle decoded requests, together if that can be."""
        try:
            self._together(posts)
        except Exception as error:  # noqa: BLE001 — whoever asked is told
            if len(posts) > 1:
                self._apart(posts, error)
            else:
                self.results.update(dict.fromkeys(posts, error))

    def _apart(self, posts: Sequence[Post], error: Exception) -> None:
        failures = 0
        for post in posts:
            if failures < _HOPELESS:
                try:
                    self._together([post])
                except Exception as its_own:  # noqa: BLE001 — see above
                    error = its_own
                    failures = failures + 1 if isinstance(its_own, StoreError) else 0
                else:
                    failures = 0
                    continue
            self.results[post] = error

    def _together(self, posts: Sequence[Post]) -> None:
        """Handle requests in one transaction."""
        answers = self._answers(posts)
        fresh: dict[Post, Decoded] = {}
        firsts: dict[str, Post] = {}
        for post in posts:
            decoded = post.decoded or Decoded([], [])
            if post.asked is not None and post.asked.name in answers:
                self.results[post] = _repeated(post, answers[post.asked.name])
            elif post.asked is not None and firsts.setdefault(post.asked.name, post) is not post:
                continue
            elif post.strict and decoded.dead_letters:
                said = Receipt(0, 0, [], rejected(decoded.dead_letters))
                self.results[post] = Outcome(said, ())
            elif foreign := self._foreign(decoded):
                self.results[post] = self._elsewhere(decoded, foreign)
            else:
                fresh[post] = decoded
        if fresh:
            self._commit(fresh)
        for post in posts:
            if post not in self.results and post.asked is not None:
                self.results[post] = self._again(post, firsts[post.asked.name])

    def _foreign(self, decoded: Decoded) -> set[int]:
        """The shards of other workers that records are of."""
        store = self.engine.store
        if store.shards == 1:
            return set()
        shards = {shard_of(each.customer, store.shards) for each in decoded.records}
        return shards - store.owned().keys()

    def _elsewhere(self, decoded: Decoded, foreign: set[int]) -> ElsewhereError:
        """Who has the customers of a request; told where it is one worker that has all of them."""
        store = self.engine.store
        addresses = {store.address_of(shard) for shard in foreign}
        of_others = all(shard_of(r.customer, store.shards) in foreign for r in decoded.records)
        is_mixed = len(addresses) > 1 or not of_others
        return ElsewhereError(None if is_mixed else addresses.pop(), is_mixed=is_mixed)

    def _answers(self, posts: Sequence[Post]) -> dict[str, Answer]:
        """What is kept of requests that have been answered already."""
        names = {post.asked.name for post in posts if post.asked is not None}
        if not names:
            return {}
        return {answer.request: answer for answer in self.engine.store.answers(names)}

    def _commit(self, fresh: dict[Post, Decoded]) -> None:
        receipts: list[Receipt] = []

        def answering(each: Sequence[list[Decision]]) -> list[Answer]:
            receipts.extend(
                receipt(len(decoded.records), found, decoded.dead_letters)
                for decoded, found in zip(fresh.values(), each, strict=True)
            )
            pairs = zip(fresh, receipts, strict=True)
            return [kept(p.asked, said, self.now) for p, said in pairs if p.asked is not None]

        dead = [letter for decoded in fresh.values() for letter in decoded.dead_letters]
        requests = [decoded.records for decoded in fresh.values()]
        each = self.engine.process_each(requests, dead, answering)
        self.engine.take_dead_letters()
        for post, said, found in zip(fresh, receipts, each, strict=True):
            self.results[post] = Outcome(said, found)
        self.records += sum(map(len, requests))
        self.dead += len(dead)
        self.decisions = [*(self.decisions or ()), *(d for found in each for d in found)]

    def _again(self, post: Post, first: Post) -> Result:
        """The outcome of a request that came twice at once."""
        found = self.results[first]
        if isinstance(found, Exception):
            return found
        if post.asked is None or first.asked is None or post.asked.digest != first.asked.digest:
            return OtherBodyError()
        return Outcome(found.receipt, (), repeated=True)


def _repeated(post: Post, answer: Answer) -> Result:
    assert post.asked is not None  # noqa: S101 — only such a request has an answer
    try:
        return repeated(post.asked, answer)
    except OtherBodyError as error:
        return error
