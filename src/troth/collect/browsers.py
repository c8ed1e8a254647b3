"""Clause 2 (C2.1-02, C8.3-03): who may be collected from, remembered for a few minutes, without any key (rule 8)."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection, Sequence

from msgspec import Struct

from troth.policy.permit import SubjectId

CACHE_MS = 300_000
"""What a browser agreed to may be remembered this long: it holds no key, and an ending reaches us by its generation
before the next commit (fence.py). Only a purpose added later may take this long to be noticed."""
CACHE_SIZE = 200_000


class Browser(Struct, gc=False):
    """A browser that gave consent: its subject, the facts it agreed to, the grants its rows carry.

    generation  the identity store's generation at the look-up: an ending with a higher number is news
    since_ms    when the newest consent it rests on was given: no visit goes on over a break in any of them
    until_ms    when the first of them lapses by itself
    """

    token: str
    subject: SubjectId
    generation: int
    allowed: frozenset[str]
    grant: str
    looked_up_ms: int
    since_ms: int
    until_ms: int


LookUp = Callable[[Sequence[str], int], Sequence[Browser | None]]
"""Tokens and the time -> who they are, in order; None for a token nobody may be collected from under."""


class Browsers:
    """A bounded memory of browsers. `look_up` asks the stores; an unknown or withdrawn token is never remembered.

    Look-ups that wait at the same time are answered together, in a thread: two queries instead of two for each.
    """

    def __init__(self, look_up: LookUp, size: int = CACHE_SIZE) -> None:
        self._look_up = look_up
        self._size = size
        self._by_token: OrderedDict[str, Browser] = OrderedDict()
        self._token_of: dict[SubjectId, str] = {}
        self._waiting: dict[str, asyncio.Future[Browser | None]] = {}
        self._asking: asyncio.Task[None] | None = None

    def remembered(self, token: str, now_ms: int) -> Browser | None:
        """Return the browser if it was looked up lately and has not lapsed; costs one dictionary look-up."""
        browser = self._by_token.get(token)
        if browser is None or now_ms - browser.looked_up_ms >= CACHE_MS or now_ms >= browser.until_ms:
            return None
        return browser

    async def look_up(self, token: str, now_ms: int) -> Browser | None:
        """Ask the stores and remember the answer. Raises StoreError if they cannot be asked."""
        answer = self._waiting.get(token)
        if answer is None:
            answer = self._waiting[token] = asyncio.get_running_loop().create_future()
        if self._asking is None:
            self._asking = asyncio.create_task(self._ask(now_ms))
        return await answer

    async def _ask(self, now_ms: int) -> None:
        """Answer everybody who waits, and those who came meanwhile, until nobody does."""
        try:
            while self._waiting:
                asked, self._waiting = self._waiting, {}
                await self._answer(asked, now_ms)
        finally:
            self._asking = None

    async def _answer(self, asked: dict[str, asyncio.Future[Browser | None]], now_ms: int) -> None:
        try:
            found = await asyncio.to_thread(self._look_up, list(asked), now_ms)
        except Exception as failure:  # whatever it was, nobody may be left waiting
            for answer in asked.values():
                answer.set_exception(failure)
            return
        for (token, answer), browser in zip(asked.items(), found, strict=True):
            self._remember(token, browser)
            if not answer.done():
                answer.set_result(browser)

    def _remember(self, token: str, browser: Browser | None) -> None:
        if browser is None:
            self._drop(token)
            return
        self._by_token[token] = browser
        self._token_of[browser.subject] = token
        while len(self._by_token) > self._size:
            oldest, forgotten = self._by_token.popitem(last=False)
            if self._token_of.get(forgotten.subject) == oldest:
                del self._token_of[forgotten.subject]

    def forget(self, subjects: Collection[SubjectId]) -> None:
        """Forget these people at once: they withdrew, were restricted or erased."""
        for subject in subjects:
            token = self._token_of.get(subject)
            if token is not None:
                self._drop(token)

    def _drop(self, token: str) -> None:
        browser = self._by_token.pop(token, None)
        if browser is not None:
            self._token_of.pop(browser.subject, None)
