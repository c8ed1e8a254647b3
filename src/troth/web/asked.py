"""What the plain choices form asks and shows, and what its answers mean (C4-04, C8.3-01)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from troth.policy.declared import Purpose
from troth.policy.model import Policy
from troth.words import Language, say

ANSWERS: Final = {"yes": True, "no": False}
FIELD: Final = "purpose."


class Asked(Struct, frozen=True):
    """One purpose of the form. `answer` is the one to show, None if there is none: nothing is ticked."""

    key: str
    title: str
    text: str
    answer: bool | None
    is_separate: bool
    is_guardian: bool
    needs: str

    @property
    def field(self) -> str:
        """The name of its radio buttons."""
        return FIELD + self.key


def asked_purposes(policy: Policy, language: Language, answers: Mapping[str, bool]) -> Sequence[Asked]:
    """Return the purposes a person decides on, in the order of the policy."""
    return tuple(
        Asked(
            key=key,
            title=purpose.title.in_(language),
            text=purpose.text.in_(language),
            answer=answers.get(key),
            is_separate=purpose.kind == "separate",
            is_guardian=purpose.kind == "guardian",
            needs=titles(policy, purpose.needs, language),
        )
        for key, purpose in policy.consent_purposes.items()
    )


def answered(policy: Policy, fields: Mapping[str, str]) -> dict[str, bool]:
    """Return the answers that were given, to show an unfinished form again as it was."""
    said = {key: ANSWERS.get(fields.get(FIELD + key, "")) for key in policy.consent_purposes}
    return {key: answer for key, answer in said.items() if answer is not None}


def chosen(policy: Policy, fields: Mapping[str, str]) -> dict[str, bool] | None:
    """Return the answer to every purpose, or None if one is missing.

    "Refuse all" says no to everything. "Accept all" says yes to all general purposes; a separate one keeps its own
    answer, and none means no. A guardian's consent is never given here, and only "Refuse all" takes it back.
    """
    button = fields.get("do", "save")
    answers: dict[str, bool] = {}
    for key, purpose in policy.consent_purposes.items():
        if purpose.kind == "guardian" and button != "refuse":
            continue
        answer = _answer(purpose, button, fields.get(FIELD + key, ""))
        if answer is None:
            return None
        answers[key] = answer
    return answers


def _answer(purpose: Purpose, button: str, said: str) -> bool | None:
    if button == "refuse":
        return False
    if button == "accept":
        return purpose.kind == "general" or ANSWERS.get(said, False)
    return ANSWERS.get(said)


def shown_text(policy: Policy, language: Language) -> list[str]:
    """Return every word the decision rests on, in the order it is shown; its hash is kept with the decision."""
    words = [
        say(f"choices.{key}", language) for key in ("title", "lede", "yes", "no", "refuse_all", "accept_all", "save")
    ]
    for asked in asked_purposes(policy, language, {}):
        words += [asked.title, asked.text]
        words += [say("choices.separate", language)] if asked.is_separate else []
        words += [say("choices.needs", language, others=asked.needs)] if asked.needs else []
    return words


def titles(policy: Policy, keys: Sequence[str], language: Language) -> str:
    """Return the names of some purposes as one text."""
    names = [policy.purposes[key].title.in_(language) for key in keys if key in policy.purposes]
    return ("、" if language == "zh-CN" else ", ").join(names)
