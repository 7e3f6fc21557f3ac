"""A bilingual word and term list out of the word links of a corpus."""
