"""Clauses 4, 8 and 9: which choices can be taken. One click never stands for a separate consent (P18)."""

from __future__ import annotations

import re
from datetime import datetime

from troth.consent.guardian import why_not
from troth.consent.model import Choice, ChoiceRefused, StaleChoice
from troth.policy.declared import Purpose
from troth.policy.versions import Version

HASH_PREFIX_CHARS = 16
WAYS_OF_LAYER_2 = ("details", "form", "guardian")
BY_GUARDIAN = "guardian"
BY_SIGNAL = "gpc"


def check_choice(choice: Choice, version: Version, now: datetime) -> None:
    """Return if the choice can be taken now, under the version in force.

    Raises StaleChoice for another version, ChoiceRefused for a purpose that is unknown, missing, or not a matter of
    choice, and for a yes that this click cannot give. Messages never repeat what was sent.
    """
    _check_version(choice, version)
    _check_form(choice, version)
    _check_speaker(choice, version, now)
    asked = version.policy.consent_purposes
    _check_purposes(choice, asked, version)
    for name, granted in choice.purposes.items():
        if granted:
            _check_yes(choice, name, asked[name])
            _check_needs(choice, name, asked)


def _check_version(choice: Choice, version: Version) -> None:
    sent = choice.policy_hash
    if len(sent) < HASH_PREFIX_CHARS or not version.hash.startswith(sent):
        raise StaleChoice(version.hash)


def _check_form(choice: Choice, version: Version) -> None:
    if choice.language not in version.policy.languages:
        raise ChoiceRefused("the policy is not published in this language", "send one of the policy's languages")
    if choice.layer not in (1, 2):
        raise ChoiceRefused("the layer is neither 1 nor 2", "1 is the banner, 2 the details")
    if not re.fullmatch(r"[0-9a-f]{64}", choice.text_hash):
        raise ChoiceRefused("the hash of the shown text is not 64 hexadecimal characters", "send its SHA-256")


def _check_speaker(choice: Choice, version: Version, now: datetime) -> None:
    """A guardian is believed only with proof; a browser's signal only where the policy listens to it."""
    if (choice.how == BY_GUARDIAN) != (choice.guardian is not None):
        raise ChoiceRefused("a guardian's choice and the proof of it come together", "send both, or neither")
    missing = "" if choice.guardian is None else why_not(choice.guardian, version.policy.minors, now)
    if missing:
        raise ChoiceRefused(missing, "ask the guardian through their own channel, twice or by a call")
    if choice.how == BY_SIGNAL and not version.policy.consent.honour_gpc:
        raise ChoiceRefused("the policy takes no browser signal for an answer", "wait for a person's own click")


def _check_purposes(choice: Choice, asked: dict[str, Purpose], version: Version) -> None:
    for name in choice.purposes:
        if name in asked:
            continue
        if name in version.policy.purposes:
            raise ChoiceRefused("a purpose rests on another basis than consent", "leave it out: it is no choice")
        raise ChoiceRefused("a purpose is not in the policy", "send the purposes of the version in force")
    missing = [name for name, purpose in asked.items() if name not in choice.purposes and _is_asked(choice, purpose)]
    if missing:
        raise ChoiceRefused(f"no answer for the purpose {missing[0]}", "answer every purpose with true or false")


def _is_asked(choice: Choice, purpose: Purpose) -> bool:
    """Layer 1 asks for general consent only; what needs a choice of its own may be left unanswered there.

    What only a guardian can grant may be left unanswered everywhere else: a child's click then changes nothing in it.
    """
    if purpose.kind == "guardian":
        return choice.how == BY_GUARDIAN
    return choice.layer == 2 or purpose.kind == "general"


def _check_yes(choice: Choice, name: str, purpose: Purpose) -> None:
    if choice.how == BY_SIGNAL:
        raise ChoiceRefused("a browser signal cannot say yes", "a yes is a person's own click")
    if purpose.kind == "guardian" and choice.how != BY_GUARDIAN:
        raise ChoiceRefused(f"{name} needs the consent of a guardian", "ask the guardian through their own channel")
    if purpose.kind == "separate" and (choice.layer != 2 or choice.how not in WAYS_OF_LAYER_2):
        raise ChoiceRefused(
            f"{name} needs a separate consent", "ask for it in the second layer, with a choice of its own"
        )


def _check_needs(choice: Choice, name: str, asked: dict[str, Purpose]) -> None:
    for needed in asked[name].needs:
        if needed in asked and not choice.purposes.get(needed):
            raise ChoiceRefused(f"{name} needs {needed}, which was not granted", "grant both, or neither")
