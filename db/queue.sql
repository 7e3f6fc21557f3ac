-- The review queue: one row of queue_entry for each facing pair, kept in step by triggers.
-- (SELECT 1 … LIMIT 1), one inside the other, goes from a pair to its segments and on, never through all bitext, as a join
-- or EXISTS might: PostgreSQL would have the answers for all pairs ready.

-- queue_order: the rank of every facing pair, and the one place where the order of the review queue is decided
--   docid      number of the alignment
--   kind       translation, bitext, passage or related
--   pair_hash  hash of the two texts
--   verdict    the latest verdict, NULL where nobody has judged; correct where a correction of other machine text holds
--   score      the score of the pair; one half where nobody knows it
--   band       lower bands come first: what a verdict is worth most on
--              0 what people wrote and is in doubt: passages, and bitext with findings (a repetition is none) or a score below 0.9
--              1 machine translations with findings (a word that Apertium does not know is none), of sentences that
--                face no person's translation
--              2 other machine translations of such sentences
--              3 bitext that is not in doubt
--              4 machine translations of sentences that face a person's translation already; what is only related
--   rank       lower ranks come first within a band: the most doubtful
CREATE VIEW queue_order AS
SELECT
  alignment.docid,
  alignment.kind,
  alignment.pair_hash,
  COALESCE(
    (SELECT verdict.verdict FROM verdict WHERE verdict.pair_hash = alignment.pair_hash),
    CASE WHEN alignment.correction IS NOT NULL THEN 'correct' END) AS verdict,
  COALESCE(alignment.score, 0.5) AS score,
  CASE
    WHEN alignment.kind = 'passage' THEN 0
    WHEN alignment.kind = 'related' THEN 4
    WHEN alignment.kind = 'bitext' THEN
      CASE WHEN alignment.score >= 0.9 AND (
        SELECT 1 FROM finding WHERE finding.subject = alignment.id AND finding.code <> 'W706' LIMIT 1) IS NULL
      THEN 3 ELSE 0 END
    WHEN (
      SELECT 1 FROM alignment_segment AS mine
      WHERE mine.alignment_id = alignment.id AND (
        SELECT 1 FROM alignment_segment AS shared
        WHERE shared.segment_id = mine.segment_id AND shared.alignment_id <> alignment.id AND (
          SELECT 1 FROM alignment AS human
          WHERE human.id = shared.alignment_id AND human.kind = 'bitext'
            AND human.left_text <> '' AND human.right_text <> '' AND human.score >= 0.5 LIMIT 1) IS NOT NULL
        LIMIT 1) IS NOT NULL
      LIMIT 1) IS NOT NULL THEN 4
    WHEN EXISTS (
      SELECT 1 FROM finding WHERE finding.subject IN (alignment.id, alignment.translation_id) AND finding.code <> 'W612')
    THEN 1
    ELSE 2
  END AS band,
  COALESCE(alignment.score, 0.5) AS rank
FROM alignment
WHERE alignment.left_text <> '' AND alignment.right_text <> '';

-- Which pairs are ranked again, and when. A pair that is deleted takes its entry along (ON DELETE CASCADE).

CREATE TRIGGER queue_alignment_insert AFTER INSERT ON alignment BEGIN
  DELETE FROM queue_entry WHERE docid = new.docid;
  INSERT INTO queue_entry (docid, kind, pair_hash, verdict, judged, score, band, rank)
  SELECT docid, kind, pair_hash, verdict, verdict IS NOT NULL, score, band, rank
  FROM queue_order WHERE docid = new.docid;
END;

CREATE TRIGGER queue_alignment_update
AFTER UPDATE OF docid, kind, translation_id, left_text, right_text, pair_hash, correction, score ON alignment BEGIN
  DELETE FROM queue_entry WHERE docid IN (old.docid, new.docid);
  INSERT INTO queue_entry (docid, kind, pair_hash, verdict, judged, score, band, rank)
  SELECT docid, kind, pair_hash, verdict, verdict IS NOT NULL, score, band, rank
  FROM queue_order WHERE docid = new.docid;
  UPDATE queue_entry SET band = fresh.band, rank = fresh.rank FROM queue_order AS fresh
  WHERE fresh.docid = queue_entry.docid
    AND (fresh.band <> queue_entry.band OR fresh.rank <> queue_entry.rank) AND queue_entry.docid IN (
    SELECT alignment.docid FROM alignment_segment AS mine
    JOIN alignment_segment AS shared ON shared.segment_id = mine.segment_id
    JOIN alignment ON alignment.id = shared.alignment_id
    WHERE mine.alignment_id = new.id AND alignment.id <> new.id);
END;

CREATE TRIGGER queue_finding_insert AFTER INSERT ON finding
WHEN new.subject_kind IN ('alignment', 'translation') BEGIN
  UPDATE queue_entry SET band = fresh.band, rank = fresh.rank FROM queue_order AS fresh
  WHERE fresh.docid = queue_entry.docid
    AND (fresh.band <> queue_entry.band OR fresh.rank <> queue_entry.rank) AND queue_entry.docid IN (
    SELECT docid FROM alignment WHERE id = new.subject
    UNION ALL SELECT docid FROM alignment WHERE translation_id = new.subject);
END;

CREATE TRIGGER queue_finding_delete AFTER DELETE ON finding
WHEN old.subject_kind IN ('alignment', 'translation') BEGIN
  UPDATE queue_entry SET band = fresh.band, rank = fresh.rank FROM queue_order AS fresh
  WHERE fresh.docid = queue_entry.docid
    AND (fresh.band <> queue_entry.band OR fresh.rank <> queue_entry.rank) AND queue_entry.docid IN (
    SELECT docid FROM alignment WHERE id = old.subject
    UNION ALL SELECT docid FROM alignment WHERE translation_id = old.subject);
END;

CREATE TRIGGER queue_segment_insert AFTER INSERT ON alignment_segment BEGIN
  UPDATE queue_entry SET band = fresh.band, rank = fresh.rank FROM queue_order AS fresh
  WHERE fresh.docid = queue_entry.docid
    AND (fresh.band <> queue_entry.band OR fresh.rank <> queue_entry.rank) AND queue_entry.docid IN (
    SELECT alignment.docid FROM alignment_segment AS other JOIN alignment ON alignment.id = other.alignment_id
    WHERE other.segment_id = new.segment_id);
END;

CREATE TRIGGER queue_segment_delete AFTER DELETE ON alignment_segment BEGIN
  UPDATE queue_entry SET band = fresh.band, rank = fresh.rank FROM queue_order AS fresh
  WHERE fresh.docid = queue_entry.docid
    AND (fresh.band <> queue_entry.band OR fresh.rank <> queue_entry.rank) AND queue_entry.docid IN (
    SELECT alignment.docid FROM alignment_segment AS other JOIN alignment ON alignment.id = other.alignment_id
    WHERE other.segment_id = old.segment_id);
END;

CREATE TRIGGER queue_review_insert AFTER INSERT ON review BEGIN
  UPDATE queue_entry SET (verdict, judged) =
    (SELECT verdict, verdict IS NOT NULL FROM queue_order WHERE queue_order.docid = queue_entry.docid)
  WHERE docid IN (SELECT docid FROM alignment WHERE pair_hash = new.pair_hash AND left_text <> '' AND right_text <> '');
END;

CREATE TRIGGER queue_review_update AFTER UPDATE ON review BEGIN
  UPDATE queue_entry SET (verdict, judged) =
    (SELECT verdict, verdict IS NOT NULL FROM queue_order WHERE queue_order.docid = queue_entry.docid)
  WHERE docid IN (
    SELECT docid FROM alignment
    WHERE pair_hash IN (old.pair_hash, new.pair_hash) AND left_text <> '' AND right_text <> '');
END;

CREATE TRIGGER queue_review_delete AFTER DELETE ON review BEGIN
  UPDATE queue_entry SET (verdict, judged) =
    (SELECT verdict, verdict IS NOT NULL FROM queue_order WHERE queue_order.docid = queue_entry.docid)
  WHERE docid IN (SELECT docid FROM alignment WHERE pair_hash = old.pair_hash AND left_text <> '' AND right_text <> '');
END;

-- What was found about a pair goes with it, also where its documents or their pair take it along.
CREATE TRIGGER finding_alignment_delete AFTER DELETE ON alignment BEGIN
  DELETE FROM finding WHERE subject = old.id AND subject_kind = 'alignment';
END;

DELETE FROM queue_entry;

INSERT INTO queue_entry (docid, kind, pair_hash, verdict, judged, score, band, rank)
SELECT docid, kind, pair_hash, verdict, verdict IS NOT NULL, score, band, rank FROM queue_order;
