-- Linked pairs for the lexicon: statements by name (db/statements.py), for the drivers themselves.

-- asked: pairs that are rather right, as people wrote them, or with :mt all
row.left_text <> '' AND row.right_text <> ''
  AND COALESCE(row.score, 1.0) >= 0.5
  AND (:mt OR row.left_origin = 'human' AND (row.right_origin = 'human' OR row.correction IS NOT NULL))
  AND COALESCE((SELECT verdict.verdict FROM verdict WHERE verdict.pair_hash = row.pair_hash), '') <> 'reject'

-- linked: pairs with the links of their words, those of the same texts one after the other, the surest first
SELECT row.id, COALESCE(row.score, 0.0), row.left_text, row.right_text, row.left_language, row.right_language,
  word_links.links, word_links.pair_hash
FROM word_links JOIN alignment AS row ON row.pair_hash = word_links.pair_hash
WHERE row.corrected_by IS NULL AND /* asked */
ORDER BY word_links.pair_hash, COALESCE(row.score, 0.0) DESC, row.id

-- corrected: pairs that somebody corrected, as they should be read
SELECT row.id, COALESCE(row.score, 0.0), COALESCE(row.left_correction, row.left_text),
  COALESCE(row.correction, row.right_text), row.left_language, row.right_language
FROM alignment AS row
WHERE row.corrected_by IS NOT NULL AND /* asked */
ORDER BY row.id

-- count: how many pairs that is, at most
SELECT COUNT(*) FROM word_links

-- examples: some pairs
SELECT id, COALESCE(score, 0.0), COALESCE(left_correction, left_text), COALESCE(correction, right_text), left_language, right_language
FROM alignment WHERE id IN (/* listed-alignments */)
