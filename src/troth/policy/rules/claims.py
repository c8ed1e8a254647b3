"""What the text claims about consent: cases without it, silence taken for it, drafts kept early (clauses 3 and 10)."""

from __future__ import annotations

from troth.policy.findings import Path, one_of
from troth.policy.known import bases
from troth.policy.law import verdict_of
from troth.policy.rules.book import Notes
from troth.policy.words import BasisId


def check_claims(notes: Notes) -> None:
    """Check the exceptions the text names, deemed consent, continued use and the drafts opted in to."""
    policy = notes.policy
    for number, name in enumerate(policy.bases):
        _check_exception(notes, ("bases", number), name, is_narrow=False)
    for number, name in enumerate(policy.bases_within_law):
        _check_exception(notes, ("bases_within_law", number), name, is_narrow=True)
    if policy.consent.deemed:
        what = "reading or using the site is taken for consent"
        notes.add("T3-11", ("consent", "deemed"), what, 'ask for an act that says yes, and write "deemed: false"')
    _check_continued_use(notes)
    known = {draft.id for draft in notes.law.drafts}
    for number, draft in enumerate(policy.law_drafts):
        if draft not in known:
            choices = one_of(sorted(one.id for pack in notes.law.packs for one in pack.status.draft))
            what = f'no pack under "law" has a draft "{draft}"'
            notes.add("T3-08", ("law_drafts", number), what, f"known drafts: {choices}")


def _check_exception(notes: Notes, path: Path, name: BasisId, *, is_narrow: bool) -> None:
    """Check one case without consent that the text names, under every law."""
    note = bases()[name].note.in_("en")
    for pack in notes.law.packs:
        verdict, confirmed = verdict_of(name, pack.id) if pack.id != "troth" else ("", True)
        doubt = "" if confirmed else " (unconfirmed)"
        if verdict == "error":
            what = f"the text goes without consent for {name}, and {pack.id} has no such basis{doubt}"
            notes.add("T3-09", path, what, f"take it out of the text: {note}")
        elif verdict == "warning" and not is_narrow:
            what = f"the text goes without consent for {name}, which is narrower under {pack.id}{doubt}"
            fix = f"{note}; once the text says so, move it to bases_within_law"
            notes.add("T3-10", path, what, fix)


def _check_continued_use(notes: Notes) -> None:
    changes, counts = notes.policy.changes, notes.law.get("consent.continued_use")
    path: Path = ("changes", "continued_use")
    if not changes.continued_use:
        return
    if counts is not None:
        what = f"going on using the site is taken for agreement, {counts.under} it {counts.said} is"
        notes.add("T10-02", path, what, "ask again where a change needs consent, and write continued_use: false")
    if changes.keeps_rights:
        what = "no right is reduced without express consent, and going on using the site is consent"
        notes.add("T10-01", path, what, "keep the first promise, and write continued_use: false")
