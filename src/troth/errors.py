"""The error tree: what happened, where, and what to do next.

    TrothError
    ├── UnusableInput       a file, address or argument we cannot work with        (exit 2)
    ├── PolicyError         the policy file says something that cannot be run      (exit 2)
    ├── SettingsError       a setting has a value we cannot use                    (exit 2)
    ├── KeyFileError        the key file is missing, unsafe or the wrong one       (exit 2)
    ├── ClockError          a date the calendar cannot answer for                  (exit 2)
    ├── StoreError          disk, database or file trouble; nothing was acknowledged
    └── VaultError          a sealed value was not opened, and why
        ├── Erased          its person was erased
        ├── Expired         its time is over, the epoch key is gone
        ├── Restricted      its person asked us to stop, or a hold forbids this reading
        ├── WrongKey        the check value does not fit: another key sealed it
        ├── Tampered        the key fits, the content does not
        └── ReadingStopped  too many WrongKey or Tampered within a minute; all reading stops

Refusing a visitor's datum is not an error, it is a Drop (collect/drops.py).
No message holds personal data: ids, names of fields and places only.
"""

from __future__ import annotations


class TrothError(Exception):
    """Something an operator can act on: `what` happened, `where`, and the `fix`."""

    exit_code = 2

    def __init__(self, what: str, fix: str = "", where: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.fix = fix
        self.where = where

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        lines = f"error: {place}{self.what}"
        return f"{lines}\nfix:   {self.fix}" if self.fix else lines


class UnusableInput(TrothError):
    """A file, address or argument we cannot work with."""


class PolicyError(TrothError):
    """The policy file says something that cannot be run; `where` is file:line."""


class SettingsError(TrothError):
    """A setting has a value we cannot use."""


class KeyFileError(TrothError):
    """The key file is missing, unsafe or not the one that sealed the data."""


class ClockError(TrothError):
    """A date or zone the calendar cannot answer for."""


class StoreError(TrothError):
    """Disk, database or file trouble. Nothing was acknowledged; the web answers 503."""


class VaultError(TrothError):
    """A sealed value was not opened."""


class Erased(VaultError):
    """The person was erased; nobody can open this again."""


class Expired(VaultError):
    """The epoch ended; nobody can open this again."""


class Restricted(VaultError):
    """Processing was stopped for this person; only security may read."""


class WrongKey(VaultError):
    """The check value does not fit: the value was sealed under another key."""


class Tampered(VaultError):
    """The key fits and the content does not: it was changed, moved or cut."""


class ReadingStopped(VaultError):
    """Too many wrong or tampered values within a minute: reading is stopped until someone looks."""
