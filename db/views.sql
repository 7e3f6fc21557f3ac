-- The views that SQL users read. Column by column in docs/schema.md.
-- Dropped before a migration and made anew after it.

CREATE VIEW verdict AS
SELECT review.pair_hash, review.verdict, review.correction, review.comment, review.reviewer, review.created
FROM review
WHERE review.id = (SELECT MAX(latest.id) FROM review AS latest WHERE latest.pair_hash = review.pair_hash);

CREATE VIEW bitext AS
SELECT
  alignment.id,
  alignment.kind,
  alignment.score,
  alignment.shape,
  alignment.left_language,
  alignment.left_text,
  alignment.left_origin,
  alignment.left_document_id,
  left_document.title AS left_title,
  (SELECT MIN(source.path) FROM source WHERE source.document_id = alignment.left_document_id) AS left_path,
  alignment.right_language,
  alignment.right_text,
  alignment.right_origin,
  alignment.right_document_id,
  right_document.title AS right_title,
  (SELECT MIN(source.path) FROM source WHERE source.document_id = alignment.right_document_id) AS right_path,
  alignment.position,
  (SELECT COUNT(*) FROM finding WHERE finding.subject = alignment.id OR finding.subject = alignment.translation_id) AS findings,
  verdict.verdict,
  verdict.correction,
  verdict.reviewer,
  alignment.document_pair_id,
  alignment.signature_id,
  alignment.run_id
FROM alignment
JOIN document AS left_document ON left_document.id = alignment.left_document_id
JOIN document AS right_document ON right_document.id = alignment.right_document_id
LEFT JOIN verdict ON verdict.pair_hash = alignment.pair_hash
WHERE alignment.left_text <> '' AND alignment.right_text <> '';

CREATE VIEW translations AS
SELECT
  segment.id AS segment_id,
  segment.document_id,
  segment.position,
  segment.role,
  segment.language,
  segment.text AS source_text,
  translation.target,
  translation.text AS translation,
  translation.origin,
  translation.score,
  translation.id AS translation_id,
  alignment.id AS alignment_id,
  (SELECT COUNT(*) FROM finding WHERE finding.subject = translation.id) AS findings
FROM alignment
JOIN alignment_segment ON alignment_segment.alignment_id = alignment.id AND alignment_segment.side = 'left'
JOIN segment ON segment.id = alignment_segment.segment_id
JOIN translation ON translation.id = alignment.translation_id
WHERE alignment.kind = 'translation';

CREATE VIEW documents AS
SELECT
  document.id,
  (SELECT MIN(source.path) FROM source WHERE source.document_id = document.id) AS path,
  (SELECT COUNT(*) FROM source WHERE source.document_id = document.id) AS sources,
  document.title,
  document.date,
  document.outlet,
  document.author,
  document.url,
  document.licence,
  document.main_language,
  document.profile,
  LENGTH(document.text) AS characters,
  (SELECT COUNT(*) FROM segment WHERE segment.document_id = document.id) AS segments,
  document.duplicate_of
FROM document;

CREATE VIEW segments AS
SELECT
  segment.id,
  segment.document_id,
  (SELECT MIN(source.path) FROM source WHERE source.document_id = segment.document_id) AS path,
  segment.position,
  segment.role,
  segment.language,
  segment.confidence,
  segment.method,
  segment.text,
  segment.start_offset,
  segment.end_offset,
  (SELECT COUNT(*) FROM span WHERE span.segment_id = segment.id) AS spans
FROM segment;

CREATE VIEW reading AS
SELECT
  segment.document_id,
  segment.position,
  segment.role,
  segment.id AS segment_id,
  segment.language,
  segment.text AS source_text,
  COALESCE((SELECT facing.translation FROM translations AS facing WHERE facing.segment_id = segment.id), segment.text)
    AS english_text,
  COALESCE((SELECT facing.origin FROM translations AS facing WHERE facing.segment_id = segment.id), 'human') AS origin
FROM segment
WHERE segment.role <> 'separator';

CREATE VIEW review_queue AS
SELECT
  bitext.id,
  bitext.kind,
  bitext.score,
  bitext.findings,
  bitext.left_language,
  bitext.left_text,
  bitext.right_language,
  bitext.right_text,
  bitext.right_origin,
  bitext.left_path,
  bitext.right_path
FROM bitext
WHERE bitext.verdict IS NULL
ORDER BY bitext.findings = 0, COALESCE(bitext.score, 0.5), bitext.id;

CREATE VIEW coverage AS
SELECT
  document.id AS document_id,
  (SELECT MIN(source.path) FROM source WHERE source.document_id = document.id) AS path,
  document.main_language,
  COUNT(*) AS segments,
  SUM(CASE WHEN segment.role IN ('title', 'heading', 'body') THEN 1 ELSE 0 END) AS text_segments,
  SUM(CASE WHEN segment.role = 'boilerplate' THEN 1 ELSE 0 END) AS boilerplate_segments,
  SUM(CASE WHEN segment.language = 'fr' THEN 1 ELSE 0 END) AS french_segments,
  SUM(CASE WHEN segment.language = 'en' THEN 1 ELSE 0 END) AS english_segments,
  SUM(CASE WHEN EXISTS (SELECT 1 FROM alignment_segment JOIN alignment ON alignment.id = alignment_segment.alignment_id
    WHERE alignment_segment.segment_id = segment.id AND alignment.kind = 'translation') THEN 1 ELSE 0 END) AS translated,
  SUM(CASE WHEN EXISTS (SELECT 1 FROM alignment_segment JOIN alignment ON alignment.id = alignment_segment.alignment_id
    WHERE alignment_segment.segment_id = segment.id AND alignment.kind = 'bitext'
      AND alignment.left_text <> '' AND alignment.right_text <> '') THEN 1 ELSE 0 END) AS in_bitext,
  SUM(CASE WHEN EXISTS (SELECT 1 FROM alignment_segment JOIN alignment ON alignment.id = alignment_segment.alignment_id
    WHERE alignment_segment.segment_id = segment.id AND alignment.kind = 'passage') THEN 1 ELSE 0 END) AS in_passages
FROM document
JOIN segment ON segment.document_id = document.id
WHERE segment.role <> 'separator'
GROUP BY document.id, document.main_language;

CREATE VIEW findings AS
SELECT
  finding.code,
  finding.subject_kind,
  finding.subject,
  finding.value,
  COALESCE(document.id, segment.document_id, alignment.left_document_id, source.document_id) AS document_id,
  COALESCE(segment.text, translation.text, alignment.left_text, document.title, source.path) AS about
FROM finding
LEFT JOIN document ON finding.subject_kind = 'document' AND document.id = finding.subject
LEFT JOIN segment ON finding.subject_kind = 'segment' AND segment.id = finding.subject
LEFT JOIN translation ON finding.subject_kind = 'translation' AND translation.id = finding.subject
LEFT JOIN alignment ON finding.subject_kind = 'alignment' AND alignment.id = finding.subject
LEFT JOIN source ON finding.subject_kind = 'source' AND source.path = finding.subject;
