"""`/console/statistics`: consented visits as bars with a table behind, for eyes on this machine only (clause 2).

Until staff can sign in, the console listens on the loopback address only and answers to names of this machine only,
so that no page on the web can read it through a name pointed here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from msgspec import Struct

from troth.clock import Clock
from troth.errors import StoreError
from troth.pages.answers import Answer, header, query_of, send_answer
from troth.pages.charts import Point, draw_chart, share_of
from troth.pages.headers import AsgiApp, Receive, Scope, Send, only_for_hosts, with_security_headers
from troth.pages.language import choose_language
from troth.pages.layout import MONTHS, day_in_words, render, templates
from troth.pages.static_files import page_files, static_app
from troth.policy.versions import VersionsInForce
from troth.statistics.figures import DayCount, Figures, PageCount
from troth.statistics.periods import Period, periods_offered, read_period
from troth.words import Language, say

LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")
ADDRESS: Final = "/console/statistics"
PREFIX: Final = "/console/static"
TOP_PAGES: Final = 12
NARROW: Final = 340.0
"""Width of the second drawing, for small screens, where the first would have letters of 6 px."""
PLAIN: Final = "text/plain; charset=utf-8"


class PageRow(Struct, frozen=True):
    """One page of the ranking with the width of its bar, out of 100."""

    path: str
    views: int
    width: float


def console_app(
    figures: Figures, clock: Clock, versions: VersionsInForce, *, hosts: Iterable[str] = LOOPBACK_NAMES
) -> AsgiApp:
    """Return the console as one ASGI application; listen with it on the loopback address only.

    hosts   names it answers to, without port; any other Host gets 421
    """
    page = StatisticsPage(figures, clock, versions)
    static = static_app(page.static)

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"].startswith(PREFIX + "/"):
            await static(scope, receive, send)
        else:
            await send_answer(scope, send, await asyncio.to_thread(page.answer, scope))

    return only_for_hosts(with_security_headers(serve), hosts)


class StatisticsPage:
    """Reads the figures of one period and draws them."""

    def __init__(self, figures: Figures, clock: Clock, versions: VersionsInForce) -> None:
        self.static = page_files(PREFIX)
        self._figures, self._clock, self._versions = figures, clock, versions
        self._templates = templates("troth.console", self.static)

    def answer(self, scope: Scope) -> Answer:
        """Return the page, or say plainly why there is none."""
        if scope["path"] in ("/", "/console", "/console/"):
            return Answer(b"", 303, PLAIN, (("location", ADDRESS),))
        if scope["path"] != ADDRESS:
            return Answer(b"no such page\n", 404, PLAIN)
        if scope["method"] not in ("GET", "HEAD"):
            return Answer(b"GET only\n", 405, PLAIN, (("allow", "GET, HEAD"),))
        query = query_of(scope)
        language = choose_language(query.get("lang", ""), header(scope, "accept-language"))
        policy = self._versions.at(self._clock.now()).policy
        today = self._clock.now().astimezone(policy.zone).date()
        period = read_period(query.get("period", ""), today)
        if period is None:
            return Answer(b"periods are 30d, a month like 2026-11, or a year like 2026\n", 404, PLAIN)
        try:
            days = list(self._figures.visits_per_day(period.first, period.last))
            pages = list(self._figures.top_pages(period.first, period.last, TOP_PAGES))
            still_open = self._figures.open_visits()
        except StoreError:
            return Answer(say("page.trouble", language).encode(), 503, PLAIN, (("retry-after", "30"),))
        points = _points(period, days, language)
        visits, views = sum(count.visits for count in days), sum(count.views for count in days)
        body = render(
            self._templates,
            "statistics.html",
            language,
            brand=policy.controller.name.in_(language),
            home=ADDRESS,
            keep=f"period={period.name}&",
            period=period,
            offered=[(other, period_name(other, language)) for other in periods_offered(today)],
            visits=visits,
            views=views,
            per_visit=f"{views / visits:.1f}" if visits else "–",
            still_open=still_open,
            chart=draw_chart(points),
            narrow=draw_chart(points, labels_max=4, width=NARROW),
            best=max(points, key=lambda point: point.value) if visits else None,
            pages=_rows(pages),
            zone=policy.policy.time_zone,
        )
        return Answer(body, headers=(("content-language", language), ("vary", "Accept-Language")))


def period_name(period: Period, language: Language) -> str:
    """Return what a period is called: "Last 30 days", "November 2026", "2026"."""
    if period.name == "30d":
        return say("statistics.thirty", language)
    if period.step == "month":
        return say("statistics.year", language, year=period.first.year)
    return _month_name(period.first, language)


def _month_name(first: date, language: Language) -> str:
    return f"{first.year}年{first.month}月" if language == "zh-CN" else f"{MONTHS[first.month - 1]} {first.year}"


def _points(period: Period, days: Sequence[DayCount], language: Language) -> list[Point]:
    """Return one point for every day or month of the period, those without visits too."""
    counted: dict[date, int] = {}
    for count in days:
        place = count.day.replace(day=1) if period.step == "month" else count.day
        counted[place] = counted.get(place, 0) + count.visits
    places = _months(period) if period.step == "month" else _days(period)
    if period.step == "month":
        return [
            Point(_month_name(place, language), counted.get(place, 0), _short_month(place, language))
            for place in places
        ]
    return [
        Point(day_in_words(place, language), counted.get(place, 0), f"{place.month}/{place.day}") for place in places
    ]


def _short_month(first: date, language: Language) -> str:
    return f"{first.month}月" if language == "zh-CN" else MONTHS[first.month - 1][:3]


def _days(period: Period) -> list[date]:
    return [period.first + timedelta(days=step) for step in range((period.last - period.first).days + 1)]


def _months(period: Period) -> list[date]:
    return [period.first.replace(month=month) for month in range(1, period.last.month + 1)]


def _rows(pages: Sequence[PageCount]) -> list[PageRow]:
    most = max((page.views for page in pages), default=0)
    return [PageRow(page.path, page.views, share_of(page.views, most)) for page in pages]
