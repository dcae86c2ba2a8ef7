"""Writes the tables of the grammar: `python -m lifecycle_dsl.syntax.tables`."""

from lifecycle_dsl.syntax.tables import FILE, encoded, make

FILE.write_bytes(encoded(make()))
