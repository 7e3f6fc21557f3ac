"""Bitext that exists already (TMX, XLIFF, TSV, JSON Lines) as documents of the corpus, marked as imported."""
