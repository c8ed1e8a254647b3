"""Styles and pictures under addresses that carry the hash of their content, so they may be cached for ever."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from msgspec import Struct

from troth.pages.headers import AsgiApp, Receive, Scope, Send

KINDS: Final[Mapping[str, str]] = {
    "css": "text/css; charset=utf-8",
    "svg": "image/svg+xml",
    "js": "text/javascript; charset=utf-8",
}
FOR_EVER: Final = "public, max-age=31536000, immutable"


class StaticFile(Struct, frozen=True):
    """One file as it is served: its address below the prefix, its media type, its bytes."""

    address: str
    kind: str
    content: bytes


class StaticFiles:
    """The static files of one package folder, read once at the start.

    prefix   address they are served under, like "/static"
    """

    def __init__(self, folder: Traversable, prefix: str) -> None:
        self.prefix = prefix.rstrip("/")
        self._by_name = {entry.name: _hashed(entry) for entry in folder.iterdir() if _kind_of(entry.name)}
        self._by_address = {file.address: file for file in self._by_name.values()}

    def url(self, name: str) -> str:
        """Return the address of `name`. Raises KeyError for a file we do not have: a page must not miss its style."""
        return f"{self.prefix}/{self._by_name[name].address}"

    def find(self, path: str) -> StaticFile | None:
        """Return the file served under the full path, or None."""
        if not path.startswith(self.prefix + "/"):
            return None
        return self._by_address.get(path[len(self.prefix) + 1 :])


def page_files(prefix: str) -> StaticFiles:
    """Return the files all pages of ours share."""
    return StaticFiles(files("troth.pages") / "static", prefix)


def static_app(static: StaticFiles) -> AsgiApp:
    """Return the plain ASGI application that serves `static` by full path."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        found = static.find(scope["path"]) if scope["method"] in ("GET", "HEAD") else None
        content = found.content if found else b"no such file\n"
        headers = [(b"content-length", str(len(content)).encode())]
        if found:
            headers += [
                (b"content-type", found.kind.encode()),
                (b"cache-control", FOR_EVER.encode()),
            ]
        else:
            headers.append((b"content-type", b"text/plain; charset=utf-8"))
        await send({"type": "http.response.start", "status": 200 if found else 404, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else content})

    return serve


def _kind_of(name: str) -> str:
    return KINDS.get(name.rpartition(".")[2], "")


def _hashed(entry: Traversable) -> StaticFile:
    content = entry.read_bytes()
    stem, _, ending = entry.name.rpartition(".")
    address = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    return StaticFile(address, _kind_of(entry.name), content)
