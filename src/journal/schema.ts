/**
 * Version 1. `events` is the record; `owners` and `leases` say who is at work now; the other tables are folds of the
 * events and can be made anew from them at any time. Times are milliseconds since 1970 UTC.
 */
export const version1 = `
CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  body TEXT NOT NULL,
  hash TEXT NOT NULL,
  run TEXT GENERATED ALWAYS AS (body ->> '$.run') VIRTUAL,
  at INTEGER GENERATED ALWAYS AS (body ->> '$.at') VIRTUAL,
  type TEXT GENERATED ALWAYS AS (body ->> '$.type') VIRTUAL
) STRICT;
CREATE INDEX events_by_run ON events (run, sequence);
CREATE INDEX events_of_sent_messages ON events (body ->> '$.about', at) WHERE type = 'message.sent';
CREATE TRIGGER events_are_never_changed BEFORE UPDATE ON events
  BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;
CREATE TRIGGER events_are_never_removed BEFORE DELETE ON events
  BEGIN SELECT RAISE(ABORT, 'events are never removed'); END;

CREATE TABLE runs (
  id TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  mode TEXT NOT NULL,
  status TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  finished_at INTEGER,
  plan_hash TEXT NOT NULL,
  reason TEXT,
  asked_by TEXT NOT NULL,
  error_code TEXT,
  error_message TEXT
) STRICT;
CREATE INDEX runs_by_start ON runs (started_at, sequence);
CREATE INDEX runs_by_status ON runs (status);

CREATE TABLE steps (
  run TEXT NOT NULL,
  position INTEGER NOT NULL,
  id TEXT NOT NULL,
  title TEXT NOT NULL,
  kind TEXT NOT NULL,
  status TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  error_code TEXT,
  error_message TEXT,
  reason TEXT,
  PRIMARY KEY (run, id)
) STRICT;

CREATE TABLE backups (
  id TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  system TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  record TEXT NOT NULL
) STRICT;
CREATE INDEX backups_by_system ON backups (system, started_at, sequence);

CREATE TABLE backup_failures (
  sequence INTEGER PRIMARY KEY,
  system TEXT NOT NULL,
  run TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX backup_failures_by_system ON backup_failures (system, sequence);

CREATE TABLE verifications (
  sequence INTEGER PRIMARY KEY,
  system TEXT NOT NULL,
  backup TEXT NOT NULL,
  run TEXT NOT NULL,
  at INTEGER NOT NULL,
  level TEXT NOT NULL,
  score REAL NOT NULL,
  passed INTEGER NOT NULL
) STRICT;
CREATE INDEX verifications_by_system ON verifications (system, at);

CREATE TABLE restores (
  sequence INTEGER PRIMARY KEY,
  system TEXT NOT NULL,
  backup TEXT NOT NULL,
  run TEXT NOT NULL,
  at INTEGER NOT NULL,
  status TEXT NOT NULL,
  proven INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX restores_by_system ON restores (system, at);

CREATE TABLE owners (
  run TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  boot TEXT NOT NULL,
  namespace TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started TEXT NOT NULL,
  heartbeat INTEGER NOT NULL
) STRICT;

CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  token INTEGER NOT NULL,
  run TEXT,
  taken_at INTEGER NOT NULL
) STRICT;
`;

/**
 * Version 2. When each pack of a storage target was last read to the last byte and found sound: some 60 bytes a pack,
 * as many rows as there are packs. No fold of events, for thousands of them change at once.
 */
export const version2 = `
CREATE TABLE sound_packs (
  storage TEXT NOT NULL,
  pack BLOB NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (storage, pack)
) STRICT, WITHOUT ROWID;
`;

/** Version 3: how long copies of backups to further storage targets took. A fold of the events. */
export const version3 = `
CREATE TABLE copies (
  sequence INTEGER PRIMARY KEY,
  system TEXT NOT NULL,
  run TEXT NOT NULL,
  at INTEGER NOT NULL,
  backup TEXT NOT NULL,
  storage TEXT NOT NULL,
  duration_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX copies_by_storage ON copies (system, storage, sequence);
`;

/** Version 4. The newest tamper test of a storage target is found without reading a long journal. */
export const version4 = `
CREATE INDEX events_of_tamper_tests ON events (body ->> '$.storage', sequence) WHERE type = 'storage.tested';
`;

/** Version 5. What storage targets held on each day. No fold of events: it is measured, not done. */
export const version5 = `
CREATE TABLE storage_sizes (
  storage TEXT NOT NULL,
  day INTEGER NOT NULL,
  at INTEGER NOT NULL,
  bytes INTEGER NOT NULL,
  PRIMARY KEY (storage, day)
) STRICT, WITHOUT ROWID;
`;

/**
 * Version 6. What of the events lies sealed in each storage target, and which events were taken over from the journal of
 * another machine. `identity` names this journal there; `taken_over` and `origin` are folds of the events.
 */
export const version6 = `
CREATE TABLE identity (id TEXT NOT NULL) STRICT;
INSERT INTO identity (id) VALUES (lower(hex(randomblob(8))));
CREATE TABLE sealed (
  storage TEXT PRIMARY KEY,
  sequence INTEGER NOT NULL,
  at INTEGER,
  fault TEXT
) STRICT;
CREATE TABLE taken_over (hash TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;
ALTER TABLE runs ADD COLUMN origin TEXT;
CREATE INDEX events_of_tamper_tests_taken_over ON events (body ->> '$.event.storage', sequence)
  WHERE type = 'evidence.imported' AND body ->> '$.event.type' = 'storage.tested';
`;
