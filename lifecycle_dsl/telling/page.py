"""The page: one HTML file without script, and without anything from elsewhere."""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup, escape

from lifecycle_dsl.drawing import svg_text
from lifecycle_dsl.telling.contents import Contents
from lifecycle_dsl.telling.marks import pieces

_TAGS = {
    "name": Markup('<span class="name">{}</span>'),
    "code": Markup("<code>{}</code>"),
}


def page(found: Contents) -> str:
    """The page of a rule set."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters["marked"] = marked
    text = files("lifecycle_dsl.telling").joinpath("page.html.j2").read_text(encoding="utf-8")
    picture = Markup(svg_text(found.graph))  # noqa: S704 — its texts are escaped
    return environment.from_string(text).render(it=found, picture=picture)


def marked(sentence: str) -> Markup:
    """A sentence as HTML, everything in it escaped."""
    parts = (
        _TAGS[kind].format(_breakable(text)) if kind in _TAGS else escape(text)
        for kind, text in pieces(sentence)
    )
    return Markup("").join(parts)


def _breakable(text: str) -> Markup:
    """A name that may go on in the next line behind each of its underlines."""
    return Markup("_<wbr>").join(escape(part) for part in text.split("_"))
