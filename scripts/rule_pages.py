"""The pages of docs/reference/rules/: one for each rule, with examples that were really found.

The examples are the mistakes of tests/clauses/mistakes.yaml, each put into the demo's policy, and the short texts of
tests/clauses/prose_mistakes.yaml: the page shows what was written and what the program said. So a page cannot promise
what the program does not do.
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
from troth.policy.adopt import adopt
from troth.policy.adopt.book import PROSE_RULES
from troth.policy.rules.book import RULES
from troth.policy.yaml12 import MAX_BYTES, read_yaml

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "src/troth/demo/policy.yaml"
MISTAKES = ROOT / "tests/clauses/mistakes.yaml"
PROSE = ROOT / "tests/clauses/prose_mistakes.yaml"
WITHOUT_EXAMPLE = {
    "T4-13": "The weight of the script depends on the whole policy; nothing small makes it too heavy.",
}
"""Rules whose case is no small change of a file, and why."""

WHOLE_FILES = {
    "T0-01": (f"A file of more than {MAX_BYTES:,} bytes.", b"#" * (MAX_BYTES + 1)),
    "T0-02": ("A file that was saved as UTF-16.", "troth: 1\n".encode("utf-16")),
}
"""Rules of the loader that no change of words can show: what the file is, and the file."""

_MOST_LINES = 24

HEAD = """# The rules of `troth check` and `troth adopt`, one by one

Written by `scripts/write_reference.py`; a test fails when it is not current. Change the source, not this page.

Each page says what the rule finds, why it matters, what it rests on, and shows a mistake in a good policy with what
`troth check` answers to it. `A` rules are about the prose that `troth adopt` reads, `T` rules about the policy file.
The number before the hyphen is the clause of the policy; an id is never given to another rule. The rules about the
file without examples are in [checks](../checks.md).

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
    """What somebody wrote, as parts of a page, and the first finding of the rule about it."""

    parts: Sequence[str]
    found: Finding
    also: Sequence[str] = ()


class Prose(Struct, frozen=True, forbid_unknown_fields=True):
    """One example of tests/clauses/prose_mistakes.yaml: a text, and the line its finding has to stand on."""

    rule: str
    text: str
    at: str


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


def found_in(text: str | bytes) -> Sequence[Finding]:
    """Return every finding about a policy, whether it can be loaded or not."""
    try:
        return check_policy(load_policy_text(text))
    except PolicyErrors as errors:
        return errors.findings


@cache
def prose_examples() -> list[Prose]:
    """Return every example of a mistake in prose."""
    return msgspec.convert(read_yaml(PROSE.read_bytes()).values, list[Prose])


@cache
def examples() -> Mapping[str, list[Example]]:
    """Return the examples of each rule that has some."""
    shown: dict[str, list[Example]] = {}
    for mistake in mistakes():
        text = with_mistake(mistake)
        told = f"What `troth check` says about the line `{_in_code(mistake.at)}`:"
        change = "\n".join(["```diff", *_change(text), "```"])
        for found in _first(found_in(text), mistake.rule):
            parts = ("A good policy, changed like this:", change, told)
            shown.setdefault(mistake.rule, []).append(Example(parts, found, mistake.also))
    for rule, (words, source) in WHOLE_FILES.items():
        for found in _first(found_in(source), rule):
            shown.setdefault(rule, []).append(Example((words, "What `troth check` says:"), found))
    for prose in prose_examples():
        told = f"What `troth adopt` says about the line `{_in_code(prose.at)}`:"
        quoted = "\n".join(["```text", *prose.text.splitlines(), "```"])
        for found in _first(adopt(prose.text.encode(), "policy.md").findings, prose.rule):
            shown.setdefault(prose.rule, []).append(Example(("A text that says:", quoted, told), found))
    return shown


def _first(findings: Sequence[Finding], rule: str) -> Sequence[Finding]:
    return [found for found in findings if found.rule == rule][:1]


def rule_pages(folder: Path) -> Mapping[Path, bytes]:
    """Return the page of every rule and the list of them."""
    ids = sorted({*RULES, *PROSE_RULES, *examples()}, key=_order)
    pages = {folder / f"{rule}.md": _page(rule).encode() for rule in ids}
    return {**pages, folder / "README.md": (HEAD + "".join(map(_row, ids))).encode()}


def _order(rule: str) -> tuple[int, bool, int]:
    clause, _, number = rule[1:].partition("-")
    return int(clause), rule[0] != "T", int(number)


def _facts(rule: str) -> tuple[str, str, str]:
    """Return level, what it rests on, and why it matters; rules of the loader are known by their findings."""
    known = RULES.get(rule) or PROSE_RULES.get(rule) or examples()[rule][0].found
    return known.level, known.clause, known.why


def _row(rule: str) -> str:
    level, clause, _ = _facts(rule)
    shown = examples().get(rule)
    what = _without_lines(shown[0].found.what).replace("|", "\\|").replace("<", "&lt;") if shown else "–"
    return f"| [{rule}]({rule}.md) | {level} | {clause} | {what} |\n"


def _page(rule: str) -> str:
    level, clause, why = _facts(rule)
    effect = {
        "error": "An error: the policy cannot go live with it.",
        "warning": "A warning: it stops a policy only with `--strict`.",
        "note": "A note: it never stops a policy.",
    }[level]
    if rule in PROSE_RULES:
        effect = f"About the prose that `troth adopt` reads ({level}); adopting goes on."
    elif rule not in RULES:
        effect = "An error of the file itself: it cannot be read as a policy with it (exit code 2)."
    parts = [f"# {rule}", effect, f"**Why it matters**: {why}.", f"**Rests on**: {clause}."]
    shown = examples().get(rule, [])
    for number, example in enumerate(shown, 1):
        parts.append("## An example" if len(shown) == 1 else f"## Example {number}")
        parts += [*example.parts, "\n".join(["```text", *_said(example.found), "```"])]
        if example.also:
            parts.append(f"The same mistake is found by {', '.join(f'[{one}]({one}.md)' for one in example.also)}.")
    if not shown:
        parts.append(WITHOUT_EXAMPLE.get(rule, "There is no example yet."))
    else:
        parts.append("## How to fix it")
        fixes = dict.fromkeys(example.found.fix for example in shown)
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
