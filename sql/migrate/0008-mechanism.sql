-- 0008-mechanism.sql - from returns to scores: what somebody must decide, what was found, what belongs to no
-- incident, and the tallies that reports are made from.
ALTER TABLE meta ADD COLUMN requests INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN findings INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN entries INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN secret BLOB;
ALTER TABLE meta ADD COLUMN untallied INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN erased_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN texts_to INTEGER NOT NULL DEFAULT 0;
ALTER TABLE meta ADD COLUMN training INTEGER NOT NULL DEFAULT 0;
UPDATE meta SET secret = randomblob(32), untallied = incidents;
ALTER TABLE incident ADD COLUMN callers INTEGER;
ALTER TABLE incident ADD COLUMN same_as INTEGER;
ALTER TABLE incident ADD COLUMN callback_start INTEGER;
ALTER TABLE incident ADD COLUMN callback_due INTEGER;
ALTER TABLE incident ADD COLUMN callback_result INTEGER;
ALTER TABLE incident ADD COLUMN callback_days INTEGER;
ALTER TABLE incident ADD COLUMN callback_at INTEGER;
ALTER TABLE incident ADD COLUMN redo INTEGER;
ALTER TABLE incident ADD COLUMN held INTEGER;
ALTER TABLE incident ADD COLUMN backfill INTEGER;
ALTER TABLE incident ADD COLUMN requests INTEGER;
ALTER TABLE incident ADD COLUMN findings INTEGER;
ALTER TABLE incident ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE incident ADD COLUMN caller INTEGER;
ALTER TABLE incident ADD COLUMN late INTEGER;
ALTER TABLE incident ADD COLUMN proposal TEXT;
ALTER TABLE incident ADD COLUMN choice TEXT;
ALTER TABLE incident ADD COLUMN ticket TEXT;
ALTER TABLE dispatch ADD COLUMN standing INTEGER NOT NULL DEFAULT 0;
ALTER TABLE dispatch ADD COLUMN voided INTEGER;
ALTER TABLE dispatch ADD COLUMN relieving INTEGER;
ALTER TABLE dispatch ADD COLUMN extended INTEGER;
ALTER TABLE dispatch ADD COLUMN redo INTEGER;
ALTER TABLE dispatch ADD COLUMN acknowledge_ms INTEGER;
ALTER TABLE dispatch ADD COLUMN arrive_ms INTEGER;
ALTER TABLE dispatch ADD COLUMN first_report_ms INTEGER;
ALTER TABLE dispatch ADD COLUMN arrive_first_due INTEGER;
ALTER TABLE dispatch ADD COLUMN first_report_first_due INTEGER;
ALTER TABLE dispatch ADD COLUMN next_report_first_due INTEGER;
ALTER TABLE dispatch ADD COLUMN photos TEXT;
ALTER TABLE dispatch ADD COLUMN rescheduled TEXT;
ALTER TABLE dispatch ADD COLUMN stepped_by INTEGER;
ALTER TABLE dispatch ADD COLUMN next_report_earlier INTEGER;
ALTER TABLE dispatch ADD COLUMN ticket TEXT;
ALTER TABLE dispatch ADD COLUMN lost_at INTEGER;
ALTER TABLE dispatch ADD COLUMN found_at INTEGER;
ALTER TABLE account ADD COLUMN certificate TEXT;
CREATE INDEX account_certificate ON account (certificate) WHERE certificate IS NOT NULL;
-- Of what was cancelled nothing counts.
UPDATE dispatch SET voided = 3 WHERE id >> 7 IN (SELECT id FROM incident WHERE state = 4);
CREATE INDEX incident_same ON incident (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX incident_caller ON incident (caller) WHERE caller IS NOT NULL;

-- What somebody must decide within a limit. Of an incident: id = incident << 7 | n. Of none: id < 0.
CREATE TABLE request (
	id INTEGER PRIMARY KEY,
	kind INTEGER NOT NULL,
	state INTEGER NOT NULL,
	decider INTEGER NOT NULL,
	dispatch INTEGER,
	finding INTEGER,
	entry INTEGER,
	unit INTEGER,
	code INTEGER,
	suggested INTEGER,
	step INTEGER,                    -- its number and 1
	clock INTEGER,                   -- its number and 1
	asked_at INTEGER NOT NULL,
	due INTEGER NOT NULL,            -- 0: it has no limit
	lapsed_at INTEGER,
	until INTEGER,
	decided_at INTEGER,
	answered_at INTEGER,
	by INTEGER,
	decided_by INTEGER,
	account INTEGER,
	document TEXT,
	same_as TEXT,
	wake_at INTEGER
) STRICT;
CREATE INDEX request_pending ON request (due) WHERE state = 0;
CREATE INDEX request_wake ON request (wake_at) WHERE wake_at IS NOT NULL;
CREATE INDEX request_finding ON request (finding) WHERE finding IS NOT NULL AND id < 0;

-- Failings with their evidence. Of an incident: id = incident << 7 | n. Of none: id < 0.
CREATE TABLE finding (
	id INTEGER PRIMARY KEY,
	class INTEGER NOT NULL,
	state INTEGER NOT NULL,
	dispatch INTEGER,
	of_dispatch INTEGER,
	entry INTEGER,
	unit INTEGER NOT NULL,
	day INTEGER NOT NULL,            -- midnight, UTC+8, of the day that it belongs to
	opened_at INTEGER NOT NULL,
	told_at INTEGER,
	clock INTEGER,
	start INTEGER,
	due INTEGER,
	until INTEGER,
	never INTEGER,
	late_ms INTEGER,
	limit_ms INTEGER,
	seq INTEGER,
	by INTEGER,
	cause INTEGER,
	revision INTEGER
) STRICT;
CREATE INDEX finding_day ON finding (day, unit);

-- What belongs to no incident: modes, duty, measures, meetings, ownership, handovers, periods.
CREATE TABLE entry (
	id INTEGER PRIMARY KEY,
	kind INTEGER NOT NULL,
	name TEXT,
	unit INTEGER,
	at INTEGER NOT NULL,
	until INTEGER,
	state INTEGER NOT NULL,
	wake_at INTEGER,
	seq INTEGER,
	by INTEGER,
	data TEXT NOT NULL,
	personal TEXT
) STRICT;
CREATE INDEX entry_kind ON entry (kind);
CREATE INDEX entry_name ON entry (kind, name) WHERE name IS NOT NULL;
CREATE INDEX entry_wake ON entry (wake_at) WHERE wake_at IS NOT NULL;

-- The canonical document of a closed period, by edition; none ever changes.
CREATE TABLE period_document (
	id INTEGER PRIMARY KEY,
	period TEXT NOT NULL,
	edition INTEGER NOT NULL,
	sha256 BLOB NOT NULL,
	bytes BLOB NOT NULL,
	UNIQUE (period, edition)
) STRICT;

-- What has ended, summed by the day of its issue (midnight, UTC+8), and incidents by that of their report:
-- exact with every commit. counters: packed, src/store/sqlite/tally.c.
CREATE TABLE tally (
	day INTEGER NOT NULL,
	unit INTEGER NOT NULL,
	part INTEGER NOT NULL,
	priority INTEGER NOT NULL,
	standing INTEGER NOT NULL,
	counters BLOB NOT NULL,
	PRIMARY KEY (day, unit, part, priority, standing)
) STRICT, WITHOUT ROWID;

CREATE TABLE tally_incident (
	day INTEGER NOT NULL,
	lead INTEGER NOT NULL,           -- 0: none led
	category INTEGER NOT NULL,       -- 0: none
	township INTEGER NOT NULL,       -- 0: none
	standing INTEGER NOT NULL,
	counters BLOB NOT NULL,
	PRIMARY KEY (day, lead, category, township, standing)
) STRICT, WITHOUT ROWID;

-- Incidents that erasure has passed over: what holds them up is looked at every night.
CREATE TABLE erasure_wait (
	id INTEGER PRIMARY KEY           -- of the incident
) STRICT;

-- People's sessions in browsers. secret is the SHA-256 of what the browser shows, id the beginning of that in hex.
-- An ended one has no row.
CREATE TABLE session (
	id TEXT PRIMARY KEY,
	secret BLOB NOT NULL,
	account TEXT NOT NULL,
	token BLOB,                      -- of the account: it was opened with it, and ends with it. NULL: by a code
	opened_at INTEGER NOT NULL,
	seen_at INTEGER NOT NULL,        -- at most some minutes behind
	until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_account ON session (account);
CREATE INDEX session_until ON session (until);

-- Codes that open a session once. At most one an account; one that was used or has run out has no row.
CREATE TABLE code (
	account TEXT PRIMARY KEY,
	secret BLOB NOT NULL UNIQUE,     -- the SHA-256 of the code
	made_at INTEGER NOT NULL,
	until INTEGER NOT NULL,
	by TEXT NOT NULL                 -- the account that made it
) STRICT, WITHOUT ROWID;

-- Years whose records left the store for an archive (store/archive.h). What of such a year is asked for later stays:
-- sums, findings, and incidents with a finding, with a request, or reaching into another year.
CREATE TABLE archived_year (
	id INTEGER PRIMARY KEY,
	year INTEGER NOT NULL UNIQUE,
	since INTEGER NOT NULL,          -- incidents that were reported in [since, until)
	until INTEGER NOT NULL,
	at INTEGER NOT NULL,
	file TEXT NOT NULL,              -- the archive's name, without its folder
	sha256 BLOB NOT NULL,            -- of that file
	incidents INTEGER NOT NULL,      -- how many go
	rows INTEGER NOT NULL,           -- of the journal, how many go
	content BLOB NOT NULL,           -- the digest of both: src/store/sqlite/removal.c
	seq INTEGER NOT NULL,            -- of its event store.archived
	gone_to INTEGER NOT NULL DEFAULT 0,  -- incidents up to this id have been looked at
	moved_to INTEGER NOT NULL DEFAULT 0, -- rows up to this seq have been looked at
	done_at INTEGER                  -- when all of it was gone; NULL: it is going
) STRICT;

-- The numbers stay: none is given twice, and who asks for one is told where it is.
CREATE TABLE archived_incident (
	id INTEGER PRIMARY KEY,
	number TEXT NOT NULL UNIQUE,
	year INTEGER NOT NULL
) STRICT;

-- What is left of their rows of the journal: the chain goes through them.
CREATE TABLE archived_row (
	seq INTEGER PRIMARY KEY,
	n INTEGER NOT NULL,
	year INTEGER NOT NULL,
	hash BLOB NOT NULL
) STRICT;
