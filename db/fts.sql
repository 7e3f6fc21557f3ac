-- Full-text search, SQLite only: accents and case do not matter. Kept in step with the tables by triggers.

CREATE VIRTUAL TABLE IF NOT EXISTS segment_fts USING fts5(
  text, content = 'segment', content_rowid = 'docid', tokenize = 'unicode61 remove_diacritics 2');

CREATE VIRTUAL TABLE IF NOT EXISTS bitext_fts USING fts5(
  left_text, right_text, content = 'alignment', content_rowid = 'docid', tokenize = 'unicode61 remove_diacritics 2');

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
  INSERT INTO bitext_fts (rowid, left_text, right_text) VALUES (new.docid, new.left_text, new.right_text);
END;

CREATE TRIGGER bitext_fts_delete AFTER DELETE ON alignment BEGIN
  INSERT INTO bitext_fts (bitext_fts, rowid, left_text, right_text)
  VALUES ('delete', old.docid, old.left_text, old.right_text);
END;

CREATE TRIGGER bitext_fts_update AFTER UPDATE OF docid, left_text, right_text ON alignment BEGIN
  INSERT INTO bitext_fts (bitext_fts, rowid, left_text, right_text)
  VALUES ('delete', old.docid, old.left_text, old.right_text);
  INSERT INTO bitext_fts (rowid, left_text, right_text) VALUES (new.docid, new.left_text, new.right_text);
END;

INSERT INTO segment_fts (segment_fts) VALUES ('rebuild');

INSERT INTO bitext_fts (bitext_fts) VALUES ('rebuild');
