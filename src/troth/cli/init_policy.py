"""A first policy file for a new site: it loads, and `check` names what its owner still has to fill in (clause 0)."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

_HERE = Path(__file__).parent
_LANGUAGE_LINE = re.compile(r"(?P<indent> *(?:- )?)(?P<tag>zh-CN|en):")


def starter_policy(company_name: str, site_origin: str, languages: Sequence[str]) -> str:
    """Return a commented policy.yaml for a company and its site, in one or both of zh-CN and en.

    What is unknown is marked `<fill in: …>`, which `troth check` reports as an error, so it cannot go live unread.
    """
    template = (_HERE / "starter_policy.yaml").read_text(encoding="utf-8")
    origin = "<fill in: https://www.…>" if _is_example(site_origin) else site_origin
    company = company_name.strip() or "<fill in: the company's name>"
    lines = _only(template.splitlines(), languages)
    filled = "\n".join(lines).replace("@LANGUAGES@", f"[{', '.join(languages)}]")
    filled = filled.replace("@COMPANY@", _quoted(company)).replace("@ORIGIN@", _quoted(origin))
    return f"{filled}\n{_sections(languages)}"


def _is_example(origin: str) -> bool:
    return not origin or origin.endswith("example.com")


def _quoted(words: str) -> str:
    return json.dumps(words, ensure_ascii=False)


def _only(lines: Sequence[str], languages: Sequence[str]) -> Iterator[str]:
    """Yield the lines without the texts of other languages; a list item keeps its dash for the next language."""
    dash = ""
    for line in lines:
        found = _LANGUAGE_LINE.match(line)
        if found and found["tag"] not in languages:
            dash = found["indent"] if found["indent"].endswith("- ") else ""
            continue
        yield dash + line.lstrip() if dash else line
        dash = ""


def _sections(languages: Sequence[str]) -> str:
    """Return the clauses of the demo's policy as a first text of one's own."""
    from troth.policy import load_policy

    policy = load_policy(_HERE.parent / "demo" / "policy.yaml").policy
    parts = ["clauses:"]
    for clause in policy.clauses:
        parts += [f'  - id: "{clause.id}"', "    title:"]
        parts += [f"      {language}: {_quoted(clause.title.in_(language))}" for language in languages]
        parts += ["    emphasis: true"] if clause.emphasis else []
        parts.append("    body:")
        for language in languages:
            parts.append(f"      {language}: |-")
            parts += [f"        {line}".rstrip() for line in clause.body.in_(language).splitlines()]
    return "\n".join(parts) + "\n"
