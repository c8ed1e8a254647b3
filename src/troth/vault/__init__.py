"""The vault (clauses 5 and 7): subjects, keys, sealed values, blind indexes, and the one door plain text leaves by."""

from troth.vault.epochs import epoch_of
from troth.vault.identity import (
    Ending,
    EpochHeld,
    Held,
    IdentityStore,
    IndexRow,
    Kind,
    NewSubject,
    State,
    Why,
)
from troth.vault.key import Key, Secret
from troth.vault.keyring import KeyHealth, KeyProvider, Keyring, Wrapped
from troth.vault.reading import Opened, Reading, Readings
from troth.vault.seal import Label, RowKey, Sealed, seal
from troth.vault.vault import Named, Vault
from troth.vault.writing import Arrival

__all__ = [
    "Arrival",
    "Ending",
    "EpochHeld",
    "Held",
    "IdentityStore",
    "IndexRow",
    "Key",
    "KeyHealth",
    "KeyProvider",
    "Keyring",
    "Kind",
    "Label",
    "Named",
    "NewSubject",
    "Opened",
    "Reading",
    "Readings",
    "RowKey",
    "Sealed",
    "Secret",
    "State",
    "Vault",
    "Why",
    "Wrapped",
    "epoch_of",
    "seal",
]
