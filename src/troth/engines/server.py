"""The one place that opens ports: uvicorn with uvloop and httptools, no access log, no header that names us."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import uvicorn

from troth.errors import UnusableInput

KEEP_ALIVE_S = 30
STOP_WAIT_S = 10


def listen(host: str, port: int) -> socket.socket | None:
    """Return a socket bound to host and port, None for the IPv6 loopback where the machine has no IPv6.

    Raises UnusableInput if the port is taken or not ours to take.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        opened = socket.socket(family, socket.SOCK_STREAM)
    except OSError:
        return None
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        opened.bind((host, port))
    except OSError as error:
        opened.close()
        if family == socket.AF_INET6 and error.errno == errno.EADDRNOTAVAIL:
            return None
        raise UnusableInput(
            f"port {port} on {host} cannot be opened ({error.strerror})",
            "stop what listens there, or choose another with --port and --console-port",
        ) from error
    opened.set_inheritable(True)
    return opened


def serve_forever(
    app: Callable[..., Awaitable[None]],
    sockets: Sequence[socket.socket],
    beside: Callable[[], Awaitable[None]],
    started: Callable[[], None],
) -> None:
    """Serve until a signal comes; `beside` runs on the same loop and is cancelled at the end."""
    config = uvicorn.Config(
        _without_lifespan(app),
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=STOP_WAIT_S,
    )
    server = uvicorn.Server(config)

    async def run() -> None:
        companion = asyncio.ensure_future(beside())
        companion.add_done_callback(lambda task: _stop_if_failed(task, server))
        started()
        await server.serve(list(sockets))
        companion.cancel()
        await asyncio.gather(companion, return_exceptions=True)

    for number in (signal.SIGINT, signal.SIGTERM):
        # uvicorn gives the signal it stopped for to the handler before it; by default that would end us unclosed.
        signal.signal(number, lambda *_: None)
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        runner.run(run())


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    import uvloop

    return uvloop.new_event_loop


def _stop_if_failed(task: asyncio.Future[None], server: uvicorn.Server) -> None:
    if not task.cancelled() and task.exception() is not None:
        server.should_exit = True


def _without_lifespan(app: Callable[..., Awaitable[None]]) -> Callable[..., Awaitable[None]]:
    async def only_http(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await app(scope, receive, send)

    return only_http
