-- outbox.sql - the file of the process notifier: how far it has followed the events, and what goes out by which channel.
-- A notice has no personal data: whom it is for is a place (a unit's duty), which is looked up when it is sent. A reply
-- by short message that was not taken has a phone and words: it is kept for a week.

CREATE TABLE IF NOT EXISTS progress (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	store TEXT NOT NULL,
	seq INTEGER NOT NULL -- the last event that was dealt with
) STRICT;

-- Rows of the journal that were dealt with, the last of each ten minutes: by their hashes a store is known again that was restored
-- and has gone on.
CREATE TABLE IF NOT EXISTS mark (
	span INTEGER PRIMARY KEY, -- ten minutes, counted since 1970
	seq INTEGER NOT NULL,
	hash BLOB NOT NULL
) STRICT;

-- Up to which instant digests were made.
CREATE TABLE IF NOT EXISTS digest (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	at INTEGER NOT NULL
) STRICT;

-- One notice to one recipient (domain/outgoing.h). ended_at 0: it lives.
CREATE TABLE IF NOT EXISTS notice (
	n INTEGER PRIMARY KEY, -- in the order of their making
	id TEXT NOT NULL UNIQUE,
	seq INTEGER NOT NULL,
	at INTEGER NOT NULL,
	event INTEGER NOT NULL,
	class INTEGER NOT NULL,
	incident TEXT,
	dispatch INTEGER NOT NULL,
	unit TEXT,
	role TEXT NOT NULL,
	which INTEGER NOT NULL,
	digest TEXT,
	about TEXT,
	priority INTEGER NOT NULL,
	drill INTEGER NOT NULL,
	made_at INTEGER NOT NULL,
	send_at INTEGER NOT NULL,
	expires_at INTEGER NOT NULL,
	ended_at INTEGER NOT NULL,
	state INTEGER NOT NULL,
	outcome TEXT,
	told INTEGER NOT NULL, -- the engine knows how it ended
	code INTEGER NOT NULL,
	decided_by TEXT -- the account that dropped it or sent it again, until the engine knows; NULL: none
) STRICT;
CREATE INDEX IF NOT EXISTS notice_live ON notice (n) WHERE ended_at = 0 OR told = 0;
CREATE INDEX IF NOT EXISTS notice_of ON notice (incident, dispatch);
CREATE INDEX IF NOT EXISTS notice_code ON notice (code, n) WHERE code > 0;
CREATE INDEX IF NOT EXISTS notice_failed ON notice (n) WHERE class = 0 AND state BETWEEN 5 AND 8;
CREATE INDEX IF NOT EXISTS notice_old ON notice (ended_at) WHERE ended_at > 0;

-- Its way through one channel; i: the order of the ladder.
CREATE TABLE IF NOT EXISTS attempt (
	notice TEXT NOT NULL,
	i INTEGER NOT NULL,
	channel TEXT NOT NULL,
	state INTEGER NOT NULL,
	tries INTEGER NOT NULL,
	started_at INTEGER NOT NULL,
	next_at INTEGER NOT NULL,
	sent_at INTEGER NOT NULL,
	accepted_at INTEGER NOT NULL,
	ended_at INTEGER NOT NULL,
	carrier TEXT, -- id of the notice as part of whose message it went
	provider TEXT, -- the provider's number of that message
	status INTEGER NOT NULL,
	reason TEXT,
	answer TEXT, -- at most 512 bytes of what refused it, without secrets
	request TEXT, -- what was refused, without secrets and addresses
	PRIMARY KEY (notice, i)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS attempt_provider ON attempt (provider) WHERE provider IS NOT NULL;
CREATE INDEX IF NOT EXISTS attempt_sent ON attempt (sent_at) WHERE sent_at > 0;

-- Texts of messages of which it is not known whether they arrived, where the provider knows doubles by their bytes alone.
CREATE TABLE IF NOT EXISTS message (
	channel TEXT NOT NULL,
	carrier TEXT NOT NULL,
	at INTEGER NOT NULL,
	text TEXT NOT NULL,
	PRIMARY KEY (channel, carrier)
) STRICT, WITHOUT ROWID;

-- Replies by short message that were not taken; the newest ones. reason: enum reply_fault (store/outbox.h).
CREATE TABLE IF NOT EXISTS reply (
	n INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	channel TEXT NOT NULL,
	phone TEXT,
	text TEXT,
	reason INTEGER NOT NULL,
	unit TEXT, -- whose phone it is; NULL: of none
	dispatch TEXT, -- of REFUSED
	code TEXT -- of REFUSED: the engine's word for why
) STRICT;

-- Replies that are to be carried out: written before their provider is told that they came, gone when the engine has answered.
CREATE TABLE IF NOT EXISTS heard (
	n INTEGER PRIMARY KEY,
	at INTEGER NOT NULL,
	channel TEXT NOT NULL,
	phone TEXT NOT NULL,
	text TEXT NOT NULL,
	notice TEXT NOT NULL, -- that it answers
	unit TEXT NOT NULL,
	dispatch TEXT NOT NULL,
	act INTEGER NOT NULL, -- enum reply_act (channel/channel.h)
	words TEXT NOT NULL, -- behind the code; "": none
	done INTEGER NOT NULL, -- the act is, and its words are still to be told
	UNIQUE (notice, act, words) -- a provider may bring it twice
) STRICT;

-- Channels whose receiver has said that it wants no more: closed until a person tries or changes them.
CREATE TABLE IF NOT EXISTS gone (
	channel TEXT PRIMARY KEY,
	target TEXT NOT NULL, -- SHA-256 of its URL, which may be a secret
	at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Statements follow; scripts/embed.py makes OUTBOX_NAME of each. Parameters and columns of notice and attempt stand in the
-- order of the tables (src/store/sqlite/outbox.c).

-- name: progress
SELECT store, seq FROM progress WHERE id = 1;

-- name: follow
INSERT INTO progress (id, store, seq) VALUES (1, ?1, ?2)
ON CONFLICT (id) DO UPDATE SET store = ?1, seq = ?2;

-- name: digested
SELECT at FROM digest WHERE id = 1;

-- name: digest
INSERT INTO digest (id, at) VALUES (1, ?1) ON CONFLICT (id) DO UPDATE SET at = ?1;

-- name: mark
INSERT OR REPLACE INTO mark (span, seq, hash) VALUES (?1, ?2, ?3);

-- name: marks
SELECT seq, hash FROM mark WHERE seq <= ?1 ORDER BY seq DESC LIMIT ?2;

-- name: marks_forget
DELETE FROM mark WHERE seq > ?1 OR span < ?2;

-- name: add
INSERT INTO notice (id, seq, at, event, class, incident, dispatch, unit, role, which, digest, about, priority, drill,
	made_at, send_at, expires_at, ended_at, state, outcome, told, code, decided_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23)
ON CONFLICT (id) DO NOTHING;

-- name: save
UPDATE notice SET expires_at = ?2, ended_at = ?3, state = ?4, outcome = ?5, told = ?6, decided_by = ?7 WHERE id = ?1;

-- name: attempt_save
INSERT OR REPLACE INTO attempt (notice, i, channel, state, tries, started_at, next_at, sent_at, accepted_at, ended_at,
	carrier, provider, status, reason, answer, request)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16);

-- name: attempts_forget
DELETE FROM attempt WHERE notice = ?1;

-- name: attempts
SELECT channel, state, tries, started_at, next_at, sent_at, accepted_at, ended_at, carrier, provider, status, reason, answer,
	request
FROM attempt WHERE notice = ?1 ORDER BY i;

-- At a start: what an earlier life was sending for a notice that has ended meanwhile (by another channel) is not known.
-- state 1: ATTEMPT_SENDING, 4: ATTEMPT_UNKNOWN.
-- name: interrupted
UPDATE attempt SET state = 4, reason = 'interrupted'
WHERE state = 1 AND notice IN (SELECT id FROM notice WHERE ended_at > 0 AND told = 1);

-- name: live
SELECT id, seq, at, event, class, incident, dispatch, unit, role, which, digest, about, priority, drill,
	made_at, send_at, expires_at, ended_at, state, outcome, told, code, decided_by, n
FROM notice WHERE (ended_at = 0 OR told = 0) AND n > ?1 ORDER BY n LIMIT ?2;

-- name: one
SELECT id, seq, at, event, class, incident, dispatch, unit, role, which, digest, about, priority, drill,
	made_at, send_at, expires_at, ended_at, state, outcome, told, code, decided_by, n
FROM notice WHERE id = ?1;

-- name: of_dispatch
SELECT id, seq, at, event, class, incident, dispatch, unit, role, which, digest, about, priority, drill,
	made_at, send_at, expires_at, ended_at, state, outcome, told, code, decided_by, n
FROM notice WHERE incident = ?1 AND dispatch = ?2 ORDER BY n;

-- name: by_code
SELECT id, seq, at, event, class, incident, dispatch, unit, role, which, digest, about, priority, drill,
	made_at, send_at, expires_at, ended_at, state, outcome, told, code, decided_by, n
FROM notice WHERE code = ?1 AND code > 0 AND made_at >= ?2 ORDER BY n DESC LIMIT 20;

-- name: codes
SELECT code, MAX(made_at) FROM notice WHERE code > 0 AND made_at >= ?1 GROUP BY code;

-- Instructions that wait for a person: neither acted upon (4) nor withdrawn (8).
-- name: waiting
SELECT id, seq, at, event, class, incident, dispatch, unit, role, which, digest, about, priority, drill,
	made_at, send_at, expires_at, ended_at, state, outcome, told, code, decided_by, n
FROM notice WHERE code > 0 AND made_at >= ?1 AND state NOT IN (4, 8) ORDER BY n DESC LIMIT ?2;

-- Newest first. state -1, NULL: any. unit: one, or several, comma-separated.
-- name: list
SELECT id, seq, at, event, class, incident, dispatch, unit, role, which, digest, about, priority, drill,
	made_at, send_at, expires_at, ended_at, state, outcome, told, code, decided_by, n
FROM notice WHERE n < ?1 AND (?2 < 0 OR state = ?2) AND (?3 IS NULL OR instr(',' || ?3 || ',', ',' || unit || ',') > 0)
	AND (?4 IS NULL OR incident = ?4) AND (?5 < 0 OR dispatch = ?5)
ORDER BY n DESC LIMIT ?6;

-- What no channel took (7), or of which nothing is known (5), whatever it says; the newest first.
-- name: lost
SELECT id, seq, at, event, class, incident, dispatch, unit, role, which, digest, about, priority, drill,
	made_at, send_at, expires_at, ended_at, state, outcome, told, code, decided_by, n
FROM notice WHERE n < ?1 AND state IN (5, 7) ORDER BY n DESC LIMIT ?2;

-- Instructions that did not get through as far as is known, or that were given up: unknown 5, stale 6, dead 7, cancelled 8. The
-- newest first. unit (as above), incident NULL, dispatch -1: any.
-- name: failed
SELECT id, seq, at, event, class, incident, dispatch, unit, role, which, digest, about, priority, drill,
	made_at, send_at, expires_at, ended_at, state, outcome, told, code, decided_by, n
FROM notice INDEXED BY notice_failed
WHERE class = 0 AND state BETWEEN 5 AND 8 AND n < ?1 AND (?2 IS NULL OR instr(',' || ?2 || ',', ',' || unit || ',') > 0)
	AND (?3 IS NULL OR incident = ?3) AND (?4 < 0 OR dispatch = ?4)
ORDER BY n DESC LIMIT ?5;

-- name: by_provider
SELECT notice FROM attempt WHERE provider = ?1 AND channel = ?2;

-- name: by_carrier
SELECT notice FROM attempt WHERE carrier = ?1 AND channel = ?2;

-- Messages of a channel that were begun since, once each.
-- name: begun
SELECT MAX(sent_at) FROM attempt WHERE channel = ?1 AND sent_at > ?2 AND sent_at > 0 GROUP BY carrier ORDER BY 1;

-- Those of them that may have arrived, and for whom. 1 to 4: ATTEMPT_SENDING, ACCEPTED, DELIVERED, UNKNOWN.
-- name: used
SELECT MAX(a.sent_at), n.class, n.unit, n.role, n.which FROM attempt a JOIN notice n ON n.id = a.notice
WHERE a.channel = ?1 AND a.sent_at > ?2 AND a.sent_at > 0 AND (a.state BETWEEN 1 AND 4 OR a.accepted_at > 0)
GROUP BY a.carrier ORDER BY 1;

-- name: message
SELECT text FROM message WHERE channel = ?1 AND carrier = ?2;

-- name: message_save
INSERT OR REPLACE INTO message (channel, carrier, at, text) VALUES (?1, ?2, ?3, ?4);

-- name: message_drop
DELETE FROM message WHERE channel = ?1 AND carrier = ?2;

-- name: old_messages
DELETE FROM message WHERE at < ?1;

-- name: reply_add
INSERT INTO reply (at, channel, phone, text, reason, unit, dispatch, code) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: replies_forget
DELETE FROM reply WHERE at < ?1 OR n <= (SELECT max(n) FROM reply) - ?2;

-- name: replies
SELECT at, channel, phone, text, reason, unit, dispatch, code, n FROM reply WHERE n < ?1 ORDER BY n DESC LIMIT ?2;

-- name: heard_add
INSERT INTO heard (at, channel, phone, text, notice, unit, dispatch, act, words, done)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 0) ON CONFLICT DO NOTHING;

-- name: heard_done
UPDATE heard SET done = 1 WHERE n = ?1;

-- name: heard_drop
DELETE FROM heard WHERE n = ?1;

-- name: heard
SELECT n, at, channel, phone, text, notice, unit, dispatch, act, words, done FROM heard WHERE n > ?1 ORDER BY n LIMIT ?2;

-- name: gone_add
INSERT OR REPLACE INTO gone (channel, target, at) VALUES (?1, ?2, ?3);

-- name: gone_drop
DELETE FROM gone WHERE channel = ?1;

-- name: gone
SELECT target FROM gone WHERE channel = ?1;

-- name: old_attempts
DELETE FROM attempt WHERE notice IN (SELECT id FROM notice WHERE ended_at > 0 AND ended_at < ?1 AND told = 1 LIMIT 500);

-- name: old
DELETE FROM notice WHERE n IN (SELECT n FROM notice WHERE ended_at > 0 AND ended_at < ?1 AND told = 1 LIMIT 500);
