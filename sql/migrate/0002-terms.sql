-- 0002-terms.sql - a dispatch keeps what its limits were decided by.
ALTER TABLE dispatch ADD COLUMN issued_priority INTEGER;
ALTER TABLE dispatch ADD COLUMN issued_zone INTEGER;
ALTER TABLE dispatch ADD COLUMN issued_category INTEGER;
ALTER TABLE dispatch ADD COLUMN report_priority INTEGER;
ALTER TABLE dispatch ADD COLUMN report_category INTEGER;
