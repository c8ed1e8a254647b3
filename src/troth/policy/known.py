"""The 29 visit facts and the 12 bases beside consent, read from their data files (C2.1-01, C3)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal, cast

from msgspec import Struct, field

from troth.policy.data_file import read_data_file
from troth.policy.pack import LAWS, Verdict, pack
from troth.policy.text import Text
from troth.policy.words import BASIS_IDS, BasisId, LawPack, Precision

Source = Literal["browser", "server", "derived"]
Available = Literal["yes", "constant", "gone"]
FactClass = Literal["pi", "sensitive", "pseudonymous", "anonymous", "aggregate"]
HERE = Path(__file__).parent


class Fact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing a page view can tell, and what is true of it in today's browsers.

    items       its numbers in the usual list of 29
    since       year and month since when it is constant or gone
    precisions  what a policy may choose; `coarse` says what the rough form is
    needs_id    cannot be known without an identifier that outlives the visit
    dpv         its term in the Data Privacy Vocabulary (`pd:`), or our own (`our:`) where that has none
    """

    items: tuple[int, ...]
    title: Text
    source: Source
    read_from: str
    available: Available
    class_: FactClass = field(name="class")
    precisions: tuple[Precision, ...]
    default: Precision
    needs_consent: bool
    dpv: str
    since: str = ""
    needs_id: bool = False
    coarse: Text | None = None
    note: Text | None = None


class Merged(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of the list that says again what another fact says; `keys` are its names in a policy file."""

    into: str
    why: Text
    keys: tuple[str, ...] = ()


class Refused(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of the list that cannot be collected because it does not say what it is."""

    title: Text
    why: Text


class Unreadable(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of information that apps read and pages cannot; `words` are the parts of categories that mean it."""

    words: tuple[str, ...]
    why: Text


class FactFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole data file: the facts, the numbers that are none, and what no page can read."""

    facts: dict[str, Fact]
    merged: dict[str, Merged]
    refused: dict[str, Refused]
    unreadable: dict[str, Unreadable]


class Remark(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Something to know about a basis; `unconfirmed` until somebody has checked it in the text of the law."""

    text: Text
    unconfirmed: bool = False


class Basis(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A reason the law accepts, or does not, for handling personal information.

    case_by_case     the policy alone does not call on it: somebody does, for a case with its own evidence
    must_end         whoever calls on it says until when
    honours_refusal  it stops for a person who refuses
    """

    number: int
    title: Text
    note: Text
    needs: tuple[Literal["reference", "law"], ...] = ()
    case_by_case: bool = False
    must_end: bool = False
    honours_refusal: bool = False
    remarks: tuple[Remark, ...] = ()

    @property
    def id(self) -> BasisId:
        return cast("BasisId", BASIS_IDS[self.number])

    @property
    def verdicts(self) -> Mapping[LawPack, Verdict]:
        """What each law that knows bases says of this one; the packs hold it."""
        return {law: pack(law).bases[self.id].verdict for law in LAWS if self.id in pack(law).bases}

    @property
    def pipl(self) -> str:
        """Its article in the PIPL, "" where it has none."""
        return pack("cn-pipl").bases[self.id].article

    @property
    def gdpr(self) -> str:
        """Its article in the GDPR."""
        return pack("eu-gdpr").bases[self.id].article


class BasisFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole data file of the bases."""

    bases: dict[str, Basis]


def catalogue() -> Mapping[str, Fact]:
    """Return the visit facts by key, in the order of the list."""
    return MappingProxyType(fact_file().facts)


def bases() -> Mapping[str, Basis]:
    """Return consent and the twelve other bases by id."""
    return MappingProxyType(_basis_file().bases)


@cache
def fact_file() -> FactFile:
    """Return the catalogue with the merged and refused numbers of the list."""
    return read_data_file(HERE / "facts.yaml", FactFile)


@cache
def _basis_file() -> BasisFile:
    return read_data_file(HERE / "bases.yaml", BasisFile)
