-- Full-text search, SQLite only: accents and case do not matter. Kept in step with the tables by triggers.

CREATE VIRTUAL TABLE IF NOT EXISTS segment_fts USING fts5(
  text, content = 'segment', content_rowid = 'docid', tokenize = 'unicode61 remove_diacritics 2');

-- bitext_text: what is searched in pairs: what a person wrote takes the place of what it corrects
--   docid       number of the alignment
--   left_text   the left side, corrected where somebody corrected it
--   right_text  the right side, corrected where somebody corrected it
CREATE VIEW bitext_text AS
SELECT docid, COALESCE(left_correction, left_text) AS left_text, COALESCE(correction, right_text) AS right_text
FROM alignment;

CREATE VIRTUAL TABLE IF NOT EXISTS bitext_fts USING fts5(
  left_text, right_text, content = 'bitext_text', content_rowid = 'docid', tokenize = 'unicode61 remove_diacritics 2');

CREATE TRIGGER segment_fts_insert AFTER INSERT ON segment BEGIN
  INSERT INTO segment_fts (rowid, text) VALUES (new.docid, new.text);
END;

CREATE TRIGGER segment_fts_delete AFTER DELETE ON segment BEGIN
  INSERT INTO segment_fts (segment_fts, rowid, text) VALUES ('delete', old.docid, old.text);
END;

CREATE TRIGGER segment_fts_update AFTER UPDATE OF docid, text ON segment BEGIN
  INSERT INTO segment_fts (segment_fts, rowid, text) VALUES ('delete', old.docid, old.text);
  INSERT INTO segment_fts (rowid, text) VALUES (new.docid, new.text);
END;

CREATE TRIGGER bitext_fts_insert AFTER INSERT ON alignment BEGIN
  INSERT INTO bitext_fts (rowid, left_text, right_text)
  VALUES (new.docid, COALESCE(new.left_correction, new.left_text), COALESCE(new.correction, new.right_text));
  UPDATE alignment SET (correction, left_correction, corrected_by) =
    (SELECT correction, left_correction, corrected_by FROM standing_correction WHERE docid = new.docid)
  WHERE docid = new.docid AND EXISTS (SELECT 1 FROM standing_correction WHERE docid = new.docid);
END;

CREATE TRIGGER bitext_fts_delete AFTER DELETE ON alignment BEGIN
  INSERT INTO bitext_fts (bitext_fts, rowid, left_text, right_text)
  VALUES ('delete', old.docid, COALESCE(old.left_correction, old.left_text), COALESCE(old.correction, old.right_text));
END;

CREATE TRIGGER bitext_fts_update AFTER UPDATE OF docid, left_text, right_text, correction, left_correction ON alignment BEGIN
  INSERT INTO bitext_fts (bitext_fts, rowid, left_text, right_text)
  VALUES ('delete', old.docid, COALESCE(old.left_correction, old.left_text), COALESCE(old.correction, old.right_text));
  INSERT INTO bitext_fts (rowid, left_text, right_text)
  VALUES (new.docid, COALESCE(new.left_correction, new.left_text), COALESCE(new.correction, new.right_text));
END;

INSERT INTO segment_fts (segment_fts) VALUES ('rebuild');

INSERT INTO bitext_fts (bitext_fts) VALUES ('rebuild');
