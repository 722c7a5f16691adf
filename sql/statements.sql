-- statements.sql - every statement of the store. `-- name: NAME SET` begins one; scripts/embed.py makes
-- STATEMENT_NAME of it. The statements of a set are prepared together, when the first of them is needed; the
-- engine prepares all sets at its opening, so that one that does not fit the schema ends the opening. The named
-- parameters and the columns of SELECT * are bound and read by their names, which stand once more, in
-- src/store/sqlite/record.c; a name that is unknown there fails as a statement does that does not fit.

-- name: begin write
BEGIN IMMEDIATE;

-- name: begin_read read
BEGIN;

-- name: commit write
COMMIT;

-- name: rollback read
ROLLBACK;

-- The one row that says what this store is and how far it has come.

-- name: meta_add write
INSERT INTO meta (id, store, made_at, epoch, manual, manual_at, revision, seq, hash,
	incidents, open_incidents, open_dispatches, secret, training)
VALUES (1, ?1, ?2, 0, ?3, ?4, '', 0, ?5, 0, 0, 0, ?6, ?7);

-- name: meta_get read
SELECT store, epoch, manual, manual_at, beat, salvaged_at, revision, seq, hash,
	incidents, open_incidents, open_dispatches, requests, findings, entries,
	secret, untallied, erased_to, texts_to, training
FROM meta WHERE id = 1;

-- name: meta_save write
UPDATE meta SET epoch = ?1, manual_at = ?2, beat = ?3, salvaged_at = ?4, revision = ?5, seq = ?6,
	hash = ?7, incidents = ?8, open_incidents = ?9, open_dispatches = ?10,
	requests = ?11, findings = ?12, entries = ?13, untallied = ?14, erased_to = ?15,
	texts_to = ?16
WHERE id = 1;

-- Symbols.

-- name: symbol_after read
SELECT id, text FROM symbol WHERE id > ?1 ORDER BY id;

-- name: symbol_add write
INSERT INTO symbol (id, text) VALUES (?1, ?2);

-- Incidents.

-- name: incident_add write
INSERT INTO incident (
	id, number, state, wake_at, last_seq, received_at, reported_at, category,
	given_category, priority, given_priority, zone, zone_assumed, zone_city_default, area,
	has_location, lon_micro, lat_micro, datum, given_confidential, confidential,
	secret_reporter, drill, police, unmatched, clock_skew, rule, revision, because,
	completed_at, closed_at, urged, command, salt, content, given_units, address,
	reporter_name, reporter_phone, description, warnings, lead_missing_start,
	lead_missing_due, rungs, late, reminded_at,
	callers, same_as, callback_start, callback_due, callback_result, callback_days, callback_at,
	redo, held, backfill, requests, findings, standing, caller, proposal, choice, ticket, graver
) VALUES (
	:id, :number, :state, :wake_at, :last_seq, :received_at, :reported_at, :category,
	:given_category, :priority, :given_priority, :zone, :zone_assumed, :zone_city_default,
	:area, :has_location, :lon_micro, :lat_micro, :datum, :given_confidential,
	:confidential, :secret_reporter, :drill, :police, :unmatched, :clock_skew, :rule,
	:revision, :because, :completed_at, :closed_at, :urged, :command, :salt, :content,
	:given_units, :address, :reporter_name, :reporter_phone, :description, :warnings,
	:lead_missing_start, :lead_missing_due, :rungs, :late, :reminded_at,
	:callers, :same_as, :callback_start, :callback_due, :callback_result, :callback_days,
	:callback_at, :redo, :held, :backfill, :requests, :findings, :standing, :caller, :proposal,
	:choice, :ticket, :graver
);

-- name: incident_report write
-- As incident_add, of what nothing else is known yet; record_fits says whether that is so.
INSERT INTO incident (
	id, number, state, wake_at, last_seq, received_at, reported_at, category, given_category,
	priority, given_priority, zone, zone_assumed, area, has_location, lon_micro, lat_micro, datum,
	confidential, police, rule, revision, because, command, salt, content, given_units, address,
	reporter_name, reporter_phone, description, warnings, standing, caller, proposal, choice
) VALUES (
	:id, :number, :state, :wake_at, :last_seq, :received_at, :reported_at, :category,
	:given_category, :priority, :given_priority, :zone, :zone_assumed, :area, :has_location,
	:lon_micro, :lat_micro, :datum, :confidential, :police, :rule, :revision, :because, :command,
	:salt, :content, :given_units, :address, :reporter_name, :reporter_phone, :description,
	:warnings, :standing, :caller, :proposal, :choice
);

-- name: incident_change write
UPDATE incident SET
	state = :state, wake_at = :wake_at, last_seq = :last_seq, category = :category,
	given_category = :given_category, priority = :priority,
	given_priority = :given_priority, zone = :zone, zone_assumed = :zone_assumed,
	zone_city_default = :zone_city_default, area = :area, has_location = :has_location,
	lon_micro = :lon_micro, lat_micro = :lat_micro, datum = :datum,
	given_confidential = :given_confidential, confidential = :confidential,
	secret_reporter = :secret_reporter, drill = :drill, police = :police,
	unmatched = :unmatched, clock_skew = :clock_skew, rule = :rule, revision = :revision,
	because = :because, completed_at = :completed_at, closed_at = :closed_at,
	urged = :urged, given_units = :given_units, address = :address,
	reporter_name = :reporter_name, reporter_phone = :reporter_phone,
	description = :description, lead_missing_start = :lead_missing_start,
	lead_missing_due = :lead_missing_due, rungs = :rungs, late = :late, reminded_at = :reminded_at,
	callers = :callers, same_as = :same_as, callback_start = :callback_start,
	callback_due = :callback_due, callback_result = :callback_result,
	callback_days = :callback_days, callback_at = :callback_at, redo = :redo, held = :held, backfill = :backfill,
	requests = :requests, findings = :findings, standing = :standing, caller = :caller,
	proposal = :proposal, choice = :choice, ticket = :ticket, graver = :graver
WHERE id = :id;

-- name: incident_by_id read
SELECT * FROM incident WHERE id = ?1;

-- name: incident_by_number read
SELECT * FROM incident WHERE number = ?1;

-- name: incident_recent write
-- ?2 is the lowest id to look at.
SELECT * FROM incident WHERE id >= ?2 AND state = ?1 ORDER BY id DESC LIMIT ?3;

-- name: incident_page read
-- Newest first in a window of ids, so that a filter that fits nothing ends, too.
SELECT * FROM incident
WHERE id >= ?1 AND id < ?2
	AND (?3 IS NULL OR state = ?3)
	AND (?4 IS NULL OR area = ?4)
	AND (?5 IS NULL OR received_at >= ?5)
	AND (?6 IS NULL OR received_at < ?6)
	AND (?7 IS NULL OR confidential IS NULL)
	AND (?8 IS NULL OR EXISTS (SELECT 1 FROM dispatch AS d
		WHERE d.id BETWEEN incident.id << 7 AND incident.id << 7 | 127 AND d.unit = ?8))
ORDER BY id DESC LIMIT ?9;

-- name: incident_due write
SELECT id FROM incident INDEXED BY incident_wake WHERE wake_at <= ?1 ORDER BY wake_at LIMIT ?2;

-- name: incident_next_wake write
SELECT wake_at FROM incident INDEXED BY incident_wake WHERE wake_at > ?1
ORDER BY wake_at LIMIT 1;

-- name: incident_armed write
-- Behind the position (wake_at, id); the index ends in the id by itself.
SELECT id FROM incident INDEXED BY incident_wake
WHERE wake_at IS NOT NULL AND (wake_at, id) > (?1, ?2) ORDER BY wake_at, id LIMIT ?3;

-- name: incident_following write
SELECT id FROM incident INDEXED BY incident_same WHERE same_as = ?1 ORDER BY id LIMIT ?2;

-- name: incident_waking register
-- The index alone: what is neither closed nor cancelled has a wake.
SELECT id FROM incident INDEXED BY incident_wake WHERE wake_at IS NOT NULL;

-- name: incident_of_caller read
-- The index alone: a caller has any number of calls, of which few are shown.
SELECT id FROM incident INDEXED BY incident_caller WHERE caller = ?1 AND id < ?2 ORDER BY id DESC LIMIT ?3;

-- name: incident_call read
SELECT number, received_at, state, category, callback_result, confidential, secret_reporter
FROM incident WHERE id = ?1;

-- name: incident_number read
SELECT number FROM incident WHERE id = ?1;

-- name: incident_below register
-- The next one down: there are gaps where a year has left the store.
SELECT max(id) FROM incident WHERE id < ?1;

-- name: incident_seen read
-- What decides who may see its events.
SELECT confidential FROM incident WHERE id = ?1;

-- name: incident_chain read
SELECT id, last_seq FROM incident WHERE number = ?1;

-- Dispatches.

-- name: dispatch_add write
INSERT INTO dispatch (
	id, open, unit, role, state, issued_at, delivered_at, acknowledged_at, departed_at,
	arrived_at, completed_at, delivered_recorded, acknowledged_recorded, departed_recorded,
	arrived_recorded, completed_recorded, delivery_due, acknowledge_due, arrive_due,
	first_report_due, next_report_due, delivery_start, acknowledge_start, arrive_start,
	first_report_start, next_report_start, eta, reported_at, rungs, reminded_at, overdue,
	excused, late_reported, rule, revision, clock_revision, withdrawn_at, seq,
	withdrawn_reason, result, issued_priority, issued_zone, issued_category, report_priority,
	report_category, late, implied, unconfirmed, first_report_at, first_report_priority,
	first_report_category, first_report_revision,
	standing, voided, relieving, extended, redo, acknowledge_ms, arrive_ms, first_report_ms,
	arrive_first_due, first_report_first_due, next_report_first_due, photos, rescheduled,
	stepped_by, next_report_earlier, ticket, lost_at,
	found_at
) VALUES (
	:id, :open, :unit, :role, :state, :issued_at, :delivered_at, :acknowledged_at,
	:departed_at, :arrived_at, :completed_at, :delivered_recorded, :acknowledged_recorded,
	:departed_recorded, :arrived_recorded, :completed_recorded, :delivery_due,
	:acknowledge_due, :arrive_due, :first_report_due, :next_report_due, :delivery_start,
	:acknowledge_start, :arrive_start, :first_report_start, :next_report_start, :eta,
	:reported_at, :rungs, :reminded_at, :overdue, :excused, :late_reported, :rule,
	:revision, :clock_revision, :withdrawn_at, :seq, :withdrawn_reason, :result,
	:issued_priority, :issued_zone, :issued_category, :report_priority, :report_category,
	:late, :implied, :unconfirmed, :first_report_at, :first_report_priority,
	:first_report_category, :first_report_revision,
	:standing, :voided, :relieving, :extended, :redo, :acknowledge_ms, :arrive_ms,
	:first_report_ms, :arrive_first_due, :first_report_first_due, :next_report_first_due,
	:photos, :rescheduled, :stepped_by, :next_report_earlier, :ticket, :lost_at, :found_at
);

-- name: dispatch_issue write
-- As dispatch_add, of one that was issued and has nothing else yet.
INSERT INTO dispatch (
	id, open, unit, role, state, issued_at, delivery_due, acknowledge_due, arrive_due,
	next_report_due, delivery_start, acknowledge_start, arrive_start, next_report_start, rule,
	revision, seq, issued_priority, issued_zone, issued_category, report_priority,
	report_category, standing
) VALUES (
	:id, :open, :unit, :role, :state, :issued_at, :delivery_due, :acknowledge_due, :arrive_due,
	:next_report_due, :delivery_start, :acknowledge_start, :arrive_start, :next_report_start,
	:rule, :revision, :seq, :issued_priority, :issued_zone, :issued_category, :report_priority,
	:report_category, :standing
);

-- name: dispatch_change write
-- Where it stays open or closed: its index entry stays as it is.
UPDATE dispatch SET
	role = :role, state = :state, delivered_at = :delivered_at,
	acknowledged_at = :acknowledged_at, departed_at = :departed_at,
	arrived_at = :arrived_at, completed_at = :completed_at,
	delivered_recorded = :delivered_recorded,
	acknowledged_recorded = :acknowledged_recorded, departed_recorded = :departed_recorded,
	arrived_recorded = :arrived_recorded, completed_recorded = :completed_recorded,
	delivery_due = :delivery_due, acknowledge_due = :acknowledge_due,
	arrive_due = :arrive_due, first_report_due = :first_report_due,
	next_report_due = :next_report_due, delivery_start = :delivery_start,
	acknowledge_start = :acknowledge_start, arrive_start = :arrive_start,
	first_report_start = :first_report_start, next_report_start = :next_report_start,
	eta = :eta, reported_at = :reported_at, rungs = :rungs, reminded_at = :reminded_at,
	overdue = :overdue, excused = :excused, late_reported = :late_reported,
	rule = :rule, revision = :revision, clock_revision = :clock_revision,
	withdrawn_at = :withdrawn_at, seq = :seq, withdrawn_reason = :withdrawn_reason,
	result = :result, issued_priority = :issued_priority, issued_zone = :issued_zone,
	issued_category = :issued_category, report_priority = :report_priority,
	report_category = :report_category, late = :late, implied = :implied,
	unconfirmed = :unconfirmed, first_report_at = :first_report_at,
	first_report_priority = :first_report_priority,
	first_report_category = :first_report_category,
	first_report_revision = :first_report_revision,
	standing = :standing, voided = :voided, relieving = :relieving, extended = :extended,
	redo = :redo, acknowledge_ms = :acknowledge_ms, arrive_ms = :arrive_ms,
	first_report_ms = :first_report_ms, arrive_first_due = :arrive_first_due,
	first_report_first_due = :first_report_first_due,
	next_report_first_due = :next_report_first_due, photos = :photos, rescheduled = :rescheduled,
	stepped_by = :stepped_by, next_report_earlier = :next_report_earlier, ticket = :ticket,
	lost_at = :lost_at, found_at = :found_at
WHERE id = :id;

-- name: dispatch_turn write
-- Where it closes or opens again.
UPDATE dispatch SET
	open = :open, role = :role, state = :state, delivered_at = :delivered_at,
	acknowledged_at = :acknowledged_at, departed_at = :departed_at,
	arrived_at = :arrived_at, completed_at = :completed_at,
	delivered_recorded = :delivered_recorded,
	acknowledged_recorded = :acknowledged_recorded, departed_recorded = :departed_recorded,
	arrived_recorded = :arrived_recorded, completed_recorded = :completed_recorded,
	delivery_due = :delivery_due, acknowledge_due = :acknowledge_due,
	arrive_due = :arrive_due, first_report_due = :first_report_due,
	next_report_due = :next_report_due, delivery_start = :delivery_start,
	acknowledge_start = :acknowledge_start, arrive_start = :arrive_start,
	first_report_start = :first_report_start, next_report_start = :next_report_start,
	eta = :eta, reported_at = :reported_at, rungs = :rungs, reminded_at = :reminded_at,
	overdue = :overdue, excused = :excused, late_reported = :late_reported,
	rule = :rule, revision = :revision, clock_revision = :clock_revision,
	withdrawn_at = :withdrawn_at, seq = :seq, withdrawn_reason = :withdrawn_reason,
	result = :result, issued_priority = :issued_priority, issued_zone = :issued_zone,
	issued_category = :issued_category, report_priority = :report_priority,
	report_category = :report_category, late = :late, implied = :implied,
	unconfirmed = :unconfirmed, first_report_at = :first_report_at,
	first_report_priority = :first_report_priority,
	first_report_category = :first_report_category,
	first_report_revision = :first_report_revision,
	standing = :standing, voided = :voided, relieving = :relieving, extended = :extended,
	redo = :redo, acknowledge_ms = :acknowledge_ms, arrive_ms = :arrive_ms,
	first_report_ms = :first_report_ms, arrive_first_due = :arrive_first_due,
	first_report_first_due = :first_report_first_due,
	next_report_first_due = :next_report_first_due, photos = :photos, rescheduled = :rescheduled,
	stepped_by = :stepped_by, next_report_earlier = :next_report_earlier, ticket = :ticket,
	lost_at = :lost_at, found_at = :found_at
WHERE id = :id;

-- name: dispatch_of read
SELECT * FROM dispatch WHERE id BETWEEN ?1 << 7 AND ?1 << 7 | 127 ORDER BY id;

-- name: dispatch_units read
SELECT unit, role, state FROM dispatch WHERE id BETWEEN ?1 << 7 AND ?1 << 7 | 127 ORDER BY id;

-- name: dispatch_opens proof
-- Whether each is in the index of what is open.
SELECT id & 127, open FROM dispatch WHERE id BETWEEN ?1 << 7 AND ?1 << 7 | 127 ORDER BY id;

-- name: dispatch_photos proof
-- Those that have some.
SELECT i.number, d.photos FROM dispatch d JOIN incident i ON i.id = d.id >> 7
WHERE d.photos IS NOT NULL ORDER BY d.id;

-- name: unit_busy write
SELECT 1 FROM dispatch d INDEXED BY dispatch_open JOIN incident i ON i.id = d.id >> 7
WHERE d.unit = ?1 AND d.open = 1 AND i.priority = ?2 AND d.role < 2 LIMIT 1;

-- name: dispatch_open_of read
SELECT id FROM dispatch INDEXED BY dispatch_open WHERE unit = ?1 AND open = 1 AND id > ?2
ORDER BY id LIMIT ?3;

-- What is asked, found and recorded beside the steps. Of an incident: id = incident << 7 | n; of none: the
-- id of requests and findings is negative.

-- name: request_add write
INSERT INTO request (
	id, kind, state, decider, dispatch, finding, entry, unit, code, suggested, step, clock,
	asked_at, due, lapsed_at, until, decided_at, answered_at, by, decided_by, account,
	document, same_as, wake_at
) VALUES (
	:id, :kind, :state, :decider, :dispatch, :finding, :entry, :unit, :code, :suggested,
	:step, :clock, :asked_at, :due, :lapsed_at, :until, :decided_at,
	:answered_at, :by, :decided_by, :account, :document, :same_as, :wake_at
);

-- name: request_change write
UPDATE request SET
	state = :state, decider = :decider, suggested = :suggested, due = :due,
	lapsed_at = :lapsed_at, until = :until, decided_at = :decided_at,
	answered_at = :answered_at,
	decided_by = :decided_by, account = :account, document = :document, same_as = :same_as,
	wake_at = :wake_at
WHERE id = :id;

-- name: request_of read
SELECT * FROM request WHERE id BETWEEN ?1 << 7 AND ?1 << 7 | 127 ORDER BY id;

-- name: request_by_row register
SELECT * FROM request WHERE id = ?1;

-- name: request_due write
SELECT id FROM request INDEXED BY request_wake WHERE wake_at <= ?1 ORDER BY wake_at LIMIT ?2;

-- name: request_next_wake write
SELECT wake_at FROM request INDEXED BY request_wake WHERE wake_at > ?1 ORDER BY wake_at LIMIT 1;

-- name: request_about write
-- The newest about a finding of no incident.
SELECT * FROM request INDEXED BY request_finding WHERE finding = ?1 AND id < 0 ORDER BY id LIMIT 1;

-- name: request_position register
SELECT due FROM request WHERE id = ?1;

-- name: request_newest register
-- Of incidents, below ?1.
SELECT * FROM request WHERE id > 0 AND id < ?1 ORDER BY id DESC;

-- name: request_loose register
-- Of none, the newest first, behind ?1.
SELECT * FROM request WHERE id < 0 AND id > ?1 ORDER BY id;

-- name: request_pending register
-- What is to be decided first comes first, behind (?1, ?2).
SELECT * FROM request INDEXED BY request_pending
WHERE state = 0 AND (due, id) > (?1, ?2) ORDER BY due, id;

-- name: queue_requests register
-- What is to be decided, by kind, decider whose matter it is (enum queue_of); ?1 is now.
SELECT r.kind, r.decider, CASE WHEN r.id < 0 THEN 2 ELSE coalesce(i.confidential, 0) END AS of,
	count(*), sum(r.due > 0 AND r.due < ?1), min(nullif(r.due, 0))
FROM request r INDEXED BY request_pending LEFT JOIN incident i ON r.id > 0 AND i.id = r.id >> 7
WHERE r.state = 0 GROUP BY 1, 2, 3;

-- name: queue_incidents register
-- Of open incidents: 3 those that no unit leads or no rule fits, 4 those to be called back (enum queue_kind).
SELECT CASE state WHEN 0 THEN 3 ELSE 4 END AS queue, 0, coalesce(confidential, 0) AS of, count(*),
	sum(coalesce(CASE state WHEN 0 THEN lead_missing_due ELSE callback_due END < ?1, 0)),
	min(CASE state WHEN 0 THEN lead_missing_due ELSE callback_due END)
FROM incident INDEXED BY incident_wake
WHERE wake_at IS NOT NULL AND backfill IS NULL
	AND ((state = 0 AND (lead_missing_due IS NOT NULL OR unmatched = 1)) OR (state = 1 AND callback_due IS NOT NULL))
GROUP BY 1, 3;

-- name: queue_dispatches register
-- Of open dispatches that have a part: 0 not delivered, 1 not acknowledged, 2 not arrived; owed by the unit.
SELECT queue, 3, of, count(*), sum(coalesce(due < ?1, 0)), min(due) FROM (
	SELECT CASE WHEN d.state = 0 THEN d.delivered_at IS NOT NULL ELSE 2 END AS queue, coalesce(i.confidential, 0) AS of,
		CASE WHEN d.state > 0 THEN d.arrive_due WHEN d.delivered_at IS NULL THEN d.delivery_due
			ELSE d.acknowledge_due END AS due
	FROM incident i INDEXED BY incident_wake JOIN dispatch d ON d.id BETWEEN i.id << 7 AND i.id << 7 | 127
	WHERE i.wake_at IS NOT NULL AND i.backfill IS NULL AND d.open = 1 AND d.role < 2
		AND (d.state < 3 OR d.state = 5) AND d.arrived_at IS NULL)
GROUP BY 1, 3;

-- name: finding_add write
INSERT INTO finding (
	id, class, state, dispatch, of_dispatch, entry, unit, day, opened_at, told_at, clock,
	start, due, until, never, late_ms, limit_ms, seq, by, cause, revision
) VALUES (
	:id, :class, :state, :dispatch, :of_dispatch, :entry, :unit, :day, :opened_at, :told_at,
	:clock, :start, :due, :until, :never, :late_ms, :limit_ms, :seq, :by, :cause, :revision
);

-- name: finding_change write
UPDATE finding SET
	state = :state, told_at = :told_at, clock = :clock, start = :start, due = :due,
	until = :until, never = :never, late_ms = :late_ms, limit_ms = :limit_ms, seq = :seq,
	cause = :cause
WHERE id = :id;

-- name: finding_of read
SELECT * FROM finding WHERE id BETWEEN ?1 << 7 AND ?1 << 7 | 127 ORDER BY id;

-- name: finding_by_row register
SELECT * FROM finding WHERE id = ?1;

-- name: finding_open write
-- The index takes a month's days in order; nearly all of a unit's findings are open until it confirms them.
SELECT id, unit FROM finding INDEXED BY finding_day
WHERE day >= ?1 AND day < ?2 AND state = 0 ORDER BY day, unit, id;

-- name: finding_standing write
SELECT f.unit, f.class, f.opened_at, f.id, f.dispatch, f.of_dispatch, i.number
FROM finding AS f INDEXED BY finding_day LEFT JOIN incident AS i ON i.id = f.id >> 7
WHERE f.day >= ?1 AND f.class < ?2 AND f.state IN (0, 1, 3) ORDER BY f.day, f.unit, f.id;

-- name: finding_position register
SELECT day, unit FROM finding WHERE id = ?1;

-- name: finding_before register
-- The newest day first, behind (?1, ?2, ?3), down to the day ?4.
SELECT id, unit FROM finding INDEXED BY finding_day
WHERE (day, unit, id) < (?1, ?2, ?3) AND day >= ?4
ORDER BY day DESC, unit DESC, id DESC;

-- name: entry_add write
INSERT INTO entry (
	id, kind, name, unit, at, until, state, wake_at, seq, by, data, personal
) VALUES (
	:id, :kind, :name, :unit, :at, :until, :state, :wake_at, :seq, :by, :data, :personal
);

-- name: entry_change write
UPDATE entry SET
	name = :name, unit = :unit, at = :at, until = :until, state = :state, wake_at = :wake_at, seq = :seq,
	by = :by, data = :data, personal = :personal
WHERE id = :id;

-- name: entry_by_id register
SELECT * FROM entry WHERE id = ?1;

-- name: entry_named register
-- The newest of that kind and name.
SELECT * FROM entry INDEXED BY entry_name WHERE kind = ?1 AND name = ?2 ORDER BY id DESC LIMIT 1;

-- name: entry_last register
SELECT * FROM entry INDEXED BY entry_kind WHERE kind = ?1 ORDER BY id DESC LIMIT 1;

-- name: entry_after register
-- Oldest first, behind ?2.
SELECT * FROM entry INDEXED BY entry_kind WHERE kind = ?1 AND id > ?2 ORDER BY id;

-- name: entry_after_named write
SELECT * FROM entry INDEXED BY entry_name WHERE kind = ?1 AND name = ?2 AND id > ?3
ORDER BY id;

-- name: entry_before register
-- Newest first, below ?2.
SELECT * FROM entry INDEXED BY entry_kind WHERE kind = ?1 AND id < ?2 ORDER BY id DESC;

-- name: entry_before_named register
SELECT * FROM entry INDEXED BY entry_name WHERE kind = ?1 AND name = ?2 AND id < ?3
ORDER BY id DESC;

-- name: entry_due write
SELECT id FROM entry INDEXED BY entry_wake WHERE wake_at <= ?1 ORDER BY wake_at LIMIT ?2;

-- name: entry_next_wake write
SELECT wake_at FROM entry INDEXED BY entry_wake WHERE wake_at > ?1 ORDER BY wake_at LIMIT 1;

-- name: document_add write
INSERT INTO period_document (period, edition, sha256, bytes) VALUES (?1, ?2, ?3, ?4);

-- name: document_get register
SELECT sha256, bytes FROM period_document WHERE period = ?1 AND edition = ?2;

-- The sums that reports are made from; a row's counters: src/store/sqlite/tally.c.

-- name: tally_get write
SELECT counters FROM tally
WHERE day = ?1 AND unit = ?2 AND part = ?3 AND priority = ?4 AND standing = ?5;

-- name: tally_add write
INSERT INTO tally (day, unit, part, priority, standing, counters) VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: tally_set write
UPDATE tally SET counters = ?6
WHERE day = ?1 AND unit = ?2 AND part = ?3 AND priority = ?4 AND standing = ?5;

-- name: tally_remove write
DELETE FROM tally WHERE day = ?1 AND unit = ?2 AND part = ?3 AND priority = ?4 AND standing = ?5;

-- name: tally_span report
SELECT day, unit, part, priority, standing, counters FROM tally WHERE day >= ?1 AND day < ?2;

-- name: tally_incident_get write
SELECT counters FROM tally_incident
WHERE day = ?1 AND lead = ?2 AND category = ?3 AND township = ?4 AND standing = ?5;

-- name: tally_incident_add write
INSERT INTO tally_incident (day, lead, category, township, standing, counters)
VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: tally_incident_set write
UPDATE tally_incident SET counters = ?6
WHERE day = ?1 AND lead = ?2 AND category = ?3 AND township = ?4 AND standing = ?5;

-- name: tally_incident_remove write
DELETE FROM tally_incident
WHERE day = ?1 AND lead = ?2 AND category = ?3 AND township = ?4 AND standing = ?5;

-- name: tally_incident_span report
SELECT day, lead, category, township, standing, counters FROM tally_incident
WHERE day >= ?1 AND day < ?2;

-- What a report reads.

-- name: report_open report
-- Incidents that have an open dispatch of the span, or are of the span and have not ended: such a one has a
-- wake.
SELECT id >> 7 AS id FROM dispatch INDEXED BY dispatch_open
WHERE open = 1 AND issued_at >= ?1 AND issued_at < ?2
UNION
SELECT id FROM incident INDEXED BY incident_wake
WHERE wake_at IS NOT NULL AND state < 3 AND reported_at >= ?1 AND reported_at < ?2
ORDER BY 1;

-- name: report_reported_at report
-- Of the first one from this id on: those before may have left the store.
SELECT reported_at FROM incident WHERE id >= ?1 ORDER BY id LIMIT 1;

-- name: report_last_id report
SELECT max(id) FROM incident;

-- name: report_reports report
-- Reports as they were made, for deciding them once more; those that follow another went to no unit by the table.
SELECT id, number, received_at, given_category, given_priority, area, given_confidential, confidential,
	address, description, given_units
FROM incident WHERE id >= ?1 AND drill IS NULL AND same_as IS NULL ORDER BY id;

-- name: report_judged report
-- What was judged by its words and may be shown, as it was amended since.
SELECT number, received_at, category, choice, description, address, reporter_name, reporter_phone
FROM incident WHERE id >= ?1 AND choice IS NOT NULL AND category IS NOT NULL AND drill IS NULL
	AND confidential IS NULL ORDER BY id;

-- name: report_findings report
SELECT f.*, i.number AS its_number, d.role AS its_part, d.arrived_at IS NOT NULL AS its_arrived,
	d.open IS NOT NULL AS its_open
FROM finding AS f INDEXED BY finding_day LEFT JOIN incident AS i ON i.id = f.id >> 7
	LEFT JOIN dispatch AS d ON d.id = (f.id >> 7 << 7 | f.dispatch)
WHERE f.day >= ?1 AND f.day < ?2 ORDER BY f.id;

-- name: report_requests report
SELECT r.*, i.number AS its_number FROM request AS r LEFT JOIN incident AS i ON i.id = r.id >> 7
WHERE r.asked_at >= ?1 AND r.asked_at < ?2 ORDER BY r.id < 0, abs(r.id);

-- name: report_entries report
SELECT * FROM entry INDEXED BY entry_kind WHERE kind = ?3 AND at >= ?1 AND at < ?2 ORDER BY id;

-- name: revision_at report
-- Before the first activation, that.
SELECT revision FROM activation
ORDER BY at > ?1, CASE WHEN at > ?1 THEN at ELSE -at END, CASE WHEN at > ?1 THEN id ELSE -id END
LIMIT 1;

-- The proof of the sums: every row by itself, by other code than domain/outcome.c and domain/tally.c. A column
-- has the name of a counter, or of the first of several, of which it says the how-manieth (0 none).

-- name: verify_dispatches proof
SELECT (d.issued_at + 28800000) / 86400000 * 86400000 - 28800000 AS day, u.text AS unit, d.role AS part,
	i.priority AS priority, d.standing AS standing,
	1 AS dispatches, d.state = 4 AS completed, d.state = 6 AS withdrawn,
	CASE
	WHEN d.delivery_start IS NULL OR d.delivery_due IS NULL THEN 0
	WHEN coalesce(d.delivered_at, d.acknowledged_at, d.departed_at, d.arrived_at, d.completed_at) IS NULL
		AND (CASE WHEN d.voided THEN coalesce(d.overdue, 0) ELSE coalesce(d.late, 0) END >> 0 & 1) = 0 THEN 0
	WHEN d.voided THEN 1
	WHEN coalesce(d.late, 0) >> 0 & 1 THEN CASE WHEN coalesce(d.excused, 0) >> 0 & 15 THEN 3 ELSE 4 END
	ELSE 2 END AS delivery_void,
	CASE
	WHEN d.acknowledge_start IS NULL OR d.acknowledge_due IS NULL THEN 0
	WHEN coalesce(d.acknowledged_at, d.departed_at, d.arrived_at, d.completed_at) IS NULL
		AND (CASE WHEN d.voided THEN coalesce(d.overdue, 0) ELSE coalesce(d.late, 0) END >> 1 & 1) = 0 THEN 0
	WHEN d.voided THEN 1
	WHEN coalesce(d.late, 0) >> 1 & 1 THEN CASE WHEN coalesce(d.excused, 0) >> 4 & 15 THEN 3 ELSE 4 END
	ELSE 2 END AS acknowledge_void,
	CASE
	WHEN d.arrive_start IS NULL OR d.arrive_due IS NULL THEN 0
	WHEN coalesce(d.arrived_at, d.completed_at) IS NULL
		AND (CASE WHEN d.voided THEN coalesce(d.overdue, 0) ELSE coalesce(d.late, 0) END >> 2 & 1) = 0 THEN 0
	WHEN d.voided THEN 1
	WHEN coalesce(d.late, 0) >> 2 & 1 THEN CASE WHEN coalesce(d.excused, 0) >> 8 & 15 THEN 3 ELSE 4 END
	ELSE 2 END AS arrive_void,
	CASE
	WHEN d.first_report_start IS NULL OR d.first_report_due IS NULL THEN 0
	WHEN coalesce(d.first_report_at, CASE WHEN d.first_report_due IS NOT NULL THEN d.completed_at END) IS NULL
		AND (CASE WHEN d.voided THEN coalesce(d.overdue, 0) ELSE coalesce(d.late, 0) END >> 3 & 1) = 0 THEN 0
	WHEN d.voided THEN 1
	WHEN coalesce(d.late, 0) >> 3 & 1 THEN CASE WHEN coalesce(d.excused, 0) >> 12 & 15 THEN 3 ELSE 4 END
	ELSE 2 END AS first_report_void,
	CASE
	WHEN d.next_report_start IS NULL OR d.next_report_due IS NULL THEN 0
	WHEN CASE WHEN d.next_report_due IS NOT NULL THEN d.completed_at END IS NULL
		AND CASE WHEN d.voided THEN (coalesce(d.overdue, 0) >> 4 & 1) = 0
			ELSE (coalesce(d.late, 0) >> 4 & 1) = 0 AND d.next_report_earlier IS NULL END THEN 0
	WHEN d.voided THEN 1
	-- late if any of its runs was, and excused if all of those were: earlier is 1, or 1 and their excuse
	WHEN (coalesce(d.late, 0) >> 4 & 1) = 0 AND d.next_report_earlier IS NULL THEN 2
	WHEN d.next_report_earlier = 1 OR ((coalesce(d.late, 0) >> 4 & 1) = 1 AND (coalesce(d.excused, 0) >> 16 & 15) = 0)
		THEN 4
	ELSE 3 END AS next_report_void,
	CASE
	WHEN d.acknowledge_start IS NULL OR coalesce(d.acknowledged_at, d.departed_at, d.arrived_at, d.completed_at) IS NULL THEN 0
	WHEN d.acknowledge_ms IS NULL THEN 6
	WHEN d.acknowledge_ms <= 30000 THEN 1 WHEN d.acknowledge_ms <= 60000 THEN 2
	WHEN d.acknowledge_ms <= 120000 THEN 3 WHEN d.acknowledge_ms <= 180000 THEN 4 ELSE 5 END AS acknowledge_time_1,
	CASE WHEN d.acknowledge_start IS NULL OR coalesce(d.acknowledged_at, d.departed_at, d.arrived_at, d.completed_at) IS NULL THEN 0 ELSE coalesce(d.acknowledge_ms, 0) END AS acknowledge_time_ms,
	CASE
	WHEN d.arrive_start IS NULL OR coalesce(d.arrived_at, d.completed_at) IS NULL THEN 0
	WHEN d.arrive_ms IS NULL THEN 6
	WHEN d.arrive_ms <= 300000 THEN 1 WHEN d.arrive_ms <= 600000 THEN 2
	WHEN d.arrive_ms <= 900000 THEN 3 WHEN d.arrive_ms <= 1800000 THEN 4 ELSE 5 END AS arrive_time_1,
	CASE WHEN d.arrive_start IS NULL OR coalesce(d.arrived_at, d.completed_at) IS NULL THEN 0 ELSE coalesce(d.arrive_ms, 0) END AS arrive_time_ms,
	CASE
	WHEN d.first_report_start IS NULL OR coalesce(d.first_report_at, CASE WHEN d.first_report_due IS NOT NULL THEN d.completed_at END) IS NULL THEN 0
	WHEN d.first_report_ms IS NULL THEN 6
	WHEN d.first_report_ms <= 1800000 THEN 1 WHEN d.first_report_ms <= 3600000 THEN 2
	WHEN d.first_report_ms <= 7200000 THEN 3 WHEN d.first_report_ms <= 14400000 THEN 4 ELSE 5 END AS first_report_time_1,
	CASE WHEN d.first_report_start IS NULL OR coalesce(d.first_report_at, CASE WHEN d.first_report_due IS NOT NULL THEN d.completed_at END) IS NULL THEN 0 ELSE coalesce(d.first_report_ms, 0) END AS first_report_time_ms,
	d.late_reported IS NOT NULL AS late_reported, coalesce(d.redo, 0) AS redo,
	coalesce(d.voided, 0) AS void_returned,
	d.voided IS NOT NULL AND (coalesce(d.overdue, 0) & 30) <> 0 AS void_overdue
FROM dispatch AS d JOIN incident AS i ON i.id = d.id >> 7 JOIN symbol AS u ON u.id = d.unit
WHERE d.open IS NULL AND d.issued_at >= ?1 AND d.issued_at < ?2;

-- name: verify_requests proof
SELECT (d.issued_at + 28800000) / 86400000 * 86400000 - 28800000 AS day, u.text AS unit, d.role AS part,
	i.priority AS priority, d.standing AS standing,
	CASE q.kind WHEN 0 THEN q.state + 1 ELSE 0 END AS return_pending,
	q.kind = 0 AND q.lapsed_at IS NOT NULL AS return_undecided,
	CASE q.kind WHEN 1 THEN q.state + 1 ELSE 0 END AS extend_pending,
	q.kind = 1 AND q.lapsed_at IS NOT NULL AS extend_undecided,
	CASE q.kind WHEN 2 THEN q.state + 1 ELSE 0 END AS late_step_pending,
	q.kind = 2 AND q.lapsed_at IS NOT NULL AS late_step_undecided,
	q.kind = 3 AND q.lapsed_at IS NOT NULL AS appeal_undecided
FROM request AS q JOIN dispatch AS d ON d.id = (q.id >> 7 << 7 | q.dispatch)
	JOIN incident AS i ON i.id = q.id >> 7 JOIN symbol AS u ON u.id = d.unit
WHERE q.id > 0 AND q.kind < 4 AND d.open IS NULL AND d.issued_at >= ?1 AND d.issued_at < ?2;

-- name: verify_incidents proof
SELECT (i.reported_at + 28800000) / 86400000 * 86400000 - 28800000 AS day,
	(SELECT s.text FROM dispatch AS d JOIN symbol AS s ON s.id = d.unit
		WHERE d.id BETWEEN i.id << 7 AND i.id << 7 | 127 AND d.role = 0
		ORDER BY d.voided IS NULL AND d.state <> 6 DESC, d.id DESC LIMIT 1) AS lead,
	c.text AS category,
	CASE WHEN length(a.text) > 9 AND a.text NOT GLOB '*[^0-9]*' THEN substr(a.text, 1, 9)
		ELSE substr(a.text, 1, 15) END AS township,
	i.standing AS standing,
	i.same_as IS NULL AS incidents, i.same_as IS NOT NULL AS followers, coalesce(i.callers, 0) AS joined,
	i.state = 4 AS cancelled, coalesce(i.unmatched, 0) AS unmatched,
	i.completed_at IS NOT NULL AND i.state = 3 AS completed,
	CASE WHEN i.completed_at IS NULL OR i.state = 4 THEN 0
		WHEN i.callback_result IS NULL THEN 6
		WHEN i.callback_result = 4 THEN 4 ELSE i.callback_result END AS satisfied,
	coalesce(i.redo, 0) AS redo, coalesce(i.backfill, 0) AS backfill,
	(coalesce(i.late, 0) & 2) <> 0 AS callback_late, (coalesce(i.late, 0) & 1) <> 0 AS lead_late
FROM incident AS i LEFT JOIN symbol AS c ON c.id = i.category LEFT JOIN symbol AS a ON a.id = i.area
WHERE i.state IN (3, 4) AND i.reported_at >= ?1 AND i.reported_at < ?2;

-- name: tally_kept proof
SELECT t.day, u.text, t.part, t.priority, t.standing, t.counters FROM tally AS t
	JOIN symbol AS u ON u.id = t.unit
WHERE t.day >= ?1 AND t.day < ?2;

-- name: tally_incident_kept proof
SELECT t.day, l.text, c.text, a.text, t.standing, t.counters FROM tally_incident AS t
	LEFT JOIN symbol AS l ON l.id = t.lead LEFT JOIN symbol AS c ON c.id = t.category
	LEFT JOIN symbol AS a ON a.id = t.township
WHERE t.day >= ?1 AND t.day < ?2;

-- The journal.

-- name: journal_add write
INSERT INTO journal (seq, n, at, incident, prev, command, hash, data)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: journal_after read
SELECT seq, n, at, incident, prev, command, hash, data FROM journal WHERE seq > ?1
ORDER BY seq LIMIT ?2;

-- name: journal_row read
SELECT seq, n, at, incident, prev, command, hash, data FROM journal WHERE seq = ?1;

-- name: journal_ends proof
-- Whose row each is, without its data.
SELECT seq, incident, at FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2;

-- name: journal_system proof
-- Of no incident.
SELECT seq, n, at, incident, prev, command, hash, data FROM journal
WHERE seq > ?1 AND incident IS NULL ORDER BY seq LIMIT ?2;

-- name: journal_link read
SELECT prev, at, command FROM journal WHERE seq = ?1;

-- name: journal_last write
SELECT seq, n, at, incident, prev, command, hash, data FROM journal ORDER BY seq DESC LIMIT 1;

-- name: text_add write
INSERT INTO event_text (seq, field, text) VALUES (?1, ?2, ?3);

-- name: text_of read
SELECT field, text FROM event_text WHERE seq = ?1;

-- Erasure.

-- name: incident_erase write
-- The rest of it changes as it always does; these two never do but here.
UPDATE incident SET salt = zeroblob(16), content = zeroblob(32) WHERE id = ?1;

-- name: text_erase write
DELETE FROM event_text WHERE seq > ?1 AND seq <= ?2;

-- name: text_after write
SELECT DISTINCT seq FROM event_text WHERE seq > ?1 ORDER BY seq LIMIT ?2;

-- name: journal_span write
SELECT prev, n FROM journal WHERE seq = ?1;

-- name: journal_holding write
-- The row that holds the event.
SELECT at, incident FROM journal WHERE seq >= ?1 ORDER BY seq LIMIT 1;

-- name: wait_add write
INSERT OR IGNORE INTO erasure_wait (id) VALUES (?1);

-- name: wait_remove write
DELETE FROM erasure_wait WHERE id = ?1;

-- name: wait_after write
SELECT id FROM erasure_wait WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: entry_erase write
UPDATE entry SET personal = NULL WHERE id IN (
	SELECT id FROM entry WHERE personal IS NOT NULL AND max(at, coalesce(until, 0)) < ?1 LIMIT ?2);

-- Years that leave the store.

-- name: removal_years register
SELECT year, since, until, at, file, sha256, incidents, rows, content, gone_to, moved_to, done_at, seq
FROM archived_year ORDER BY year;

-- name: archived_number register
SELECT y.file FROM archived_incident AS i JOIN archived_year AS y ON y.year = i.year WHERE i.number = ?1;

-- name: archived_year_of proof
SELECT year FROM archived_incident WHERE id = ?1;

-- name: archived_all proof
SELECT id, number, year FROM archived_incident WHERE id > ?1 ORDER BY id LIMIT ?2;

-- name: journal_hash notice
SELECT hash FROM journal WHERE seq >= ?1 ORDER BY seq LIMIT 1;

-- name: chain_hash proof
SELECT hash FROM journal WHERE seq = ?1 UNION ALL SELECT hash FROM archived_row WHERE seq = ?1;

-- name: chain_after proof
-- The whole chain: of rows whose data are in an archive, the year and the hash.
SELECT seq, n, at, incident, prev, command, hash, data, 0 AS year FROM journal WHERE seq > ?1
UNION ALL
SELECT seq, n, 0, NULL, NULL, NULL, hash, NULL, year FROM archived_row WHERE seq > ?1
ORDER BY seq LIMIT ?2;

-- name: removal_span proof
-- Incidents of (?1, ?2] that were reported in [?3, ?4): is something of them open, have they personal data, do they go?
SELECT i.id, i.number,
	i.state NOT IN (3, 4) OR i.wake_at IS NOT NULL
	OR EXISTS (SELECT 1 FROM dispatch WHERE id BETWEEN i.id << 7 AND i.id << 7 | 127 AND open = 1)
	OR (coalesce(i.requests, 0) > 0
		AND EXISTS (SELECT 1 FROM request WHERE id BETWEEN i.id << 7 AND i.id << 7 | 127 AND state = 0))
	OR (coalesce(i.findings, 0) > 0
		AND EXISTS (SELECT 1 FROM finding WHERE id BETWEEN i.id << 7 AND i.id << 7 | 127 AND state IN (0, 2))) AS open,
	i.salt <> zeroblob(16) AS personal,
	i.same_as IS NULL AND coalesce(i.callers, 0) = 0 AND coalesce(i.requests, 0) = 0 AND coalesce(i.findings, 0) = 0
	AND NOT EXISTS (SELECT 1 FROM dispatch WHERE id BETWEEN i.id << 7 AND i.id << 7 | 127
		AND (issued_at < ?3 OR issued_at >= ?4)) AS goes
FROM incident AS i WHERE i.id > ?1 AND i.id <= ?2 AND i.reported_at >= ?3 AND i.reported_at < ?4 ORDER BY i.id;

-- name: removal_rows proof
SELECT seq, n, incident, hash FROM journal WHERE seq > ?1 ORDER BY seq LIMIT ?2;

-- name: removal_add write
INSERT INTO archived_year (year, since, until, at, file, sha256, incidents, rows, content, seq)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- name: removal_step write
UPDATE archived_year SET gone_to = ?2, moved_to = ?3, done_at = ?4 WHERE year = ?1;

-- name: archived_add write
INSERT INTO archived_incident (id, number, year) VALUES (?1, ?2, ?3);

-- name: archived_dispatches write
DELETE FROM dispatch WHERE id BETWEEN ?1 << 7 AND ?1 << 7 | 127;

-- name: archived_incident write
DELETE FROM incident WHERE id = ?1;

-- name: archived_row_gone write
DELETE FROM journal WHERE seq = ?1;

-- name: archived_row_add write
INSERT INTO archived_row (seq, n, year, hash) VALUES (?1, ?2, ?3, ?4);

-- Kept answers: the first one stays.

-- name: answer_add write
INSERT INTO answer (account, key, at, asked, body) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT DO NOTHING;

-- name: answer_get write
SELECT at, asked, body FROM answer WHERE account = ?1 AND key = ?2;

-- The oldest come first by id; only those are looked at, so this costs the same however many stay.
-- name: answer_expire write
DELETE FROM answer WHERE id IN (
	SELECT id FROM (SELECT id, at FROM answer ORDER BY id LIMIT 1000) WHERE at < ?1);

-- Accounts.

-- name: account_add write
INSERT INTO account (name, role, unit, commands, token, made_at, certificate) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: account_revoke write
UPDATE account SET revoked_at = ?2 WHERE token = ?1 AND revoked_at IS NULL;

-- name: account_all read
SELECT name, role, unit, commands, token, made_at, revoked_at, certificate FROM account ORDER BY id;

-- name: account_by_token read
SELECT name, role, unit, commands, token, made_at, revoked_at, certificate FROM account
WHERE token = ?1 AND revoked_at IS NULL;

-- name: account_was login
SELECT name, role, unit, commands, token, made_at, revoked_at, certificate FROM account
WHERE token = ?1 AND revoked_at IS NOT NULL;

-- name: account_by_certificate login
SELECT name, role, unit, commands, token, made_at, revoked_at, certificate FROM account
WHERE certificate = ?1 ORDER BY revoked_at IS NULL DESC, id DESC LIMIT 1;

-- name: account_by_name login
SELECT name, role, unit, commands, token, made_at, revoked_at, certificate FROM account
WHERE name = ?1 AND revoked_at IS NULL ORDER BY id DESC LIMIT 1;

-- Sessions in browsers, and login codes.

-- name: session_get login
SELECT id, secret, account, token, opened_at, seen_at, until FROM session WHERE id = ?1;

-- name: session_of_account write
SELECT id, secret, account, token, opened_at, seen_at, until FROM session WHERE account = ?1 ORDER BY id;

-- name: session_of_unit write
SELECT id, secret, account, token, opened_at, seen_at, until FROM session
WHERE account IN (SELECT name FROM account WHERE unit = ?1) ORDER BY id;

-- ?2 NULL: of all accounts.
-- name: session_page login
SELECT id, secret, account, token, opened_at, seen_at, until FROM session
WHERE id > ?1 AND (?2 IS NULL OR account = ?2) ORDER BY id LIMIT ?3;

-- name: session_add write
INSERT INTO session (id, secret, account, token, opened_at, seen_at, until) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: session_seen write
UPDATE session SET seen_at = ?2, until = ?3 WHERE id = ?1;

-- name: session_gone write
DELETE FROM session WHERE secret = ?2 AND id = ?1;

-- name: session_expire write
DELETE FROM session WHERE until <= ?1;

-- name: code_of write
SELECT account, secret, made_at, until, by FROM code WHERE account = ?1;

-- name: code_by_secret login
SELECT account, secret, made_at, until, by FROM code WHERE secret = ?1;

-- name: code_all proof
SELECT account, secret, made_at, until, by FROM code ORDER BY account;

-- name: code_add write
INSERT OR REPLACE INTO code (account, secret, made_at, until, by) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: code_gone write
DELETE FROM code WHERE secret = ?1;

-- name: code_expire write
DELETE FROM code WHERE until <= ?1;

-- Revisions of the mechanism.

-- name: activation_all proof
SELECT revision, at, who FROM activation ORDER BY id;

-- name: activation_page register
SELECT id, revision, at, who, why FROM activation WHERE id < ?1 ORDER BY id DESC LIMIT ?2;

-- name: activation_of write
SELECT id FROM activation WHERE revision = ?1 LIMIT 1;

-- name: activation_add write
INSERT INTO activation (revision, at, who, why) VALUES (?1, ?2, ?3, ?4);

-- A copy that has changed since is put right.
-- name: file_add write
INSERT INTO mechanism_file (digest, bytes) VALUES (?1, ?2)
ON CONFLICT (digest) DO UPDATE SET bytes = excluded.bytes WHERE bytes <> excluded.bytes;

-- name: file_name write
INSERT INTO revision_file (revision, name, file)
SELECT ?1, ?2, id FROM mechanism_file WHERE digest = ?3
ON CONFLICT (revision, name) DO UPDATE SET file = excluded.file WHERE file <> excluded.file;

-- name: file_of read
SELECT r.name, f.bytes, f.digest FROM revision_file AS r JOIN mechanism_file AS f ON f.id = r.file
WHERE r.revision = ?1 ORDER BY r.name;

-- What is kept, and what it is kept by: its name, the digest, the bytes.
-- name: file_kept proof
SELECT coalesce((SELECT r.name || ' (' || r.revision || ')' FROM revision_file AS r WHERE r.file = f.id LIMIT 1),
	'mechanism_file ' || f.id), f.digest, f.bytes
FROM mechanism_file AS f ORDER BY f.id;

-- name: document_kept proof
SELECT period || ' (' || edition || ')', sha256, bytes FROM period_document ORDER BY id;

-- name: finding_stray proof
-- Findings that no incident has, and loose ones above ?1, the last that was given.
SELECT f.id FROM finding AS f LEFT JOIN incident AS i ON i.id = f.id >> 7
WHERE (f.id >= 0 AND coalesce(i.findings, 0) = 0) OR f.id < -?1 ORDER BY f.id;

-- name: revision_all proof
SELECT DISTINCT revision FROM revision_file ORDER BY revision;

-- Downtimes.

-- name: downtime_add write
INSERT INTO downtime (began_at, ended_at) VALUES (?1, ?2);

-- name: downtime_all read
SELECT began_at, ended_at FROM downtime ORDER BY id;
