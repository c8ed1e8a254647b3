"""The pages of docs/reference/rules/: one for each rule of `troth check`, with examples that were really found.

The examples are the mistakes of tests/clauses/mistakes.yaml: each is put into the demo's policy, and the page shows
what changed and what the program said. So a page cannot promise what the program does not do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import unified_diff
from functools import cache
from pathlib import Path

import msgspec
from msgspec import Struct, field

from troth.policy import Finding, PolicyErrors, check_policy, load_policy_text
from troth.policy.rules.book import RULES
from troth.policy.yaml12 import read_yaml

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "src/troth/demo/policy.yaml"
MISTAKES = ROOT / "tests/clauses/mistakes.yaml"
WITHOUT_EXAMPLE = {
    "T4-13": "The weight of the script depends on the whole policy; nothing small makes it too heavy.",
}
"""Rules whose case is no small change of a file, and why."""

_MOST_LINES = 24

HEAD = """# The rules of `troth check`, one by one

Written by `scripts/write_reference.py`; a test fails when it is not current. Change the source, not this page.

Each page says what the rule finds, why it matters, what it rests on, and shows a mistake in a good policy with what
`troth check` answers to it. The number before the hyphen is the clause of the policy; an id is never given to another
rule. The same list without examples is in [checks](../checks.md).

| rule | level | rests on | an example of what it finds |
|---|---|---|---|
"""


class Edit(Struct, forbid_unknown_fields=True):
    """Words of the demo's policy and what stands there instead."""

    old: str = field(name="from")
    new: str = field(name="to")


class Mistake(Edit, forbid_unknown_fields=True, kw_only=True):
    """One mistake of tests/clauses/mistakes.yaml, which explains its keys."""

    rule: str
    at: str
    all: bool = False
    more: list[Edit] = []
    under: str = ""
    also: list[str] = []


class Example(Struct, frozen=True):
    """A mistake, what was found of its own rule, and what changed in the file."""

    mistake: Mistake
    findings: Sequence[Finding]
    change: Sequence[str]


@cache
def mistakes() -> list[Mistake]:
    """Return every mistake of the file."""
    return msgspec.convert(read_yaml(MISTAKES.read_bytes()).values, list[Mistake])


def with_mistake(mistake: Mistake) -> str:
    """Return the demo's policy with a mistake in it. Raises ValueError where the demo does not say what it changes."""
    return _replaced(_with_more(mistake), mistake, mistake)


def line_of(mistake: Mistake) -> int:
    """Return the line on which a mistake has to be found."""
    lines = [line.strip() for line in with_mistake(mistake).splitlines()]
    if mistake.under:
        return lines.index(mistake.at, lines.index(mistake.under)) + 1
    before = _with_more(mistake).partition(mistake.old)[0]
    end = before.count("\n") + mistake.new.count("\n") + 1
    return max(number for number, line in enumerate(lines[:end], 1) if line == mistake.at)


def _with_more(mistake: Mistake) -> str:
    text = DEMO.read_text("utf-8")
    for edit in mistake.more:
        text = _replaced(text, edit, mistake)
    return text


def _replaced(text: str, edit: Edit, mistake: Mistake) -> str:
    if edit.old not in text:
        raise ValueError(f"{mistake.rule}: the demo's policy does not say {edit.old!r} any more")
    return text.replace(edit.old, edit.new, -1 if mistake.all else 1)


def found_in(text: str) -> Sequence[Finding]:
    """Return every finding about a policy, whether it can be loaded or not."""
    try:
        return check_policy(load_policy_text(text))
    except PolicyErrors as errors:
        return errors.findings


@cache
def examples() -> Mapping[str, list[Example]]:
    """Return the examples of each rule that has some."""
    shown: dict[str, list[Example]] = {}
    for mistake in mistakes():
        text = with_mistake(mistake)
        findings = [found for found in found_in(text) if found.rule == mistake.rule]
        if findings:
            shown.setdefault(mistake.rule, []).append(Example(mistake, findings, _change(text)))
    return shown


def rule_pages(folder: Path) -> Mapping[Path, bytes]:
    """Return the page of every rule and the list of them."""
    ids = sorted({*RULES, *examples()}, key=_order)
    pages = {folder / f"{rule}.md": _page(rule).encode() for rule in ids}
    return {**pages, folder / "README.md": (HEAD + "".join(map(_row, ids))).encode()}


def _order(rule: str) -> tuple[int, int]:
    clause, _, number = rule[1:].partition("-")
    return int(clause), int(number)


def _facts(rule: str) -> tuple[str, str, str]:
    """Return level, what it rests on, and why it matters; rules of the loader are known by their findings."""
    known = RULES.get(rule) or examples()[rule][0].findings[0]
    return known.level, known.clause, known.why


def _row(rule: str) -> str:
    level, clause, _ = _facts(rule)
    shown = examples().get(rule)
    what = _without_lines(shown[0].findings[0].what).replace("|", "\\|").replace("<", "&lt;") if shown else "–"
    return f"| [{rule}]({rule}.md) | {level} | {clause} | {what} |\n"


def _page(rule: str) -> str:
    level, clause, why = _facts(rule)
    effect = {
        "error": "An error: the policy cannot go live with it.",
        "warning": "A warning: it stops a policy only with `--strict`.",
        "note": "A note: it never stops a policy.",
    }[level]
    if rule not in RULES:
        effect = "An error of the file itself: it cannot be read as a policy with it (exit code 2)."
    parts = [f"# {rule}", effect, f"**Why it matters**: {why}.", f"**Rests on**: {clause}."]
    shown = examples().get(rule, [])
    for number, example in enumerate(shown, 1):
        parts.append("## An example" if len(shown) == 1 else f"## Example {number}")
        parts.append("A good policy, changed like this:")
        parts.append("\n".join(["```diff", *example.change, "```"]))
        parts.append(f"What `troth check` says about the line `{_in_code(example.mistake.at)}`:")
        parts.append("\n".join(["```text", *_said(example.findings[0]), "```"]))
        if example.mistake.also:
            parts.append(
                f"The same mistake is found by {', '.join(f'[{one}]({one}.md)' for one in example.mistake.also)}."
            )
    if not shown:
        parts.append(WITHOUT_EXAMPLE.get(rule, "There is no example yet."))
    else:
        parts.append("## How to fix it")
        fixes = dict.fromkeys(found.fix for example in shown for found in example.findings[:1])
        parts.append("\n".join(f"- {fix.replace('<', '&lt;')}" for fix in fixes))
    return "\n\n".join([*parts, "All rules: [the list](README.md)."]) + "\n"


def _in_code(words: str) -> str:
    return words if len(words) <= 80 else words[:80] + "…"


def _without_lines(words: str) -> str:
    """Return a sentence without line numbers: they change with every line of the demo's policy."""
    return re.sub(r"\bline \d+", "line …", words)


def _said(found: Finding) -> Iterator[str]:
    yield f"{found.level}: {_without_lines(found.what)} [{found.rule}]"
    yield f"why:   {found.why} ({found.clause})"
    yield f"fix:   {found.fix}"


def _change(text: str) -> list[str]:
    """Return the lines that changed, with one line around each."""
    before, after = DEMO.read_text("utf-8").splitlines(), text.splitlines()
    lines = ["…" if line.startswith("@@") else line for line in unified_diff(before, after, lineterm="", n=1)][3:]
    return lines if len(lines) <= _MOST_LINES else [*lines[:_MOST_LINES], "…"]
