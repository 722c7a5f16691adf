-- exchange.sql - what is handed to partners (the 12345 centre), a row a message, and what their open matters differ in, in a
-- file of its own beside outbox.sql's. It has no personal data: what is said is read from the store when it is sent.

CREATE TABLE IF NOT EXISTS handed (
	n INTEGER PRIMARY KEY,
	id TEXT NOT NULL UNIQUE, -- the partner's key against doubles
	partner TEXT NOT NULL,
	dispatch TEXT NOT NULL,
	seq INTEGER NOT NULL, -- of the event that it tells of
	kind INTEGER NOT NULL,
	state INTEGER NOT NULL,
	made_at INTEGER NOT NULL,
	next_at INTEGER NOT NULL,
	ended_at INTEGER, -- when it was taken or dropped
	tries INTEGER NOT NULL,
	told INTEGER NOT NULL, -- the desk knows that it was not taken in time
	reported INTEGER NOT NULL, -- the engine knows that it was taken
	ticket TEXT, -- the partner's number of it
	why TEXT -- how the last try ended
) STRICT;
CREATE INDEX IF NOT EXISTS handed_waiting ON handed (dispatch, seq) WHERE state = 0;
CREATE INDEX IF NOT EXISTS handed_unreported ON handed (id) WHERE state = 1 AND kind = 0 AND reported = 0;
CREATE INDEX IF NOT EXISTS handed_dispatch ON handed (dispatch);
CREATE INDEX IF NOT EXISTS handed_ticket ON handed (ticket) WHERE kind = 0 AND ticket IS NOT NULL;

-- The last comparison with each partner, and what differs since.
CREATE TABLE IF NOT EXISTS compared (
	partner TEXT PRIMARY KEY,
	since INTEGER NOT NULL, -- since when it is known; no night before that is made up for
	at INTEGER, -- the last that ended well
	ours INTEGER NOT NULL,
	theirs INTEGER NOT NULL,
	failed_at INTEGER, -- the last that did not, if it was later
	why TEXT
) STRICT, WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS difference (
	partner TEXT NOT NULL,
	n INTEGER NOT NULL,
	side INTEGER NOT NULL, -- where it is open
	dispatch TEXT,
	ticket TEXT,
	state TEXT, -- of ours
	PRIMARY KEY (partner, n)
) STRICT, WITHOUT ROWID;

-- Statements follow; scripts/embed.py makes EXCHANGE_NAME of each.

-- name: add
-- What ended before this file was made is told by the journal: the engine knows it.
INSERT OR IGNORE INTO handed (id, partner, dispatch, seq, kind, state, made_at, next_at, ended_at, tries, told, reported, ticket, why)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7, ?8, 0, 0, ?6 <> 0, ?9, ?10);

-- name: due_rows
-- Of each dispatch the first that waits: what comes behind it waits for it.
SELECT * FROM handed AS h INDEXED BY handed_waiting
WHERE state = 0 AND partner = ?1 AND next_at <= ?2 AND NOT EXISTS (
	SELECT 1 FROM handed AS e INDEXED BY handed_waiting
	WHERE e.state = 0 AND e.dispatch = h.dispatch AND (e.seq, e.n) < (h.seq, h.n))
ORDER BY seq, n LIMIT ?3;

-- name: late_rows
SELECT * FROM handed INDEXED BY handed_waiting
WHERE state = 0 AND partner = ?1 AND kind = 0 AND told = 0 AND made_at <= ?2 ORDER BY seq, n LIMIT ?3;

-- name: unreported_rows
SELECT * FROM handed INDEXED BY handed_unreported WHERE state = 1 AND kind = 0 AND reported = 0
ORDER BY id LIMIT ?1;

-- name: row_of
SELECT * FROM handed WHERE id = ?1;

-- name: hand_over_of
SELECT * FROM handed INDEXED BY handed_dispatch WHERE dispatch = ?2 AND partner = ?1 AND kind = 0 LIMIT 1;

-- name: holder_of
SELECT dispatch FROM handed INDEXED BY handed_ticket
WHERE kind = 0 AND ticket IS NOT NULL AND ticket = ?2 AND partner = ?1 AND dispatch <> ?3 LIMIT 1;

-- What a message of theirs says, where their answer did not.
-- name: numbered
UPDATE handed SET ticket = ?3 WHERE dispatch = ?2 AND partner = ?1 AND kind = 0 AND ticket IS NULL;

-- name: list_rows
SELECT * FROM handed
WHERE (?1 = 0 OR n < ?1) AND (?2 IS NULL OR partner = ?2) AND (?3 IS NULL OR dispatch = ?3)
	AND (?4 IS NULL OR dispatch GLOB ?4) AND (?5 = 0 OR state = 0)
ORDER BY n DESC LIMIT ?6;

-- name: waiting_count
SELECT count(*) FROM handed INDEXED BY handed_waiting WHERE state = 0 AND partner = ?1;

-- Instructions alone.
-- name: waiting_since
SELECT coalesce(min(made_at), 0) FROM handed INDEXED BY handed_waiting WHERE state = 0 AND partner = ?1 AND kind = 0;

-- name: save
UPDATE handed SET state = ?2, next_at = ?3, ended_at = ?4, tries = ?5, ticket = ?6, why = ?7 WHERE id = ?1;

-- name: told
UPDATE handed SET told = 1 WHERE id = ?1;

-- name: reported
UPDATE handed SET reported = 1 WHERE id = ?1;

-- name: hurry
UPDATE handed SET next_at = ?1 WHERE state = 0;

-- name: drop_of
UPDATE handed SET state = 2, ended_at = ?2, why = ?3 WHERE state = 0 AND dispatch = ?1;

-- name: old
DELETE FROM handed WHERE state <> 0 AND made_at < ?1;

-- name: compared_of
SELECT since, at, ours, theirs, failed_at, why FROM compared WHERE partner = ?1;

-- name: compared_save
INSERT OR REPLACE INTO compared (partner, since, at, ours, theirs, failed_at, why)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: differences_forget
DELETE FROM difference WHERE partner = ?1;

-- name: difference_add
INSERT INTO difference (partner, n, side, dispatch, ticket, state) VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: differences_of
SELECT side, dispatch, ticket, state FROM difference WHERE partner = ?1 ORDER BY n LIMIT ?2;

-- name: begin
BEGIN IMMEDIATE;

-- name: commit
COMMIT;

-- name: rollback
ROLLBACK;
