-- What is asked of PostgreSQL about itself: statements by name (db/statements.py). The corpus is what the schema at the
-- front of the search path holds; what an extension brought is none of it.

-- here: that schema
to_regnamespace(quote_ident(current_schema()))

-- has-mark: whether the schema says that it is a corpus
SELECT to_regclass('enregard_corpus') IS NOT NULL

-- mark: what the corpus says of itself
SELECT application_id, user_version, identity FROM enregard_corpus

-- relations: names of tables, views and sequences
SELECT relname FROM pg_class AS made
WHERE relnamespace = /* here */ AND relkind IN ('r', 'v', 'm', 'S', 'f', 'p')
  AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = made.oid AND deptype = 'e')

-- make-mark: the table that says so
CREATE TABLE IF NOT EXISTS enregard_corpus (
  only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
  application_id bigint NOT NULL, user_version bigint NOT NULL, identity text NOT NULL)

-- write-mark: what the corpus is and of which version; its identity stays
INSERT INTO enregard_corpus (application_id, user_version, identity) VALUES (:mark, :version, :identity)
ON CONFLICT (only_row) DO UPDATE SET user_version = excluded.user_version

-- lock-each: until the transaction ends, in this order
SELECT pg_advisory_xact_lock(key) FROM unnest(CAST(:keys AS bigint[])) AS key

-- triggers: triggers, each with its table, as DROP TRIGGER names them
SELECT format('%I ON %s', tgname, tgrelid::regclass) FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
WHERE relnamespace = /* here */ AND NOT tgisinternal

-- views: views, as DROP VIEW names them
SELECT oid::regclass::text FROM pg_class AS made
WHERE relkind = 'v' AND relnamespace = /* here */
  AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = made.oid AND deptype = 'e')

-- functions: functions, as DROP FUNCTION names them
SELECT oid::regprocedure::text FROM pg_proc AS made
WHERE pronamespace = /* here */
  AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = made.oid AND deptype = 'e')

-- collations: statements that have texts sorted and compared by code points
SELECT format('ALTER TABLE %I ALTER COLUMN %I TYPE %s COLLATE "C"', relname, attname, format_type(atttypid, atttypmod))
FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
WHERE relnamespace = /* here */ AND relkind = 'r' AND NOT attisdropped AND attnum > 0
  AND attcollation = 'pg_catalog."default"'::regcollation

-- columns: tables and views with their columns
SELECT table_name, column_name FROM information_schema.columns
WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position
