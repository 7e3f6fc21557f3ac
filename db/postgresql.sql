-- What SQLite has of its own, for a corpus on a PostgreSQL server: functions that take the same arguments, and full text
-- with the words, the query language and the hits of FTS5. Takes the place of fts.sql.
-- A statement ends where ";" ends a line before an empty one.

-- round: of a double, to so many places; PostgreSQL has it for numeric alone
CREATE FUNCTION round(number double precision, places integer) RETURNS double precision LANGUAGE sql IMMUTABLE STRICT
RETURN round(number::numeric, places)::double precision;

-- folded: a text without case and accents, with a space where no letter or digit stands, as unicode61 reads it
CREATE FUNCTION folded(content text) RETURNS text LANGUAGE sql IMMUTABLE STRICT
RETURN trim(regexp_replace(
  regexp_replace(normalize(lower(left(content, 200000) COLLATE "und-x-icu"), NFD), '[\u0300-\u0331]', '', 'g'),
  '[^[:alnum:]²³¹¼-¾⁰-₉⅐-↋①-⒛]+' COLLATE "und-x-icu", ' ', 'g')) COLLATE "C";

-- tokens: the words of a text, in order; a longer one is cut
CREATE FUNCTION tokens(content text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  RETURN ARRAY(
    SELECT left(token, 60) FROM unnest(string_to_array(nullif(folded(content), ''), ' ')) WITH ORDINALITY AS of(token, place)
    WHERE place < 16384 ORDER BY place);
END $$;

-- indexed: words with their places; their column is told by the weight, A or B. (In plpgsql, as what is called for each
-- row: a function in plain SQL that cannot be put in the place of its call is planned each time.)
CREATE FUNCTION indexed(listed text[], weight text) RETURNS tsvector LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  RETURN COALESCE((
    SELECT string_agg(token || ':' || place || weight, ' ') FROM unnest(listed) WITH ORDINALITY AS of(token, place)
  ), '')::tsvector;
END $$;

-- lexed: the signs and words of an expression; a quoted string keeps its opening mark
CREATE FUNCTION lexed(expression text) RETURNS text[] LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  remaining text := ltrim(expression, E' \t\r\n');
  sign text;
  signs text[] := '{}';
BEGIN
  WHILE remaining <> '' LOOP
    sign := substring(remaining FROM '^(?:"(?:[^"]|"")*"|[][(){}:,+*^-]|[A-Za-z0-9_\u001a\u0080-\U0010ffff]+)');
    IF sign IS NULL OR sign IN ('[', ']') THEN
      RAISE EXCEPTION 'fts5: syntax error near "%"', left(remaining, 1);
    END IF;
    remaining := ltrim(substr(remaining, length(sign) + 1), E' \t\r\n');
    signs := signs || CASE WHEN sign LIKE '"%' THEN '"' || replace(substr(sign, 2, length(sign) - 2), '""', '"') ELSE sign END;
  END LOOP;
  RETURN signs;
END $$;

-- parsed: an expression of FTS5 as a tree: {"is": "or" | "and" | "not" | "near" | "none", ...}
CREATE FUNCTION parsed(expression text) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  signs text[] := lexed(expression);
  tree record;
BEGIN
  SELECT * INTO tree FROM parsed_from(signs, 1, 1, 'AB');
  IF tree.place <= cardinality(signs) THEN
    RAISE EXCEPTION 'fts5: syntax error near "%"', ltrim(signs[tree.place], '"');
  END IF;
  RETURN tree.node;
END $$;

-- parsed_from: what stands from a place on that binds as strongly as a level: 1 OR, 2 AND, 3 NOT, 4 side by side
CREATE FUNCTION parsed_from(signs text[], begun integer, level integer, columns text, OUT node jsonb, OUT place integer)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  word text := ('{OR,AND,NOT}'::text[])[level];
  operand record;
BEGIN
  IF level = 4 THEN
    SELECT * INTO node, place FROM parsed_beside(signs, begun, columns);
    RETURN;
  END IF;
  SELECT * INTO node, place FROM parsed_from(signs, begun, level + 1, columns);
  WHILE signs[place] = word LOOP
    SELECT * INTO operand FROM parsed_from(signs, place + 1, level + 1, columns);
    node := jsonb_build_object('is', lower(word), 'of', jsonb_build_array(node, operand.node));
    place := operand.place;
  END LOOP;
END $$;

-- parsed_beside: brackets, or words side by side, each perhaps with its column
CREATE FUNCTION parsed_beside(signs text[], begun integer, columns text, OUT node jsonb, OUT place integer)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  chosen record;
  operand record;
BEGIN
  place := begun;
  LOOP
    SELECT * INTO chosen FROM columns_at(signs, place, columns);
    IF signs[chosen.place] = '(' THEN
      IF node IS NOT NULL THEN
        RAISE EXCEPTION 'fts5: syntax error near "("';
      END IF;
      SELECT * INTO operand FROM parsed_from(signs, chosen.place + 1, 1, chosen.names);
      IF signs[operand.place] IS DISTINCT FROM ')' THEN
        RAISE EXCEPTION 'fts5: syntax error near "%"', COALESCE(signs[operand.place], '');
      END IF;
      node := operand.node;
      place := operand.place + 1;
      RETURN;
    END IF;
    SELECT * INTO operand FROM parsed_near(signs, chosen.place, chosen.names);
    node := CASE WHEN node IS NULL OR node ->> 'is' = 'none' THEN operand.node WHEN operand.node ->> 'is' = 'none' THEN node
      ELSE jsonb_build_object('is', 'and', 'of', jsonb_build_array(node, operand.node)) END;
    place := operand.place;
    EXIT WHEN place > cardinality(signs) OR signs[place] IN ('OR', 'AND', 'NOT', ')', ',');
  END LOOP;
END $$;

-- columns_at: the columns that are named before a colon, as weights; those around it where none is named
CREATE FUNCTION columns_at(signs text[], begun integer, columns text, OUT names text, OUT place integer)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  inverse boolean := signs[begun] = '-';
  listed text := '';
BEGIN
  place := begun + CASE WHEN inverse THEN 1 ELSE 0 END;
  IF signs[place] = '{' THEN
    place := place + 1;
    WHILE signs[place] IS DISTINCT FROM '}' LOOP
      listed := listed || weight_of(signs[place]);
      place := place + 1;
    END LOOP;
  ELSIF signs[place + 1] = ':' THEN
    listed := weight_of(signs[place]);
  ELSE
    names := columns;
    place := begun;
    RETURN;
  END IF;
  IF signs[place + 1] IS DISTINCT FROM ':' THEN
    RAISE EXCEPTION 'fts5: syntax error near "%"', COALESCE(signs[place + 1], '');
  END IF;
  IF inverse THEN
    listed := translate('AB', listed, '');
  END IF;
  names := translate(columns, translate('AB', listed, ''), '');
  place := place + 2;
END $$;

-- weight_of: what tells the words of a column
CREATE FUNCTION weight_of(name text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  CASE lower(ltrim(name, '"'))
    WHEN 'text' THEN RETURN 'A';
    WHEN 'left_text' THEN RETURN 'A';
    WHEN 'right_text' THEN RETURN 'B';
    ELSE RAISE EXCEPTION 'no such column: %', COALESCE(name, '');
  END CASE;
END $$;

-- parsed_near: a phrase, or NEAR(phrases, distance)
CREATE FUNCTION parsed_near(signs text[], begun integer, columns text, OUT node jsonb, OUT place integer)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  several boolean := signs[begun] = 'NEAR' AND signs[begun + 1] = '(';
  within integer := 10;
  phrase record;
  phrases jsonb := '[]';
BEGIN
  place := CASE WHEN several THEN begun + 2 ELSE begun END;
  LOOP
    SELECT * INTO phrase FROM parsed_phrase(signs, place);
    IF jsonb_array_length(phrase.node -> 'tokens') > 0 THEN
      phrases := phrases || jsonb_build_array(phrase.node);
    END IF;
    place := phrase.place;
    EXIT WHEN NOT several OR signs[place] IN (',', ')') OR place > cardinality(signs);
  END LOOP;
  IF several AND signs[place] = ',' THEN
    IF signs[place + 1] !~ '^[0-9]{1,9}$' THEN
      RAISE EXCEPTION 'expected integer, got "%"', signs[place + 1];
    END IF;
    within := signs[place + 1]::integer;
    place := place + 2;
  END IF;
  IF several THEN
    IF signs[place] IS DISTINCT FROM ')' THEN
      RAISE EXCEPTION 'fts5: syntax error near "%"', COALESCE(signs[place], '');
    END IF;
    place := place + 1;
  END IF;
  node := CASE WHEN jsonb_array_length(phrases) = 0 THEN jsonb_build_object('is', 'none')
    ELSE jsonb_build_object('is', 'near', 'of', phrases, 'within', within, 'columns', columns) END;
END $$;

-- parsed_phrase: words that follow each other, the last one perhaps the beginning of one
CREATE FUNCTION parsed_phrase(signs text[], begun integer, OUT node jsonb, OUT place integer)
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  words text[] := '{}';
BEGIN
  place := begun;
  LOOP
    IF signs[place] IS NULL OR signs[place] !~ '^["A-Za-z0-9_\u001a\u0080-\U0010ffff]' OR signs[place] IN ('OR', 'AND', 'NOT') THEN
      RAISE EXCEPTION 'fts5: syntax error near "%"', COALESCE(signs[place], '');
    END IF;
    words := words || tokens(CASE WHEN signs[place] LIKE '"%' THEN substr(signs[place], 2) ELSE signs[place] END);
    place := place + 1;
    EXIT WHEN signs[place] IS DISTINCT FROM '+';
    place := place + 1;
  END LOOP;
  node := jsonb_build_object('tokens', to_jsonb(words), 'prefix', signs[place] IS NOT DISTINCT FROM '*');
  place := place + CASE WHEN signs[place] IS NOT DISTINCT FROM '*' THEN 1 ELSE 0 END;
END $$;

-- phrase_query: one phrase in one column ('' is any: of a single word alone)
CREATE FUNCTION phrase_query(phrase jsonb, weight text) RETURNS text LANGUAGE sql IMMUTABLE
RETURN (
  SELECT '(' || string_agg(
    '''' || token || ''':' || CASE WHEN (phrase ->> 'prefix')::boolean AND place = jsonb_array_length(phrase -> 'tokens')
      THEN '*' ELSE '' END || weight, ' <-> ' ORDER BY place) || ')'
  FROM jsonb_array_elements_text(phrase -> 'tokens') WITH ORDINALITY AS of(token, place));

-- candidates: the index's own query for a tree; that words are near each other is left to ``holds``
CREATE FUNCTION candidates(node jsonb) RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  left_node jsonb := node -> 'of' -> 0;
  right_node jsonb := node -> 'of' -> 1;
BEGIN
  CASE node ->> 'is'
    WHEN 'none' THEN RETURN '(''!'')';
    WHEN 'or' THEN RETURN '(' || candidates(left_node) || ' | ' || candidates(right_node) || ')';
    WHEN 'and' THEN RETURN '(' || candidates(left_node) || ' & ' || candidates(right_node) || ')';
    WHEN 'not' THEN
      IF is_loose(right_node) THEN
        RETURN candidates(left_node);
      END IF;
      RETURN '(' || candidates(left_node) || ' & !' || candidates(right_node) || ')';
    ELSE
      RETURN COALESCE((
        SELECT '(' || string_agg(inside.query, ' | ') || ')' FROM (
          SELECT '(' || string_agg(phrase_query(phrase, weight), ' & ') || ')' AS query
          FROM unnest(string_to_array(node ->> 'columns', NULL)) AS weight, jsonb_array_elements(node -> 'of') AS phrase
          GROUP BY weight) AS inside), '(''!'')');
  END CASE;
END $$;

-- is_loose: whether the index finds more for a tree than it means
CREATE FUNCTION is_loose(node jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
RETURN jsonb_path_exists(node, 'strict $.** ? (@.is == "near" && @.of.size() > 1)'::jsonpath, '{}', true);

-- phrase_places: where a phrase begins in a column
CREATE FUNCTION phrase_places(words tsvector, phrase jsonb, weight text) RETURNS SETOF integer LANGUAGE sql IMMUTABLE STRICT
BEGIN ATOMIC
  SELECT entry.place - token.number::integer
  FROM jsonb_array_elements_text(phrase -> 'tokens') WITH ORDINALITY AS token(word, number)
  JOIN (
    SELECT of.lexeme, one.place, one.weight FROM unnest(words) AS of,
      unnest(of.positions, of.weights) AS one(place, weight)) AS entry
  ON entry.weight = phrase_places.weight AND (
    entry.lexeme = token.word
    OR (phrase ->> 'prefix')::boolean AND token.number = jsonb_array_length(phrase -> 'tokens')
      AND starts_with(entry.lexeme, token.word))
  GROUP BY 1 HAVING count(DISTINCT token.number) = jsonb_array_length(phrase -> 'tokens');
END;

-- is_near: whether some place has all phrases within so many words of it, as FTS5 reckons
CREATE FUNCTION is_near(words tsvector, node jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE STRICT
RETURN (
  WITH starts AS (
    SELECT phrase.number, weight, of.place,
      jsonb_array_length(phrase.item -> 'tokens') AS length
    FROM jsonb_array_elements(node -> 'of') WITH ORDINALITY AS phrase(item, number),
      unnest(string_to_array(node ->> 'columns', NULL)) AS weight,
      phrase_places(words, phrase.item, weight) AS of(place))
  SELECT EXISTS (
    SELECT 1 FROM starts AS last WHERE (
      SELECT count(DISTINCT near.number) FROM starts AS near
      WHERE near.weight = last.weight
        AND near.place BETWEEN last.place - near.length - (node ->> 'within')::integer AND last.place
    ) = jsonb_array_length(node -> 'of')));

-- holds: whether a tree is true of a row
CREATE FUNCTION holds(words tsvector, node jsonb) RETURNS boolean LANGUAGE plpgsql IMMUTABLE STRICT AS $$
BEGIN
  IF NOT is_loose(node) THEN
    RETURN words @@ candidates(node)::tsquery;
  END IF;
  CASE node ->> 'is'
    WHEN 'or' THEN RETURN holds(words, node -> 'of' -> 0) OR holds(words, node -> 'of' -> 1);
    WHEN 'and' THEN RETURN holds(words, node -> 'of' -> 0) AND holds(words, node -> 'of' -> 1);
    WHEN 'not' THEN RETURN holds(words, node -> 'of' -> 0) AND NOT holds(words, node -> 'of' -> 1);
    ELSE RETURN is_near(words, node);
  END CASE;
END $$;

-- matches: whether the words of a row match an expression, as MATCH has it in SQLite
CREATE FUNCTION matches(words tsvector, expression text) RETURNS boolean LANGUAGE sql IMMUTABLE
RETURN words @@ candidates(parsed(expression))::tsquery
  AND (NOT is_loose(parsed(expression)) OR holds(words, parsed(expression)));

-- relevance: how well a row matches; lower is better, as FTS5's rank
CREATE FUNCTION relevance(words tsvector, expression text) RETURNS double precision LANGUAGE sql IMMUTABLE
RETURN -ts_rank('{1, 1, 1, 1}', words, candidates(parsed(expression))::tsquery, 1)::double precision;

-- bitext_text: what is searched in pairs: what a person wrote takes the place of what it corrects
--   docid       number of the alignment
--   left_text   the left side, corrected where somebody corrected it
--   right_text  the right side, corrected where somebody corrected it
CREATE VIEW bitext_text AS
SELECT docid, COALESCE(left_correction, left_text) AS left_text, COALESCE(correction, right_text) AS right_text
FROM alignment;

CREATE TABLE segment_fts (
  rowid bigint PRIMARY KEY REFERENCES segment (docid) ON DELETE CASCADE, words tsvector NOT NULL, size integer NOT NULL);

CREATE TABLE bitext_fts (
  rowid bigint PRIMARY KEY REFERENCES alignment (docid) ON DELETE CASCADE, words tsvector NOT NULL,
  left_size integer NOT NULL, right_size integer NOT NULL);

CREATE FUNCTION segment_fts_write() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  listed text[] := tokens(new.text);
BEGIN
  INSERT INTO segment_fts (rowid, words, size) VALUES (new.docid, indexed(listed, 'A'), cardinality(listed))
  ON CONFLICT (rowid) DO UPDATE SET words = excluded.words, size = excluded.size;
  RETURN NULL;
END $$;

CREATE TRIGGER segment_fts_write AFTER INSERT OR UPDATE OF docid, text ON segment
FOR EACH ROW EXECUTE FUNCTION segment_fts_write();

CREATE FUNCTION bitext_fts_write() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  left_words text[] := tokens(COALESCE(new.left_correction, new.left_text));
  right_words text[] := tokens(COALESCE(new.correction, new.right_text));
BEGIN
  INSERT INTO bitext_fts (rowid, words, left_size, right_size)
  VALUES (
    new.docid, indexed(left_words, 'A') || indexed(right_words, 'B'), cardinality(left_words), cardinality(right_words))
  ON CONFLICT (rowid) DO UPDATE
  SET words = excluded.words, left_size = excluded.left_size, right_size = excluded.right_size;
  IF TG_OP = 'INSERT' AND EXISTS (
    SELECT 1 FROM review WHERE pair_hash = new.pair_hash
    UNION ALL
    SELECT 1 FROM translation JOIN review ON left_hash = source_hash WHERE translation.id = new.translation_id
  ) THEN
    UPDATE alignment SET (correction, left_correction, corrected_by) =
      (SELECT correction, left_correction, corrected_by FROM standing_correction WHERE docid = new.docid)
    WHERE docid = new.docid AND EXISTS (SELECT 1 FROM standing_correction WHERE docid = new.docid);
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER bitext_fts_write
AFTER INSERT OR UPDATE OF docid, left_text, right_text, correction, left_correction ON alignment
FOR EACH ROW EXECUTE FUNCTION bitext_fts_write();

INSERT INTO segment_fts (rowid, words, size)
SELECT docid, indexed(listed, 'A'), cardinality(listed) FROM segment CROSS JOIN LATERAL tokens(text) AS listed;

INSERT INTO bitext_fts (rowid, words, left_size, right_size)
SELECT docid, indexed(left_words, 'A') || indexed(right_words, 'B'), cardinality(left_words), cardinality(right_words)
FROM bitext_text CROSS JOIN LATERAL tokens(left_text) AS left_words CROSS JOIN LATERAL tokens(right_text) AS right_words;

CREATE INDEX ix_segment_fts ON segment_fts USING gin (words);

CREATE INDEX ix_bitext_fts ON bitext_fts USING gin (words);
