"""Where, how long and by whom it is kept, and who else gets it (clauses 5 and 6)."""

from __future__ import annotations

from msgspec import Struct, field

from troth.errors import PolicyError
from troth.policy.declared import Days
from troth.policy.text import Text
from troth.policy.words import Abroad, AbroadGround, After, AllOrAny, Criterion, Role


class Criteria(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The four reasons to keep something, in days from collection; the longest wins (C5.2-02).

    function_days  to complete what the person asked for
    quality_days   to keep the service safe and good
    agreed_days    a longer period the person agreed to
    special_days   a special arrangement, such as a statutory term
    """

    function_days: Days | None = None
    quality_days: Days | None = None
    agreed_days: Days | None = None
    special_days: Days | None = None

    def in_days(self) -> dict[str, int | None]:
        return {
            "function": self.function_days,
            "quality": self.quality_days,
            "agreed": self.agreed_days,
            "special": self.special_days,
        }


class Retention(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """How long one class of records is kept, and what happens then.

    class_  the class whose epoch keys end it (`class` in the file): visits, network_log, evidence, ...
    law     the law that sets the term, for statutory ones
    """

    criteria: Criteria
    after: After
    class_: str = field(name="class")
    text: Text
    law: Text | None = None

    @property
    def longest_days(self) -> int:
        """Return the days we keep it: the longest criterion wins (C5.2-02).

        Raises PolicyError if no criterion applies: it would be kept for ever.
        """
        days = [number for number in self.criteria.in_days().values() if number is not None]
        if not days:
            raise PolicyError("a retention has no criterion, so its records would be kept for ever", "give it days")
        return max(days)

    @property
    def decided_by(self) -> str:
        """The name of the criterion that won: function, quality, agreed or special."""
        longest = self.longest_days
        return next(name for name, days in self.criteria.in_days().items() if days == longest)


class Place(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where else copies are that Troth does not hold: a mailbox, a server's log, an account elsewhere."""

    title: Text
    holds: Text
    purpose: str
    retention: str


class Recipient(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Somebody else who gets personal information, named, with purpose, method and categories.

    group  true: a company of our own group
    """

    name: Text
    contact: str
    purpose: str
    method: Text
    categories: tuple[str, ...]
    role: Role
    group: bool = False


class Keeping(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the text says about terms in general: it promises the shortest time, it takes the longest of reasons."""

    shortest_necessary: bool = False
    longest_of: tuple[Criterion, ...] = ()


class Storage(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """In which country everything is stored, and whether anything goes abroad.

    abroad_when   on which grounds it may: a law says so, the person agreed, the steps the law asks for were taken
    abroad_needs  whether all of these grounds have to be there, or any one of them
    """

    location: str
    abroad: Abroad = "none"
    abroad_when: tuple[AbroadGround, ...] = ()
    abroad_needs: AllOrAny = "all"


class Security(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The measures the policy promises (clause 7)."""

    measures: tuple[Text, ...]
