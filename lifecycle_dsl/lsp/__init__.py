"""The language server: what editors ask about rule files that are being written.

`server` speaks the protocol and knows pygls; the other modules take texts, nodes and places and
give the protocol's data. Whatever stands in a file, an answer is data and never an error.
"""
