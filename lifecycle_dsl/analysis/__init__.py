"""Analysis: what decisions and events say, with intervals, samples and definitions.

Takes decision logs, stores and event files, asks a columnar engine (DuckDB) and statistics
libraries, and gives a `Report`, which is plain data. What it needs comes with the extra `analysis`.
"""
