"""Clause 8: an answer within 15 working days (C8.2-03, pitfalls P1 and P2)."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import chinese_calendar
import msgspec
import pytest
import typer
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from troth.cli.due import due as due_command
from troth.clock import Due, SetClock, SystemClock, WorkCalendar, due, from_ms, to_ms
from troth.errors import ClockError, TrothError

SHANGHAI = ZoneInfo("Asia/Shanghai")
GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "workdays-cn.json").read_text("utf-8"))
FACTS = [(date.fromisoformat(row["received"]), date.fromisoformat(row["due"])) for row in GOLDEN["fifteen_workdays"]]
CN = WorkCalendar.load("cn")
DAY = timedelta(days=1)

LAW = {
    day
    for day in (date(2008, 1, 1) + n * DAY for n in range((date(2026, 12, 31) - date(2008, 1, 1)).days + 1))
    if chinese_calendar.is_workday(day)
}

OVERLAY = """\
known_through: 2027-12-31
weekday_off: [2027-01-01, 2027-02-05, 2027-02-08, 2027-02-09, 2027-02-10, 2027-02-11]
weekend_on: [2027-02-20]
source: an invented notice
"""


def fifteen(received: date | datetime, calendar: WorkCalendar = CN) -> Due:
    return due(received, 15, calendar, SHANGHAI)


def days(first: date, last: date) -> list[date]:
    return [first + n * DAY for n in range((last - first).days + 1)]


def law_says(received: date, working_days: int) -> date:
    """Count by the second library, naively."""
    day = received
    while working_days:
        day += DAY
        working_days -= day in LAW
    return day


# --- the calendar


@pytest.mark.parametrize(("received", "expected"), FACTS, ids=[str(received) for received, _ in FACTS])
def test_fifteen_working_days_end_on_the_day_the_table_says(received: date, expected: date) -> None:
    assert fifteen(received).due_on == expected
    assert not fifteen(received).provisional


def test_the_table_holds_the_two_days_the_pitfall_names() -> None:
    assert fifteen(date(2026, 2, 23)).due_on == date(2026, 3, 13)
    assert fifteen(date(2026, 9, 24)).due_on == date(2026, 10, 22)


@pytest.mark.parametrize("name", ["weekday_off", "weekend_on"])
def test_days_off_and_working_weekends_of_2025_and_2026_are_the_published_ones(name: str) -> None:
    ours = {day.isoformat() for day in getattr(CN, name) if day.year >= 2025}
    assert ours == set(GOLDEN[name])
    assert CN.known_through.isoformat() == GOLDEN["known_through"]


def test_two_libraries_agree_on_every_start_date_of_2024_to_2026() -> None:
    starts = [day for day in days(date(2024, 1, 1), date(2026, 12, 31)) if not fifteen(day).provisional]
    assert starts[-1] == date(2026, 12, 10)
    assert [day for day in starts if fifteen(day).due_on != law_says(day, 15)] == []


def test_two_libraries_agree_on_every_day_we_say_we_know() -> None:
    known = days(CN.known_from, CN.known_through)
    assert {day for day in known if CN.is_workday(day)} == LAW


@given(st.dates(date(2008, 1, 1), date(2026, 1, 1)), st.integers(1, 200))
def test_the_due_day_is_a_working_day_with_exactly_that_many_up_to_it(received: date, count: int) -> None:
    answer = due(received, count, CN, SHANGHAI)
    assert CN.is_workday(answer.due_on)
    assert sum(CN.is_workday(day) for day in days(received + DAY, answer.due_on)) == count


# --- receipt


def test_an_email_that_came_at_23_50_in_shanghai_counts_from_that_day() -> None:
    late = datetime(2026, 2, 23, 23, 50, tzinfo=SHANGHAI)
    assert late.astimezone(UTC).date() == date(2026, 2, 23)
    assert fifteen(late).received_on == date(2026, 2, 23)
    assert fifteen(late).due_on == date(2026, 3, 13)


def test_an_email_that_came_at_midnight_in_shanghai_counts_from_the_new_day() -> None:
    before = datetime(2026, 2, 23, 15, 59, 59, 999_999, tzinfo=UTC)
    after = datetime(2026, 2, 23, 16, 0, tzinfo=UTC)
    assert [fifteen(moment).received_on.day for moment in (before, after)] == [23, 24]
    assert [fifteen(moment).due_on.isoformat() for moment in (before, after)] == ["2026-03-13", "2026-03-16"]


def test_the_zone_is_the_policys_not_the_senders() -> None:
    moment = datetime(2026, 2, 24, 3, 0, tzinfo=ZoneInfo("Australia/Sydney"))
    assert fifteen(moment).received_on == date(2026, 2, 24)
    assert due(moment, 15, CN, ZoneInfo("America/New_York")).received_on == date(2026, 2, 23)


def test_a_moment_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 2, 23, 9, 0)  # noqa: DTZ001
    with pytest.raises(ClockError, match="without a time zone"):
        fifteen(naive)


def test_a_request_on_a_day_off_starts_with_the_next_working_day() -> None:
    holiday = [date(2026, 10, day) for day in range(1, 8)]
    assert not any(CN.is_workday(day) for day in holiday)
    assert {due(day, 1, CN, SHANGHAI).due_on for day in holiday} == {date(2026, 10, 8)}


# --- beyond what is published


def test_a_deadline_beyond_the_published_notices_is_provisional() -> None:
    assert not fifteen(date(2026, 12, 10)).provisional
    answer = fifteen(date(2026, 12, 11))
    assert answer.provisional
    assert answer.known_through == date(2026, 12, 31)


def test_beyond_the_notices_the_librarys_guess_of_new_year_is_not_trusted() -> None:
    import holidays

    assert not holidays.country_holidays("CN").is_working_day(date(2027, 1, 1))
    assert due(date(2026, 12, 31), 1, CN, SHANGHAI).due_on == date(2027, 1, 1)


@pytest.mark.parametrize("working_days", [3, 15, 18, 30])
@pytest.mark.parametrize("known_days", [-1, 9])
def test_a_provisional_deadline_was_never_later_than_the_notice_then_made_it(
    working_days: int, known_days: int
) -> None:
    """Play every day since 2008 as if the notices had ended shortly after it."""
    late = []
    for received in days(date(2008, 1, 1), date(2026, 9, 30)):
        known = msgspec.structs.replace(CN, known_through=received + known_days * DAY)
        if due(received, working_days, known, SHANGHAI).due_on > law_says(received, working_days):
            late.append(received)
    assert late == []


def test_counting_only_mondays_to_fridays_would_have_been_too_late() -> None:
    """The reason for counting weekend days too: without them the rule above is broken."""
    received = date(2026, 2, 23)
    weekdays_only = msgspec.structs.replace(CN, known_through=received, makeup_days_at_most=0)
    assert fifteen(received, weekdays_only).due_on == date(2026, 3, 16) > date(2026, 3, 13)


@pytest.mark.parametrize("day", [date(2007, 12, 31), date(2027, 1, 1)])
def test_a_day_outside_the_notices_has_no_answer(day: date) -> None:
    with pytest.raises(ClockError, match="knows 2008-01-01 to 2026-12-31"):
        CN.is_workday(day)


@pytest.mark.parametrize("received", [date(1999, 1, 1), date(9999, 12, 1)])
def test_a_receipt_no_calendar_can_count_from_is_refused(received: date) -> None:
    with pytest.raises(ClockError):
        fifteen(received)


@pytest.mark.parametrize("working_days", [0, -1, 1_001])
def test_a_senseless_number_of_working_days_is_refused(working_days: int) -> None:
    with pytest.raises(ClockError, match="from 1 to 1000"):
        due(date(2026, 1, 5), working_days, CN, SHANGHAI)


def test_an_unknown_calendar_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ClockError) as trouble:
        WorkCalendar.load("xx")
    assert str(trouble.value).splitlines()[1] == "fix:   use one of: cn"


# --- the operator's overlay


def overlaid(folder: Path, text: str, name: str = "overlay.yaml") -> WorkCalendar:
    file = folder / name
    file.write_text(text, "utf-8")
    return WorkCalendar.load("cn", file)


def test_an_overlay_turns_a_provisional_deadline_into_a_final_one(tmp_path: Path) -> None:
    received = date(2027, 1, 28)
    assert fifteen(received).provisional
    answer = fifteen(received, overlaid(tmp_path, OVERLAY))
    assert not answer.provisional
    # 29 Jan, 1-4 Feb, 12 Feb, 15-20 Feb with the Saturday, 22-24 Feb.
    assert answer.due_on == date(2027, 2, 24)


def test_an_overlay_may_be_json(tmp_path: Path) -> None:
    text = json.dumps({"known_through": "2027-12-31", "weekday_off": ["2027-01-01"], "weekend_on": [], "source": "x"})
    calendar = overlaid(tmp_path, text, "overlay.json")
    assert not calendar.is_workday(date(2027, 1, 1))
    assert calendar.is_workday(date(2027, 1, 4))


def test_an_overlay_adds_a_day_announced_after_the_notice(tmp_path: Path) -> None:
    extra = "known_through: 2026-12-31\nweekday_off: [2026-03-02]\nweekend_on: []\nsource: extra day\n"
    assert CN.is_workday(date(2026, 3, 2))
    assert fifteen(date(2026, 2, 23), overlaid(tmp_path, extra)).due_on == date(2026, 3, 16)


def test_an_overlay_never_shortens_what_is_known(tmp_path: Path) -> None:
    short = "known_through: 2026-06-30\nweekday_off: []\nweekend_on: []\nsource: x\n"
    assert overlaid(tmp_path, short).known_through == CN.known_through


def test_an_overlay_is_named_as_a_source(tmp_path: Path) -> None:
    assert overlaid(tmp_path, OVERLAY).source.endswith("overlay: an invented notice")


BAD = {
    "unknown key": (OVERLAY + "weekend_of: []\n", ":5: overlay: unknown key", 'did you mean "weekend_on"?'),
    "missing key": ("known_through: 2027-12-31\n", 'overlay: key "weekday_off" is missing', "four keys"),
    "key twice": (OVERLAY + "source: y\n", ':5: overlay: key "source" stands twice', "keep one"),
    "no source": (OVERLAY.replace("an invented notice", '""'), ':4: overlay: "source" is empty', "name the notice"),
    "not a date": (OVERLAY.replace("2027-02-20", "2027-02-30"), ':3: overlay: "2027-02-30" is not a date', "dates as"),
    "week date": (OVERLAY.replace("2027-02-20", "2027-W07-6"), "is not a date", "dates as"),
    "number": (OVERLAY.replace("2027-02-20", "7"), '"7" is not a date', "dates as"),
    "nested": (OVERLAY.replace("2027-02-20", "[2027-02-20]"), "is not a date", "dates as"),
    "weekday": (OVERLAY.replace("2027-02-20", "2027-02-22"), "2027-02-22 is a Monday", 'under "weekend_on"'),
    "weekend": (OVERLAY.replace("2027-01-01", "2027-01-02"), "2027-01-02 is a Saturday", 'under "weekday_off"'),
    "too late": (OVERLAY.replace("2027-02-20", "2028-01-01"), "after known_through 2027-12-31", "raise known_through"),
    "too early": (OVERLAY.replace("2027-02-20", "1999-01-02"), "before the calendar's first day", "drop the day"),
    "not a list": (OVERLAY.replace("[2027-02-20]", "2027-02-20"), '"weekend_on" is not a list', "[] for none"),
    "a list": ("- 1\n", "is not a mapping", "four keys"),
    "empty": ("", "is not a mapping", "four keys"),
    "not YAML": ("a: [1,\n", "is not YAML or JSON", "four keys"),
    "alias": ("known_through: *x\n", "is not YAML or JSON", "four keys"),
    "itself": (OVERLAY.replace("[2027-02-20]", "&a [*a]"), "is not a date", "dates as"),
    "deep": ("[" * 20_000, "is not YAML or JSON", "four keys"),
    "control": ("a: \x07\n", "is not YAML or JSON", "four keys"),
    "large": ("#" * 70_000, "larger than 65536 bytes", "four keys"),
}


@pytest.mark.parametrize(("text", "what", "fix"), BAD.values(), ids=BAD.keys())
def test_a_bad_overlay_is_refused_in_two_lines(tmp_path: Path, text: str, what: str, fix: str) -> None:
    with pytest.raises(ClockError) as trouble:
        overlaid(tmp_path, text)
    error, remedy = str(trouble.value).splitlines()
    assert error.startswith(f"error: {tmp_path / 'overlay.yaml'}")
    assert what in error
    assert remedy.startswith("fix:   ")
    assert fix in remedy


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"source: \x80"])
def test_an_overlay_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "overlay").write_bytes(content)
    with pytest.raises(ClockError, match="UTF-8"):
        WorkCalendar.load("cn", tmp_path / "overlay")


def test_a_missing_overlay_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ClockError, match="no such file"):
        WorkCalendar.load("cn", tmp_path / "nowhere.yaml")


# --- moments


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_moment_survives_storage_to_the_millisecond(moment: datetime) -> None:
    back = from_ms(to_ms(moment))
    assert timedelta(0) <= moment - back < timedelta(milliseconds=1)
    assert to_ms(back) == to_ms(moment)


def test_a_moment_is_stored_the_same_whatever_its_zone() -> None:
    assert to_ms(datetime(1970, 1, 1, 8, 0, 1, tzinfo=SHANGHAI)) == 1_000
    with pytest.raises(ClockError):
        to_ms(datetime(1970, 1, 1))  # noqa: DTZ001


def test_a_set_clock_stands_until_it_is_moved() -> None:
    clock = SetClock(datetime(2026, 2, 23, 23, 50, tzinfo=SHANGHAI))
    assert clock.now() == clock.now() == datetime(2026, 2, 23, 15, 50, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    clock.forward(timedelta(minutes=10))
    assert clock.now() == datetime(2026, 2, 23, 16, 0, tzinfo=UTC)
    clock.move_to(datetime(2025, 1, 1, tzinfo=UTC))
    assert clock.now() == datetime(2025, 1, 1, tzinfo=UTC)


def test_the_system_clock_is_aware_and_does_not_run_backwards() -> None:
    first, second = SystemClock().now(), SystemClock().now()
    assert first.utcoffset() == timedelta(0)
    assert first <= second


def test_importing_the_clock_does_not_import_the_library_of_holidays() -> None:
    code = "import sys, troth.clock, troth.cli.due; print(sorted({'holidays', 'yaml'} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


# --- the command


def due_app() -> typer.Typer:
    app = typer.Typer()
    app.command("due")(due_command)
    return app


def run_due(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(due_app(), list(arguments))
    return result.exit_code, result.stdout, result.stderr


def test_the_command_prints_the_day_and_nothing_else() -> None:
    assert run_due("2026-02-23") == (0, "2026-03-13\n", "")
    assert run_due("2026-02-23T23:50+08:00") == (0, "2026-03-13\n", "")
    assert run_due("2026-02-23T16:00Z") == (0, "2026-03-16\n", "")
    assert run_due("2026-10-01", "--working-days", "1") == (0, "2026-10-08\n", "")


def test_the_command_says_on_stderr_that_a_day_is_provisional_and_why() -> None:
    code, out, err = run_due("2026-12-31", "--working-days", "1")
    assert (code, out) == (0, "2027-01-01\n")
    assert err.startswith("provisional: the cn calendar is known through 2026-12-31;")
    assert len(err.splitlines()) == 1


def test_the_command_reads_an_overlay(tmp_path: Path) -> None:
    (tmp_path / "o.yaml").write_text(OVERLAY, "utf-8")
    assert run_due("2027-01-28", "--overlay", str(tmp_path / "o.yaml")) == (0, "2027-02-24\n", "")


def test_the_command_can_answer_in_json() -> None:
    code, out, _ = run_due("2026-02-23", "--format", "json")
    assert code == 0
    assert json.loads(out) == {
        "due_on": "2026-03-13",
        "provisional": False,
        "received_on": "2026-02-23",
        "working_days": 15,
        "known_through": "2026-12-31",
        "calendar": "cn",
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("yesterday",),
        ("2026-02-30",),
        ("2026-02-23T10:00",),
        ("2026-02-23", "--zone", "Mars/Base"),
        ("2026-02-23", "--zone", "../etc/passwd"),
        ("2026-02-23", "--calendar", "zz"),
        ("2026-02-23", "--working-days", "0"),
        ("2026-02-23", "--overlay", "/nowhere/at/all"),
    ],
)
def test_the_command_refuses_unusable_input_in_two_lines(arguments: tuple[str, ...]) -> None:
    trouble = CliRunner().invoke(due_app(), list(arguments)).exception
    assert isinstance(trouble, TrothError)
    assert trouble.exit_code == 2
    assert [line.split(":")[0] for line in str(trouble).splitlines()] == ["error", "fix"]
