"""Histories as people read them: one line for each event, each version by what it changes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from histories import Damage, Decide, Event, History, Publish, Restrict, Withdraw
from said import Choice, Version

NAMED_APART = ("name", "published", "effective")


def told(history: History) -> Iterator[str]:
    """Return the lines of a history."""
    yield f"history {history.seed}"
    before: Version | None = None
    for event in history.events:
        yield f"  {event.at.isoformat(timespec='milliseconds')[:23]}  {_told(event, before)}"
        if isinstance(event, Publish):
            before = event.version


def _told(event: Event, before: Version | None) -> str:
    if isinstance(event, Publish):
        return (
            f"published {event.version.name[:8]}, effective {event.version.effective}: {_said(event.version, before)}"
        )
    if isinstance(event, Decide):
        return f"browser {event.browser}, token {event.token}, decides: {_chosen(event.choice)}"
    if isinstance(event, Withdraw):
        what = "everything" if event.purposes is None else ", ".join(event.purposes) or "nothing"
        return f"browser {event.browser}, token {event.token}, withdraws {what}"
    if isinstance(event, Restrict):
        return f"processing for browser {event.browser} {'goes on' if event.lift else 'is stopped'}"
    if isinstance(event, Damage):
        return f"browser {event.browser} comes to remember a version that never was"
    return "nothing happens"


def _said(version: Version, before: Version | None) -> str:
    names = [each.name for each in fields(version) if each.name not in NAMED_APART]
    said = {name: getattr(version, name) for name in names}
    if before is not None:
        said = {name: value for name, value in said.items() if getattr(before, name) != value}
    return ", ".join(f"{name}={value}" for name, value in said.items()) or "the same in other words"


def _chosen(choice: Choice) -> str:
    signal = ", signal on" if choice.gpc else ""
    proof = f", {choice.proof}" if choice.proof else ""
    return (
        f"{dict(choice.answers)} by {choice.how} in layer {choice.layer}{signal}, "
        f"on {choice.on[:8]} in {choice.language!r}{proof}"
    )
