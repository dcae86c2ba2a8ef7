"""Events from a query: CSV, Parquet, JSON and databases, asked with SQL.

A query's columns are named as the fields of events: `type`, `customer` and `at`, `id` and `value`
where there are, and the events' own. DuckDB writes each row as a line of JSON, in order of time, so
that from there on rows are records like all others. What is NULL is missing.

The query is its writer's own, and may read whatever they may. Nothing of a rule file is ever part
of a query's text: names of events go in as values.
"""

from lifecycle_dsl.inputs.sql.columns import NEEDED, WHOLE, Column
from lifecycle_dsl.inputs.sql.opening import open_query
from lifecycle_dsl.inputs.sql.query import Filled, Query

__all__ = ["NEEDED", "WHOLE", "Column", "Filled", "Query", "open_query"]
