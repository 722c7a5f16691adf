-- 0005-files-once.sql - the mechanism's files are kept once by their digest, and a revision names them: one
-- that changes a line of one file does not keep all others again. sha256() is migrate.c's.
CREATE TABLE mechanism_file (
	id INTEGER PRIMARY KEY,
	digest BLOB NOT NULL UNIQUE,
	bytes BLOB NOT NULL
) STRICT;
INSERT INTO mechanism_file (digest, bytes)
SELECT sha256(bytes), bytes FROM revision_file WHERE true ON CONFLICT DO NOTHING;
ALTER TABLE revision_file RENAME TO revision_file_before;
CREATE TABLE revision_file (
	revision TEXT NOT NULL,
	name TEXT NOT NULL,
	file INTEGER NOT NULL,
	PRIMARY KEY (revision, name)
) STRICT, WITHOUT ROWID;
INSERT INTO revision_file (revision, name, file)
SELECT b.revision, b.name, f.id FROM revision_file_before AS b
JOIN mechanism_file AS f ON f.digest = sha256(b.bytes);
DROP TABLE revision_file_before;
