"""People can reach us and get an answer in time; signals are heard, children protected (clauses 8, 9 and 11)."""

from __future__ import annotations

import re

from troth.policy.findings import Path
from troth.policy.rules.book import Notes
from troth.policy.rules.scope import HOST
from troth.policy.rules.texts import FILL_IN

REPLY_WORKING_DAYS = 15
CHILD_UNDER = 14
GUARDIAN_WAIT_HOURS = 24

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
        fix = 'add "extension_max_working_days: 15", or 0 for none'
        notes.add("T8-02", ("rights",), "an extension has no greatest length", fix)
    _check_signal(notes)
    if policy.minors.guardian_wait_hours < GUARDIAN_WAIT_HOURS:
        what = f"a guardian may confirm again after {policy.minors.guardian_wait_hours} hours"
        notes.add("T9-02", ("minors", "guardian_wait_hours"), what, f"at least {GUARDIAN_WAIT_HOURS}")
    if "cn-pipl" not in policy.law:
        return
    if policy.rights.reply_working_days > REPLY_WORKING_DAYS:
        what = f"{policy.rights.reply_working_days} working days to answer are too many under cn-pipl"
        notes.add("T8-01", ("rights", "reply_working_days"), what, f"at most {REPLY_WORKING_DAYS}")
    if policy.minors.child_under < CHILD_UNDER:
        what = f"children are protected only under {policy.minors.child_under}"
        notes.add("T9-01", ("minors", "child_under"), what, f"at least {CHILD_UNDER} under cn-pipl")


def _check_signal(notes: Notes) -> None:
    """The browser's signal: what the policy says of it must hold together, and fit the law (P19)."""
    rules = notes.policy.consent
    ends_a_yes = rules.gpc_over_consent == "withdraw"
    if ends_a_yes and not rules.honour_gpc:
        what = "the signal is to end a consent, and is not listened to"
        notes.add("T8-03", ("consent", "gpc_over_consent"), what, 'write "honour_gpc: true"')
    elif "us-ca-ccpa" in notes.policy.law and not ends_a_yes:
        what = "under us-ca-ccpa a consent goes on against the browser's signal"
        notes.add("T8-04", ("consent",), what, 'write "honour_gpc: true" and "gpc_over_consent: withdraw"')


def _check_email(notes: Notes, path: Path, email: str) -> None:
    if not _EMAIL.fullmatch(email) and FILL_IN not in email:
        notes.add("T11-01", path, f'"{email}" is not an e-mail address', "write one: privacy@example.com")
