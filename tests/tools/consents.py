"""Consent on real stores for tests: desk, vault, identity and register, without the rest of the house."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from typing import Any

from msgspec import structs

from troth.app.signing import head_signer, receipt_signer
from troth.clock import SetClock
from troth.consent import BasisDesk, Choice, ConsentDesk, Decided, VaultSealer
from troth.engines.keys import create_key_file, open_key_file
from troth.engines.sql.identity import open_identity
from troth.engines.sql.readings import RegisterReadings
from troth.engines.sql.register import Register
from troth.ledger import Numbered
from troth.policy import Policy, load_policy_text
from troth.policy.permit import SubjectId
from troth.policy.versions import Version, VersionList
from troth.vault import Vault

PUBLISHED = datetime(2026, 8, 1, tzinfo=UTC)
TEXT_HASH = "5" * 64


def demo_policy() -> Policy:
    """The demo's policy: statistics by consent, choice and security by law, respond and recruiting by contract."""
    return load_policy_text(resources.files("troth.demo").joinpath("policy.yaml").read_text("utf-8")).policy


def with_purpose(policy: Policy, name: str, like: str = "statistics", **said: Any) -> Policy:
    """The policy with one more purpose, made like another."""
    purpose = structs.replace(policy.purposes[like], **said)
    return structs.replace(policy, purposes={**policy.purposes, name: purpose})


def with_fact(policy: Policy, name: str, **said: Any) -> Policy:
    """The policy with a fact said differently."""
    return structs.replace(policy, facts={**policy.facts, name: structs.replace(policy.facts[name], **said)})


def version_of(policy: Policy, letter: str = "a", published_at: datetime = PUBLISHED) -> Version:
    """A published version whose hash is one letter, 64 times."""
    return Version(hash=letter * 64, policy=policy, published_at=published_at)


class Versions:
    """Versions in force that a test may add to."""

    def __init__(self, *versions: Version) -> None:
        self._versions = list(versions)
        self._list = VersionList(versions)

    def publish(self, version: Version) -> None:
        self._versions.append(version)
        self._list = VersionList(self._versions)

    def at(self, moment: datetime) -> Version:
        return self._list.at(moment)

    def by_hash(self, hash_: str) -> Version | None:
        return self._list.by_hash(hash_)

    def published(self) -> list[Version]:
        return list(self._list.published())


class Room:
    """A consent desk with everything it stands on."""

    def __init__(
        self, folder: Path, clock: SetClock, policy: Policy | None = None, register: str | None = None
    ) -> None:
        self.clock = clock
        self.folder = folder
        self.versions = Versions(version_of(policy or demo_policy()))
        key_file = folder / "keys" / "key"
        key_file.parent.mkdir(parents=True, mode=0o700)
        create_key_file(key_file, clock)
        data = folder / "data"
        data.mkdir()
        self.identity = open_identity(data / "identity.db", open_key_file(key_file))
        signer = head_signer(open_key_file(key_file), "test")
        self.register = Register(register or data / "register.db", self.identity, signer)
        self.readings = RegisterReadings(self.register, self.versions)
        self.vault = Vault(self.identity, open_key_file(key_file), self.readings, clock)
        self.readings.seal_with(VaultSealer(self.vault, self.versions))
        self.receipt_signer = receipt_signer(open_key_file(key_file), "test")
        self.keys = [signer.public_key, self.receipt_signer.public_key]
        self.desk = ConsentDesk(self.register, self.vault, self.versions, clock, self.receipt_signer)
        self.bases = BasisDesk(self.register, self.vault, self.versions, clock)

    def close(self) -> None:
        self.register.close()
        self.identity.close()

    def publish(self, version: Version | None = None) -> None:
        """Publish a version (None = the first one, which is there already) and let the bases follow it."""
        with self.register.change() as change:
            self.bases.follow(change, version or self.versions.published()[0])
        if version is not None:
            self.versions.publish(version)

    def choice(self, purposes: Mapping[str, bool] | None = None, **said: Any) -> Choice:
        """A choice made in the banner, on the version in force."""
        fields: dict[str, Any] = {
            "purposes": {"statistics": True} if purposes is None else purposes,
            "language": "en",
            "layer": 1,
            "how": "banner",
            "text_hash": TEXT_HASH,
            "policy_hash": self.versions.at(self.clock.now()).hash,
        }
        return Choice(**(fields | said))

    def agree(self, token: str | None = None) -> str:
        """Agree to statistics and return the token."""
        decided = self.desk.decide(self.choice(), token)
        assert decided.token is not None
        return decided.token

    def refuse(self, token: str | None = None) -> Decided:
        """Refuse everything."""
        return self.desk.decide(self.choice({"statistics": False}), token)

    def subject(self, token: str) -> SubjectId:
        """Who a token belongs to."""
        return self.vault.find("browser", "consent", token)[-1]

    def entries(self) -> list[Numbered]:
        """The ledger."""
        with self.register.reading() as reading:
            return reading.ledger.after()

    def counts(self) -> dict[str, int]:
        """Every count of consent, by reason."""
        first, last = datetime(2026, 1, 1, tzinfo=UTC).date(), datetime(2030, 1, 1, tzinfo=UTC).date()
        with self.register.reading() as reading:
            counts = reading.counters.between(first, last)
        return {reason: number for (_, name, reason), number in counts.items() if name == "consent"}

    def bytes_on_disk(self) -> bytes:
        """Everything in the data folder."""
        return b"".join(path.read_bytes() for path in sorted((self.folder / "data").iterdir()))


Open = Callable[..., Room]
