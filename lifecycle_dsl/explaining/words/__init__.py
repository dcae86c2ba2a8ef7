"""Explanations in words, as one would tell them to a colleague: lines with an indent and a tone."""

from lifecycle_dsl.explaining.words.answers import in_words
from lifecycle_dsl.explaining.words.lines import Tone, WordLine

__all__ = ["Tone", "WordLine", "in_words"]
