"""Clauses 2 and 6: whose code is on the pages, in the seven columns of the published table, and who receives what."""

from __future__ import annotations

from msgspec import Struct

from troth.policy.declared import Sdk
from troth.policy.model import Policy
from troth.web.names import basis_name, category_name
from troth.web.registers import Cell, Register, listed, recipients_register, statement_cell
from troth.words import Language, say

COLUMNS = (
    "sdks.product",
    "sdks.purpose",
    "third.scene",
    "third.data",
    "third.method",
    "sdks.company",
    "third.statement",
)


class ThirdPartiesPage(Struct, frozen=True):
    """The page; a register without rows is said in words instead."""

    sdks: Register
    recipients: Register


def third_parties_page(policy: Policy, language: Language) -> ThirdPartiesPage:
    """Return the list of third parties under `policy`."""
    rows = tuple(_row(policy, sdk, language) for sdk in policy.sdks.values())
    columns = tuple(say(key, language) for key in COLUMNS)
    title, after = say("third.sdks_title", language), say("third.elsewhere", language)
    return ThirdPartiesPage(
        sdks=Register("sdks", title, columns, rows, after=after),
        recipients=recipients_register(policy, language),
    )


def _row(policy: Policy, sdk: Sdk, language: Language) -> tuple[Cell, ...]:
    purpose = policy.purposes.get(sdk.purpose)
    gated = ((say("third.gated", language), "on"),) if purpose and purpose.needs_consent else ()
    names = (category_name(key, language) for key in sdk.data)
    where = say("third.nothing_sent", language)
    if sdk.egress != "none":
        where = say("third.hosts", language, hosts=listed(sdk.hosts, language))
    return (
        Cell(sdk.product.in_(language), tags=gated),
        Cell(purpose.title.in_(language) if purpose else "", basis_name(purpose, language) if purpose else ""),
        Cell(sdk.scene.in_(language)),
        Cell(listed(names, language), sdk.retention.in_(language)),
        Cell(sdk.method.in_(language), where),
        Cell(sdk.company.in_(language)),
        statement_cell(sdk, language),
    )
