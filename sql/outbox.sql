-- outbox.sql - the file of the process notifier: how far it has followed the events, and what goes out by which channel.
-- It has no personal data: whom a row is for is a place (a unit's duty), which is looked up when it is sent.

CREATE TABLE IF NOT EXISTS progress (
	id INTEGER PRIMARY KEY CHECK (id = 1),
	store TEXT NOT NULL,
	seq INTEGER NOT NULL -- the last event that was dealt with
) STRICT;

-- Statements follow; scripts/embed.py makes OUTBOX_NAME of each.

-- name: progress
SELECT store, seq FROM progress WHERE id = 1;

-- name: follow
INSERT INTO progress (id, store, seq) VALUES (1, ?1, ?2)
ON CONFLICT (id) DO UPDATE SET store = ?1, seq = ?2;
