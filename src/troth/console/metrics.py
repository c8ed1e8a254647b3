"""`/metrics`: counts for the machine's own monitoring, with nobody in them (security rule 50)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from troth.pages.headers import AsgiApp, Receive, Scope, Send


def metrics_app(read: Callable[[], Mapping[str, float]]) -> AsgiApp:
    """Return the handler. `read` gives name -> value; names end in their unit or in `_total`."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        body = "".join(f"troth_{name} {value:g}\n" for name, value in read().items()).encode()
        headers = [(b"content-type", b"text/plain; version=0.0.4"), (b"cache-control", b"no-store")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return answer
