"""The register's tables: what every clause leaves behind. Moments are milliseconds since 1970, `*_ms`.

Stored in the database: a column is never renamed or given another meaning; a change raises SCHEMA_VERSION. A column
that comes later is nullable or has a default on the server: `schema.py` adds it to the rows that are there.
Personal data stands in `*_sealed` columns only.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, LargeBinary, MetaData, String, Table, Text, false

SCHEMA_VERSION = 2

metadata = MetaData()

schema = Table("schema_version", metadata, Column("version", Integer, primary_key=True, autoincrement=False))

policy_versions = Table(
    "policy_versions",
    metadata,
    Column("hash", String(64), primary_key=True),
    Column("policy_id", String, nullable=False),
    Column("version", String, nullable=False),
    Column("source", LargeBinary, nullable=False),
    Column("canonical", LargeBinary, nullable=False),
    Column("issued", String(10), nullable=False),
    Column("effective", String(10), nullable=False),
    Column("published_at_ms", BigInteger, nullable=False),
)

grants = Table(
    "grants",
    metadata,
    Column("grant_id", String(16), primary_key=True),
    Column("policy_hash", String(64), nullable=False),
    Column("purpose", String, nullable=False),
    Column("basis", String, nullable=False),
    Column("kind", String, nullable=False),
)

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", String(32), primary_key=True),
    Column("subject", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("policy_hash", String(64), nullable=False),
    Column("purposes", Text, nullable=False),  # JSON, purpose to true or false
    Column("grant_ids", Text, nullable=False),  # JSON, purpose to grant
    Column("language", String, nullable=False),
    Column("layer", Integer, nullable=False),
    Column("how", String, nullable=False),
    Column("text_hash", String, nullable=False),
    Column("gpc", Boolean, nullable=False),
    Column("event", String, nullable=False, server_default="given"),
    Column("guardian", Text, nullable=True),  # JSON: how we knew that a guardian spoke, no address
    Index("decisions_by_subject", "subject"),
)

consents = Table(
    "consents",
    metadata,
    Column("subject", String(32), primary_key=True),
    Column("purpose", String, primary_key=True),
    Column("given_by", String(32), primary_key=True),
    Column("gpc", Boolean, nullable=False, server_default=false()),
    Column("kind", String, nullable=False),
    Column("grant_id", String(16), nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("end_ms", BigInteger, nullable=True),
    Column("ended_by", String(32), nullable=True),
    sqlite_with_rowid=False,
)

basis_events = Table(
    "basis_events",
    metadata,
    Column("event_id", String(32), primary_key=True),
    Column("basis", String, nullable=False),
    Column("purpose", String, nullable=False),
    Column("subject", String(32), nullable=True),
    Column("evidence", Text, nullable=False),
    Column("actor", String, nullable=False),
    Column("made_at_ms", BigInteger, nullable=False),
    Column("start_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=True),
    Column("end_ms", BigInteger, nullable=True),
    Column("ended_by", String, nullable=True),
    Index("basis_events_by_purpose", "purpose", "subject"),
)

basis_refusals = Table(
    "basis_refusals",
    metadata,
    Column("subject", String(32), primary_key=True),
    Column("purpose", String, primary_key=True),
    Column("refusal_id", String(32), nullable=False),
    Column("at_ms", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

ledger_entries = Table(
    "ledger_entries",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("at_s", BigInteger, nullable=False),
    Column("policy_hash", String(64), nullable=False),
    Column("clause", String, nullable=False),
    Column("commitment", LargeBinary(32), nullable=False),
    Index("ledger_entries_by_second", "at_s"),
)

# Beside the entries, not in them: these rows go when the person goes, the entries stay (security rule 28).
ledger_payloads = Table(
    "ledger_payloads",
    metadata,
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", String(32), nullable=True),
    Column("record_id", String, nullable=False),
    Column("class", String, nullable=False, key="class_"),
    Column("epoch", String, nullable=False),
    Column("payload_sealed", LargeBinary, nullable=False),
    Index("ledger_payloads_by_subject", "subject"),
)

# Complete subtrees of level 1 and more: what a proof asks for. A leaf's hash is computed from its entry.
ledger_nodes = Table(
    "ledger_nodes",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)

# One row. The right edge is the roots of the complete subtrees, the largest first, 32 bytes each.
ledger_head = Table(
    "ledger_head",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("size", BigInteger, nullable=False),
    Column("edge", LargeBinary, nullable=False),
    Column("checkpoint", Text, nullable=False),
)

# Older heads: the first of each second in which something was written.
ledger_checkpoints = Table(
    "ledger_checkpoints",
    metadata,
    Column("size", BigInteger, primary_key=True, autoincrement=False),
    Column("checkpoint", Text, nullable=False),
)

# Copies of decisions that outlive the person: no column here leads to one. Without row numbers, so that the file
# does not keep the order in which they came, which is the order of the ledger.
receipts = Table(
    "receipts",
    metadata,
    Column("mark", LargeBinary(32), primary_key=True),  # SHA-256 of the receipt's number
    Column("class", String, nullable=False, key="class_"),
    Column("epoch", String, nullable=False),
    Column("evidence_sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

duties = Table(
    "duties",
    metadata,
    Column("duty_id", String(32), primary_key=True),
    Column("kind", String, nullable=False),
    Column("subject", String(32), nullable=True),
    Column("due_at_ms", BigInteger, nullable=False),
    Column("made_at_ms", BigInteger, nullable=False),
    Column("state", String, nullable=False),
    Column("reason", String, nullable=False),
    Column("reference", String, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("leased_until_ms", BigInteger, nullable=True),
    Column("done_at_ms", BigInteger, nullable=True),
    Index("duties_by_due", "state", "due_at_ms"),
    Index("duties_by_subject", "subject"),
)

visit_histories = Table(
    "visit_histories",
    metadata,
    Column("subject", String(32), primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("class", String, nullable=False, key="class_"),
    Column("epoch", String, nullable=False),
    Column("history_sealed", LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

counters = Table(
    "counters",
    metadata,
    Column("day", String(10), primary_key=True),
    Column("name", String, primary_key=True),
    Column("reason", String, primary_key=True),
    Column("n", BigInteger, nullable=False),
)
