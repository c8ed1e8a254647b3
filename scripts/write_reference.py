"""Write the pages of docs/ that are generated: settings, check rules, the schema of the policy file.

--check   write nothing; exit 1 and name the pages that are not current
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from troth.policy import policy_schema
from troth.policy.rules.book import RULES, Rule
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


def settings_page() -> str:
    """Return docs/settings.md."""
    return SETTINGS_HEAD + "".join(_setting_row(setting) for setting in SETTINGS)


def checks_page() -> str:
    """Return docs/reference/checks.md."""
    return CHECKS_HEAD + "".join(_rule_row(rule) for rule in RULES.values())


def pages() -> Mapping[Path, bytes]:
    """Return every generated page: its place and what should stand there."""
    return {
        DOCS / "settings.md": settings_page().encode(),
        DOCS / "reference" / "checks.md": checks_page().encode(),
        DOCS / "reference" / "policy.schema.json": policy_schema(),
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


def _rule_row(rule: Rule) -> str:
    return f"| {rule.id} | {rule.level} | {rule.clause} | {rule.why} |\n"


if __name__ == "__main__":
    sys.exit(main())
