-- The views that SQL users read. Column by column in docs/schema.md.
-- Dropped before a migration and made anew after it.

-- verdicts: what each reviewer says of each pair of texts at last
--   id          number of the judgement, counting up
--   pair_hash   hash of the two texts that were judged
--   verdict     accept, reject, unsure or correct
--   correction  the corrected right side, where there is one
--   comment     what the reviewer wrote
--   reviewer    who judged
--   created     when
--   left_correction  the corrected left side, where there is one
CREATE VIEW verdicts AS
SELECT review.id, review.pair_hash, review.verdict, review.correction, review.comment, review.reviewer, review.created,
  review.left_correction
FROM review
WHERE review.verdict <> 'withdrawn'
  AND NOT EXISTS (
    SELECT 1 FROM review AS later
    WHERE later.pair_hash = review.pair_hash AND later.reviewer = review.reviewer AND later.id > review.id);

-- verdict: the latest verdict on each pair of texts, whoever judged
--   pair_hash   hash of the two texts that were judged
--   verdict     accept, reject, unsure or correct
--   correction  the corrected right side, where there is one
--   comment     what the reviewer wrote
--   reviewer    who judged
--   created     when
--   left_correction  the corrected left side, where there is one
CREATE VIEW verdict AS
SELECT latest.pair_hash, latest.verdict, latest.correction, latest.comment, latest.reviewer, latest.created,
  latest.left_correction
FROM verdicts AS latest
WHERE NOT EXISTS (SELECT 1 FROM verdicts AS later WHERE later.pair_hash = latest.pair_hash AND later.id > latest.id);

-- orphaned_verdicts: verdicts whose two texts face each other no more, and that nobody has laid on again or put aside
--   id          number of the judgement
--   verdict     accept, reject, unsure or correct
--   correction  the corrected English, where there is one
--   comment     what the reviewer wrote
--   reviewer    who judged
--   created     when
--   left_text   the left side as it was judged
--   right_text  the right side as it was judged
--   pair_hash   hash of the two texts
--   left_correction  the corrected French, where there is one
CREATE VIEW orphaned_verdicts AS
SELECT
  verdicts.id,
  verdicts.verdict,
  verdicts.correction,
  verdicts.comment,
  verdicts.reviewer,
  verdicts.created,
  review.left_text,
  review.right_text,
  verdicts.pair_hash,
  verdicts.left_correction
FROM verdicts
JOIN review ON review.id = verdicts.id
WHERE NOT EXISTS (
    SELECT 1 FROM alignment
    WHERE alignment.pair_hash = verdicts.pair_hash AND alignment.left_text <> '' AND alignment.right_text <> '')
  AND NOT EXISTS (
    SELECT 1 FROM translation JOIN alignment ON alignment.translation_id = translation.id
    WHERE verdicts.verdict = 'correct' AND translation.source_hash = review.left_hash
      AND (verdicts.correction IS NULL OR alignment.correction = verdicts.correction)
      AND (verdicts.left_correction IS NULL OR alignment.left_correction = verdicts.left_correction))
  AND NOT EXISTS (
    SELECT 1 FROM settled_verdict
    WHERE settled_verdict.review_id = verdicts.id AND (
      settled_verdict.laid_on IS NULL
      OR EXISTS (SELECT 1 FROM verdicts AS laid WHERE laid.pair_hash = settled_verdict.laid_on)));

-- bitext: one row a facing pair, whatever its kind; insertions and deletions are left out
--   id                 the alignment's id, for `enregard show` and `enregard why`
--   kind               translation (a segment and its machine translation), bitext (two documents that translate each other), passage (mined across documents), related (mined too: of the same event, saying something else)
--   score              0 to 1: how sure the pair is (for a translation: how likely it is to be usable)
--   shape              sentences on the left and on the right, such as 1:2
--   left_language      BCP 47 code
--   left_text          the left side: French wherever one side is
--   left_origin        human, or mt: and the engine with its model
--   left_document_id   its document
--   left_title         that document's title
--   left_path          that document's file (the first, where it has several)
--   right_language     BCP 47 code
--   right_text         the right side
--   right_origin       human, or mt: and the engine with its model
--   right_document_id  its document (for a translation: the same as on the left)
--   right_title        that document's title
--   right_path         that document's file
--   position           order within the document pair, or within the document
--   findings           how many findings there are about the pair or its translation
--   verdict            the latest verdict, NULL where nobody has judged
--   correction         what a person wrote in the place of the right side, for these texts or for another machine translation of the left
--   reviewer           who judged
--   document_pair_id   the pair of documents it belongs to, for kind bitext
--   signature_id       how it was made
--   run_id             the run that made it
--   right_reading      the right side as it should be read: the correction where there is one
--   left_correction    what a person wrote in the place of the left side
--   left_reading       the left side as it should be read: the correction where there is one
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
  COALESCE(verdict.verdict, CASE WHEN alignment.correction IS NOT NULL THEN 'correct' END) AS verdict,
  alignment.correction,
  COALESCE(verdict.reviewer, alignment.corrected_by) AS reviewer,
  alignment.document_pair_id,
  alignment.signature_id,
  alignment.run_id,
  COALESCE(alignment.correction, alignment.right_text) AS right_reading,
  alignment.left_correction,
  COALESCE(alignment.left_correction, alignment.left_text) AS left_reading
FROM alignment
JOIN document AS left_document ON left_document.id = alignment.left_document_id
JOIN document AS right_document ON right_document.id = alignment.right_document_id
LEFT JOIN verdict ON verdict.pair_hash = alignment.pair_hash
WHERE alignment.left_text <> '' AND alignment.right_text <> '';

-- translations: one row a translated segment
--   segment_id      the segment
--   document_id     its document
--   position        its place in the document
--   role            title, heading, body, caption, code or boilerplate
--   language        the segment's language
--   source_text     what the document says
--   target          language of the translation
--   translation     the translation; what a person wrote in its place where somebody corrected it
--   origin          mt: and the engine with its model; human where a person corrected it
--   score           length-normalised log-probability, at most 0; NULL where the engine has none
--   translation_id  the translation (shared by segments with the same text)
--   alignment_id    the facing pair
--   findings        how many findings there are about the translation
--   machine_text    what the machine wrote
--   machine_origin  mt: and the engine with its model
--   corrected_by    who corrected it, NULL where nobody did
CREATE VIEW translations AS
SELECT
  segment.id AS segment_id,
  segment.document_id,
  segment.position,
  segment.role,
  segment.language,
  segment.text AS source_text,
  translation.target,
  COALESCE(alignment.correction, translation.text) AS translation,
  CASE WHEN alignment.correction IS NULL THEN translation.origin ELSE 'human' END AS origin,
  translation.score,
  translation.id AS translation_id,
  alignment.id AS alignment_id,
  (SELECT COUNT(*) FROM finding WHERE finding.subject = translation.id) AS findings,
  translation.text AS machine_text,
  translation.origin AS machine_origin,
  CASE WHEN alignment.correction IS NOT NULL THEN alignment.corrected_by END AS corrected_by
FROM alignment
JOIN alignment_segment ON alignment_segment.alignment_id = alignment.id AND alignment_segment.side = 'left'
JOIN segment ON segment.id = alignment_segment.segment_id
JOIN translation ON translation.id = alignment.translation_id;

-- documents: one row a document
--   id             the document's id
--   path           its file (the first, where several hold the same text)
--   sources        how many files hold this text
--   title          title
--   date           ISO 8601
--   outlet         who published it
--   author         who wrote it
--   url            where it was published
--   licence        its licence, as the manifest or the file says
--   main_language  the language of most of its letters
--   profile        JSON: share of its letters in each language
--   characters     length in characters
--   segments       how many segments it has
--   duplicate_of   the document that it repeats nearly word for word, else NULL
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

-- segments: one row a segment: a sentence, headline or other unit
--   id            document:start-end
--   document_id   its document
--   path          that document's file
--   position      its place in the document
--   role          title, heading, body, caption, code or boilerplate
--   language      BCP 47 code; und where nobody can tell
--   confidence    0 to 1
--   method        what told the language
--   text          the exact slice of the document
--   start_offset  first character, counted from 0 in document.text
--   end_offset    one past the last character
--   spans         how many stretches in another language it holds
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

-- reading: each document as one English text: English segments as they are, French ones translated
--   document_id   the document
--   position      order
--   role          title, heading, body, caption, code or boilerplate
--   segment_id    the segment
--   language      the language of the segment
--   source_text   what the document says
--   english_text  the same in English (untranslated where there is no translation)
--   origin        human, or mt: and the engine with its model
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

-- review_queue: what nobody has judged yet, in the order of the review page; without what is only related
--   id              the alignment
--   kind            as in bitext
--   score           as in bitext
--   findings        how many findings
--   left_language   BCP 47 code
--   left_text       left side
--   right_language  BCP 47 code
--   right_text      right side
--   right_origin    human or mt:
--   left_path       file of the left side
--   right_path      file of the right side
CREATE VIEW review_queue AS
SELECT
  alignment.id,
  alignment.kind,
  alignment.score,
  (SELECT COUNT(*) FROM finding WHERE finding.subject = alignment.id OR finding.subject = alignment.translation_id) AS findings,
  alignment.left_language,
  alignment.left_text,
  alignment.right_language,
  alignment.right_text,
  alignment.right_origin,
  (SELECT MIN(source.path) FROM source WHERE source.document_id = alignment.left_document_id) AS left_path,
  (SELECT MIN(source.path) FROM source WHERE source.document_id = alignment.right_document_id) AS right_path
FROM queue_entry
JOIN alignment ON alignment.docid = queue_entry.docid
WHERE queue_entry.judged = FALSE AND queue_entry.kind <> 'related'
ORDER BY queue_entry.band, queue_entry.rank, queue_entry.docid;

-- coverage: one row a document: how much of it is translated, aligned, or met in other documents
--   document_id           the document
--   path                  its file
--   main_language         the language of most of its letters
--   segments              segments, separators left out
--   text_segments         titles, headings, body and captions
--   boilerplate_segments  web residue
--   french_segments       segments in French
--   english_segments      segments in English
--   translated            segments that face a machine translation
--   in_bitext             segments that face a person's translation
--   in_passages           segments in mined passages
--   code_segments         program text, command lines and markup shown as text
CREATE VIEW coverage AS
SELECT
  document.id AS document_id,
  (SELECT MIN(source.path) FROM source WHERE source.document_id = document.id) AS path,
  document.main_language,
  (SELECT COUNT(*) FROM segment WHERE segment.document_id = document.id AND segment.role <> 'separator') AS segments,
  (SELECT SUM(CASE WHEN segment.role IN ('title', 'heading', 'body', 'caption') THEN 1 ELSE 0 END) FROM segment
    WHERE segment.document_id = document.id AND segment.role <> 'separator') AS text_segments,
  (SELECT SUM(CASE WHEN segment.role = 'boilerplate' THEN 1 ELSE 0 END) FROM segment
    WHERE segment.document_id = document.id AND segment.role <> 'separator') AS boilerplate_segments,
  (SELECT SUM(CASE WHEN segment.language = 'fr' THEN 1 ELSE 0 END) FROM segment
    WHERE segment.document_id = document.id AND segment.role <> 'separator') AS french_segments,
  (SELECT SUM(CASE WHEN segment.language = 'en' THEN 1 ELSE 0 END) FROM segment
    WHERE segment.document_id = document.id AND segment.role <> 'separator') AS english_segments,
  (SELECT COUNT(*) FROM segment
    WHERE segment.document_id = document.id AND segment.role <> 'separator' AND EXISTS (
      SELECT 1 FROM alignment_segment JOIN alignment ON alignment.id = alignment_segment.alignment_id
      WHERE alignment_segment.segment_id = segment.id AND alignment.kind = 'translation')) AS translated,
  (SELECT COUNT(*) FROM segment
    WHERE segment.document_id = document.id AND segment.role <> 'separator' AND EXISTS (
      SELECT 1 FROM alignment_segment JOIN alignment ON alignment.id = alignment_segment.alignment_id
      WHERE alignment_segment.segment_id = segment.id AND alignment.kind = 'bitext'
        AND alignment.left_text <> '' AND alignment.right_text <> '')) AS in_bitext,
  (SELECT COUNT(*) FROM segment
    WHERE segment.document_id = document.id AND segment.role <> 'separator' AND EXISTS (
      SELECT 1 FROM alignment_segment JOIN alignment ON alignment.id = alignment_segment.alignment_id
      WHERE alignment_segment.segment_id = segment.id AND alignment.kind = 'passage')) AS in_passages,
  (SELECT COUNT(*) FROM segment WHERE segment.document_id = document.id AND segment.role = 'code') AS code_segments
FROM document
WHERE EXISTS (SELECT 1 FROM segment WHERE segment.document_id = document.id AND segment.role <> 'separator');

-- findings: one row a finding: something measured about a row, never a decision; dropped translations are left out
--   code          stable code; docs/findings.md says what each means
--   subject_kind  source, document, segment, translation or alignment
--   subject       the id of that row
--   value         what was seen
--   document_id   the document concerned, where there is one
--   about         the text concerned
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
LEFT JOIN source ON finding.subject_kind = 'source' AND source.path = finding.subject
WHERE finding.subject_kind <> 'translation'
  OR EXISTS (SELECT 1 FROM alignment WHERE alignment.translation_id = finding.subject);
