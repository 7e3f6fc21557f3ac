-- Ten queries worth knowing. `enregard query --recipe NAME` runs one; the README shows them; a test runs them all.

-- facing: French passages and what faces them in English, written by people, best first
SELECT kind, round(score, 2) AS score, left_text, right_text, left_path, right_path
FROM bitext WHERE kind <> 'translation' ORDER BY kind, score DESC;

-- review-queue: what to judge next, the most doubtful first
SELECT id, kind, round(score, 2) AS score, findings, left_text, right_text FROM review_queue LIMIT 20;

-- coverage: how much of each document is translated, aligned or met elsewhere
SELECT path, main_language, text_segments, translated, in_bitext, in_passages FROM coverage ORDER BY path;

-- reading: a document as one English text (here: the longest French one)
SELECT english_text, origin FROM reading
WHERE document_id = (SELECT id FROM documents WHERE main_language = 'fr' ORDER BY characters DESC LIMIT 1)
ORDER BY position;

-- word: every segment with a word, accents and case ignored, with its document
SELECT segments.path, segments.language, segments.text
FROM segment_fts JOIN segment ON segment.docid = segment_fts.rowid JOIN segments ON segments.id = segment.id
WHERE segment_fts MATCH 'coree OR korea' ORDER BY segments.path, segments.position;

-- with-without: French passages about one thing whose English side does not name it
SELECT bitext.left_text, bitext.right_text, bitext.right_origin
FROM bitext_fts JOIN alignment ON alignment.docid = bitext_fts.rowid JOIN bitext ON bitext.id = alignment.id
WHERE bitext_fts MATCH 'left_text : soldats NOT right_text : soldier*' ORDER BY bitext.left_path, bitext.position;

-- switches: stretches in another language than the sentence around them
SELECT segments.path, span.language, span.text, segments.language AS inside, segments.text AS sentence
FROM span JOIN segments ON segments.id = span.segment_id ORDER BY segments.path, segments.position;

-- residue: what was taken for web residue, to see that nothing of the text was
SELECT path, language, text FROM segments WHERE role = 'boilerplate' ORDER BY path, position;

-- suspicious: machine translations with something wrong, and what
SELECT findings.code, findings.value, translations.source_text, translations.translation
FROM translations JOIN findings ON findings.subject = translations.translation_id
ORDER BY findings.code, translations.document_id, translations.position;

-- pairs: which documents face each other, and how surely
SELECT document_pair.grade, round(document_pair.score, 2) AS score, left_side.path AS left_path, right_side.path AS right_path
FROM document_pair
JOIN documents AS left_side ON left_side.id = document_pair.left_document_id
JOIN documents AS right_side ON right_side.id = document_pair.right_document_id
ORDER BY document_pair.score DESC;
