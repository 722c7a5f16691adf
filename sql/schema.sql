-- schema.sql - the store as a new one is made. sql/migrate/ brings older ones to the same shape;
-- tests/unit/store_schema.c proves that both ways end alike.
--
-- The disk is the limit, so the schema is lean: an incident with three dispatches is five rows and
-- five index entries (six where the reporter left a phone). Instants are milliseconds since 1970 UTC, NULL where there is none. Texts that
-- come again and again are numbers of table symbol. No foreign keys: one writer writes parent and
-- child in one transaction, and looking each parent up again would cost as much as the row itself.

-- One row. seq and hash are the head of the journal, the counts what is stored: both written with
-- every commit, so that nothing has to be counted at a start.
CREATE TABLE meta (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	store TEXT NOT NULL,             -- 16 hex digits, made with the store
	made_at INTEGER NOT NULL,
	epoch INTEGER NOT NULL,          -- counts openings
	manual INTEGER NOT NULL,         -- 1: lives under a manual clock
	manual_at INTEGER,
	beat INTEGER,                    -- last heartbeat
	salvaged_at INTEGER,             -- when this generation was salvaged
	revision TEXT NOT NULL,          -- in force, '' on a new store
	seq INTEGER NOT NULL,
	hash BLOB NOT NULL,
	incidents INTEGER NOT NULL,      -- the last incident's id, too: ids have no gaps
	open_incidents INTEGER NOT NULL,
	open_dispatches INTEGER NOT NULL,
	requests INTEGER NOT NULL DEFAULT 0, -- the last id of one that belongs to no incident
	findings INTEGER NOT NULL DEFAULT 0, -- likewise
	entries INTEGER NOT NULL DEFAULT 0,
	secret BLOB,                     -- 32 random bytes, made with the store: keys digests that are looked up
	untallied INTEGER NOT NULL DEFAULT 0, -- incidents up to this id are not in the sums yet
	erased_to INTEGER NOT NULL DEFAULT 0, -- personal data of incidents up to this id are erased, or wait
	texts_to INTEGER NOT NULL DEFAULT 0,  -- texts of no incident up to this seq are erased
	training INTEGER NOT NULL DEFAULT 0   -- 1: made for training, and never anything else
) STRICT;

CREATE TABLE symbol (
	id INTEGER PRIMARY KEY,
	text TEXT NOT NULL UNIQUE
) STRICT;

-- Personal columns last: they are long and can be erased.
CREATE TABLE incident (
	id INTEGER PRIMARY KEY,
	number TEXT NOT NULL UNIQUE,
	state INTEGER NOT NULL,
	wake_at INTEGER,
	last_seq INTEGER,                -- its last journal row; journal.prev goes on from there
	received_at INTEGER NOT NULL,
	reported_at INTEGER NOT NULL,
	category INTEGER,
	given_category INTEGER,
	priority INTEGER NOT NULL,
	given_priority INTEGER NOT NULL,
	zone INTEGER NOT NULL,
	zone_assumed INTEGER,
	zone_city_default INTEGER,
	area INTEGER,
	has_location INTEGER,
	lon_micro INTEGER,
	lat_micro INTEGER,
	datum INTEGER,
	given_confidential INTEGER,
	confidential INTEGER,
	secret_reporter INTEGER,
	drill INTEGER,
	police INTEGER,
	unmatched INTEGER,
	clock_skew INTEGER,
	rule INTEGER,
	revision INTEGER,
	because INTEGER,
	completed_at INTEGER,
	closed_at INTEGER,
	urged INTEGER,
	command INTEGER,
	salt BLOB NOT NULL,
	content BLOB NOT NULL,
	given_units TEXT,
	address TEXT,
	reporter_name TEXT,
	reporter_phone TEXT,
	description TEXT,
	warnings TEXT,                   -- what was odd about the report: src/domain/warning.h
	lead_missing_start INTEGER,      -- since when it is open without an open lead
	lead_missing_due INTEGER,
	rungs INTEGER,                   -- of its own clocks
	reminded_at INTEGER,
	callers INTEGER,                 -- beside the first: its followers
	same_as INTEGER,                 -- the incident that it follows
	callback_start INTEGER,
	callback_due INTEGER,
	callback_result INTEGER,
	callback_days INTEGER,           -- on which the reporter was not reached
	callback_at INTEGER,
	redo INTEGER,
	held INTEGER,
	backfill INTEGER,
	requests INTEGER,                -- how many it has; they are loaded only then
	findings INTEGER,
	standing INTEGER NOT NULL DEFAULT 0,
	caller INTEGER,                  -- keyed digest of the reporter's phone
	late INTEGER,                    -- which of its own clocks the desk has let run out, bits
	proposal TEXT,                   -- of the model of texts, and what was decided by it: src/domain/proposal.h
	choice TEXT,
	ticket TEXT,                     -- the first number that another system or a unit said for it
	graver TEXT                      -- what was said later and is graver: src/domain/graver.h
) STRICT;

-- Those that follow another, and earlier calls of a caller.
CREATE INDEX incident_same ON incident (same_as) WHERE same_as IS NOT NULL;
CREATE INDEX incident_caller ON incident (caller) WHERE caller IS NOT NULL;

-- The deadline queue.
CREATE INDEX incident_wake ON incident (wake_at) WHERE wake_at IS NOT NULL;

-- id = incident << 7 | n. open is 1 or NULL: not completed and not withdrawn.
CREATE TABLE dispatch (
	id INTEGER PRIMARY KEY,
	unit INTEGER NOT NULL,
	open INTEGER,
	role INTEGER NOT NULL,
	state INTEGER NOT NULL,
	issued_at INTEGER NOT NULL,
	delivered_at INTEGER,
	acknowledged_at INTEGER,
	departed_at INTEGER,
	arrived_at INTEGER,
	completed_at INTEGER,
	delivered_recorded INTEGER,
	acknowledged_recorded INTEGER,
	departed_recorded INTEGER,
	arrived_recorded INTEGER,
	completed_recorded INTEGER,
	delivery_due INTEGER,
	acknowledge_due INTEGER,
	arrive_due INTEGER,
	first_report_due INTEGER,
	next_report_due INTEGER,
	delivery_start INTEGER,
	acknowledge_start INTEGER,
	arrive_start INTEGER,
	first_report_start INTEGER,
	next_report_start INTEGER,
	eta INTEGER,
	reported_at INTEGER,
	rungs INTEGER,
	reminded_at INTEGER,
	overdue INTEGER,
	excused INTEGER,                 -- four bits a clock: why being overdue does not count
	late_reported INTEGER,
	rule INTEGER,
	revision INTEGER,
	clock_revision INTEGER,
	withdrawn_at INTEGER,
	seq INTEGER,                     -- last event that touched it
	withdrawn_reason TEXT,
	result TEXT,
	issued_priority INTEGER,         -- what its limits were decided by
	issued_zone INTEGER,
	issued_category INTEGER,
	report_priority INTEGER,         -- and those of its report clock
	report_category INTEGER,
	late INTEGER,                    -- clocks that count as late, as bits
	implied INTEGER,                 -- steps whose instant is that of a later one, as bits
	unconfirmed INTEGER,             -- steps of which the recording counts, not their instant
	first_report_at INTEGER,
	first_report_priority INTEGER,
	first_report_category INTEGER,
	first_report_revision INTEGER,
	standing INTEGER NOT NULL DEFAULT 0,
	voided INTEGER,
	relieving INTEGER,
	extended INTEGER,
	redo INTEGER,
	acknowledge_ms INTEGER,          -- from the issue, in the clock's own time; a time of 0 is not NULL
	arrive_ms INTEGER,
	first_report_ms INTEGER,
	arrive_first_due INTEGER,        -- before an extension
	first_report_first_due INTEGER,
	next_report_first_due INTEGER,
	photos TEXT,                     -- those that were added (domain/photo.h); erased with the texts
	rescheduled TEXT,                -- what its clocks were before its terms changed
	stepped_by INTEGER,              -- the account of the last step
	next_report_earlier INTEGER,     -- what its runs before the present one came to
	ticket TEXT,                     -- the unit's own number of it, as it said it last
	lost_at INTEGER,                 -- no notice of it could be delivered, and nothing was fetched
	found_at INTEGER                 -- then one was
) STRICT;

-- (unit, id): an index ends in the row's id by itself.
CREATE INDEX dispatch_open ON dispatch (unit) WHERE open = 1;

-- One row a decision, holding its n events; seq is that of the last of them. prev is the row before
-- of the same incident. data and hash: src/store/sqlite/journal.c.
CREATE TABLE journal (
	seq INTEGER PRIMARY KEY,
	n INTEGER NOT NULL,
	at INTEGER NOT NULL,
	incident INTEGER,
	prev INTEGER,
	command INTEGER,
	hash BLOB NOT NULL,
	data BLOB NOT NULL
) STRICT;

-- Texts of events that can be erased; the journal holds their salted digests.
CREATE TABLE event_text (
	seq INTEGER NOT NULL,
	field TEXT NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY (seq, field)
) STRICT, WITHOUT ROWID;

-- First answers to commands with a key, kept for a week.
CREATE TABLE answer (
	id INTEGER PRIMARY KEY,
	account INTEGER NOT NULL,
	key TEXT NOT NULL,
	at INTEGER NOT NULL,
	asked BLOB NOT NULL,
	body BLOB NOT NULL,
	UNIQUE (account, key)
) STRICT;

-- token is the SHA-256 of what the account shows.
CREATE TABLE account (
	id INTEGER PRIMARY KEY,
	name TEXT NOT NULL,
	role INTEGER NOT NULL,
	unit TEXT,
	commands TEXT,
	token BLOB NOT NULL UNIQUE,
	made_at INTEGER NOT NULL,
	revoked_at INTEGER,
	certificate TEXT                 -- a name in a client's certificate; then no token has this SHA-256
) STRICT;
CREATE INDEX account_certificate ON account (certificate) WHERE certificate IS NOT NULL;

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

-- Which revision was put in force when, by whom, why; and the files of each. A file is kept once, by its
-- SHA-256, however many revisions have it.
CREATE TABLE activation (
	id INTEGER PRIMARY KEY,
	revision TEXT NOT NULL,
	at INTEGER NOT NULL,
	who TEXT,
	why TEXT
) STRICT;

CREATE TABLE mechanism_file (
	id INTEGER PRIMARY KEY,
	digest BLOB NOT NULL UNIQUE,
	bytes BLOB NOT NULL
) STRICT;

CREATE TABLE revision_file (
	revision TEXT NOT NULL,
	name TEXT NOT NULL,
	file INTEGER NOT NULL,           -- of mechanism_file
	PRIMARY KEY (revision, name)
) STRICT, WITHOUT ROWID;

-- When the system was away (down, suspended, standing still): what a clock lost in it is not a unit's.
CREATE TABLE downtime (
	id INTEGER PRIMARY KEY,
	began_at INTEGER NOT NULL,
	ended_at INTEGER NOT NULL
) STRICT;

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
	same_as TEXT,                    -- of a return: the incident that is the same matter
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
	clock INTEGER,                   -- its number and 1; that and what follows: of the run that was late
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
