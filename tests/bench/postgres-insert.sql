-- pgbench's script: one incident with its dispatches and journal row, as the store writes it.
\set now random(1780000000000, 1790000000000)
\set command random(1, 1000000000000000)
WITH new AS (
	SELECT nextval('incident_id') AS id, :now::bigint AS now, :command::bigint AS command
), i AS (
	INSERT INTO incident
	SELECT id, 'BENCH-' || id, 1, now + 60000, id * 4, now, now, 17, 17, 2, 0, 1, 3, 1, 117420000 + id % 1000,
	       25290000 + id % 1000, 1, 5, 1, 9, command, decode(md5(id::text), 'hex'),
	       decode(md5(id::text) || md5(id::text), 'hex'), '菁城街道八一路' || id || '号', '张先生',
	       '139' || lpad((id % 100000000)::text, 8, '0'), repeat('水', @DESCRIPTION@)
	FROM new
), d AS (
	INSERT INTO dispatch
	SELECT id * 128 + n, n * 7, 1, n, 1, now, now + 120000, now + 120000, now + 1800000, now, now, now, 5, 1,
	       nextval('event_seq')
	FROM new, generate_series(1, @DISPATCHES@) AS n
)
INSERT INTO journal
SELECT nextval('event_seq'), @DISPATCHES@ + 1, now, id, command, decode(md5(id::text) || md5(now::text), 'hex'),
       decode(repeat(md5(id::text), @JOURNAL@ / 16), 'hex')
FROM new;
