-- What the embedder of a corpus on a server has read, and results of stages: statements by name (db/statements.py), run
-- with the schema of the cache at the front of the search path. PostgreSQL alone; a file has its own (vector_file).

-- cache-schema: the schema beside that of the corpus (63 bytes are the longest name)
left(current_schema(), 57) || '_cache'

-- enter: go to that schema, whether it is there or not
SELECT set_config('search_path', quote_ident(/* cache-schema */), false)

-- has-tables: whether the tables are there
SELECT to_regclass('about') IS NOT NULL

-- origin: how the rows were made
SELECT made FROM about

-- lock: one at a time makes or empties the tables
SELECT pg_advisory_xact_lock(:key)

-- make-schema: the schema that the search path names
DO $$ BEGIN EXECUTE 'CREATE SCHEMA IF NOT EXISTS ' || current_setting('search_path'); END $$

-- make-about: one row, how everything was made; ``base`` is the number of rows when they were last looked through
CREATE TABLE IF NOT EXISTS about (only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row), made text NOT NULL, base bigint NOT NULL)

-- make-kept: one row a text, or seam between two; not logged: what a crash of the server loses is read again
CREATE UNLOGGED TABLE IF NOT EXISTS kept (key bytea PRIMARY KEY, size double precision NOT NULL, data bytea NOT NULL)

-- make-result: what stages made
CREATE UNLOGGED TABLE IF NOT EXISTS result (kind text, key bytea, data bytea NOT NULL, PRIMARY KEY (kind, key))

-- make-used: keys that processes which have ended asked for
CREATE UNLOGGED TABLE IF NOT EXISTS used (key bytea PRIMARY KEY)

-- empty: drop everything
TRUNCATE kept, result, used

-- set-origin: how rows are made from now on
INSERT INTO about (made, base) VALUES (:origin, 0) ON CONFLICT (only_row) DO UPDATE SET made = excluded.made, base = 0

-- is-ours: whether the rows are still those of this embedder: a process of another version may have emptied the tables
EXISTS (SELECT 1 FROM about WHERE made = :origin)

-- rows: those of some keys
SELECT key, size, data FROM kept WHERE key = ANY(:keys) AND /* is-ours */

-- add-rows: rows that are new, in the order of their keys, so that two processes never wait for each other
INSERT INTO kept SELECT * FROM unnest(:keys::bytea[], :sizes::double precision[], :data::bytea[]) WHERE /* is-ours */
ON CONFLICT DO NOTHING

-- add-used: keys that were asked for
INSERT INTO used SELECT unnest(:keys::bytea[]) WHERE /* is-ours */ ON CONFLICT DO NOTHING

-- results: those of a kind under some keys
SELECT key, data FROM result WHERE kind = :kind AND key = ANY(:keys) AND /* is-ours */

-- add-results: results that are new
INSERT INTO result SELECT :kind, * FROM unnest(:keys::bytea[], :data::bytea[]) WHERE /* is-ours */ ON CONFLICT DO NOTHING

-- count-results: how many of a kind
SELECT count(*) FROM result WHERE kind = :kind

-- drop-results: those of a kind that are not among some keys
DELETE FROM result WHERE kind = :kind AND NOT EXISTS (SELECT 1 FROM unnest(:keys::bytea[]) AS current(key) WHERE current.key = result.key)

-- size: how many rows there are, and how many there were when they were last looked through
SELECT (SELECT count(*) FROM kept), base FROM about WHERE made = :origin

-- drop-unused: rows that nobody asked for
DELETE FROM kept WHERE NOT EXISTS (SELECT 1 FROM used WHERE used.key = kept.key)

-- forget-used: begin anew
TRUNCATE used

-- set-base: how many rows there are
UPDATE about SET base = GREATEST(1, (SELECT count(*) FROM kept)) WHERE made = :origin
