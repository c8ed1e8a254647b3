"""The policy: what the company promises, as types the other rooms run on (clauses 1, 2, 3 and 12)."""

from troth.policy.check import check_policy
from troth.policy.findings import Finding, PolicyErrors
from troth.policy.known import Basis, Fact, bases, catalogue
from troth.policy.load import Loaded, load_policy, load_policy_text
from troth.policy.model import Policy
from troth.policy.schema import policy_schema
from troth.policy.text import Text

__all__ = [
    "Basis",
    "Fact",
    "Finding",
    "Loaded",
    "Policy",
    "PolicyErrors",
    "Text",
    "bases",
    "catalogue",
    "check_policy",
    "load_policy",
    "load_policy_text",
    "policy_schema",
]
