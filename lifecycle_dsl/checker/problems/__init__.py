"""What can be wrong with a rule set, in words: a module per construct."""
