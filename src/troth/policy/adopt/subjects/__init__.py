"""The recognisers, one for each subject of a policy; all may run on any text (clauses 0 to 12)."""

from __future__ import annotations

from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading, Source
from troth.policy.adopt.subjects import (
    answers,
    bases,
    changes,
    contact,
    controller,
    cookies,
    data_tables,
    dates,
    facts,
    forms,
    minors,
    promises,
    retention,
    rights,
    scope,
    sdks,
    sharing,
    storage,
    unread,
)

# Tables before sentences, the operator and the products before those who must not be taken for them.
_SUBJECTS = (
    dates,
    controller,
    scope,
    data_tables,
    facts,
    forms,
    sdks,
    cookies,
    bases,
    storage,
    retention,
    sharing,
    rights,
    answers,
    minors,
    changes,
    contact,
    promises,
    unread,
)


def recognise(prose: Prose) -> Reading:
    """Return everything that the recognisers read out of a text."""
    reading = Reading()
    reading.put(("language",), prose.language, Source(1, "the signs of the whole text"))
    for subject in _SUBJECTS:
        subject.recognise(prose, reading)
    return reading
