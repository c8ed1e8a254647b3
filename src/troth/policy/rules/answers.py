"""People can reach us and get an answer in time; signals are heard, children protected (clauses 8, 9 and 11)."""

from __future__ import annotations

import re

from troth.policy.findings import Path
from troth.policy.law import days_in
from troth.policy.rules.book import Notes
from troth.policy.rules.scope import HOST
from troth.policy.rules.texts import FILL_IN

WORKING_DAYS, WEEK_DAYS = 5, 7

_EMAIL = re.compile(rf"[^\s@,;<>\"]{{1,64}}@{HOST}", re.IGNORECASE)


def check_answers(notes: Notes) -> None:
    """Check addresses, the time to answer and the age of children."""
    policy = notes.policy
    officer = policy.controller.officer
    _check_email(notes, ("controller", "email"), policy.controller.email)
    _check_email(notes, ("contact", "email"), policy.contact.email)
    if officer is None:
        notes.add("T11-02", ("controller",), "nobody is named as in charge", 'add "officer" with name and email')
    else:
        _check_email(notes, ("controller", "officer", "email"), officer.email)
    if policy.rights.extension_max_working_days is None:
        fix = f'add "extension_max_working_days: {policy.rights.reply_working_days}", or 0 for none'
        notes.add("T8-02", ("rights",), "an extension has no greatest length", fix)
    _check_signal(notes)
    _check_reply(notes)
    _check_extension(notes)
    _check_asking_again(notes)
    _check_children(notes)


def _check_reply(notes: Notes) -> None:
    days, most = notes.policy.rights.reply_working_days, notes.law.get("requests.answer")
    if most is not None and days_in(days, "working_days", longest=False) > most.days_at_least:
        what = f"{days} working days to answer are too many: {most.under} it is {most.said} at most"
        fix = f"at most {most.days_at_least * WORKING_DAYS // WEEK_DAYS}"
        notes.add("T8-01", ("rights", "reply_working_days"), what, fix)


def _check_extension(notes: Notes) -> None:
    days, most = notes.policy.rights.extension_max_working_days, notes.law.get("requests.extension")
    if days and most is not None and days_in(days, "working_days", longest=False) > most.days_at_least:
        what = f"an extension by {days} working days is too long: {most.under} it is {most.said} at most"
        fix = f"at most {most.days_at_least * WORKING_DAYS // WEEK_DAYS}"
        notes.add("T8-07", ("rights", "extension_max_working_days"), what, fix)


def _check_asking_again(notes: Notes) -> None:
    days, least = notes.policy.consent.reask_after_days, notes.law.figure("consent.reask_after")
    if days < least.days_at_least:
        what = f"people are asked again {days} days after they refused, {least.under} it is {least.said}"
        notes.add("T8-08", ("consent", "reask_after_days"), what, f"at least {least.days_at_least}")


def _check_children(notes: Notes) -> None:
    minors, law = notes.policy.minors, notes.law
    wait, child = law.figure("consent.guardian_wait"), law.get("ages.child_under")
    if minors.guardian_wait_hours < wait.number:
        what = f"a guardian may confirm again after {minors.guardian_wait_hours} hours, {wait.under} it is {wait.said}"
        notes.add("T9-02", ("minors", "guardian_wait_hours"), what, f"at least {wait.number}")
    found = law.figure("ages.found_delete_within")
    if minors.found_delete_within_hours > found.number:
        what = f"a child's data is deleted {minors.found_delete_within_hours} hours after it was found, "
        what += f"{found.under} it is {found.said}"
        notes.add("T9-05", ("minors", "found_delete_within_hours"), what, f"at most {found.number}")
    if child is not None and minors.child_under < child.number:
        what = f"children are protected only under {minors.child_under}, {child.under} it is {child.said}"
        notes.add("T9-01", ("minors", "child_under"), what, f"at least {child.number}")


def _check_signal(notes: Notes) -> None:
    """The browser's signal: what the policy says of it must hold together, and fit the law (P19)."""
    rules = notes.policy.consent
    ends_a_yes = rules.gpc_over_consent == "withdraw"
    if ends_a_yes and not rules.honour_gpc:
        what = "the signal is to end a consent, and is not listened to"
        notes.add("T8-03", ("consent", "gpc_over_consent"), what, 'write "honour_gpc: true"')
    elif (gpc := notes.law.get("signals.gpc")) is not None and gpc.value == "opt out" and not ends_a_yes:
        what = f"{gpc.under} a consent goes on against the browser's signal"
        notes.add("T8-04", ("consent",), what, 'write "honour_gpc: true" and "gpc_over_consent: withdraw"')


def _check_email(notes: Notes, path: Path, email: str) -> None:
    if not _EMAIL.fullmatch(email) and FILL_IN not in email:
        notes.add("T11-01", path, f'"{email}" is not an e-mail address', "write one: privacy@example.com")
