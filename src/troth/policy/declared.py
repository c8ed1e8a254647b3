"""What the policy says is collected, why, and what is put on a browser (clauses 2, 3 and 4)."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import Annotated

from msgspec import Meta, Struct

from troth.policy.text import Text
from troth.policy.words import (
    BasisId,
    ConsentKind,
    Content,
    Egress,
    FieldKind,
    Party,
    Precision,
    StoredIn,
)

Days = Annotated[int, Meta(ge=1, le=36525)]


class Purpose(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Why something is collected, and on which basis.

    consent    kind of consent; only with basis `consent`, where it is `general` unless said otherwise
    needs      purposes that must be granted too before this one may run
    reference  the contract or request it rests on (basis `contract`)
    law        the law it rests on (basis `statutory_duty` and the others that need one)
    """

    title: Text
    text: Text
    basis: BasisId
    consent: ConsentKind | None = None
    needs: tuple[str, ...] = ()
    reference: Text | None = None
    law: Text | None = None

    @property
    def needs_consent(self) -> bool:
        return self.basis == "consent"

    @property
    def kind(self) -> str:
        """The kind of consent, or "" where the basis is another one."""
        return (self.consent or "general") if self.needs_consent else ""


class DeclaredFact(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One of the catalogue's visit facts as this policy collects it; `off` = named, and not collected."""

    precision: Precision
    purposes: tuple[str, ...] = ()
    retention: str | None = None
    necessity: Text | None = None

    @property
    def is_off(self) -> bool:
        return self.precision == "off"

    @property
    def is_sealed(self) -> bool:
        return self.precision == "sealed"

    @property
    def is_coarse(self) -> bool:
        return self.precision == "coarse"


class Field(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One question of a form. `basic` = the purpose cannot be met without it; the others are given freely."""

    label: Text
    category: str
    kind: FieldKind = "text"
    required: bool = False
    basic: bool = False


class Form(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A form of the site: one purpose, one retention, its fields."""

    title: Text
    purpose: str
    retention: str
    fields: dict[str, Field]
    text: Text | None = None


class Cookie(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Something stored on the visitor's browser. Its key is its name, unless `pattern` covers several names.

    set_by         "troth", "site", or the key of an SDK
    lifetime_days  0 = until the browser is closed
    http_only      no script can see it: only a header can take it from the browser, and only by its exact name
    paths          where it is set, if not on `/`: a script elsewhere cannot see it, a header must name the path
    host           the host it lies on, if not the site's own
    """

    party: Party
    purpose: str
    set_by: str
    lifetime_days: Annotated[int, Meta(ge=0)]
    content: Content
    text: Text
    essential: bool = False
    pattern: str | None = None
    storage: StoredIn = "cookie"
    http_only: bool = False
    paths: tuple[str, ...] = ()
    host: str = ""


class StoredName(Struct, frozen=True):
    """A name, or a pattern of names ending in `*`, in one storage of the browser: what the script clears."""

    pattern: str
    storage: StoredIn

    def covers(self, name: str) -> bool:
        return fnmatchcase(name, self.pattern)


class Sdk(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A third party's code on the site: the seven columns of the published table and what is needed to check them.

    data     keys of visit facts or dotted data categories
    egress   `none` promises that nothing goes to the company; a claim the audit can contradict
    globals  the names its code has in the page (`_hmt`, `gtag`): until it may run, calls of them come to nothing
    """

    product: Text
    purpose: str
    scene: Text
    data: tuple[str, ...]
    method: Text
    company: Text
    statement_url: str
    hosts: tuple[str, ...]
    egress: Egress
    retention: Text
    cookies: tuple[str, ...] = ()
    globals: tuple[str, ...] = ()
