-- 0007-clocks.sql - what counts is kept beside what fell due; a first report keeps its instant; steps say
-- how their instants are known; an open incident without a lead has a clock of its own.
ALTER TABLE incident ADD COLUMN lead_missing_start INTEGER;
ALTER TABLE incident ADD COLUMN lead_missing_due INTEGER;
ALTER TABLE incident ADD COLUMN rungs INTEGER;
ALTER TABLE incident ADD COLUMN reminded_at INTEGER;
ALTER TABLE dispatch RENAME COLUMN system_late TO excused;
ALTER TABLE dispatch ADD COLUMN late INTEGER;
ALTER TABLE dispatch ADD COLUMN implied INTEGER;
ALTER TABLE dispatch ADD COLUMN unconfirmed INTEGER;
ALTER TABLE dispatch ADD COLUMN first_report_at INTEGER;
ALTER TABLE dispatch ADD COLUMN first_report_priority INTEGER;
ALTER TABLE dispatch ADD COLUMN first_report_category INTEGER;
ALTER TABLE dispatch ADD COLUMN first_report_revision INTEGER;
-- Until now what was overdue counted, but for what was the system's fault.
UPDATE dispatch SET late = nullif(overdue & (~coalesce(excused, 0)), 0) WHERE overdue IS NOT NULL;
-- A bit a clock becomes four.
UPDATE dispatch SET excused = (excused & 1) | ((excused & 2) << 3) | ((excused & 4) << 6)
	| ((excused & 8) << 9) | ((excused & 16) << 12) WHERE excused IS NOT NULL;
-- The instant of a first report was not kept: that of the last one stands for it.
UPDATE dispatch SET first_report_at = coalesce(reported_at, completed_at)
	WHERE first_report_start IS NOT NULL AND first_report_due IS NULL;
-- What is open and waits for nothing has no open lead: looked at at once, it gets its clock.
UPDATE incident SET wake_at = reported_at WHERE state = 0 AND wake_at IS NULL;
