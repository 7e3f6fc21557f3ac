-- The twin of fragments_sqlite.sql. The words found are marked once the texts are there (db/highlight.py).

-- segments-match: that a segment matches the expression that follows
matches(segment_fts.words,

-- pairs-match: that a facing pair matches the expression that follows
matches(bitext_fts.words,

-- matched: the end of such an expression
)

-- segment-rank: how well a segment matches, lower is better
relevance(segment_fts.words, :match)

-- pair-rank: how well a facing pair matches, lower is better
relevance(bitext_fts.words, :match)

-- joined: a join; the server chooses in which order the sides are gone through
JOIN

-- listed-documents: the documents that are asked for
SELECT value FROM json_array_elements_text(CAST(:documents AS json))

-- listed-roles: the roles that are asked for
SELECT value FROM json_array_elements_text(CAST(:roles AS json))

-- listed-subjects: the subjects that are asked for
SELECT value FROM json_array_elements_text(CAST(:subjects AS json))

-- listed-numbers: the numbers that are asked for
SELECT CAST(value AS bigint) AS value FROM json_array_elements_text(CAST(:numbers AS json))

-- segment-marked: the text of a segment
row.text

-- pair-marked: the side that is searched, as it is read
CASE :side WHEN 'left' THEN COALESCE(row.left_correction, row.left_text) ELSE COALESCE(row.correction, row.right_text) END

-- facing-marked: the other side, as it is read
CASE :side WHEN 'left' THEN COALESCE(row.correction, row.right_text) ELSE COALESCE(row.left_correction, row.left_text) END

-- segment-size: words of a segment
size.size

-- pair-size: words of the side that is searched
CASE :side WHEN 'left' THEN size.left_size ELSE size.right_size END

-- segment-sizes: where those are
segment_fts AS size ON size.rowid

-- pair-sizes: where those are
bitext_fts AS size ON size.rowid

-- last-character: the highest there is
chr(1114111)

-- like: whether a text fits a pattern, but for the case of ASCII letters
ILIKE

-- segment-sifted: whether a segment passes the sieve
row.docid IN (SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:passing AS json)))

-- pair-sifted: whether the side that is searched does
row.docid IN (SELECT CAST(value AS bigint) FROM json_array_elements_text(CAST(:passing AS json)))

-- listed-hashes: the hashes of texts that are asked for
SELECT value FROM json_array_elements_text(CAST(:hashes AS json))

-- listed-alignments: the alignments that are asked for
SELECT value FROM json_array_elements_text(CAST(:alignments AS json))
