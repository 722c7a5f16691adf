-- liandong's three tables as PostgreSQL would have them, for S1: the columns that a report fills, the
-- same indexes.
CREATE SEQUENCE incident_id;
CREATE SEQUENCE event_seq;
CREATE TABLE incident (
	id bigint PRIMARY KEY,
	number text NOT NULL UNIQUE,
	state int NOT NULL,
	wake_at bigint,
	last_seq bigint,
	received_at bigint NOT NULL,
	reported_at bigint NOT NULL,
	category int,
	given_category int,
	priority int NOT NULL,
	given_priority int NOT NULL,
	zone int NOT NULL,
	area int,
	has_location int,
	lon_micro int,
	lat_micro int,
	datum int,
	rule int,
	revision int,
	because int,
	command bigint,
	salt bytea NOT NULL,
	content bytea NOT NULL,
	address text,
	reporter_name text,
	reporter_phone text,
	description text
);
CREATE INDEX incident_wake ON incident (wake_at) WHERE wake_at IS NOT NULL;
CREATE TABLE dispatch (
	id bigint PRIMARY KEY,
	unit int NOT NULL,
	open int,
	part int NOT NULL,
	state int NOT NULL,
	issued_at bigint NOT NULL,
	delivery_due bigint,
	acknowledge_due bigint,
	arrive_due bigint,
	delivery_start bigint,
	acknowledge_start bigint,
	arrive_start bigint,
	rule int,
	revision int,
	seq bigint
);
CREATE INDEX dispatch_open ON dispatch (unit, id) WHERE open = 1;
CREATE TABLE journal (
	seq bigint PRIMARY KEY,
	n int NOT NULL,
	at bigint NOT NULL,
	incident bigint,
	command bigint,
	hash bytea NOT NULL,
	data bytea NOT NULL
);
