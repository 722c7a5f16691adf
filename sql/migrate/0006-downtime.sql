-- 0006-downtime.sql - when the system was away: what a clock lost in it is not a unit's.
CREATE TABLE downtime (
	id INTEGER PRIMARY KEY,
	began_at INTEGER NOT NULL,
	ended_at INTEGER NOT NULL
) STRICT;
