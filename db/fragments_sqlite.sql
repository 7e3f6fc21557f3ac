-- What the statements of the other files are put together from where SQLite and PostgreSQL differ; its twin is
-- fragments_postgresql.sql.

-- segments-match: that a segment matches the expression that follows
segment_fts MATCH

-- pairs-match: that a facing pair matches the expression that follows
bitext_fts MATCH

-- matched: the end of such an expression

-- segment-rank: how well a segment matches, lower is better
segment_fts.rank

-- pair-rank: how well a facing pair matches, lower is better
bitext_fts.rank

-- joined: a join whose sides are gone through in the order in which they are named
CROSS JOIN

-- listed-documents: the documents that are asked for
SELECT value FROM json_each(:documents)

-- listed-roles: the roles that are asked for
SELECT value FROM json_each(:roles)

-- listed-subjects: the subjects that are asked for
SELECT value FROM json_each(:subjects)

-- listed-numbers: the numbers that are asked for
SELECT value FROM json_each(:numbers)

-- segment-marked: the text of a segment with the words found between U+0002 and U+0003
highlight(segment_fts, 0, char(2), char(3))

-- pair-marked: the same of the side that is searched
highlight(bitext_fts, :side = 'right', char(2), char(3))

-- facing-marked: the same of the other side
highlight(bitext_fts, :side = 'left', char(2), char(3))

-- segment-size: words of a segment, as the index packs their number
size.sz

-- pair-size: words of both sides, as the index packs their numbers
size.sz

-- segment-sizes: where those are
segment_fts_docsize AS size ON size.id

-- pair-sizes: where those are
bitext_fts_docsize AS size ON size.id

-- last-character: the highest there is
char(1114111)

-- like: whether a text fits a pattern, but for the case of ASCII letters
LIKE

-- segment-sifted: whether a segment passes the sieve
sifted(row.text)

-- pair-sifted: whether the side that is searched does
sifted(/* text-of-pair */)

-- listed-hashes: the hashes of texts that are asked for
SELECT value FROM json_each(:hashes)

-- listed-alignments: the alignments that are asked for
SELECT value FROM json_each(:alignments)
