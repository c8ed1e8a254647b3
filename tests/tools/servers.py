"""Server processes in groups of their own, another process that kills them, a client that keeps what it was told.

python servers.py     the killer: reads "GROUP DELAY_S", waits, kills the whole process group, says so
"""

from __future__ import annotations

import asyncio
import json
import os
import random
import signal
import socket
import subprocess
import sys
import threading
from collections import Counter, deque
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

SOURCE = Path(__file__).parents[2] / "src"
PAGES = ("/", "/products", "/products/k1", "/news", "/jobs", "/somewhere/else")


def start(command: Sequence[str | Path | int], *, inherit: Sequence[int] = ()) -> subprocess.Popen[bytes]:
    """Start a Python program as the leader of its own process group."""
    return subprocess.Popen(
        [sys.executable, *map(str, command)],
        stdout=subprocess.DEVNULL,
        pass_fds=inherit,
        start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(SOURCE), os.environ.get("PYTHONPATH", "")])},
    )


def stop(server: subprocess.Popen[bytes]) -> int:
    """Ask a server to stop and return its exit code."""
    server.send_signal(signal.SIGTERM)
    return server.wait(30)


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Killer:
    """Another process: it alone kills, so that nothing of the test stands between the decision and the signal."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, __file__], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    async def kill(self, server: subprocess.Popen[bytes], delay_s: float) -> None:
        """Return when the server's whole process group was killed, `delay_s` from now."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{server.pid} {delay_s}\n")
        self._process.stdin.flush()
        said = await asyncio.to_thread(self._process.stdout.readline)
        assert said.split() == ["killed", str(server.pid)]
        assert await asyncio.to_thread(server.wait, 30) == -signal.SIGKILL

    def close(self) -> None:
        """Let the killer go."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(10)


def kill_when_told() -> None:
    """The killer's whole life."""
    for line in sys.stdin:
        group, delay_s = line.split()
        threading.Event().wait(float(delay_s))
        os.killpg(int(group), signal.SIGKILL)
        print("killed", group, flush=True)


class SentView(Struct, frozen=True):
    """One page view as the client remembers it until it is acknowledged."""

    token: str
    view: str
    page: str

    def body(self, seq: int = 0) -> bytes:
        """The beacon; `seq` above 0 makes it a later ping of the same view."""
        facts = {"tz": "Asia/Shanghai", "screen": "1920x1080", "color_bits": 24, "cookie_ok": True}
        said = {"token": self.token, "view": self.view, "seq": seq, "engaged_ms": seq * 900, "path": self.page}
        return json.dumps({**said, "query": "?q=riscv", "facts": facts}).encode()


class Client:
    """Many browsers on many connections: keeps the list of what was acknowledged, sends again what was not.

    acknowledged   view id -> how it was sent; nothing here may ever be lost
    waiting        sent, and never answered or answered with 503: sent again
    odd            every other answer, by status and reason
    """

    def __init__(self, port: int, origin: str) -> None:
        self.port = port
        self.origin = origin
        self.tokens: list[str] = []
        self.active: list[str] = []
        self.acknowledged: dict[str, SentView] = {}
        self.waiting: deque[SentView] = deque()
        self.sent_again = 0
        self.pings = 0
        self.odd: Counter[str] = Counter()
        self.dice = random.Random()
        self.answered = asyncio.Event()
        self._draining = False
        self._pinged: deque[SentView] = deque(maxlen=200)

    def forget_pings(self) -> None:
        """Send no more pings of what was seen until now."""
        self._pinged.clear()

    # Browsers

    async def agree(self, policy_hash: str) -> None:
        """Let one more browser agree; it counts only if the answer came."""
        said = {"policy": policy_hash[:16], "lang": "en", "layer": 1, "how": "banner", "text": "0" * 64, "gpc": False}
        body = json.dumps(said | {"purposes": {"statistics": True}}).encode()
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            try:
                writer.write(self._request("consent", body))
                status, answer = await _answer(reader)
            finally:
                writer.close()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        if status == 200:
            self.tokens.append(json.loads(answer)["token"])
        else:
            self.odd[f"consent {status}"] += 1

    # Views

    async def run(self, connections: int, until: asyncio.Event) -> None:
        """Send views over so many connections until the event is set; what waits for an answer then is sent again."""
        tasks = [asyncio.ensure_future(self._connection()) for _ in range(connections)]
        await until.wait()
        for task in tasks:
            task.cancel()
        for result in await asyncio.gather(*tasks, return_exceptions=True):
            if isinstance(result, Exception):
                raise result

    async def drain(self, connections: int) -> None:
        """Send again what waits until nothing does."""
        self._draining = True
        await asyncio.gather(*(self._connection() for _ in range(connections)))
        self._draining = False
        assert not self.waiting

    async def _connection(self) -> None:
        while not self._draining or self.waiting:
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
            except ConnectionError:  # nobody listens: the server on a port of its own is not up yet
                await asyncio.wait([asyncio.ensure_future(self.answered.wait())], timeout=0.02)
                continue
            try:
                while not self._draining or self.waiting:
                    await self._send_one(reader, writer)
            except (ConnectionError, asyncio.IncompleteReadError):
                continue  # killed; what was under way waits to be sent again
            finally:
                writer.close()

    async def _send_one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._pinged and not self._draining and self.dice.random() < 0.1:
            self.pings += 1
            await self._ask(reader, writer, self._pinged.popleft().body(seq=1))
            return
        sent = self._next()
        try:
            status, drop = await self._ask(reader, writer, sent.body())
        except BaseException:
            self.waiting.append(sent)
            raise
        self.answered.set()
        if status == 204:
            self.acknowledged[sent.view] = sent
            self._pinged.append(sent)
        elif status == 503:
            self.waiting.append(sent)
        else:
            self.odd[f"{status} {drop}"] += 1

    def _next(self) -> SentView:
        if self.waiting:
            self.sent_again += 1
            return self.waiting.popleft()
        view = f"{self.dice.getrandbits(64):016x}"
        return SentView(self.dice.choice(self.active), view, self.dice.choice(PAGES))

    async def _ask(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, body: bytes) -> tuple[int, str]:
        writer.write(self._request("collect", body))
        status, answer = await _answer(reader)
        return status, answer.decode()

    def _request(self, door: str, body: bytes) -> bytes:
        head = (
            f"POST /troth/{door} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nOrigin: {self.origin}\r\n"
            "Content-Type: text/plain;charset=UTF-8\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0\r\n"
            f"Accept-Language: zh-CN\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


async def _answer(reader: asyncio.StreamReader) -> tuple[int, bytes]:
    """Read one answer: its status, and its body or else the reason of a drop."""
    head = await reader.readuntil(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    body = await reader.readexactly(int(fields.get("content-length", "0")))
    return int(lines[0].split()[1]), body or fields.get("x-troth-drop", "").encode()


def stored_views(data: Path) -> tuple[list[str], list[str]]:
    """Return the view ids in the month files and those in segments whose visit is not in one, from the files alone."""
    import duckdb

    from troth.collect.lines import ViewLine, read_lines

    loaded: list[str] = []
    closed: set[str] = set()
    for path in sorted((data / "visits").glob("*.duckdb")):
        with duckdb.connect(str(path), read_only=True) as month:
            loaded += [f"{row[0]:016x}" for row in month.execute("SELECT view FROM views").fetchall()]
            closed |= {row[0].hex for row in month.execute("SELECT visit FROM visits").fetchall()}
    waiting = [
        line.view
        for path in sorted((data / "segments").glob("*.segment"))
        for line in read_lines(path.read_bytes())[0]
        if isinstance(line, ViewLine) and line.visit not in closed
    ]
    return loaded, waiting


if __name__ == "__main__":
    kill_when_told()
