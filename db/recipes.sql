-- Eleven queries worth knowing. `enregard query --recipe NAME` runs one; the README shows them; a test runs them all.
-- :names are parameters (`--param NAME=VALUE`); each has a default, which is what other programs get, too.

-- facing: passages and what faces them in the other language, written by people, best first
SELECT kind, round(bitext.score, 2) AS score, left_text, right_text, left_path, right_path
FROM bitext WHERE kind IN ('bitext', 'passage') ORDER BY bitext.score DESC NULLS LAST, bitext.id;

-- review-queue: what to judge next, in the order of the review page
SELECT id, kind, round(review_queue.score, 2) AS score, findings, left_text, right_text FROM review_queue LIMIT 20;

-- coverage: how much of each document is translated, aligned or met elsewhere (the first fifty documents)
SELECT path, main_language, text_segments, translated, in_bitext, in_passages
FROM coverage WHERE document_id IN (SELECT document_id FROM source WHERE document_id <> '' ORDER BY path LIMIT 50)
ORDER BY path;

-- reading: a document as one English text (here: the first French one)
SELECT english_text, origin FROM reading
WHERE document_id = COALESCE(:document, (SELECT id FROM documents WHERE main_language = 'fr' ORDER BY path LIMIT 1))
ORDER BY position;

-- word: segments with a word, accents and case ignored, with their documents
SELECT path, language, text FROM segments
WHERE id IN (SELECT segment.id FROM segment_fts JOIN segment ON segment.docid = segment_fts.rowid
             WHERE /* segments-match */ COALESCE(:words, 'coree OR korea')/* matched */ LIMIT 1000)
ORDER BY path, position;

-- with-without: passages about one thing whose other side does not name it
SELECT left_text, right_text, right_origin FROM bitext
WHERE id IN (SELECT alignment.id FROM bitext_fts JOIN alignment ON alignment.docid = bitext_fts.rowid
             WHERE alignment.kind <> 'related' AND /* pairs-match */ 'left_text : (' || COALESCE(:left, 'soldats')
               || ') NOT right_text : (' || COALESCE(:without, 'soldier*') || ')'/* matched */ LIMIT 1000)
ORDER BY left_path, position;

-- switches: stretches in another language than the sentence around them
SELECT segments.path, inside.language, inside.text, segments.language AS around, segments.text AS sentence
FROM (SELECT * FROM span LIMIT 1000) AS inside JOIN segments ON segments.id = inside.segment_id
ORDER BY segments.path, segments.position;

-- residue: what was taken for web residue, to see that nothing of the text was
SELECT path, language, text FROM segments
WHERE id IN (SELECT id FROM segment WHERE role = 'boilerplate' LIMIT 1000)
ORDER BY path, position;

-- suspicious: machine translations with something wrong, and what
SELECT finding.code, finding.value, alignment.left_text, alignment.right_text
FROM finding JOIN alignment ON alignment.translation_id = finding.subject ORDER BY finding.code;

-- pairs: which documents face each other, and how surely
SELECT document_pair.grade, round(document_pair.score, 2) AS score, left_side.path AS left_path, right_side.path AS right_path
FROM document_pair
JOIN documents AS left_side ON left_side.id = document_pair.left_document_id
JOIN documents AS right_side ON right_side.id = document_pair.right_document_id
ORDER BY document_pair.score DESC;

-- orphans: verdicts whose texts face each other no more, the latest first; the review page lays them on again or puts them aside
SELECT id, verdict, reviewer, created, left_text, right_text, correction, comment, left_correction
FROM orphaned_verdicts ORDER BY created DESC, id DESC;
