"""The prose of a clause as safe HTML: Markdown without HTML, links only where a policy may point (rule 40)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

RULES: Final = ("list", "emphasis", "link", "newline", "escape", "entity")
OURS: Final = re.compile(r"(https|mailto|tel):", re.IGNORECASE)
MIN_GIST_CHARS: Final = 14
"""A shorter bold passage is a run-in heading ("Delete.", "Cookie"), not a statement."""
RUN_IN: Final = re.compile(r"^[^。！？.!?]{1,20}(。|[.](?=\s))\s*(?=\S)")
UNSEEN: Final = re.compile(r"[\x00-\x20\x7f-\x9f\u2000-\u200f\u2028-\u202f\u2060-\u206f\ufeff]")


def is_allowed_link(target: str) -> bool:
    """Say whether a policy may link there: https, mailto, tel, or a place on this same site."""
    if UNSEEN.search(target) or re.search(r"^//|\\|%5c", target, re.IGNORECASE):
        return False
    names_a_scheme = ":" in re.split(r"[/?#]", target, maxsplit=1)[0]
    return bool(OURS.match(target)) if names_a_scheme else True


def _open_link(renderer: Any, tokens: Sequence[Token], at: int, options: Any, env: Mapping[str, str]) -> str:
    """Return a link's tag: one into our own pages keeps the language, one out of them is marked and says nothing."""
    link = tokens[at]
    target = str(link.attrGet("href") or "")
    if target.startswith("/") and env.get("lang"):
        path, mark, place = target.partition("#")
        link.attrSet("href", f"{path}{'&' if '?' in path else '?'}lang={env['lang']}{mark}{place}")
    elif target.lower().startswith("https:"):
        link.attrSet("rel", "noreferrer noopener")
    return str(renderer.renderToken(tokens, at, options, env))


class _Reader(MarkdownIt):
    """The library's reader, which asks us before it makes a link."""

    def __init__(self) -> None:
        super().__init__("zero", {"html": False, "linkify": False, "typographer": False, "breaks": False})
        self.enable(list(RULES))
        self.add_render_rule("link_open", _open_link)

    def validateLink(self, url: str) -> bool:
        return is_allowed_link(url)


_READER: Final = _Reader()


def render_markdown(text: str, language: str = "") -> Markup:
    """Return paragraphs, bold, emphasis, lists and links of `text` as HTML; everything else stays text.

    language   kept by links to pages of ours
    """
    return Markup(_READER.render(text, {"lang": language}))  # noqa: S704 - the library escapes all text; html is off


def render_line(text: str) -> Markup:
    """Return one line of prose without a paragraph around it, for cells of a table."""
    return Markup(_READER.renderInline(text))  # noqa: S704 - as above


def gist(text: str) -> str:
    """Return what a clause comes down to, as plain text: its longest bold passage, else its first sentence."""
    bold = max(re.findall(r"\*\*(.+?)\*\*", text, flags=re.DOTALL), key=len, default="")
    opening = _plain(text.strip().split("\n\n")[0])
    end = re.search(r"[。！？]|[.!?](?=\s|$)", opening)
    first = opening[: end.end()] if end else opening
    said = RUN_IN.sub("", _plain(bold)) if len(bold) > MIN_GIST_CHARS else first
    return re.sub(r"\s*[:：]$", " …", said)


def _plain(text: str) -> str:
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace("**", "").replace("\n", " ")
