-- A register of schema 1, as Troth 0.1 before the Merkle tree made it (SQLite's dialect). Frozen: never change it.
CREATE TABLE consents ( subject VARCHAR(32) NOT NULL, purpose VARCHAR NOT NULL, given_by VARCHAR(32) NOT NULL, kind VARCHAR NOT NULL, grant_id VARCHAR(16) NOT NULL, start_ms BIGINT NOT NULL, until_ms BIGINT NOT NULL, end_ms BIGINT, ended_by VARCHAR(32), PRIMARY KEY (subject, purpose, given_by) ) WITHOUT ROWID;
CREATE TABLE counters ( day VARCHAR(10) NOT NULL, name VARCHAR NOT NULL, reason VARCHAR NOT NULL, n BIGINT NOT NULL, PRIMARY KEY (day, name, reason) );
CREATE TABLE decisions ( decision_id VARCHAR(32) NOT NULL, subject VARCHAR(32) NOT NULL, at_ms BIGINT NOT NULL, until_ms BIGINT NOT NULL, policy_hash VARCHAR(64) NOT NULL, purposes TEXT NOT NULL, grant_ids TEXT NOT NULL, language VARCHAR NOT NULL, layer INTEGER NOT NULL, how VARCHAR NOT NULL, text_hash VARCHAR NOT NULL, gpc BOOLEAN NOT NULL, PRIMARY KEY (decision_id) );
CREATE INDEX decisions_by_subject ON decisions (subject);
CREATE TABLE duties ( duty_id VARCHAR(32) NOT NULL, kind VARCHAR NOT NULL, subject VARCHAR(32), due_at_ms BIGINT NOT NULL, made_at_ms BIGINT NOT NULL, state VARCHAR NOT NULL, reason VARCHAR NOT NULL, reference VARCHAR NOT NULL, attempts INTEGER NOT NULL, leased_until_ms BIGINT, done_at_ms BIGINT, PRIMARY KEY (duty_id) );
CREATE INDEX duties_by_subject ON duties (subject);
CREATE INDEX duties_by_due ON duties (state, due_at_ms);
CREATE TABLE grants ( grant_id VARCHAR(16) NOT NULL, policy_hash VARCHAR(64) NOT NULL, purpose VARCHAR NOT NULL, basis VARCHAR NOT NULL, kind VARCHAR NOT NULL, PRIMARY KEY (grant_id) );
CREATE TABLE ledger_entries ( seq BIGINT NOT NULL, version INTEGER NOT NULL, kind VARCHAR NOT NULL, at_s BIGINT NOT NULL, policy_hash VARCHAR(64) NOT NULL, clause VARCHAR NOT NULL, commitment BLOB NOT NULL, PRIMARY KEY (seq) );
CREATE TABLE ledger_payloads ( seq BIGINT NOT NULL, subject VARCHAR(32), record_id VARCHAR NOT NULL, class VARCHAR NOT NULL, epoch VARCHAR NOT NULL, payload_sealed BLOB NOT NULL, PRIMARY KEY (seq) );
CREATE INDEX ledger_payloads_by_subject ON ledger_payloads (subject);
CREATE TABLE policy_versions ( hash VARCHAR(64) NOT NULL, policy_id VARCHAR NOT NULL, version VARCHAR NOT NULL, source BLOB NOT NULL, canonical BLOB NOT NULL, issued VARCHAR(10) NOT NULL, effective VARCHAR(10) NOT NULL, published_at_ms BIGINT NOT NULL, PRIMARY KEY (hash) );
CREATE TABLE schema_version ( version INTEGER NOT NULL, PRIMARY KEY (version) );
CREATE TABLE visit_histories ( subject VARCHAR(32) NOT NULL, revision INTEGER NOT NULL, class VARCHAR NOT NULL, epoch VARCHAR NOT NULL, history_sealed BLOB NOT NULL, PRIMARY KEY (subject) ) WITHOUT ROWID;
