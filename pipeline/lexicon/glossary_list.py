"""A lexicon as a list of terms that a translator keeps to: two columns, and for each term one translation."""

from collections.abc import Iterable, Iterator

from pipeline.export.lines import one_line
from pipeline.lexicon.counting import LexiconEntry

AGREED = 0.5  # share of all times that a term stands, from which its translation is taken to be agreed on
_HEAD = (
    "# Terms that translate each other in the corpus, by enregard lexicon. Review them: delete what is wrong.\n"
    "French\tEnglish\n"
)


def as_glossary(entries: Iterable[LexiconEntry]) -> Iterator[str]:
    """The lines of a glossary: the most frequent translation of each term, if half of the times that it stands."""
    best: dict[str, LexiconEntry] = {}
    for entry in entries:
        if entry.source not in best or entry.times > best[entry.source].times:
            best[entry.source] = entry
    yield _HEAD
    for source, entry in best.items():
        if entry.source_share >= AGREED:
            yield f"{one_line(source)}\t{one_line(entry.target)}\n"
