"""The tests: cases in Markdown first, units for what a case can't reach."""
