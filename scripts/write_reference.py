"""Write the pages of docs/ that are generated: settings, check rules, a page for each, law packs, the schemas.

--check   write nothing; exit 1 and name the pages that are not current
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from rule_pages import rule_pages

from troth.policy import policy_schema
from troth.policy.law import in_words
from troth.policy.pack import LAWS, OURS, Choice, Figure, Pack, pack
from troth.policy.rules.book import RULES, Rule
from troth.policy.schema import pack_schema
from troth.settings import SETTINGS, Setting, variable_of

DOCS = Path(__file__).resolve().parent.parent / "docs"
GENERATED = (
    "Written by `scripts/write_reference.py`; a test fails when it is not current. Change the source, not this page."
)

SETTINGS_HEAD = f"""# Settings

{GENERATED}

A setting is taken from the command line, else from the environment, else from the default, which works.
What is collected, from whom, for how long and why is not a setting: that is the policy file, and only the policy file.
`troth serve` takes every setting; `troth doctor` takes those it looks at.

| setting | flag | variable | default | what it is for |
|---|---|---|---|---|
"""

CHECKS_HEAD = f"""# What `troth check` looks for

{GENERATED}

Each finding has a rule's id, the line in the file, what is wrong there, why it matters and what to do. The first number
of an id is the clause of the policy it belongs to; an id is never given to another rule.
`error` keeps a policy from going live (exit code 1), `warning` does so with `--strict`, `note` never does.
The column "rests on" names a duty (`C…`, `X-…`) or an article of law.

A file that cannot be read as a policy at all (not YAML 1.2, an unknown key, a value of the wrong kind) is refused with
ids of its own (`T0-01` to `T0-15`, exit code 2) before any of these rules is asked.

| rule | level | rests on | why it matters |
|---|---|---|---|
"""


LAWS_HEAD = f"""# What the law packs say

{GENERATED}

A law pack is a data file in `src/troth/policy/packs/`: what one law asks for, every statement with its source. A policy
names the laws that apply to it under `law`; all of them apply to everybody, and in each field the strictest wins.
`troth check` prints which pack decided what. A draft binds nobody unless the policy names it under `law_drafts`.

**unconfirmed** means that nobody has looked the statement up in the text of the law: do that before you rely on it.
Nothing here is legal advice.
"""


def settings_page() -> str:
    """Return docs/settings.md."""
    return SETTINGS_HEAD + "".join(_setting_row(setting) for setting in SETTINGS)


def checks_page() -> str:
    """Return docs/reference/checks.md."""
    return CHECKS_HEAD + "".join(_rule_row(rule) for rule in RULES.values())


def laws_page() -> str:
    """Return docs/reference/laws.md."""
    return LAWS_HEAD + "".join(_law_part(pack(name)) for name in (*LAWS, OURS))


@cache
def pages() -> Mapping[Path, bytes]:
    """Return every generated page: its place and what should stand there."""
    return {
        DOCS / "settings.md": settings_page().encode(),
        DOCS / "reference" / "checks.md": checks_page().encode(),
        DOCS / "reference" / "laws.md": laws_page().encode(),
        DOCS / "reference" / "policy.schema.json": policy_schema(),
        DOCS / "reference" / "pack.schema.json": pack_schema(),
        **rule_pages(DOCS / "reference" / "rules"),
    }


def stale_pages() -> list[Path]:
    """Return the pages that are missing or not current."""
    return [path for path, page in pages().items() if not path.exists() or path.read_bytes() != page]


def main() -> int:
    """Write the pages, or with --check only say which are not current."""
    stale = stale_pages()
    if "--check" in sys.argv:
        for path in stale:
            print(f"error: {path.relative_to(DOCS.parent)} is not current\nfix:   python scripts/write_reference.py")
        return 1 if stale else 0
    for path in stale:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(pages()[path])
        print(f"wrote {path.relative_to(DOCS.parent)}")
    return 0


def _setting_row(setting: Setting) -> str:
    default = f"`{setting.default}`" if setting.default else "–"
    flag = f"--{setting.name.replace('_', '-')}"
    return f"| {setting.name} | `{flag}` | `{variable_of(setting.name)}` | {default} | {setting.sentence} |\n"


def _law_part(law: Pack) -> str:
    """Return the section of one pack: fields, bases, rights, what a policy has to say, drafts."""
    lines = [f"\n## {law.title.in_('en')} (`{law.id}`)\n"]
    lines.append(f"Data of {law.version}, looked at up to {law.known_through}.\n")
    rows = [(f"`{name}`", _value_of(said), said.source, said.confirmed) for name, said in law.settled().items()]
    lines += _table("field", "what it says", rows)
    rows = [
        (f"`{name}`", f"{said.verdict}, {said.article or 'no article'}", said.source, said.confirmed)
        for name, said in law.bases.items()
    ]
    lines += _table("basis", "verdict", rows)
    rows = [(f"`{right.id}`", "to be named", right.source, right.confirmed) for right in law.requests.rights]
    lines += _table("right", "in a policy", rows)
    rows = [
        (
            one.title.in_("en"),
            f"{one.level}, {one.rule or ('T0-25' if one.look_for else 'a person looks')}",
            one.source,
            one.confirmed,
        )
        for one in law.disclosures
    ]
    lines += _table("disclosure", "how it is looked for", rows)
    rows = [(f"`{one.id}`", one.name.in_("en"), one.source, one.confirmed) for one in law.status.draft]
    lines += _table("draft", "what it is", rows)
    return "\n".join(lines) + "\n"


def _value_of(said: Figure | Choice) -> str:
    return in_words(said.value, said.unit if isinstance(said, Figure) else "")


def _table(first: str, second: str, rows: list[tuple[str, str, str, bool]]) -> list[str]:
    if not rows:
        return []
    lines = [f"| {first} | {second} | source | |", "|---|---|---|---|"]
    lines += [
        f"| {a} | {b} | {source} | {'' if confirmed else '**unconfirmed**'} |" for a, b, source, confirmed in rows
    ]
    return [*lines, ""]


def _rule_row(rule: Rule) -> str:
    return f"| [{rule.id}](rules/{rule.id}.md) | {rule.level} | {rule.clause} | {rule.why} |\n"


if __name__ == "__main__":
    sys.exit(main())
