"""The 29 visit facts and the 12 bases beside consent, read from their data files (C2.1-01, C3)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import msgspec
from msgspec import Struct, field

from troth.policy.text import Text
from troth.policy.words import LawPack, Precision
from troth.policy.yaml12 import read_yaml

Source = Literal["browser", "server", "derived"]
Available = Literal["yes", "constant", "gone"]
FactClass = Literal["pi", "sensitive", "pseudonymous", "anonymous", "aggregate"]
Verdict = Literal["ok", "warning", "error"]


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
    """A number of the list that says again what another fact says."""

    into: str
    why: Text


class Refused(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A number of the list that cannot be collected because it does not say what it is."""

    title: Text
    why: Text


class FactFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole data file: the facts, and the numbers that are none."""

    facts: dict[str, Fact]
    merged: dict[str, Merged]
    refused: dict[str, Refused]


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
    verdicts: dict[LawPack, Verdict]
    note: Text
    pipl: str = ""
    gdpr: str = ""
    needs: tuple[Literal["reference", "law"], ...] = ()
    case_by_case: bool = False
    must_end: bool = False
    honours_refusal: bool = False
    remarks: tuple[Remark, ...] = ()


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
    return msgspec.convert(_data("facts.yaml"), FactFile, dec_hook=_text)


@cache
def _basis_file() -> BasisFile:
    return msgspec.convert(_data("bases.yaml"), BasisFile, dec_hook=_text)


def _data(name: str) -> Any:
    document = read_yaml(Path(__file__).with_name(name).read_bytes())
    if document.findings:
        raise AssertionError(document.findings[0].what)
    return document.values


def _text(kind: type, value: Any) -> Any:
    if kind is Text:
        return Text(value)
    raise NotImplementedError(kind.__name__)
