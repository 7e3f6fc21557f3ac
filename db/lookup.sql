-- Single rows of a corpus, by their ids: statements by name (db/statements.py), for the drivers themselves.

-- beginning: table and id of every row whose id begins so
SELECT * FROM (SELECT 'document', id FROM document WHERE id >= :prefix AND id < :end LIMIT :limit) AS named
UNION ALL SELECT * FROM (SELECT 'segment', id FROM segment WHERE id >= :prefix AND id < :end LIMIT :limit) AS named
UNION ALL SELECT * FROM (SELECT 'translation', id FROM translation WHERE id >= :prefix AND id < :end LIMIT :limit) AS named
UNION ALL SELECT * FROM (SELECT 'document_pair', id FROM document_pair WHERE id >= :prefix AND id < :end LIMIT :limit) AS named
UNION ALL SELECT * FROM (SELECT 'alignment', id FROM alignment WHERE id >= :prefix AND id < :end LIMIT :limit) AS named
UNION ALL SELECT * FROM (SELECT 'signature', id FROM signature WHERE id >= :prefix AND id < :end LIMIT :limit) AS named
UNION ALL SELECT * FROM (SELECT 'run', id FROM run WHERE id >= :prefix AND id < :end LIMIT :limit) AS named
UNION ALL SELECT * FROM (SELECT 'source', path FROM source WHERE path >= :prefix AND path < :end LIMIT :limit) AS named

-- documents-of-path: id and path of the documents of a path or a file
SELECT document.id, MIN(source.path) FROM source JOIN document ON document.id = source.document_id
WHERE source.path = :name OR source.file = :name
GROUP BY document.id ORDER BY 2 LIMIT :limit

-- documents-of-last-part: the same of a path that ends so, but for what follows a dot
SELECT document.id, MIN(source.path) FROM source JOIN document ON document.id = source.document_id
WHERE source.path /* like */ '%/' || :escaped ESCAPE '\' OR source.path /* like */ :escaped || '.%' ESCAPE '\'
GROUP BY document.id ORDER BY 2 LIMIT :limit

-- documents-of-title: the same with this in their title
SELECT document.id, MIN(source.path) FROM source JOIN document ON document.id = source.document_id
WHERE document.title /* like */ '%' || :escaped || '%' ESCAPE '\'
GROUP BY document.id ORDER BY 2 LIMIT :limit

-- document: one row
SELECT * FROM document WHERE id = :key

-- segment: one row
SELECT * FROM segment WHERE id = :key

-- translation: one row
SELECT * FROM translation WHERE id = :key

-- document-pair: one row
SELECT * FROM document_pair WHERE id = :key

-- alignment: one row
SELECT * FROM alignment WHERE id = :key

-- signature: one row
SELECT * FROM signature WHERE id = :key

-- run: one row
SELECT * FROM run WHERE id = :key

-- source: one row
SELECT * FROM source WHERE path = :key

-- segments-of-alignment: ids in order, those of the left side first
SELECT segment_id FROM alignment_segment WHERE alignment_id = :key ORDER BY side, position

-- findings: codes with what was measured
SELECT code, value FROM finding WHERE subject IN (/* listed-subjects */) ORDER BY code

-- reading: the English reading of a document
SELECT english_text, origin FROM reading WHERE document_id = :key ORDER BY position

-- files: the files that a document came from
SELECT path FROM source WHERE document_id = :key ORDER BY path
