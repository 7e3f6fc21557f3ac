"""How good and how fast the lexicon is: ``python -m benchmarks.lexicon --corpus FILE``.

Of the words and terms of ``data/lexicon.tsv`` that the lexicon of a corpus has, how many have a right translation
first, by how often the two face each other; and how many it has at all. The corpus may be any: that of the figures in
docs/words.md was made by ``enregard import`` of every 80th line of the training data (``training/README.md``).
"""

import argparse
import time
from collections.abc import Iterator
from pathlib import Path

from db.queries_lexicon import count_linked
from db.reader import read_plainly
from pipeline.lexicon.corpus_pairs import linked_pairs
from pipeline.lexicon.counting import LexiconEntry, LexiconOptions, extract
from pipeline.lexicon.linked_text import LexiconPair

GOLD = Path(__file__).parent / "data" / "lexicon.tsv"
LANGUAGES = ("fr", "en")
HOUR = 3_600.0


def gold() -> dict[str, frozenset[str]]:
    """Each French word with its right translations."""
    lines = (line.split("\t") for line in GOLD.read_text("utf-8").splitlines() if line and not line.startswith("#"))
    return {french: frozenset(map(str.casefold, english.split("|"))) for french, english in lines}


def first_translations(entries: list[LexiconEntry]) -> dict[str, str]:
    """What each source word or term faces most often."""
    best: dict[str, LexiconEntry] = {}
    for entry in entries:
        key = entry.source.casefold().replace("’", "'")
        if key not in best or entry.times > best[key].times:
            best[key] = entry
    return {source: entry.target.casefold() for source, entry in best.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--min-count", type=int, default=2)
    options = parser.parse_args()
    with read_plainly(options.corpus, HOUR) as connection:

        def pairs() -> Iterator[LexiconPair]:
            return (pair for pair in linked_pairs(connection, LANGUAGES, True) if pair)

        begun, processor = time.perf_counter(), time.process_time()
        entries = extract(pairs, LexiconOptions(LANGUAGES, options.min_count))
        seconds = time.perf_counter() - begun, time.process_time() - processor
        linked = count_linked(connection)
    answers, found = gold(), first_translations(entries)
    known = {word: found[word.casefold()] for word in answers if word.casefold() in found}
    wrong = {word: target for word, target in known.items() if target not in answers[word]}
    print(f"{linked:,} pairs, {len(entries):,} entries, {sum(entry.words > 1 for entry in entries):,} of several words")
    print(f"{seconds[0]:.1f} s, {seconds[1]:.1f} s of the processor")
    print(f"precision {1 - len(wrong) / max(1, len(known)):.3f} of {len(known)}, {len(known)} of {len(answers)} known")
    print("wrong:", ", ".join(f"{word} = {target}" for word, target in wrong.items()) or "none")


if __name__ == "__main__":
    main()
