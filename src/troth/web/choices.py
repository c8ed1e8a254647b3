"""The choices form without JavaScript: yes and no equally easy, withdrawal as easy as consent (C4-04, C8.3-01).

How a form can withdraw although the edge ignores cookies: GET reads the browser's two own cookies and does one thing
with them, it fills in the page that it gives back to that same browser (what was chosen, the token in a hidden field,
what this browser decided before). POST reads no cookie at all: the token counts because it is in the body, where
another site cannot put it, not knowing it. A yes from an unknown browser gets a new token by Set-Cookie. A no sets the
choice cookie, clears the token and the declared cookies of what was refused, and where the token was shown ends the
consent: deletion is due. Every decision is answered with its receipt in words; its file is handed out by the rooms, for
number and token together.

Limits. A browser that blocks or has lost its cookies shows no token: a no then stops this browser, but the earlier
consent in the register ends only with its time, and the page says so. Two cookies of one name (a sibling host planted
one) make us use neither. Cookies by pattern and browser storage only a script can clear: where scripts run, clear.js
does. With neither Origin nor Sec-Fetch-Site we ask for confirmation; the slip for that is bound to the choice, the
address and the browser's name, which an attacker behind the same address could share.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, Protocol
from urllib.parse import urlsplit

from msgspec import Struct

from troth.clock import Clock
from troth.consent import Choice, ChoiceRefused, Decided, Decision, StaleChoice
from troth.consent.receipt import Receipt
from troth.errors import Erased, Expired, PolicyError, Restricted, TrothError
from troth.ledger.encode import encode
from troth.pages.answers import Answer, TooLarge, fields_of, header, query_of, read_body, send_answer
from troth.pages.headers import CONTENT_SECURITY_POLICY, AsgiApp, Message, Receive, Scope, Send, with_security_headers
from troth.pages.language import choose_language
from troth.pages.layout import render, templates
from troth.pages.static_files import page_files, static_app
from troth.policy.versions import Version, VersionsInForce
from troth.web.asked import answered, asked_purposes, chosen, shown_text, titles
from troth.web.choice_cookies import (
    TOKEN,
    Remembered,
    choice_cookies,
    cleared_by_script,
    cleared_cookies,
    known_token,
    read_cookies,
    remembered_choice,
)
from troth.web.origin import Slips, Source, source_of
from troth.web.receipt_words import ReceiptView, event_words, moment_words, receipt_view
from troth.web.signal import signal_lines
from troth.words import Language, say

BODY_LIMIT_BYTES: Final = 16 * 1024
PLAIN: Final = "text/plain; charset=utf-8"
MOST_SHOWN: Final = 20


class Desk(Protocol):
    """What the form needs of the consent desk."""

    def decide(self, choice: Choice, token: str | None) -> Decided:
        """Store a decision, withdrawals included, and return what holds now."""
        ...

    def decisions(self, token: str) -> list[Decision]:
        """Return what a browser decided, the newest first; nothing sealed is opened for it."""
        ...

    def receipt_of(self, decision_id: str, token: str) -> Receipt | None:
        """Return the receipt of one of a browser's decisions, None if it is not theirs."""
        ...


class Listed(Struct, frozen=True):
    """A line of the list of receipts."""

    decision_id: str
    what: str
    when: str


def choices_app(
    desk: Desk,
    versions: VersionsInForce,
    clock: Clock,
    *,
    edge_path: str = "/troth",
    policy_url: str = "",
    receipts_url: str = "",
    count: Callable[[str], None] = lambda _: None,
    allows: Callable[[Scope], bool] = lambda _: True,
) -> AsgiApp:
    """Return the handler of `{edge_path}/choices` and of `{edge_path}/static/…`, its styles.

    policy_url    address of the full policy in the rooms; "" leaves the link out
    receipts_url  address of the receipts in the rooms, without a number; "" leaves the button out
    count         told the reason of each refusal, so that it can be counted (rule 33)
    allows        whether this address may send a form now (rule 36); asked before the body is read
    """
    form = ChoicesForm(desk, versions, clock, edge_path, Leads(policy_url, receipts_url), count, allows)
    static = static_app(form.static)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(form.static.prefix + "/"):
            await static(scope, receive, send)
        else:
            await send_answer(scope, send, await form.answer(scope, receive))

    # same-origin, not no-referrer: a browser told no-referrer posts forms with "Origin: null".
    return with_security_headers(_with_referrer(serve), content_security_policy(receipts_url))


def content_security_policy(receipts_url: str) -> str:
    """Return the page's policy: forms go to us, and with the button for a receipt to the rooms' exact origin."""
    rooms = urlsplit(receipts_url)
    if not rooms.netloc:
        return CONTENT_SECURITY_POLICY
    return CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {rooms.scheme}://{rooms.netloc}")


class Leads(Struct, frozen=True):
    """Addresses in the rooms that the page leads to; "" leaves one out."""

    policy: str
    receipts: str


class ChoicesForm:
    """One form, its answers, and the reasons it refuses."""

    def __init__(
        self,
        desk: Desk,
        versions: VersionsInForce,
        clock: Clock,
        edge_path: str,
        leads: Leads,
        count: Callable[[str], None],
        allows: Callable[[Scope], bool],
    ) -> None:
        self.static = page_files(f"{edge_path}/static")
        self._desk, self._versions, self._clock = desk, versions, clock
        self._address = f"{edge_path}/choices"
        self._leads = leads
        self._count, self._allows = count, allows
        self._slips = Slips(clock)
        self._templates = templates("troth.web", self.static)

    async def answer(self, scope: Scope, receive: Receive) -> Answer:
        """Return the answer to one request; trouble with the store is a truthful 503 (rule 7 of the design)."""
        try:
            version = self._versions.at(self._clock.now())
        except PolicyError:
            return Answer(b"no policy is in force\n", 503, PLAIN, (("retry-after", "300"),))
        if scope["path"] != self._address:
            return Answer(b"no such page\n", 404, PLAIN)
        if scope["method"] in ("GET", "HEAD"):
            cookies = read_cookies(header(scope, "cookie"))
            answers = _still_valid(remembered_choice(cookies), version)
            language, token = self._language(scope, version), known_token(cookies)
            return await asyncio.to_thread(self._show, scope, version, language, token, answers)
        if scope["method"] != "POST":
            return Answer(b"GET or POST\n", 405, PLAIN, (("allow", "GET, HEAD, POST"),))
        if not self._allows(scope):
            self._count("too_many")
            return Answer(b"too many, please wait\n", 429, PLAIN, (("retry-after", "10"),))
        try:
            fields = fields_of(await read_body(receive, BODY_LIMIT_BYTES))
        except TooLarge:
            self._count("too_large")
            return Answer(b"too large\n", 413, PLAIN)
        return await asyncio.to_thread(self._post, scope, version, fields)

    def _post(self, scope: Scope, version: Version, fields: Mapping[str, str]) -> Answer:
        """Take what was sent, or show the form again with what it said and why."""
        policy = version.policy
        wished = fields.get("lang") or query_of(scope).get("lang", "")
        language = choose_language(wished, header(scope, "accept-language"), policy.languages)
        token = fields["token"] if TOKEN.fullmatch(fields.get("token", "")) else ""
        source = source_of(scope, policy.scope.origins)
        if source is Source.FOREIGN:
            self._count("foreign_origin")
            return self._message(version, language, "choices.foreign", 403)
        if "receipt" in fields:
            return self._receipt(version, language, fields["receipt"], token)
        if fields.get("policy") != version.hash[:16]:
            return self._form(version, language, token, {}, "choices.changed", 409)
        picked = chosen(policy, fields)
        if picked is None:
            return self._form(version, language, token, answered(policy, fields), "choices.incomplete", 422)
        if source is Source.UNSAID and not self._slips.accept(fields.get("slip", ""), scope, picked, token):
            return self._ask_to_confirm(scope, version, language, picked, token)
        try:
            gpc = policy.consent.honour_gpc and header(scope, "sec-gpc") == "1"
            return self._decide(version, language, picked, token, gpc)
        except StaleChoice:
            return self._form(version, language, token, {}, "choices.changed", 409)
        except ChoiceRefused:
            return self._form(version, language, token, picked, "choices.refused", 422)
        except Restricted:
            return self._message(version, language, "choices.restricted", 409)
        except TrothError:
            return self._message(version, language, "page.trouble", 503, headers=(("retry-after", "30"),))

    def _show(
        self, scope: Scope, version: Version, language: Language, token: str, answers: Mapping[str, bool]
    ) -> Answer:
        """Return the form with what this browser decided before; without that list if the store is in trouble."""
        is_sent = header(scope, "sec-gpc") == "1"
        signal = signal_lines(version.policy, True, language) if is_sent else ()
        if is_sent and version.policy.consent.honour_gpc:
            signal = (*signal, say("choices.signal_recorded", language))
        try:
            kept = self._desk.decisions(token)[:MOST_SHOWN] if token else []
        except TrothError:
            kept = []
        decided = [self._listed(each, version, language) for each in kept]
        return self._form(version, language, token, answers, signal=signal, decided=decided)

    def _listed(self, decision: Decision, version: Version, language: Language) -> Listed:
        when = moment_words(decision.at, version.policy, language)
        return Listed(decision.decision_id, event_words(decision.event, language), when)

    def _form(
        self,
        version: Version,
        language: Language,
        token: str,
        answers: Mapping[str, bool],
        notice: str = "",
        status: int = 200,
        signal: Sequence[str] = (),
        decided: Sequence[Listed] = (),
    ) -> Answer:
        asked = asked_purposes(version.policy, language, answers)
        return self._page(
            "choices.html",
            version,
            language,
            status,
            notice=notice,
            asked=asked,
            token=token,
            signal=signal,
            decided=decided,
        )

    def _receipt(self, version: Version, language: Language, decision_id: str, token: str) -> Answer:
        """Show one receipt again; what is not this browser's is not there."""
        try:
            receipt = self._desk.receipt_of(decision_id, token) if token else None
            view = self._view(receipt, language)
        except Restricted:
            return self._message(version, language, "receipt.restricted", 409)
        except (Erased, Expired):
            view = None
        except TrothError:
            return self._message(version, language, "page.trouble", 503, headers=(("retry-after", "30"),))
        if view is None:
            return self._message(version, language, "receipt.gone", 404)
        return self._page("receipt_edge.html", version, language, 200, receipt=view, token=token)

    def _view(self, receipt: Receipt | None, language: Language) -> ReceiptView | None:
        if receipt is None:
            return None
        named = self._versions.by_hash(receipt.statement.policy)
        return receipt_view(receipt.statement, named, language, self._leads.policy) if named else None

    def _ask_to_confirm(
        self, scope: Scope, version: Version, language: Language, picked: Mapping[str, bool], token: str
    ) -> Answer:
        self._count("missing_origin")
        slip = self._slips.issue(scope, picked, token)
        names = titles(version.policy, [key for key, yes in picked.items() if yes], language)
        return self._page("confirm.html", version, language, 200, picked=picked, names=names, token=token, slip=slip)

    def _decide(
        self, version: Version, language: Language, picked: Mapping[str, bool], token: str, gpc: bool
    ) -> Answer:
        policy = version.policy
        choice = Choice(
            purposes=picked,
            language=language,
            layer=2,
            how="form",
            text_hash=hashlib.sha256(encode(shown_text(policy, language))).hexdigest(),
            policy_hash=version.hash,
            gpc=gpc,
        )
        decided = self._desk.decide(choice, token or None)
        cookies = choice_cookies(decided, decided.decided_at.astimezone(policy.zone).date())
        refused = picked.keys() - decided.granted
        cookies += cleared_cookies(policy, refused)
        return self._page(
            "decided.html",
            version,
            language,
            200,
            cookies,
            granted=titles(policy, [key for key in picked if key in decided.granted], language),
            withdrawn=titles(policy, sorted(decided.withdrawn), language),
            until=decided.until.astimezone(policy.zone).date(),
            receipt=self._view(decided.receipt, language),
            token=decided.token or token,
            clears=json.dumps(cleared_by_script(policy, refused)),
        )

    def _message(
        self,
        version: Version,
        language: Language,
        key: str,
        status: int,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Answer:
        return self._page("message.html", version, language, status, headers=headers, key=key)

    def _page(
        self,
        template: str,
        version: Version,
        language: Language,
        status: int,
        cookies: Collection[str] = (),
        headers: tuple[tuple[str, str], ...] = (),
        **facts: object,
    ) -> Answer:
        body = render(
            self._templates,
            template,
            language,
            brand=version.policy.controller.name.in_(language),
            home="/",
            keep="",
            address=self._address,
            policy_url=self._leads.policy,
            receipts_url=self._leads.receipts,
            policy=version.policy,
            policy16=version.hash[:16],
            **facts,
        )
        said = (("content-language", language), ("vary", "Accept-Language, Cookie, Sec-GPC"), *headers)
        return Answer(body, status, headers=said, cookies=tuple(cookies))

    def _language(self, scope: Scope, version: Version) -> Language:
        return choose_language(
            query_of(scope).get("lang", ""), header(scope, "accept-language"), version.policy.languages
        )


def _still_valid(remembered: Remembered | None, version: Version) -> Mapping[str, bool]:
    """Return the remembered answers if they were given about this very version; about another one we ask afresh."""
    if remembered is None or not version.hash.startswith(remembered.policy8):
        return {}
    return {key: key in remembered.granted for key in version.policy.consent_purposes}


def _with_referrer(app: AsgiApp) -> AsgiApp:
    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"referrer-policy", b"same-origin")]
            await send(message)

        await app(scope, receive, send_with)

    return serve
