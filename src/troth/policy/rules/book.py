"""Every rule with its level, the duty it rests on and why it matters. An id is never given to another rule."""

from __future__ import annotations

from msgspec import Struct

from troth.policy.findings import Finding, Level, Path
from troth.policy.law import Law, law_of
from troth.policy.load import Loaded
from troth.policy.model import Policy


class Rule(Struct, frozen=True):
    """One rule: what `Finding` says about every case of it."""

    id: str
    level: Level
    clause: str
    why: str


_RULES = (
    Rule("T0-16", "error", "C0-02", "people would read a gap where a promise should be"),
    Rule("T0-17", "error", "C10-03", "whoever reads that language would miss this promise"),
    Rule("T0-18", "warning", "C10-03", "nobody will ever be shown this text"),
    Rule("T0-19", "error", "C0-02", "an empty text promises nothing"),
    Rule("T0-20", "error", "C10-03", "banner, forms and letters exist in these languages only"),
    Rule("T0-21", "error", "C0-03", "the name goes into cookies, records and addresses, where it would be misread"),
    Rule("T0-22", "error", "C4-06", "the reader is sent to something that is not there"),
    Rule("T0-23", "error", "C0-04", "HTML in a text could load or run something nobody declared"),
    Rule("T0-24", "error", "C4-06", "the sentence has a hole where the name stands"),
    Rule("T0-25", "warning", "C0-02", "people are not told what the law wants them to know (PIPL 17, GDPR 13)"),
    Rule("T0-27", "note", "C0-04", "what nobody can read, nobody agreed to (PIPL 17: clear and easy to understand)"),
    Rule("T0-28", "warning", "C0-04", "what weighs most on people has to stand out (PIPL 17: conspicuous)"),
    Rule("T1-01", "error", "C1-01", "a page view cannot be matched with a site that has no proper origin"),
    Rule("T1-02", "warning", "C7-01", "without TLS anybody on the way can read and change what is sent"),
    Rule("T1-03", "error", "C1-01", "the route would never match a page"),
    Rule("T1-04", "error", "C1-01", "the policy would cover nothing"),
    Rule("T1-05", "error", "C1-01", "the entry would never match the host of a link"),
    Rule("T2-01", "error", "C2.1-01", "only facts of the catalogue are understood; another one would be dropped"),
    Rule("T2-02", "error", "C2-02", "nothing may be collected without a purpose (PIPL 6)"),
    Rule("T2-03", "error", "C5.2-01", "nothing may be kept without an end (PIPL 17, 19)"),
    Rule("T2-04", "error", "C2.1-04", "an open end lets anything in; the program treats it as empty (PIPL 6, 17)"),
    Rule("T2-05", "error", "C2.1-01", "the fact cannot be kept this way"),
    Rule("T2-06", "note", "C2.1-01", "no browser tells it any more, so declaring it only makes the list longer"),
    Rule("T2-07", "error", "C2-02", "the purpose it names does not exist"),
    Rule("T2-08", "error", "C2.1-02", "it is read from the device or tied to a visit, so it needs a yes first"),
    Rule("T2-09", "warning", "C2-02", "people are told of a purpose that nothing serves"),
    Rule("T2-10", "error", "C2.2-01", "an empty form collects nothing"),
    Rule("T2-11", "warning", "C8.3-01", "what is not needed for the purpose is given freely, so it cannot be required"),
    Rule("T2-12", "error", "C2-01", "the kind of information would stay unclear"),
    Rule("T2-13", "error", "C2.1-02", "it can only be known with an identifier, and none is declared"),
    Rule("T2-14", "warning", "PIPL 30", "for sensitive information the necessity has to be explained"),
    Rule("T2-16", "error", "C2.3-03", "the published row of this third party would have an empty column"),
    Rule("T2-17", "error", "C2.3-03", "the address or host could not be checked"),
    Rule("T2-18", "warning", "C2.3-05", "loading code from the company's host already sends it the visitor's address"),
    Rule("T2-19", "error", "C2.3-03", "the script would take a name that belongs to the page or the browser"),
    Rule("T2-20", "error", "C2.1-01", "a list that says something twice looks longer than it is, and ends unevenly"),
    Rule("T2-21", "warning", "C2.3-03", "the row describes an app, so nobody has looked at what this page sends"),
    Rule("T2-22", "warning", "PIPL 29", "sensitive information needs a strict need and a yes of its own (PIPL 28, 29)"),
    Rule("T3-01", "error", "C3-xx", "the law has no such exception to consent"),
    Rule("T3-02", "warning", "C3-xx", "the basis is narrower in law than its usual wording"),
    Rule("T3-03", "error", "C3-xx", "without it nobody can tell whether the basis holds"),
    Rule("T3-04", "error", "C3-xx", "consent is asked for although another basis is claimed (pitfall P16)"),
    Rule("T3-05", "error", "C3-xx", "no law decides what is allowed"),
    Rule("T3-06", "note", "X-09", "this law's own bases are not part of the catalogue yet"),
    Rule("T3-07", "error", "C3-xx", "a purpose that waits for itself never starts"),
    Rule("T3-08", "error", "X-09", "a draft that no pack has cannot be kept early"),
    Rule("T3-09", "error", "C3-xx", "the text promises itself an exception that the law does not have (PIPL 13)"),
    Rule("T3-10", "warning", "C3-xx", "the exception is narrower in law than its usual wording (PIPL 13)"),
    Rule("T3-11", "error", "C10-04", "a yes is an act; who only reads has not agreed (PIPL 14, GDPR 4(11))"),
    Rule("T4-01", "error", "C4-03", "a choice is remembered by the cookie troth, and no cookie may be set undeclared"),
    Rule("T4-02", "error", "C4-02", "the cookie would be described as something it is not"),
    Rule("T4-03", "error", "C4-03", "a yes is tied to the cookie troth_id, and no cookie may be set undeclared"),
    Rule("T4-04", "error", "C4-01", "either the site needs it, or the visitor decides; not both, not neither"),
    Rule("T4-05", "error", "C4-03", "nobody would answer for this cookie"),
    Rule("T4-06", "error", "C2.1-02", "an identifier would be set without a yes"),
    Rule("T4-07", "error", "C4-03", "a third party would set an undeclared cookie"),
    Rule("T4-08", "error", "C4-03", "refusing one purpose would leave a cookie of the other"),
    Rule("T4-09", "error", "C4-03", "the pattern would cover cookies that are not meant"),
    Rule("T4-10", "warning", "C4-03", "browsers end it after 400 days, so the stated time is not true"),
    Rule("T4-11", "error", "C4-03", "it is set until people are asked again, so it would outlive the stated time"),
    Rule("T4-12", "error", "C8.3-02", "no header could name it, so it would stay after a withdrawal"),
    Rule("T4-13", "note", "C4-04", "a question that loads slowly is in everybody's way, on every page"),
    Rule("T5-01", "error", "C5.2-01", "the term it names does not exist"),
    Rule("T5-02", "error", "C5.2-02", "its records would be kept for ever (PIPL 19, pitfall P7)"),
    Rule("T5-03", "warning", "C5.2-01", "people are told of a term that nothing has"),
    Rule("T5-04", "warning", "X-02", "network logs are to be kept for the months the law sets"),
    Rule(
        "T5-05",
        "warning",
        "X-01",
        "the proof of a consent or an answer would be gone while somebody may still ask for it",
    ),
    Rule("T5-06", "warning", "C5.2-01", "so long, without a law that asks for it, is hardly the shortest time"),
    Rule("T5-07", "error", "X-01", "no decision could be recorded, and what survives an erasure has to be disclosed"),
    Rule("T5-08", "error", "C5.2-02", "one class ends on one day, so its records cannot have two terms"),
    Rule("T5-09", "error", "C5.1-01", "what is collected in China is stored in China (PIPL 36, 40)"),
    Rule("T5-10", "warning", "C5.2-02", "the longest of open terms is not the shortest necessary one (PIPL 19)"),
    Rule(
        "T5-11",
        "error",
        "C5.1-02",
        "the law's steps and a separate consent are both needed, not one of them (PIPL 38, 39)",
    ),
    Rule("T5-12", "warning", "C5.2-01", "nobody can tell when what they gave is gone (PIPL 17(1)(2), 19)"),
    Rule("T5-13", "warning", "C5.1-02", "nothing leaves the country without the steps the law sets (PIPL 38)"),
    Rule("T6-01", "error", "C6.1-02", "nobody could see what this recipient gets"),
    Rule("T6-02", "warning", "C6.1-01", "information leaves for a company that no row of recipients names"),
    Rule("T6-03", "warning", "C6.1-02", "another company that decides for itself needs a yes of its own (PIPL 23)"),
    Rule("T6-04", "warning", "C6.1-05", "a group that nobody can look up may grow by any company (PIPL 23)"),
    Rule("T6-05", "warning", "C6.1-04", "the law knows emergencies, not harm of every kind (PIPL 13(1)(4))"),
    Rule("T6-06", "warning", "C6.1-05", "people cannot ask or refuse a company that has no name (PIPL 23)"),
    Rule("T6-07", "error", "C2.3-05", "one of the two sentences is not true (PIPL 7)"),
    Rule("T8-01", "error", "C8.2-03", "people would wait longer than they have to"),
    Rule("T8-02", "warning", "C11-04", "an extension without an end makes the promised days worth nothing"),
    Rule("T8-03", "error", "C8.3-01", "a signal that nobody listens to would be said to end a consent"),
    Rule("T8-04", "error", "C8.3-01", "this law lets the signal end an earlier consent (CCPA 7025, pitfall P19)"),
    Rule("T8-05", "warning", "C8.1-01", "people do not know what they may ask for (PIPL 44-50, GDPR 12-22)"),
    Rule("T8-06", "error", "C8.1-01", "people are told that they may ask, and that there is nothing to ask for"),
    Rule("T8-07", "error", "C11-04", "the answer would come later than the law allows, with a reason or without"),
    Rule("T8-08", "warning", "C4-04", "who is asked again and again has not been heard (NDSMR 22, unconfirmed)"),
    Rule("T9-01", "error", "C9-02", "children up to that age would go unprotected (PIPL 31)"),
    Rule("T9-02", "warning", "C9-02", "a second confirmation soon after the first may come from the child's own hand"),
    Rule(
        "T9-03", "warning", "C9-02", "without a way to tell the guardian from the child, the child agrees (PIPL 31(1))"
    ),
    Rule("T9-04", "warning", "C9-03", "information of children has to have rules of its own (PIPL 31(2))"),
    Rule("T9-05", "warning", "C9-04", "what should never have been collected is kept on (PIPL 47)"),
    Rule("T10-01", "error", "C10-01", "the text takes back in one sentence what it promises in another"),
    Rule("T10-02", "warning", "C10-04", "who goes on using the site has not agreed to anything (PIPL 14)"),
    Rule("T10-03", "warning", "C10-02", "people are bound before they can read (PIPL 17(2))"),
    Rule("T11-01", "error", "C11-02", "questions and complaints would go nowhere"),
    Rule("T11-02", "warning", "C11-02", "people look for a person who is in charge (PIPL 52)"),
    Rule("T11-03", "warning", "C11-02", "who is not content with an answer has nowhere to go (PIPL 50, GDPR 13)"),
    Rule(
        "T11-04", "warning", "C11-02", "nobody in the country answers for the company (PIPL 53; GDPR 27, unconfirmed)"
    ),
    Rule("T12-02", "error", "C12-01", "it would bind people before it was written"),
    Rule("T12-03", "warning", "C12-01", "nobody gets time to read it before it holds"),
    Rule("T12-04", "error", "C12-01", "days are counted in this zone"),
    Rule("T12-05", "error", "C12-01", "two sections of one number cannot be told apart"),
    Rule("T12-06", "warning", "C0-02", "a privacy policy is expected to have all twelve sections"),
)

RULES = {rule.id: rule for rule in _RULES}


class Notes:
    """Collects findings about one loaded policy; level, clause and why come from the book."""

    def __init__(self, loaded: Loaded) -> None:
        self.loaded = loaded
        self.findings: list[Finding] = []

    @property
    def policy(self) -> Policy:
        return self.loaded.policy

    @property
    def law(self) -> Law:
        """What the packs that the policy names ask for, merged."""
        return law_of(self.loaded.policy)

    def has(self, path: Path) -> bool:
        """Return whether the file itself says something there, or leaves it to a default."""
        return path in self.loaded.lines.numbers

    def add(self, rule_id: str, path: Path, what: str, fix: str) -> None:
        """Note one case of a rule at a place of the file."""
        rule, line = RULES[rule_id], self.loaded.lines.line_of(path)
        self.findings.append(
            Finding(
                rule=rule.id,
                level=rule.level,
                line=line,
                path=path,
                what=what,
                why=rule.why,
                fix=fix,
                clause=rule.clause,
            )
        )
