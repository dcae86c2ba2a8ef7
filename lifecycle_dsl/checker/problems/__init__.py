"""What can be wrong with a rule set, in words: a module per half of the checker."""
