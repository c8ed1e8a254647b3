"""For which site the policy is (C1-01)."""

from __future__ import annotations

import re

from troth.policy.adopt.prose import Prose
from troth.policy.adopt.reading import Reading

_HOST = re.compile(
    r"(?<![@\w.-])(?:https?://)?(?P<host>(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,})(?::\d+)?(?![\w@])",
    re.IGNORECASE,
)
_COVERS = re.compile(r"appl(?:y|ies) to|covers?\b|is for|visitors of|适用于|访问|网址为|官网", re.IGNORECASE)
_NO_HOST = re.compile(r"\.(?:html?|php|png|jpe?g|pdf|js|css|docx?|yaml|txt)$", re.IGNORECASE)


def recognise(prose: Prose, reading: Reading) -> None:
    """Read the hosts that sentences on scope name, as far as they are not excluded."""
    for sentence in prose.sentences:
        if "scope" not in sentence.topics and not (not sentence.topics and _COVERS.search(sentence.said)):
            continue
        for found in _HOST.finditer(sentence.text):
            host = found["host"].lower()
            said = [
                clause
                for clause in prose.clauses_in(sentence)
                if clause.stance == "said" and host in clause.text.lower()
            ]
            if (said or not prose.clauses_in(sentence)) and not _NO_HOST.search(host) and _COVERS.search(sentence.said):
                reading.put(("scope", host), found[0], sentence)
