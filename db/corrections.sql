-- Corrections: what a person wrote stands in every pair that it belongs to. Kept in step by triggers.
-- Dropped before a migration and made anew after it.

-- standing_correction: the correction of each facing pair that has one
--   docid         number of the alignment
--   correction    what a person wrote in the place of the right side
--   left_correction  what a person wrote in the place of the left side
--   corrected_by  who wrote it
CREATE VIEW standing_correction AS
SELECT alignment.docid, verdict.correction, verdict.left_correction, verdict.reviewer AS corrected_by
FROM alignment JOIN verdict ON verdict.pair_hash = alignment.pair_hash AND verdict.verdict = 'correct'
UNION ALL
SELECT alignment.docid, verdict.correction, verdict.left_correction, verdict.reviewer
FROM alignment
JOIN translation ON translation.id = alignment.translation_id
JOIN verdict ON verdict.verdict = 'correct' AND verdict.pair_hash = (
  SELECT review.pair_hash FROM review JOIN verdict AS latest ON latest.pair_hash = review.pair_hash
  WHERE review.left_hash = translation.source_hash AND latest.verdict = 'correct'
  ORDER BY latest.created DESC, review.id DESC LIMIT 1)
WHERE NOT EXISTS (SELECT 1 FROM verdict AS own WHERE own.pair_hash = alignment.pair_hash AND own.verdict = 'correct');

-- A new pair is corrected by the trigger that indexes it (fts.sql), once its own words are in the index.

CREATE TRIGGER correction_review_insert AFTER INSERT ON review BEGIN
  UPDATE alignment SET (correction, left_correction, corrected_by) =
    (SELECT correction, left_correction, corrected_by FROM standing_correction WHERE docid = alignment.docid)
  WHERE docid IN (
    SELECT docid FROM alignment WHERE pair_hash = new.pair_hash
    UNION SELECT docid FROM alignment JOIN translation ON translation.id = translation_id WHERE source_hash = new.left_hash);
END;

CREATE TRIGGER correction_review_update AFTER UPDATE ON review BEGIN
  UPDATE alignment SET (correction, left_correction, corrected_by) =
    (SELECT correction, left_correction, corrected_by FROM standing_correction WHERE docid = alignment.docid)
  WHERE docid IN (
    SELECT docid FROM alignment WHERE pair_hash IN (old.pair_hash, new.pair_hash)
    UNION SELECT docid FROM alignment JOIN translation ON translation.id = translation_id WHERE source_hash IN (old.left_hash, new.left_hash));
END;

CREATE TRIGGER correction_review_delete AFTER DELETE ON review BEGIN
  UPDATE alignment SET (correction, left_correction, corrected_by) =
    (SELECT correction, left_correction, corrected_by FROM standing_correction WHERE docid = alignment.docid)
  WHERE docid IN (
    SELECT docid FROM alignment WHERE pair_hash = old.pair_hash
    UNION SELECT docid FROM alignment JOIN translation ON translation.id = translation_id WHERE source_hash = old.left_hash);
END;

UPDATE alignment SET (correction, left_correction, corrected_by) =
  (SELECT correction, left_correction, corrected_by FROM standing_correction WHERE docid = alignment.docid)
WHERE corrected_by IS NOT NULL OR docid IN (SELECT docid FROM standing_correction);
