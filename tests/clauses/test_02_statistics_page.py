"""C2.4: the statistics page shows consented visits only, in fixed periods, truthfully, on this machine alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from asking import Reply, ask
from consents import Versions, demo_policy, version_of

from troth.clock import SetClock
from troth.console.statistics import console_app
from troth.errors import StoreError
from troth.pages.charts import HEIGHT, Point, draw_chart, round_up
from troth.pages.headers import host_of
from troth.statistics.figures import DayCount, PageCount
from troth.statistics.periods import periods_offered, read_period

TODAY = date(2026, 9, 15)
HOSTILE = "/<script>canary()</script>\u202egnp\u0007"


class Fixed:
    """Figures written down in a test, and which days they were asked for."""

    def __init__(self, days: Sequence[DayCount] = (), pages: Sequence[PageCount] = (), still_open: int = 0) -> None:
        self.days, self.pages, self.still_open = days, pages, still_open
        self.asked: list[tuple[date, date]] = []

    def visits_per_day(self, first: date, last: date) -> Sequence[DayCount]:
        self.asked.append((first, last))
        return [count for count in self.days if first <= count.day <= last]

    def top_pages(self, first: date, last: date, limit: int) -> Sequence[PageCount]:
        return self.pages[:limit]

    def open_visits(self) -> int:
        return self.still_open


def look(figures: Any, clock: SetClock, query: str = "lang=en", host: str = "localhost", **more: str) -> Reply:
    app = console_app(figures, clock, Versions(version_of(demo_policy())))
    return ask(app, f"/console/statistics?{query}", host=host, **more)


def table_of(page: str) -> dict[str, int]:
    """The table behind the chart, by row."""
    behind = page[page.index('<details class="behind">') : page.index("</details>")]
    rows = re.findall(r'<th scope="row">([^<]+)</th><td class="number">(\d+)</td>', behind)
    return {name: int(value) for name, value in rows}


def test_every_day_of_the_period_is_in_the_table_behind_the_chart(clock: SetClock) -> None:
    figures = Fixed([DayCount(TODAY, 7, 20), DayCount(date(2026, 8, 20), 3, 4), DayCount(date(2026, 8, 1), 9, 9)])
    page = look(figures, clock).text
    table = table_of(page)
    assert len(table) == 30
    assert table["15 September 2026"] == 7
    assert table["20 August 2026"] == 3
    assert table["21 August 2026"] == 0
    assert sum(table.values()) == 10
    assert figures.asked == [(date(2026, 8, 17), TODAY)]


def test_the_chart_has_a_name_a_description_and_one_bar_for_each_row(clock: SetClock) -> None:
    page = look(Fixed([DayCount(TODAY, 7, 20)]), clock).text
    for drawing in re.findall(r'<svg class="plot.*?</svg>', page, flags=re.DOTALL):
        assert 'role="img"' in drawing
        named = re.search(r'aria-labelledby="(\S+) (\S+)"', drawing)
        assert named
        assert f'<title id="{named[1]}">Visits per day' in drawing
        assert f'<desc id="{named[2]}">Bar chart with 30 bars. The highest is 15 September 2026 with 7.' in drawing
        assert drawing.count("<rect") == 30
    assert page.count('<svg class="plot') == 2
    assert " style=" not in page


def test_totals_and_open_visits_are_said_and_so_is_what_they_are_not(clock: SetClock) -> None:
    page = look(Fixed([DayCount(TODAY, 1200, 3000)], still_open=5), clock).text
    figures = dict(re.findall(r"<dt>([^<]+)</dt><dd>([^<]+)</dd>", page))
    assert figures == {
        "visits": "1,200", "page views": "3,000", "pages a visit": "2.5", "visits still open, counted in": "5",
    }  # fmt: skip
    assert "Visits still open and counted in: 5." in page
    assert "Only visits with consent are counted" in page
    assert "The figures are not authenticated" in page
    assert "Days are days in Asia/Shanghai" in page


def test_a_period_without_visits_says_so_instead_of_drawing_nothing(clock: SetClock) -> None:
    page = look(Fixed(), clock).text
    assert "No consented visit in this period" in page
    assert "<svg" not in page
    assert "<dd>–</dd>" in page


def test_top_pages_are_ranked_with_bars(clock: SetClock) -> None:
    page = look(Fixed([DayCount(TODAY, 1, 1)], [PageCount("/", 40), PageCount("/jobs", 10)]), clock).text
    assert re.findall(r'<th scope="row" dir="auto">([^<]+)</th>', page) == ["/", "/jobs"]
    assert re.findall(r'<rect width="([\d.]+)" height="6"/>', page) == ["100.0", "25.0"]


def test_a_path_is_shown_as_text_with_its_controls_made_visible(clock: SetClock) -> None:
    page = look(Fixed([DayCount(TODAY, 1, 1)], [PageCount(HOSTILE, 1)]), clock).text
    assert "&lt;script&gt;canary()&lt;/script&gt;" in page
    assert "\N{SYMBOL FOR BELL}" in page
    assert "\u202e" not in page
    assert "<script" not in page
    assert not re.search(r"<a[^>]*canary", page)


@pytest.mark.parametrize(
    ("query", "first", "last", "rows"),
    [
        ("", date(2026, 8, 17), TODAY, 30),
        ("period=30d", date(2026, 8, 17), TODAY, 30),
        ("period=2026-08", date(2026, 8, 1), date(2026, 8, 31), 31),
        ("period=2026-09", date(2026, 9, 1), TODAY, 15),
        ("period=2024-02", date(2024, 2, 1), date(2024, 2, 29), 29),
        ("period=2026", date(2026, 1, 1), TODAY, 9),
        ("period=2025", date(2025, 1, 1), date(2025, 12, 31), 12),
    ],
)
def test_only_the_periods_of_the_calendar_can_be_asked_for(
    clock: SetClock, query: str, first: date, last: date, rows: int
) -> None:
    figures = Fixed([DayCount(first, 2, 2), DayCount(last, 1, 1)])
    table = table_of(look(figures, clock, f"lang=en&{query}").text)
    assert figures.asked == [(first, last)]
    assert len(table) == rows
    assert sum(table.values()) == 3


@pytest.mark.parametrize(
    "period", ["7d", "2026-13", "2026-9", "2027", "2026-10", "1999", "2026-09-15", "x", "２０２６", "2026-08..2026-09"]
)
def test_any_other_period_is_refused_and_not_asked_for(clock: SetClock, period: str) -> None:
    figures = Fixed([DayCount(TODAY, 1, 1)])
    reply = look(figures, clock, f"period={period}".encode().decode("latin-1"))
    assert reply.status == 404
    assert figures.asked == []
    assert read_period(period, TODAY) is None


def test_the_page_offers_thirty_days_twelve_months_and_two_years() -> None:
    names = [period.name for period in periods_offered(TODAY)]
    assert names[:3] == ["30d", "2026-09", "2026-08"]
    assert names[12:] == ["2025-10", "2026", "2025"]
    assert all(read_period(name, TODAY) for name in names)


def test_a_year_is_added_up_by_months(clock: SetClock) -> None:
    days = [DayCount(date(2025, 3, 1), 4, 4), DayCount(date(2025, 3, 31), 5, 5), DayCount(date(2025, 4, 1), 1, 1)]
    table = table_of(look(Fixed(days), clock, "lang=en&period=2025").text)
    assert table["March 2025"] == 9
    assert table["April 2025"] == 1
    assert table["December 2025"] == 0


def test_today_is_today_in_the_policys_zone(clock: SetClock) -> None:
    figures = Fixed()
    clock.move_to(datetime(2026, 9, 15, 15, 59, tzinfo=UTC))
    look(figures, clock)
    clock.forward(timedelta(minutes=1))
    look(figures, clock)
    assert [last for _, last in figures.asked] == [date(2026, 9, 15), date(2026, 9, 16)]


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "localhost:8800", "[::1]:8800", "LOCALHOST"])
def test_names_of_this_machine_are_answered(clock: SetClock, host: str) -> None:
    assert look(Fixed(), clock, host=host).status == 200


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "192.0.2.1", "", "127.0.0.1.evil.example"])
def test_any_other_name_pointed_at_this_machine_is_not(clock: SetClock, host: str) -> None:
    figures = Fixed([DayCount(TODAY, 1, 1)])
    assert look(figures, clock, host=host).status == 421
    assert figures.asked == []


def test_two_host_headers_count_as_none() -> None:
    assert host_of({"headers": [(b"host", b"localhost")]}) == "localhost"
    assert host_of({"headers": [(b"host", b"localhost"), (b"host", b"evil.example")]}) == ""


def test_the_page_speaks_both_languages_and_may_not_be_kept(clock: SetClock) -> None:
    reply = look(Fixed([DayCount(TODAY, 1, 1)]), clock, "", accept_language="zh")
    assert '<html lang="zh-CN">' in reply.text
    assert "最近 30 天" in reply.text
    assert reply.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert reply.cookies == []


def test_it_changes_nothing(clock: SetClock) -> None:
    assert look(Fixed(), clock, method="POST").status == 405


class Broken(Fixed):
    """Figures whose files cannot be read."""

    def visits_per_day(self, first: date, last: date) -> Sequence[DayCount]:
        raise StoreError("canary: the month file is gone")


def test_trouble_with_the_figures_is_a_truthful_503(clock: SetClock) -> None:
    reply = look(Broken(), clock)
    assert (reply.status, reply.headers["retry-after"]) == (503, "30")
    assert "canary" not in reply.text


@pytest.mark.parametrize(
    ("value", "end"),
    [
        (0, 4),
        (1, 4),
        (4, 4),
        (5, 8),
        (12, 12),
        (13, 20),
        (20, 20),
        (21, 40),
        (45, 60),
        (61, 80),
        (101, 120),
        (999, 1000),
    ],
)
def test_the_scale_ends_at_a_round_number_that_four_steps_reach(value: int, end: int) -> None:
    assert round_up(value) == end


def test_bars_stand_on_the_floor_and_grow_with_their_value() -> None:
    chart = draw_chart([Point("a", 0), Point("b", 5), Point("c", 10)])
    heights = [mark.height for mark in chart.marks]
    assert heights[0] == 0
    assert heights[2] == pytest.approx(2 * heights[1], abs=0.02)
    for mark in chart.marks:
        assert mark.y + mark.height == pytest.approx(chart.floor)
        assert 0 <= mark.y < HEIGHT
    assert [mark.x for mark in chart.marks] == sorted(mark.x for mark in chart.marks)
    assert chart.marks[-1].x + chart.marks[-1].width <= chart.width


def test_a_line_goes_through_every_point_and_an_empty_chart_draws_nothing() -> None:
    line = draw_chart([Point("a", 1), Point("b", 2)], "line")
    assert re.fullmatch(r"M[\d.]+,[\d.]+ L[\d.]+,[\d.]+", line.path)
    assert draw_chart([], "line").path == ""
