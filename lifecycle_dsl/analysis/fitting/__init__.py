"""Likelihoods from history: rows read by replay, a small logistic model, its card, its watching.

Takes a rule set, its events and a goal; gives a `model` of the language and a card of what it was
fitted to. Values are those of the engine, read at random instants of customers' lives, and what
happens after an instant never reaches a row.
"""
