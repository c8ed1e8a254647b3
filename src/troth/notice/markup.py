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


def question_html(words: Mapping[str, str], rows: Sequence[Row], policy_url: str, choices_url: str) -> str:
    """Return the banner, the choices and the line that says that a yes was not saved.

    troth.js takes the three by their order, boxes by their id and buttons by their value. A purpose's id never ends in
    a hyphen, so the ids that do are free.
    """
    text = {key: escape(value) for key, value in words.items()}
    pair = _button("none", text["refuse"]) + _button("all", text["accept"])
    return (
        f"<section aria-labelledby=t- hidden><h2 id=t->{text['title']}</h2>"
        f"<p>{text['intro']} {_link(policy_url, text['link'])}</p>"
        f"<div class=row>{pair}{_button('choose', text['choose'])}</div></section>"
        f"<dialog aria-labelledby=d-><h2 id=d->{text['choices']}</h2>"
        f"<p>{text['explain']}</p>{''.join(map(_row, rows))}"
        f"<div class=row>{pair}{_button('ticked', text['save'])}</div><p>{_link(choices_url, text['receipts'])}</p>"
        f"{_button('close', text['close'])}</dialog>"
        f"<p role=alert hidden>{text['failed']}</p>"
    )


def frame_html(words: Mapping[str, str]) -> str:
    """Return what stands in the place of a frame that was not agreed to; the script adds whom it goes to."""
    return (
        f"<div class=frame><p>{escape(words['frame'])}</p><div class=row>"
        f"{_button('once', escape(words['once']))}{_button('always', escape(words['always']))}</div></div>"
    )


def _row(row: Row) -> str:
    name = escape(row.id)
    return (
        f"<label>{escape(row.title)}<input type=checkbox role=switch id={name} aria-describedby={name}-></label>"
        f"<p id={name}->{escape(row.text).replace(chr(10), '<br>')}</p>"
    )


def _link(url: str, label: str) -> str:
    return f"<a href='{escape(url)}'>{label}</a>"


def _button(value: str, label: str) -> str:
    return f"<button value={value}>{label}</button>"
