"""The visits, one DuckDB file a month: loaded whole by `read_json`, counted by coarse columns, dropped by unlinking.

One process owns these files. The tables say which column is coarse; what identifies stands sealed in `seals`.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec

from troth.collect.rows import COARSE_COLUMNS, ClosedVisits, SealRow
from troth.errors import StoreError

_MONTH = re.compile(r"\d{4}-\d{2}")
_COARSE_TYPES = {"browser_major": "INTEGER", "color_bits": "INTEGER", "cookie_ok": "BOOLEAN", "java_ok": "BOOLEAN"}
VISIT_COLUMNS = {
    "visit": "UUID",
    "visitor_key": "UUID",
    "grants": "VARCHAR",
    "day": "DATE",
    "started_ms": "BIGINT",
    "pages": "INTEGER",
    "duration_ms": "INTEGER",
    "entry_page": "VARCHAR",
    "exit_page": "VARCHAR",
    "is_first": "BOOLEAN",
    "frequency": "VARCHAR",
    **{name: _COARSE_TYPES.get(name, "VARCHAR") for name in COARSE_COLUMNS},
}
VIEW_COLUMNS = {
    "visit": "UUID",
    "view": "UBIGINT",
    "day": "DATE",
    "seen_ms": "BIGINT",
    "page": "VARCHAR",
    "engaged_ms": "INTEGER",
    "opened_ms": "BIGINT",
}
SEAL_COLUMNS = {"visit": "UUID", "number": "INTEGER", "class": "VARCHAR", "epoch": "VARCHAR", "blob": "BLOB"}
TABLES = {"visits": VISIT_COLUMNS, "views": VIEW_COLUMNS, "seals": SEAL_COLUMNS}


class _Opened(NamedTuple):
    """DuckDB with the month files attached, and which those are."""

    duck: duckdb.DuckDBPyConnection
    months: set[str]


class MonthStore:
    """The month files of one data folder. Every method may be called from any thread."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.folder = folder
        self.lock = threading.RLock()
        for left in folder.glob(".loading-*"):
            shutil.rmtree(left, ignore_errors=True)
        self._opened: _Opened | None = None
        self._open()

    def _open(self) -> _Opened:
        """Return the open files, opened anew after a failed write: DuckDB lets nobody use a file it could not write."""
        if self._opened is not None:
            return self._opened
        duck = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "512MB"})
        try:
            duck.execute("SET preserve_insertion_order = false")
            duck.execute(f"SET temp_directory = '{self.folder}/.spill'")
            months = {self._attach(duck, path.stem) for path in sorted(self.folder.glob("*.duckdb"))}
        except (duckdb.Error, OSError) as error:
            duck.close()
            raise StoreError(
                f"the month files could not be opened ({type(error).__name__})", "see `troth doctor`", str(self.folder)
            ) from error
        self._opened = _Opened(duck, months)
        return self._opened

    def _shut(self) -> None:
        opened, self._opened = self._opened, None
        if opened is not None:
            with suppress(duckdb.Error):
                opened.duck.close()

    # Loading -----------------------------------------------------------------------------------------------------

    def held(self, month: str, visits: Collection[str]) -> set[str]:
        """Return which of these visits the month file already holds."""
        with self.lock:
            if month not in self._open().months or not visits:
                return set()
            rows = self._all(
                f"SELECT replace(visit::VARCHAR, '-', '') FROM {_schema(month)}.visits "
                "WHERE visit IN (SELECT unnest(?)::UUID)",
                [list(visits)],
            )
            return {row[0] for row in rows}

    def load(self, closed: ClosedVisits, committed: Callable[[], None]) -> None:
        """Keep visits, views and seals in one transaction; `committed` runs before anybody else may count."""
        with self.lock:
            try:
                if closed.visits:
                    self._load(closed)
            except (duckdb.Error, OSError) as error:
                self._shut()
                raise StoreError(
                    f"the visits of {closed.month} could not be loaded ({type(error).__name__})",
                    "free disk space or repair the disk; the visits wait in the segments",
                    str(self.folder),
                ) from error
            committed()

    def _load(self, closed: ClosedVisits) -> None:
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".loading-", ignore_cleanup_errors=True) as scratch:
            files = _write_rows(Path(scratch), closed)
            opened = self._open()
            if closed.month not in opened.months:
                self._create(closed.month, Path(scratch) / "empty.duckdb")
                opened.months.add(self._attach(opened.duck, closed.month))
            opened.duck.execute("BEGIN")
            for table, path in files.items():
                self._insert(opened.duck, closed.month, table, path)
            opened.duck.execute("COMMIT")

    def _insert(self, duck: duckdb.DuckDBPyConnection, month: str, table: str, path: Path) -> None:
        columns = TABLES[table]
        read_as = {name: "VARCHAR" if kind == "BLOB" else kind for name, kind in columns.items()}
        values = ", ".join(f'from_base64("{n}")' if kind == "BLOB" else f'"{n}"' for n, kind in columns.items())
        spec = "{" + ", ".join(f"'{name}': '{kind}'" for name, kind in read_as.items()) + "}"
        duck.execute(
            f"INSERT INTO {_schema(month)}.{table} SELECT {values} "
            f"FROM read_json('{path}', format = 'newline_delimited', columns = {spec})"
        )

    def _create(self, month: str, scratch: Path) -> None:
        """Make the month file beside its place and move it there whole: one cut short by a kill cannot be opened."""
        with duckdb.connect(str(scratch)) as duck:
            for table, columns in TABLES.items():
                spec = ", ".join(f'"{name}" {kind}' for name, kind in columns.items())
                duck.execute(f"CREATE TABLE {table} ({spec})")
            duck.execute("CHECKPOINT")
        _sync(scratch)
        scratch.rename(self.folder / f"{month}.duckdb")
        _sync(self.folder)

    def _attach(self, duck: duckdb.DuckDBPyConnection, month: str) -> str:
        if not _MONTH.fullmatch(month):
            raise StoreError(f"{month}.duckdb is not a month file", "move it out of the folder", str(self.folder))
        path = self.folder / f"{month}.duckdb"
        duck.execute(f"ATTACH '{path}' AS {_schema(month)}")
        path.chmod(0o600)
        return month

    # Reading -----------------------------------------------------------------------------------------------------

    @property
    def months(self) -> Sequence[str]:
        """The months there are files of, oldest first."""
        with self.lock:
            return sorted(self._open().months)

    def views_since(self, since_ms: int) -> Iterable[tuple[str, int]]:
        """Return view id (16 hex characters) and time of the views seen since then."""
        with self.lock:
            rows = [
                row
                for month in self.months[-2:]
                for row in self._all(
                    f"SELECT view, seen_ms FROM {_schema(month)}.views WHERE seen_ms >= ?",
                    [since_ms],
                )
            ]
        return [(f"{view:016x}", at_ms) for view, at_ms in rows]

    def count_views(self) -> int:
        """Return how many views all month files hold."""
        with self.lock:
            return sum(self._all(f"SELECT count(*) FROM {_schema(month)}.views", [])[0][0] for month in self.months)

    def view_ids(self) -> list[str]:
        """Return the id of every view, repeated ones repeatedly: what a check for doubles needs."""
        with self.lock:
            rows = [row for m in self.months for row in self._all(f"SELECT view FROM {_schema(m)}.views", [])]
        return [f"{row[0]:016x}" for row in rows]

    def visits_of(self, month: str, visitor_key: str) -> list[dict[str, Any]]:
        """Return the visits of one visitor key in a month, with their views."""
        with self.lock:
            if month not in self._open().months:
                return []
            visits = self._named(f"SELECT * FROM {_schema(month)}.visits WHERE visitor_key = ?::UUID", visitor_key)
            for visit in visits:
                visit["views"] = self._named(
                    f"SELECT * FROM {_schema(month)}.views WHERE visit = ?::UUID ORDER BY seen_ms", str(visit["visit"])
                )
                visit["visit"] = visit["visit"].hex
            return visits

    def seals_of(self, month: str, visit: str) -> list[SealRow]:
        """Return the sealed facts of one visit, in order."""
        with self.lock:
            rows = self._all(
                f'SELECT number, "class", epoch, "blob" FROM {_schema(month)}.seals '
                "WHERE visit = ?::UUID ORDER BY number",
                [visit],
            )
        return [
            SealRow(visit=visit, number=n, class_=class_, epoch=epoch, blob=blob) for n, class_, epoch, blob in rows
        ]

    def over_months(self, first: str, last: str, select: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        """Run one SELECT per month file from `first` to `last` ("2026-09") and return all rows.

        select  names the month's tables as {month}.visits and {month}.views; the same parameters for each
        """
        with self.lock:
            return [
                row
                for month in self.months
                if first <= month <= last
                for row in self._all(select.format(month=_schema(month)), list(parameters))
            ]

    def close(self) -> None:
        """Write everything down and let go of the files."""
        with self.lock:
            self._shut()

    def _all(self, sql: str, parameters: list[object]) -> list[tuple[Any, ...]]:
        try:
            return self._open().duck.execute(sql, parameters).fetchall()
        except duckdb.Error as error:
            raise StoreError(
                f"the month files could not be read ({type(error).__name__})", "see `troth doctor`", str(self.folder)
            ) from error

    def _named(self, sql: str, parameter: str) -> list[dict[str, Any]]:
        cursor = self._open().duck.execute(sql, [parameter])
        names = [column[0] for column in cursor.description or []]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _schema(month: str) -> str:
    return f"m{month.replace('-', '_')}"


def _write_rows(scratch: Path, closed: ClosedVisits) -> dict[str, Path]:
    """Write the rows as line-delimited JSON for `read_json`; the folder is gone after the load."""
    rows: dict[str, Iterable[dict[str, object]]] = {
        "visits": ({**msgspec.structs.asdict(row), **row.coarse, "coarse": None} for row in closed.visits),
        "views": ({**msgspec.structs.asdict(row), "view": int(row.view, 16)} for row in closed.views),
        "seals": (
            {
                "visit": row.visit,
                "number": row.number,
                "class": row.class_,
                "epoch": row.epoch,
                "blob": base64.b64encode(row.blob).decode(),
            }
            for row in closed.seals
        ),
    }
    files = {}
    for table, lines in rows.items():
        data = b"".join(msgspec.json.encode(line) + b"\n" for line in lines)
        if data:
            files[table] = scratch / f"{table}.rows"
            files[table].write_bytes(data)
    return files


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
