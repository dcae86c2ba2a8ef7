"""What cannot be analysed, said for people."""

from __future__ import annotations


class AnalysisError(Exception):
    """What was given cannot be analysed; the message says why and what would help."""
