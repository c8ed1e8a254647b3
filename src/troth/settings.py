"""Settings: data, not code. Each has a name with its unit, a default that works, and one sentence.

A value comes from the command line, else from the environment (`TROTH_` and the name in capitals), else the default.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from msgspec import Struct

from troth.errors import SettingsError

Kind = Literal["text", "number", "path", "list"]
Value = str | int | Path | tuple[str, ...] | None


class Setting(Struct, frozen=True):
    """One setting: `name` with its unit, the default as text, what it is for."""

    name: str
    kind: Kind
    default: str
    sentence: str


SETTINGS = (
    Setting("host", "text", "127.0.0.1", "The address the edge and the rooms listen on."),
    Setting("port", "number", "8400", "The port the edge and the rooms listen on."),
    Setting("console_port", "number", "8401", "The port of the console; it always listens on the loopback only."),
    Setting("data", "path", "data", "The folder of the stores."),
    Setting(
        "key_file", "path", "", "The key file, outside the data folder; by default keys/troth-keys.json beside it."
    ),
    Setting(
        "register",
        "text",
        "",
        "The register's database, like postgresql+psycopg://troth@db/troth; by default register.sqlite in the data "
        "folder. Give a URL with a password by its variable: others on the machine see the flags of a command.",
    ),
    Setting("public_url", "text", "", "Where the rooms are reached, like https://privacy.example.com."),
    Setting("edge_path", "text", "/troth", "The path under which the site's own host reaches the edge."),
    Setting("trusted_proxies", "list", "", "Addresses or networks whose X-Forwarded-For is believed, with commas."),
    Setting("rate_per_s", "number", "50", "Beacons a second one network (/24, /56) may send; 0 means no limit."),
    Setting("rate_burst", "number", "400", "Beacons one network may send at once before the rate counts."),
    Setting(
        "calendar_file", "path", "", "An overlay of the working-day calendar, when the State Council's notice is out."
    ),
)
BY_NAME = {setting.name: setting for setting in SETTINGS}


class Settings(Struct, frozen=True, kw_only=True):
    """The settings of one run."""

    host: str
    port: int
    console_port: int
    data: Path
    key_file: Path
    register: str
    public_url: str
    edge_path: str
    trusted_proxies: tuple[str, ...]
    rate_per_s: int
    rate_burst: int
    calendar_file: Path | None

    def __repr__(self) -> str:
        return f"Settings(data={str(self.data)!r}, …)"  # the register's URL may hold a password

    @property
    def register_place(self) -> str | Path:
        """Where the register is: a database URL, or a file."""
        return self.register or self.data / "register.sqlite"


def read_settings(given: Mapping[str, object] | None = None, environment: Mapping[str, str] | None = None) -> Settings:
    """Return the settings: `given` ones (None = not given) before the environment's before the defaults.

    Raises SettingsError for a value of the wrong kind, naming the flag and the variable.
    """
    from_outside = os.environ if environment is None else environment
    values: dict[str, Value] = {}
    for setting in SETTINGS:
        said = (given or {}).get(setting.name)
        text = str(said) if said is not None else from_outside.get(variable_of(setting.name), setting.default)
        values[setting.name] = _convert(setting, text.strip())
    data = values["data"]
    assert isinstance(data, Path)  # noqa: S101  kind "path" with a default
    values["key_file"] = values["key_file"] or data.absolute().parent / "keys" / "troth-keys.json"
    _check_edge_path(str(values["edge_path"]))
    values["public_url"] = values["public_url"] or f"http://127.0.0.1:{values['port']}"
    return Settings(**values)  # type: ignore[arg-type]


def variable_of(name: str) -> str:
    """Return the environment variable of a setting."""
    return f"TROTH_{name.upper()}"


def flag_of(name: str) -> str:
    """Return the command-line flag of a setting."""
    return f"--{name.replace('_', '-')}"


def _convert(setting: Setting, text: str) -> Value:
    if setting.kind == "number":
        if not text.isdecimal():
            raise SettingsError(
                f"{setting.name} is not a whole number",
                f"give {flag_of(setting.name)} or {variable_of(setting.name)} a number, like {setting.default}",
            )
        return int(text)
    if setting.kind == "path":
        return Path(text) if text else None
    if setting.kind == "list":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    return text


def _check_edge_path(path: str) -> None:
    if not path.startswith("/") or path.endswith("/") or "//" in path or any(c in path for c in "?#%<>\"' \\"):
        raise SettingsError(
            "edge_path is not a plain path",
            "give a path like /troth, beginning with one slash and without one at its end",
        )
