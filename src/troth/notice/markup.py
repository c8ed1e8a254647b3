"""Clauses 4 and 8: the question as HTML, written once from the policy; everything that is text is escaped (rule 40).

Refusing and accepting are the same element twice, side by side: same class, same size, same number of clicks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

from msgspec import Struct


class Row(Struct, frozen=True):
    """One purpose in the choices."""

    id: str
    title: str
    text: str


def question_html(words: Mapping[str, str], rows: Sequence[Row], policy_url: str) -> str:
    """Return the banner, the choices and the line that says that a yes was not saved.

    troth.js takes the three by their order, boxes and labels by theirs, and buttons by their value.
    """
    text = {key: escape(value) for key, value in words.items()}
    link = f"<a href='{escape(policy_url)}'>{text['link']}</a>"
    pair = _button("none", text["refuse"]) + _button("all", text["accept"])
    return (
        f"<section aria-labelledby=h hidden><h2 id=h>{text['title']}</h2><p>{text['intro']} {link}</p>"
        f"<div class=row>{pair}{_button('choose', text['choose'])}</div></section>"
        f"<dialog aria-labelledby=d><h2 id=d>{text['choices']}</h2><p>{text['explain']}</p>"
        f"{''.join(map(_row, rows))}"
        f"<div class=row>{pair}{_button('ticked', text['save'])}</div>{_button('close', text['close'])}</dialog>"
        f"<p role=alert hidden>{text['failed']}</p>"
    )


def frame_html(words: Mapping[str, str]) -> str:
    """Return what stands in the place of a frame that was not agreed to; the script fills in {host} and {purpose}."""
    return (
        f"<div class=frame><p>{escape(words['frame'])}</p><div class=row>"
        f"{_button('once', escape(words['once']))}{_button('always', escape(words['always']))}</div></div>"
    )


def _row(row: Row) -> str:
    name = escape(row.id)
    return (
        f"<div class=purpose><label for='{name}'>{escape(row.title)}</label>"
        f"<input type=checkbox role=switch id='{name}' aria-describedby='{name}-text'>"
        f"<p id='{name}-text'>{escape(row.text)}</p></div>"
    )


def _button(value: str, label: str) -> str:
    return f"<button value={value}>{label}</button>"
