-- 0004-warnings.sql - what was odd about a report is kept with its incident.
ALTER TABLE incident ADD COLUMN warnings TEXT;
