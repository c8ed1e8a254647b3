"""The rules about the prose itself: what `adopt` finds wrong with a text before there is a file (clauses 0 to 12).

The file's own rules are in `policy/rules`. An id is never given to another rule; `A6-01` is a list of clause 6.
"""

# ruff: noqa: E501 - a rule is one line, so that the book can be read

from __future__ import annotations

from msgspec import Struct

from troth.policy.findings import Finding, Level


class ProseRule(Struct, frozen=True):
    """One rule about prose: level, the duty it rests on, why it matters, what to do."""

    level: Level
    clause: str
    why: str
    fix: str


_BREAKS_OFF = "people cannot know what the list would have said, and a promise that is cut off binds nobody"
_FINISH = "write the list out, or end the sentence without it"

PROSE_RULES = {
    "A0-01": ProseRule("error", "C0-03", _BREAKS_OFF, _FINISH),
    "A6-01": ProseRule("error", "C6.2-01", _BREAKS_OFF, _FINISH),
    "A7-01": ProseRule("error", "C7-01", _BREAKS_OFF, _FINISH),
    "A8-01": ProseRule("error", "C8.2-01", _BREAKS_OFF, _FINISH),
    "A10-01": ProseRule("error", "C10-03", _BREAKS_OFF, _FINISH),
    "A0-02": ProseRule("warning", "C4-06", "the reader is sent to something that is not there", "name what exists, with a link"),
    "A0-03": ProseRule("note", "PIPL 17", "one place called by several names is hard to find", "use one word and one kind of number"),
    "A0-04": ProseRule("note", "PIPL 17", "it is unclear whether one document is meant or two", "call the text by one name"),
    "A0-05": ProseRule("error", "C0-02", "people read a gap, or what a template left, where a promise should be", "write the real text without brackets"),
    "A0-06": ProseRule("warning", "PIPL 17", "what is in a picture was not read, and screen readers cannot read it either", "write it as text or as a table"),
    "A0-07": ProseRule("warning", "PIPL 17", "people in China have to be told in a language they read", "publish the Chinese text and link to it"),
    "A2-01": ProseRule("note", "C2.1-01", "a list that repeats itself was not read by those who wrote it", "name it once"),
    "A2-02": ProseRule("error", "C2.1-04", "an open end lets anything in; the program treats it as empty (PIPL 6, 17)", "name each kind of information, or leave it out"),
    "A10-02": ProseRule("warning", "C10-02", "nobody can see what was promised before", "keep the earlier versions where people find them"),
    "A11-01": ProseRule("error", "C11-02", "questions and complaints go nowhere (PIPL 17, 50)", "write an address that somebody reads"),
    "A12-01": ProseRule("warning", "C12-01", "of two promises people may hold you to either", "decide on one and remove the other"),
}  # fmt: skip


def prose_finding(rule_id: str, line: int, what: str) -> Finding:
    """Return one case of a prose rule at a line of the text."""
    rule = PROSE_RULES[rule_id]
    return Finding(
        rule=rule_id, level=rule.level, line=line, path=(), what=what, why=rule.why, fix=rule.fix, clause=rule.clause
    )
