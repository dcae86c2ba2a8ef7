"""Two versions of rules over one history: whose life would have been different, and how.

`deeds` says what a decision does, `comparison` sets the decisions of both side by side, customer by
customer; `running` does so over an input, in several processes; `chapters` makes a report of it.
"""
