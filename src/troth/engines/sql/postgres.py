"""PostgreSQL as the register uses it: one sequencer for all processes, and no values in its logs (rules 14, 29).

What a plain user may set, we set for our own sessions. The rest is the operator's, once, as a superuser:

    ALTER ROLE troth SET log_statement = 'none';
    ALTER ROLE troth SET log_min_duration_statement = -1;
    ALTER ROLE troth SET log_min_duration_sample = -1;
    ALTER ROLE troth SET log_parameter_max_length = 0;
    ALTER ROLE troth SET log_error_verbosity = 'terse';

The last one matters even where no statement is logged: a row that collides is quoted in the error's DETAIL.
At the start the log says which of these are still missing.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sqlalchemy import URL, Connection

# Stored nowhere, but every process must take the same one. Never change it. (The letters "troth" and a 1.)
SEQUENCER: Final = int.from_bytes(b"troth\x00\x01")
CONNECT_TIMEOUT_S: Final = 5
TURN_TIMEOUT_S: Final = 10
# A writer that hangs with its transaction open would keep everybody waiting: the server ends it.
IDLE_TIMEOUT_S: Final = 60
SILENT: Final = {
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_duration_sample": "-1",
    "log_transaction_sample_rate": "0",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
    "auto_explain.log_min_duration": "-1",
}
_WRITER: Final = {
    "lock_timeout": f"{TURN_TIMEOUT_S}s",
    "idle_in_transaction_session_timeout": f"{IDLE_TIMEOUT_S}s",
}
_MAY_SET: Final = """SELECT set_config(name, said.value, false)
    FROM json_each_text(%s::json) AS said(name, value) JOIN pg_settings USING (name)
    WHERE setting <> said.value AND (context = 'user' OR current_setting('is_superuser') = 'on')"""
_STILL_LOUD: Final = """SELECT name FROM json_each_text(%s::json) AS said(name, value) JOIN pg_settings USING (name)
    WHERE setting <> said.value AND name <> 'log_parameter_max_length' ORDER BY name"""
# "off" would acknowledge what a crash can lose; every other value is at least as strict as "on" for this machine.
_DURABLE: Final = """SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') = 'off'"""


def arguments(url: URL) -> dict[str, Any]:
    """Return what a connection is opened with; what the URL says itself stands."""
    ours = {"connect_timeout": CONNECT_TIMEOUT_S, "application_name": "troth", "tcp_user_timeout": 10_000}
    return {name: value for name, value in ours.items() if name not in url.query}


def settle(connection: Any, _record: object) -> None:
    """Keep values out of the server's log, as far as we may."""
    _set(connection, SILENT)


def settle_writer(connection: Any, _record: object) -> None:
    """Set what the writer needs: silence, patience with an end, durable commits."""
    _set(connection, SILENT)
    for name, value in _WRITER.items():
        connection.execute("SELECT set_config(%s, %s, false)", (name, value))
    connection.execute(_DURABLE)
    connection.commit()


def take_turn(connection: Connection) -> None:
    """Wait until no other process is writing; the lock ends with the transaction, also if its process is killed.

    Every statement after it sees what the ones before committed (READ COMMITTED), so numbers follow without a gap.
    """
    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({SEQUENCER})")


def loud_settings(connection: Connection) -> list[str]:
    """Return the settings that still let the server write values into its log."""
    return [row[0] for row in connection.exec_driver_sql(_STILL_LOUD, (json.dumps(SILENT),))]


def _set(connection: Any, settings: dict[str, str]) -> None:
    connection.execute(_MAY_SET, (json.dumps(settings),))
    connection.commit()
