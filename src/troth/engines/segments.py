"""The segments on disk: append-only files of checksummed lines, many beacons to one fdatasync.

A commit starts as soon as the one before it ended and takes everything that came meanwhile; there is no timer.
"""

from __future__ import annotations

import asyncio
import logging
import os
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue

from troth.collect.journal import Entry, Fence, TakeBack
from troth.collect.lines import SegmentLine, read_lines
from troth.errors import StoreError

SEGMENT_BYTES = 16 * 1024 * 1024
SUFFIX = ".segment"
log = logging.getLogger("troth.segments")


class _Batch:
    """The entries of one group commit and the future their senders wait for."""

    __slots__ = ("done", "entries")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.entries: list[Entry] = []
        self.done: asyncio.Future[None] = loop.create_future()


class _Writer:
    """The one thread that writes. A plain queue: an executor's futures cost more than the commits they carry."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="journal", daemon=True)
        self._thread.start()

    def do(self, job: Callable[[], None]) -> None:
        """Do a job after those before it; the job answers for its own errors."""
        self._jobs.put(job)

    def ask(self, job: Callable[[], None]) -> None:
        """Do a job after those before it and return when it is done; raises what it raised."""
        done: Future[None] = Future()

        def answer() -> None:
            try:
                job()
                done.set_result(None)
            except Exception as error:  # whatever it was, it belongs to who asked
                done.set_exception(error)

        self._jobs.put(answer)
        done.result()

    def stop(self) -> None:
        """Finish what was given and end the thread."""
        self._jobs.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
            del job  # while we wait, nothing of the last job is held


class SegmentJournal:
    """One process's segments. `append` runs on one event loop; writing and fdatasync run in one thread."""

    def __init__(self, folder: Path, *, segment_bytes: int = SEGMENT_BYTES) -> None:
        self.folder = folder
        self.healthy = True
        self._segment_bytes = segment_bytes
        self._fence: Fence = dict
        self._take_back: TakeBack = lambda entries: None
        self._writer = _Writer()
        self._filling: _Batch | None = None
        self._writing: _Batch | None = None
        self._descriptor = -1
        self._active: Path | None = None
        self._size = 0
        self._held: dict[Path, set[str]] = {}
        self._number = 0
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def connect(self, fence: Fence, take_back: TakeBack) -> None:
        """Name who is asked before each commit and who takes back what was not written."""
        self._fence, self._take_back = fence, take_back

    # Reading back -----------------------------------------------------------------------------------------------

    def read_back(self) -> Iterator[Sequence[SegmentLine]]:
        """Yield the readable lines of each segment, oldest first; a torn tail is cut off on disk."""
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            data = path.read_bytes()
            lines, whole = read_lines(data)
            if len(lines) < data.count(b"\n"):
                log.error("a segment holds damaged lines: views were lost; look at the disk")
            if whole < len(data):
                with path.open("r+b") as file:
                    file.truncate(whole)
                    os.fsync(file.fileno())
            self._number = max(self._number, int(path.name.removesuffix(SUFFIX)))
            self._held[path] = {line.visit for line in lines}
            yield lines

    # Writing ----------------------------------------------------------------------------------------------------

    async def append(self, entry: Entry) -> None:
        """Return once the entry is durable or its person ended; raises StoreError if it was not written."""
        batch = self._filling
        if batch is None:
            loop = asyncio.get_running_loop()
            batch = self._filling = _Batch(loop)
            if self._writing is None:
                loop.call_soon(self._commit_next, loop)  # after all that is ready now has joined
        batch.entries.append(entry)
        await batch.done

    async def settled(self) -> None:
        """Return once everything appended so far is durable; raises StoreError if it was not."""
        batch = self._filling or self._writing
        if batch is not None:
            await batch.done

    def _commit_next(self, loop: asyncio.AbstractEventLoop) -> None:
        """Hand what came meanwhile to the writing thread, unless it is still at work."""
        if self._writing is None and self._filling is not None:
            batch = self._writing = self._filling
            self._filling = None
            self._writer.do(lambda: self._commit(loop, batch))

    def _commit(self, loop: asyncio.AbstractEventLoop, batch: _Batch) -> None:
        """Write one batch and tell the loop. Runs in the writing thread."""
        ended: list[Entry] = []
        failure: StoreError | None = None
        try:
            ended = self._write(batch.entries)
        except StoreError as error:
            failure = error
        with suppress(RuntimeError):  # the loop is gone: nobody waits any more
            loop.call_soon_threadsafe(self._committed, loop, batch, ended, failure)

    def _committed(
        self, loop: asyncio.AbstractEventLoop, batch: _Batch, ended: list[Entry], failure: StoreError | None
    ) -> None:
        """Answer everybody in the batch and begin the next. Runs on the loop."""
        if failure is not None:
            self._fail(batch, failure)
            return
        if ended:
            self._take_back(ended)
        self.healthy = True
        self._writing = None
        if not batch.done.done():
            batch.done.set_result(None)
        self._commit_next(loop)

    def _fail(self, batch: _Batch, failure: StoreError) -> None:
        """Take back the batch and what was built on it meanwhile; nobody is acknowledged."""
        self.healthy = False
        later, self._filling, self._writing = self._filling, None, None
        entries = batch.entries + (later.entries if later else [])
        self._take_back(entries)
        for failed in (batch, later):
            if failed is not None and not failed.done.done():
                failed.done.set_exception(failure)
                failed.done.exception()

    def _write(self, entries: Sequence[Entry]) -> list[Entry]:
        """Write and sync one batch; return the entries left out because their person ended. Runs in the thread."""
        try:
            endings = self._fence()
            ended = [entry for entry in entries if endings.get(entry.subject, 0) > entry.generation] if endings else []
            for entry in ended:
                entry.ended = True
            kept = [entry for entry in entries if not entry.ended]
            if kept:
                self._write_durably(b"".join(entry.data for entry in kept), kept)
            return ended
        except Exception as error:  # whatever it was, nobody may be left waiting and nothing may be acknowledged
            self._abandon()
            raise StoreError(
                f"the visit journal could not be written ({_cause(error)})",
                "free disk space or repair the disk; collection goes on by itself afterwards",
                str(self.folder),
            ) from error

    def _write_durably(self, data: bytes, entries: Sequence[Entry]) -> None:
        if self._active is None or self._size > self._segment_bytes:
            self._open_next()
        written = 0
        while written < len(data):
            written += os.write(self._descriptor, data[written:])
        os.fdatasync(self._descriptor)
        self._size += len(data)
        assert self._active is not None  # noqa: S101  opened above
        self._held[self._active].update({entry.visit for entry in entries})

    def _open_next(self) -> None:
        self._close_active()
        self._number += 1
        path = self.folder / f"{self._number:012d}{SUFFIX}"
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
        self._active, self._size = path, 0
        self._held[path] = set()
        self._sync_folder()

    def _abandon(self) -> None:
        """After a failed write: cut the file back to what was acknowledged and go on in a new one."""
        if self._active is None:
            return
        try:
            os.ftruncate(self._descriptor, self._size)
            os.fdatasync(self._descriptor)
        except OSError:
            pass  # What stays was never acknowledged; reading back cuts a torn line off and folds repeated views.
        self._close_active()

    def _close_active(self) -> None:
        descriptor, self._descriptor, self._active, self._size = self._descriptor, -1, None, 0
        if descriptor >= 0:
            with suppress(OSError):  # what was acknowledged is durable already
                os.close(descriptor)

    def _sync_folder(self) -> None:
        descriptor = os.open(self.folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    # Letting go -------------------------------------------------------------------------------------------------

    def release(self, visits: Iterable[str]) -> None:
        """Let go of visits that are safe elsewhere and remove the segments that hold no other.

        Raises StoreError if one could not be removed; the next call tries again.
        """
        try:
            self._writer.ask(lambda: self._release(frozenset(visits)))
        except OSError as error:
            raise StoreError(
                f"a segment could not be removed ({_cause(error)})", "look at the disk", str(self.folder)
            ) from error

    def _release(self, visits: frozenset[str]) -> None:
        for path, held in list(self._held.items()):
            held -= visits
            if held:
                continue
            if path == self._active:
                self._close_active()
            path.unlink(missing_ok=True)
            del self._held[path]
        self._sync_folder()

    def close(self) -> None:
        """Wait for the last commit and close the file; what is in the segments stays there."""
        self._writer.stop()
        self._close_active()


def _cause(error: Exception) -> str:
    """Name a cause without quoting anything that was to be written."""
    return os.strerror(error.errno or 0) if isinstance(error, OSError) else type(error).__name__
