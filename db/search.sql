-- Full-text search: statements by name (db/statements.py), for the drivers themselves.
-- What is sifted holds what the index cannot be asked for: SQLite calls a function of the search, sifted(text); a server
-- is given the numbers of the rows that pass.
-- The row of a hit is called "row". A parameter that is NULL does not matter. Pairs are searched on one side, :side;
-- where :machine is true, among machine translations alone.

-- path-of-document: what a document is called in a list of hits
COALESCE(
  (SELECT MIN(source.path) FROM source WHERE source.document_id = document.id), document.title, document.id)

-- document-of-pair: the document of the side that is searched
CASE :side WHEN 'left' THEN row.left_document_id ELSE row.right_document_id END

-- language-of-pair: the language of the side that is searched
CASE :side WHEN 'left' THEN row.left_language ELSE row.right_language END

-- verdict-on-pair: the latest verdict
(SELECT verdict.verdict FROM verdict WHERE verdict.pair_hash = row.pair_hash)

-- text-of-pair: the side that is searched, as a person corrected it
CASE :side WHEN 'left' THEN COALESCE(row.left_correction, row.left_text) ELSE COALESCE(row.correction, row.right_text) END

-- role-of-pair: what its first segment is
(SELECT segment.role FROM alignment_segment AS member JOIN segment ON segment.id = member.segment_id
  WHERE member.alignment_id = row.id ORDER BY member.side <> :side, member.position LIMIT 1)

-- index-of-segments: what the index is asked
/* segments-match */ :match/* matched */

-- index-of-pairs: what the index is asked
/* pairs-match */ :match/* matched */

-- everything: what stands in the place of that where the index is asked nothing
TRUE

-- matching-segments: what the index is asked, and what it cannot be asked
/* index-of-segments */ AND (NOT :sifted OR /* segment-sifted */)

-- matching-pairs: what the index is asked, and what it cannot be asked
/* index-of-pairs */ AND (NOT :sifted OR /* pair-sifted */)

-- asked-of-segments: what a segment must be, beside matching
row.role <> 'separator'
  AND (:language IS NULL OR row.language = :language)
  AND (:documents IS NULL OR row.document_id IN (/* listed-documents */))
  AND (:since IS NULL
    OR (SELECT document.date FROM document WHERE document.id = row.document_id) >= :since)
  AND (:until IS NULL
    OR substr((SELECT document.date FROM document WHERE document.id = row.document_id), 1, LENGTH(:until)) <= :until)
  AND (:origin IS NULL OR :origin = 'human')
  AND (:roles IS NULL OR row.role IN (/* listed-roles */))
  AND (:duplicates OR NOT EXISTS (
    SELECT 1 FROM document AS copy
    JOIN segment AS original ON original.document_id = copy.duplicate_of AND original.text_hash = row.text_hash
    WHERE copy.id = row.document_id))

-- asked-of-pairs: what a pair must be, beside matching
row.left_text <> '' AND row.right_text <> ''
  AND (NOT :machine OR row.kind = 'translation')
  AND (row.kind = :kind OR :kind IS NULL AND row.kind <> 'related')
  AND (:language IS NULL OR /* language-of-pair */ = :language)
  AND (:documents IS NULL OR /* document-of-pair */ IN (/* listed-documents */))
  AND (:low IS NULL OR row.score >= :low)
  AND (:high IS NULL OR row.score <= :high)
  AND (:since IS NULL
    OR (SELECT document.date FROM document WHERE document.id = /* document-of-pair */) >= :since)
  AND (:until IS NULL
    OR substr((SELECT document.date FROM document WHERE document.id = /* document-of-pair */), 1, LENGTH(:until))
      <= :until)
  AND (:origin IS NULL
    OR (CASE :side WHEN 'left' THEN row.left_origin ELSE row.right_origin END = 'human') = (:origin = 'human'))
  AND (:verdict IS NULL OR COALESCE(/* verdict-on-pair */, 'none') = :verdict)
  AND (:roles IS NULL OR NOT EXISTS (
    SELECT 1 FROM alignment_segment AS member JOIN segment ON segment.id = member.segment_id
    WHERE member.alignment_id = row.id AND segment.role NOT IN (/* listed-roles */)))
  AND (:duplicates OR NOT EXISTS (
    SELECT 1 FROM alignment_segment AS member JOIN segment ON segment.id = member.segment_id
    JOIN document AS copy ON copy.id = segment.document_id
    JOIN segment AS original ON original.document_id = copy.duplicate_of AND original.text_hash = segment.text_hash
    WHERE member.alignment_id = row.id))

-- pairs-of-documents: numbers of the pairs whose side that is searched is of these documents
SELECT docid FROM alignment WHERE :side = 'left' AND left_document_id IN (/* listed-documents */)
UNION ALL
SELECT docid FROM alignment WHERE :side = 'right' AND right_document_id IN (/* listed-documents */)

-- numbers-segment: rows of the index that match, whatever they are
SELECT rowid FROM segment_fts WHERE /* index-of-segments */ LIMIT :limit

-- numbers-pair: rows of the index that match, whatever they are
SELECT rowid FROM bitext_fts WHERE /* index-of-pairs */ LIMIT :limit

-- numbered-segment: those of the rows with these numbers that are what is asked for
SELECT row.docid, row.document_id, row.position
FROM (/* listed-numbers */) AS number /* joined */ segment AS row ON row.docid = number.value
WHERE (NOT :sifted OR /* segment-sifted */) AND /* asked-of-segments */

-- numbered-pair: those of the rows with these numbers that are what is asked for
SELECT row.docid, /* document-of-pair */, row.position
FROM (/* listed-numbers */) AS number /* joined */ alignment AS row ON row.docid = number.value
WHERE (NOT :sifted OR /* pair-sifted */) AND /* asked-of-pairs */

-- some-segment: hits in the order of the index
SELECT segment_fts.rowid, row.document_id, row.position, 0.0
FROM segment_fts /* joined */ segment AS row ON row.docid = segment_fts.rowid
WHERE /* matching-segments */ AND /* asked-of-segments */
LIMIT :limit

-- some-pair: hits in the order of the index
SELECT bitext_fts.rowid, /* document-of-pair */, row.position, 0.0
FROM bitext_fts /* joined */ alignment AS row ON row.docid = bitext_fts.rowid
WHERE /* matching-pairs */ AND /* asked-of-pairs */
LIMIT :limit

-- best-segment: the best hits first
SELECT segment_fts.rowid, row.document_id, row.position, /* segment-rank */
FROM segment_fts /* joined */ segment AS row ON row.docid = segment_fts.rowid
WHERE /* matching-segments */ AND /* asked-of-segments */
ORDER BY 4 LIMIT :limit

-- best-pair: the best hits first
SELECT bitext_fts.rowid, /* document-of-pair */, row.position, /* pair-rank */
FROM bitext_fts /* joined */ alignment AS row ON row.docid = bitext_fts.rowid
WHERE /* matching-pairs */ AND /* asked-of-pairs */
ORDER BY 4 LIMIT :limit

-- inside-segment: hits in few documents: their rows are gone through, and the index is asked about each
SELECT segment_fts.rowid, row.document_id, row.position
FROM segment AS row /* joined */ segment_fts ON segment_fts.rowid = row.docid
WHERE row.document_id IN (/* listed-documents */)
  AND /* matching-segments */ AND /* asked-of-segments */
LIMIT :limit

-- inside-pair: hits in few documents: their rows are gone through, and the index is asked about each
SELECT bitext_fts.rowid, /* document-of-pair */, row.position
FROM alignment AS row /* joined */ bitext_fts ON bitext_fts.rowid = row.docid
WHERE row.docid IN (/* pairs-of-documents */)
  AND /* matching-pairs */ AND /* asked-of-pairs */
LIMIT :limit

-- count-segment: how many rows documents have
SELECT COUNT(*) FROM segment WHERE document_id IN (/* listed-documents */)

-- count-pair: how many rows documents have
SELECT COUNT(*) FROM (/* pairs-of-documents */) AS pairs

-- sifting-segment: numbers and texts of all that matches, for a sieve that a server cannot be given
SELECT row.docid, row.text FROM segment_fts /* joined */ segment AS row ON row.docid = segment_fts.rowid
WHERE /* index-of-segments */ AND /* asked-of-segments */

-- sifting-pair: numbers and texts of all that matches, for a sieve that a server cannot be given
SELECT row.docid, /* text-of-pair */ FROM bitext_fts /* joined */ alignment AS row ON row.docid = bitext_fts.rowid
WHERE /* index-of-pairs */ AND /* asked-of-pairs */

-- occurrences-segment: every hit, with its words marked
SELECT row.document_id, row.language, row.position, /* segment-marked */, row.role
FROM segment_fts /* joined */ segment AS row ON row.docid = segment_fts.rowid
WHERE /* matching-segments */ AND /* asked-of-segments */

-- occurrences-pair: every hit, with its words marked
SELECT /* document-of-pair */, /* language-of-pair */, row.position,
  /* pair-marked */, CASE WHEN :by_role THEN /* role-of-pair */ END
FROM bitext_fts /* joined */ alignment AS row ON row.docid = bitext_fts.rowid
WHERE /* matching-pairs */ AND /* asked-of-pairs */

-- sizes-segment: words, as the index packs their number, of all that is searched
SELECT row.document_id, row.language, /* segment-size */, COUNT(*), CASE WHEN :by_role THEN row.role END
FROM segment AS row JOIN /* segment-sizes */ = row.docid
WHERE /* asked-of-segments */
GROUP BY 1, 2, 3, 5

-- sizes-pair: words, as the index packs their number, of all that is searched
SELECT /* document-of-pair */, /* language-of-pair */, /* pair-size */, COUNT(*), CASE WHEN :by_role THEN /* role-of-pair */ END
FROM alignment AS row JOIN /* pair-sizes */ = row.docid
WHERE /* asked-of-pairs */
GROUP BY 1, 2, 3, 5

-- sizes-inside-segment: the same of documents
SELECT row.document_id, row.language, /* segment-size */, COUNT(*), CASE WHEN :by_role THEN row.role END
FROM segment AS row JOIN /* segment-sizes */ = row.docid
WHERE row.document_id IN (/* listed-documents */) AND /* asked-of-segments */
GROUP BY 1, 2, 3, 5

-- sizes-inside-pair: the same of documents
SELECT /* document-of-pair */, /* language-of-pair */, /* pair-size */, COUNT(*), CASE WHEN :by_role THEN /* role-of-pair */ END
FROM alignment AS row JOIN /* pair-sizes */ = row.docid
WHERE row.docid IN (/* pairs-of-documents */) AND /* asked-of-pairs */
GROUP BY 1, 2, 3, 5

-- texts-segment: all that is searched
SELECT row.document_id, row.text, row.role FROM segment AS row WHERE /* asked-of-segments */

-- texts-pair: all that is searched
SELECT /* document-of-pair */, /* text-of-pair */, CASE WHEN :by_role THEN /* role-of-pair */ END
FROM alignment AS row WHERE /* asked-of-pairs */

-- texts-inside-segment: the same of documents
SELECT row.document_id, row.text, row.role FROM segment AS row
WHERE row.document_id IN (/* listed-documents */) AND /* asked-of-segments */

-- texts-inside-pair: the same of documents
SELECT /* document-of-pair */, /* text-of-pair */, CASE WHEN :by_role THEN /* role-of-pair */ END
FROM alignment AS row WHERE row.docid IN (/* pairs-of-documents */) AND /* asked-of-pairs */

-- lines-segment: hits with what faces them, a person's text before a machine's
SELECT segment_fts.rowid, row.id, /* path-of-document */, row.language, 'human',
  /* segment-marked */,
  CASE mine.side WHEN 'left' THEN COALESCE(facing.correction, facing.right_text)
    ELSE COALESCE(facing.left_correction, facing.left_text) END,
  CASE mine.side WHEN 'left' THEN facing.right_language ELSE facing.left_language END,
  CASE WHEN mine.side = 'right' THEN facing.left_origin WHEN facing.correction IS NULL THEN facing.right_origin
    ELSE 'human' END,
  facing.kind, facing.score,
  (SELECT verdict.verdict FROM verdict WHERE verdict.pair_hash = facing.pair_hash),
  facing.id, document.id, document.date, row.position
FROM segment_fts
/* joined */ segment AS row ON row.docid = segment_fts.rowid
/* joined */ document ON document.id = row.document_id
LEFT JOIN alignment_segment AS mine ON mine.segment_id = row.id AND mine.alignment_id = (
  SELECT shared.alignment_id FROM alignment_segment AS shared JOIN alignment ON alignment.id = shared.alignment_id
  WHERE shared.segment_id = row.id AND alignment.left_text <> '' AND alignment.right_text <> ''
    AND alignment.kind <> 'related'
  ORDER BY alignment.kind = 'translation', alignment.score DESC NULLS LAST, alignment.id LIMIT 1)
LEFT JOIN alignment AS facing ON facing.id = mine.alignment_id
WHERE /* index-of-segments */

-- lines-pair: hits with what faces them; where the other side is searched, too, its words are marked as well
SELECT bitext_fts.rowid, row.id, /* path-of-document */, /* language-of-pair */,
  CASE WHEN :side = 'left' THEN row.left_origin WHEN row.correction IS NULL THEN row.right_origin ELSE 'human' END,
  /* pair-marked */,
  CASE WHEN :facing THEN /* facing-marked */
    WHEN :side = 'left' THEN COALESCE(row.correction, row.right_text)
    ELSE COALESCE(row.left_correction, row.left_text) END,
  CASE :side WHEN 'left' THEN row.right_language ELSE row.left_language END,
  CASE WHEN :side = 'right' THEN row.left_origin WHEN row.correction IS NULL THEN row.right_origin ELSE 'human' END,
  row.kind, row.score, /* verdict-on-pair */, row.id, document.id, document.date, row.position
FROM bitext_fts
/* joined */ alignment AS row ON row.docid = bitext_fts.rowid
/* joined */ document ON document.id = /* document-of-pair */
WHERE /* index-of-pairs */

-- hits-segment: those with these numbers, looked up one by one
/* lines-segment */ AND segment_fts.rowid IN (/* listed-numbers */)

-- hits-pair: those with these numbers, looked up one by one
/* lines-pair */ AND bitext_fts.rowid IN (/* listed-numbers */)

-- walked-segment: those with these numbers, all gone through once: for a prefix the index puts the places of its words together anew with each lookup
/* lines-segment */ AND segment_fts.rowid <= :last AND +segment_fts.rowid IN (/* listed-numbers */)

-- walked-pair: those with these numbers, all gone through once, for the same reason
/* lines-pair */ AND bitext_fts.rowid <= :last AND +bitext_fts.rowid IN (/* listed-numbers */)

-- paths: documents with their first paths
SELECT document_id, MIN(path) FROM source WHERE document_id IS NOT NULL GROUP BY document_id

-- paths-inside: the same of some documents
SELECT document_id, MIN(path) FROM source
WHERE document_id IN (/* listed-documents */) GROUP BY document_id

-- dates: documents with what is known about them
SELECT id, date, outlet FROM document

-- dated: a document with a date
SELECT 1 FROM document WHERE date IS NOT NULL LIMIT 1

-- undated: how many documents have no date
SELECT COUNT(*) FROM document WHERE date IS NULL

-- languages: those of segments and of translations
SELECT language FROM segment UNION SELECT target FROM translation

-- indexed-segment: whether a word stands in a text
SELECT 1 FROM segment_fts WHERE /* segments-match */ :match/* matched */ LIMIT 1

-- indexed-pair: whether a word stands in a pair
SELECT 1 FROM bitext_fts WHERE /* pairs-match */ :match/* matched */ LIMIT 1

-- latest-run: the run that wrote last
SELECT id FROM run ORDER BY started DESC, id DESC LIMIT 1

-- hashes: of the texts of all segments
SELECT DISTINCT text_hash FROM segment WHERE role <> 'separator' ORDER BY text_hash

-- text-by-hash: the text of a hash
SELECT text_hash, MIN(text) FROM segment WHERE text_hash IN (/* listed-hashes */) GROUP BY text_hash

-- numbers-by-hash: numbers of the segments with texts of these hashes
SELECT docid, text_hash, COALESCE(language, '') FROM segment
WHERE text_hash IN (/* listed-hashes */)

-- segments-by-id: hashes of the texts of a segment, or of those in a pair
SELECT text_hash FROM segment WHERE id = :id
UNION SELECT segment.text_hash FROM alignment_segment JOIN segment ON segment.id = alignment_segment.segment_id
  WHERE alignment_segment.alignment_id = :id

-- spoken: main languages of the documents
SELECT DISTINCT main_language FROM document WHERE main_language IS NOT NULL

-- named: documents with this path, with an id that begins so, or from a folder or archive of this name
SELECT document_id FROM source WHERE document_id IS NOT NULL AND (path = :name OR file = :name)
UNION SELECT id FROM document WHERE LENGTH(:name) >= 4 AND id >= :name AND id < :name || /* last-character */
UNION SELECT document_id FROM source
  WHERE document_id IS NOT NULL AND path > :folder AND path < :folder || /* last-character */

-- facing-pair: hits in pairs whose texts people wrote, or with :mt in all, as they should be read, with the hash of both texts where nobody corrected them
SELECT row.id, /* pair-marked */,
  COALESCE(row.left_correction, row.left_text), COALESCE(row.correction, row.right_text),
  CASE WHEN row.corrected_by IS NULL THEN row.pair_hash END, row.score,
  CASE :side WHEN 'left' THEN row.right_language ELSE row.left_language END
FROM bitext_fts /* joined */ alignment AS row ON row.docid = bitext_fts.rowid
WHERE /* matching-pairs */ AND /* asked-of-pairs */
  AND (:mt OR row.left_origin = 'human' AND (row.right_origin = 'human' OR row.correction IS NOT NULL))

-- readings: both sides of pairs as they should be read
SELECT id, COALESCE(left_correction, left_text), COALESCE(correction, right_text) FROM alignment
WHERE id IN (/* listed-alignments */)

-- starts: where on a side of a pair its segments begin
SELECT mine.alignment_id, mine.segment_id, mine.side, COALESCE((
  SELECT SUM(LENGTH(segment.text) + 1) FROM alignment_segment AS earlier JOIN segment ON segment.id = earlier.segment_id
  WHERE earlier.alignment_id = mine.alignment_id AND earlier.side = mine.side AND earlier.position < mine.position), 0)
FROM alignment_segment AS mine
WHERE mine.alignment_id IN (/* listed-alignments */)

-- links: word links of texts
SELECT pair_hash, links FROM word_links WHERE pair_hash IN (/* listed-hashes */)

-- linked: whether any words are linked
SELECT 1 FROM word_links LIMIT 1

-- confirmed: pairs that people made or confirmed and that match, best first; what was rejected, or is a machine's and nobody has looked at, is no memory
SELECT bitext.id, bitext.kind, bitext.left_reading, bitext.right_reading, bitext.left_language, bitext.right_language,
       bitext.verdict, bitext.reviewer, COALESCE(bitext.left_path, bitext.right_path, bitext.left_document_id)
FROM (SELECT bitext_fts.rowid, /* pair-rank */ AS rank FROM bitext_fts WHERE /* pairs-match */ :match/* matched */) AS hit
JOIN alignment ON alignment.docid = hit.rowid
JOIN bitext ON bitext.id = alignment.id
WHERE COALESCE(bitext.verdict, '') <> 'reject'
  AND (bitext.verdict IN ('accept', 'correct')
       OR bitext.kind = 'bitext' AND bitext.left_origin = 'human' AND bitext.right_origin = 'human')
ORDER BY hit.rank, bitext.id
LIMIT :most
