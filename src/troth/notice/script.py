"""Clauses 2, 4 and 8: the one script a site loads, generated from its policy (budget 5,120 bytes gzip)."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from typing import Final

import msgspec

from troth.notice.banner import READERS, AskedPurpose, BannerConfig, banner_config
from troth.notice.markup import Row, frame_html, question_html
from troth.notice.shrink import shrink_script, shrink_styles
from troth.policy.model import Policy

BUDGET_BYTES: Final = 5_120
"""gzip, with styles, the policy's configuration and one language's texts (design, section 6)."""


def build_script(
    policy: Policy,
    policy_hash: str,
    language: str,
    edge_path: str = "/troth",
    privacy_url: str = "/privacy/policy",
    *,
    standing: Iterable[str] = (),
) -> bytes:
    """Return the script for one language, the same bytes for the same policy.

    edge_path    where the site answers for us, or a full address
    privacy_url  the policy page in this language
    standing     hashes of earlier versions whose answers still stand
    """
    config = banner_config(
        policy, policy_hash, language, edge_path=edge_path, privacy_url=privacy_url, standing=standing
    )
    return _filled(config).encode()


def script_etag(script: bytes) -> str:
    """Return the strong ETag of a script: it changes exactly when a byte of it does."""
    return f'"{hashlib.sha256(script).hexdigest()[:32]}"'


def compress_script(script: bytes) -> bytes:
    """Return the script as gzip, without a time in it, so that equal scripts stay equal."""
    return gzip.compress(script, 9, mtime=0)


@cache
def _parts() -> tuple[str, str]:
    """The engine and the styles, shortened."""
    room = resources.files("troth.notice")
    engine = (room / "troth.js").read_text("utf-8")
    styles = (room / "banner.css").read_text("utf-8")
    return shrink_script(engine), shrink_styles(styles)


def _filled(config: BannerConfig) -> str:
    """The engine with each value in its place, once: no name of a value has to travel."""
    engine, styles = _parts()
    values: Mapping[str, Mapping[str, object]] = {
        "config": {
            **{name: getattr(config, name) for name in config.__struct_fields__},
            # The gates inherit nothing, so that no name but a declared one opens one.
            "gates": {"__proto__": None, **msgspec.to_builtins(config.gates)},
            "purposes": {purpose.id: _engine_purpose(purpose) for purpose in config.purposes},
            "asked": msgspec.to_builtins(config.asked),
            "styles": styles,
            "readers": _Code(_readers(config)),
            "signal": _Code("navigator.globalPrivacyControl===!0" if config.gpc else "!1"),
        },
        "html": {
            "question": question_html(
                config.words,
                [Row(purpose.id, purpose.title, purpose.text) for purpose in config.purposes],
                config.url,
                f"{config.edge}/choices?lang={config.asked.lang}",
            ),
            "frame": frame_html(config.words),
        },
    }
    return _PLACE.sub(lambda place: _literal(values[place[1]][place[2]]), engine)


def _readers(config: BannerConfig) -> str:
    """The table of the facts that the policy declares: read only then, and not even in the script otherwise."""
    declared = {part for purpose in config.purposes for part in purpose.facts}
    return "{" + ",".join(f"{fact}:later=>{code}" for fact, code in READERS.items() if fact in declared) + "}"


class _Code(str):
    """JavaScript of ours, put into its place as it is."""


def _engine_purpose(purpose: AskedPurpose) -> dict[str, object]:
    """What the engine itself asks of a purpose; its words are in the markup."""
    return {
        "needs": purpose.needs,
        "facts": purpose.facts,
        "clears": purpose.clears,
        **({"separate": 1} if purpose.separate else {}),
    }


_PLACE: Final = re.compile(r"\$(config|html)\.(\w+)")


def _literal(value: object) -> str:
    """Return `value` as JavaScript: JSON, `</script` escaped should anyone inline it, keys bare where they can be."""
    if isinstance(value, _Code):
        return value
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{_key(key)}:{_literal(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(_literal(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False).replace("</script", "<\\/script")


def _key(name: str) -> str:
    return name if re.fullmatch("[a-z_]+", name) else json.dumps(name)
