-- exchange.sql - what is handed to partners (the 12345 centre), a row a message, in a file of its own beside outbox.sql's.
-- It has no personal data: what is said is read from the store when it is sent.

CREATE TABLE IF NOT EXISTS handed (
	id TEXT PRIMARY KEY, -- the partner's key against doubles
	partner TEXT NOT NULL,
	dispatch TEXT NOT NULL,
	seq INTEGER NOT NULL, -- of the event that it tells of
	kind INTEGER NOT NULL,
	state INTEGER NOT NULL,
	made_at INTEGER NOT NULL,
	next_at INTEGER NOT NULL,
	tries INTEGER NOT NULL,
	told INTEGER NOT NULL, -- the desk was told to hand over by phone
	ticket TEXT, -- the partner's number of it
	why TEXT -- how the last try ended
) STRICT;
CREATE INDEX IF NOT EXISTS handed_waiting ON handed (seq) WHERE state = 0;

-- Statements follow; scripts/embed.py makes EXCHANGE_NAME of each.

-- name: add
INSERT OR IGNORE INTO handed (id, partner, dispatch, seq, kind, state, made_at, next_at, tries, told)
VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?6, 0, 0);

-- name: waiting_rows
SELECT id, partner, dispatch, seq, kind, state, made_at, next_at, tries, told, ticket, why
FROM handed WHERE state = 0 ORDER BY seq, id LIMIT ?1;

-- name: save
UPDATE handed SET state = ?2, next_at = ?3, tries = ?4, told = ?5, ticket = ?6, why = ?7 WHERE id = ?1;

-- name: old
DELETE FROM handed WHERE state <> 0 AND made_at < ?1;
