"""Design 7: nonsense on the wire of a real server is refused; it answers no 5xx, stays alive and stays small."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from houses import ORIGIN
from servers import free_port, start, stop

from troth.demo.keys import prepare_keys
from troth.demo.policy import write_demo_policy

pytestmark = pytest.mark.slow

GOOD = json.dumps({"token": "f" * 32, "view": "0" * 16}).encode()
START = f"POST /troth/collect HTTP/1.1\r\nHost: localhost\r\nOrigin: {ORIGIN}\r\n".encode()
CHUNKED = START + b"Transfer-Encoding: chunked\r\n\r\n"


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


NONSENSE = {
    "nothing": b"",
    "a line end": b"\r\n\r\n",
    "bytes": bytes(range(256)) * 40,
    "a greeting in tls": bytes.fromhex("16030100f8010000f40303") + bytes(240),
    "the preface of http/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "an old version": b"POST /troth/collect HTTP/0.9\r\n\r\n",
    "http/1.0 without a host": b"POST /troth/collect HTTP/1.0\r\nContent-Length: 2\r\n\r\n{}",
    "no method": b"/troth/collect HTTP/1.1\r\nHost: a\r\n\r\n",
    "a made-up method": b"BREW /troth/collect HTTP/1.1\r\nHost: a\r\n\r\n",
    "a path of bytes": b"POST /\xff\xfe\x80 HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
    "a path that cannot be decoded": b"GET /troth/%ff%fe%zz HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a path that climbs": b"GET /troth/../../etc/passwd HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "a long path": b"GET /" + b"a" * 60_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a whole address for a path": b"POST http://evil.example/troth/collect HTTP/1.1\r\nContent-Length: 0\r\n\r\n",
    "a header without a colon": START + b"hello\r\n\r\n",
    "a header of nul": START + b"X: \x00\x01\r\n\r\n",
    "a header of bytes": START + b"X: \xff\xfe\r\nContent-Length: 2\r\n\r\n{}",
    "a thousand headers": START + b"".join(b"X-%d: y\r\n" % n for n in range(1000)) + b"Content-Length: 2\r\n\r\n{}",
    "a huge header": START + b"User-Agent: " + b"a" * 300_000 + b"\r\nContent-Length: 2\r\n\r\n{}",
    "a length that is no number": START + b"Content-Length: many\r\n\r\n{}",
    "a length below zero": START + b"Content-Length: -5\r\n\r\n{}",
    "a length of many digits": START + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n{}",
    "a length that is too large": START + b"Content-Length: 100000000\r\n\r\n" + b" " * 100_000,
    "two lengths": START + b"Content-Length: 2\r\nContent-Length: 200\r\n\r\n{}",
    "a length and chunks": START
    + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n"
    + chunk(GOOD)
    + chunk(b""),
    "chunks of no size": CHUNKED + b"zz\r\n{}\r\n0\r\n\r\n",
    "a chunk below zero": CHUNKED + b"-1\r\n{}\r\n0\r\n\r\n",
    "a chunk of endless size": CHUNKED + b"fffffffffffffffff\r\n",
    "a body that breaks off": START + b"Content-Length: 500\r\n\r\n{",
    "chunks that break off": CHUNKED + chunk(b"{") + b"5\r\nab",
    "a megabyte in chunks": CHUNKED + chunk(b" " * 65_536) * 16 + chunk(b""),
    "ten thousand tiny chunks": CHUNKED + chunk(b" ") * 10_000 + chunk(b""),
    "a request to wait": START + b"Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
    "a request to upgrade": START + b"Upgrade: websocket\r\nConnection: Upgrade\r\nContent-Length: 2\r\n\r\n{}",
    "a request to upgrade to http/2": START + b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n",
    "twenty at once": (START + b"Content-Length: 2\r\n\r\n{}") * 20,
}


WAITED_FOR = (
    "nothing",
    "a line end",
    "a chunk of endless size",
    "a body that breaks off",
    "chunks that break off",
)
"""These may be the beginning of something: the server waits for the rest."""


class Running:
    """`troth serve` on the demo's policy."""

    def __init__(self, folder: Path) -> None:
        policy = write_demo_policy(folder / "policy.yaml", [ORIGIN])
        prepare_keys(folder / "keys" / "troth-keys.json", folder / "data")
        self.port = free_port()
        given = ["--port", self.port, "--console-port", free_port(), "--rate-per-s", 0, "--data", folder / "data"]
        self.process = start(["-m", "troth", "serve", policy, *given])
        while True:
            try:
                self.send(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
            except ConnectionError:
                assert self.process.poll() is None
            else:
                return

    def send(self, data: bytes, wanted: int = 1, patience_s: float = 10) -> list[int]:
        """Send bytes and return the status of as many answers as are wanted, or come before the server hangs up."""
        answers: list[bytes] = []
        with socket.create_connection(("127.0.0.1", self.port), patience_s) as connection:
            said = b""
            try:
                connection.sendall(data)
                while len(answers) < wanted and (more := connection.recv(65_536)):
                    said += more
                    answers = said.split(b"HTTP/1.1 ")[1:]
            except (BrokenPipeError, ConnectionResetError, TimeoutError):
                pass  # it hung up on us in the middle, or waits for the rest: both are right
        return [int(answer.split(b" ", 1)[0]) for answer in answers]

    def memory_mb(self) -> float:
        """The resident memory of the server."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    running = Running(tmp_path_factory.mktemp("wire"))
    yield running
    if running.process.poll() is None:
        running.process.kill()
    running.process.wait()


@pytest.mark.parametrize("what", NONSENSE)
def test_nonsense_is_refused_and_the_server_lives_on(running: Running, what: str) -> None:
    patience_s = 0.2 if what in WAITED_FOR else 10
    answers = running.send(NONSENSE[what], 1, patience_s)
    assert answers or what in WAITED_FOR
    assert all(400 <= status < 500 or status == 100 for status in answers)
    assert running.send(START + b"Content-Length: %d\r\n\r\n%s" % (len(GOOD), GOOD)) == [403], "a plain refusal follows"
    assert running.process.poll() is None


def test_what_is_pipelined_is_answered_one_by_one(running: Running) -> None:
    assert running.send(NONSENSE["twenty at once"], wanted=20) == [400] * 20


def test_a_flood_of_nonsense_leaves_the_server_as_small_as_before(running: Running) -> None:
    def flood(times: int) -> None:
        for _ in range(times):
            for what, data in NONSENSE.items():
                running.send(data, wanted=0 if what in WAITED_FOR else 1)

    flood(2)
    before = running.memory_mb()
    flood(20)
    assert running.memory_mb() - before < 15
    assert running.send(b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n") == [200]
    assert stop(running.process) == 0
