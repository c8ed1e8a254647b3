"""Now, working days and deadlines: the only room that asks the machine for the time (clauses 8 and 11).

Every other room takes a `Clock`. A deadline is the law's: `due()` counts working days on the statutory
calendar, in the policy's zone, from the day after receipt.
"""

from troth.clock.deadline import Due, due
from troth.clock.moments import Clock, SetClock, SystemClock, from_ms, to_ms
from troth.clock.workdays import CALENDARS, WorkCalendar

__all__ = ["CALENDARS", "Clock", "Due", "SetClock", "SystemClock", "WorkCalendar", "due", "from_ms", "to_ms"]
