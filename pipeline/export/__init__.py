"""Facing pairs as files: TMX, XLIFF, TSV, JSON Lines, Moses, HTML pages, and a folder for the ``datasets`` library."""
