"""What can be wrong with the form of a rule file, in words."""
