"""A report on a screen, as data, and as a page."""
