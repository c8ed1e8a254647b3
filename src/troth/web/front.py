"""The front door: edge, rooms and console told apart by path and by the port a request came in on (rules 34, 45)."""

from __future__ import annotations

from collections.abc import Collection

from troth.pages.headers import AsgiApp, Receive, Scope, Send, host_of

LOOPBACK_HOSTS = frozenset(("127.0.0.1", "localhost", "[::1]"))
LOOPBACK_PEERS = frozenset(("127.0.0.1", "::1"))
FORWARDING_HEADERS = frozenset((b"x-forwarded-for", b"x-forwarded-host", b"x-real-ip", b"forwarded", b"via"))


class Front:
    """One ASGI application for everything. `collect` is asked first: it is the busiest door.

    edge           path below `edge_path` -> handler; a handler named "choices" also serves its styles
    hosts          names, lower case without port, that edge and rooms answer to; others get 421
    console_port   the console answers on this port only, to the machine itself only
    console_hosts  further names of the machine itself, for the demo
    """

    def __init__(
        self,
        *,
        edge_path: str,
        edge: dict[str, AsgiApp],
        rooms: AsgiApp,
        console: AsgiApp,
        hosts: Collection[str],
        console_port: int,
        console_hosts: Collection[str] = (),
    ) -> None:
        self._collect_path = f"{edge_path}/collect"
        self._collect = edge["collect"]
        self._edge = {f"{edge_path}/{name}": app for name, app in edge.items()}
        self._edge_static = f"{edge_path}/static/"
        self._rooms = rooms
        self._console = console
        self._hosts = frozenset(hosts) | LOOPBACK_HOSTS
        self._console_port = console_port
        self._console_hosts = LOOPBACK_HOSTS | frozenset(console_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if path == self._collect_path:
            await self._collect(scope, receive, send)
        elif path.startswith("/console") or path == "/metrics":
            app = self._console if self._is_machine_itself(scope) else _not_found
            await app(scope, receive, send)
        elif host_of(scope) not in self._hosts:
            await _misdirected(scope, receive, send)
        elif path in self._edge:
            await self._edge[path](scope, receive, send)
        elif path.startswith(self._edge_static):
            await self._edge[f"{self._edge_static.removesuffix('/static/')}/choices"](scope, receive, send)
        else:
            await self._rooms(scope, receive, send)

    def _is_machine_itself(self, scope: Scope) -> bool:
        """Whether the request came to the console's own port, from this machine, through no proxy."""
        server, client = scope.get("server"), scope.get("client")
        return (
            server is not None
            and server[1] == self._console_port
            and client is not None
            and client[0] in LOOPBACK_PEERS
            and host_of(scope) in self._console_hosts
            and not any(name in FORWARDING_HEADERS for name, _ in scope["headers"])
        )


async def _not_found(scope: Scope, receive: Receive, send: Send) -> None:
    await _send_plain(send, 404, b"not found\n")


async def _misdirected(scope: Scope, receive: Receive, send: Send) -> None:
    await _send_plain(send, 421, b"this address is not served here\n")


async def _send_plain(send: Send, status: int, body: bytes) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"cache-control", b"no-store"),
        (b"content-length", str(len(body)).encode()),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
