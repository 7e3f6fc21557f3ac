"""Text to a bundle, cleaned and cut into pieces: ``python -m training.prepare --data DIR --bundle DIR``."""

import argparse
import lzma
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path

import sentencepiece

from training import vocabulary
from training.bundle import DEVELOPMENT, MONOLINGUAL, VOCABULARY, Bitext, Meta, write_bitext, write_meta
from training.clean import LONGEST, Pair, fault, parsed
from training.errors import TrainingError
from training.ragged import Ragged, pack, save
from training.reread import member
from training.sources import SYNTHETIC, Source, load, without

PARALLEL, MONO, ROUGH = "fr-en.train.tsv.xz", "mono.unga.en.xz", "bt.apertium.tsv.xz"
CHUNK = 20_000
LEARNED_FROM = 150_000  # pairs, of both languages, and half as many monolingual lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the bundle; 1 when the data is not there or not whole."""
    options = _options(arguments)
    try:
        _prepare(options)
    except (TrainingError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _prepare(options: argparse.Namespace) -> None:
    sources = without(load(), options.without)
    options.bundle.mkdir(parents=True, exist_ok=True)
    dropped: Counter[str] = Counter()
    by_source = select(_pairs(options.data / PARALLEL, options.lines), sources, dropped)
    mono = list(islice(_sentences(options.data / MONO), options.mono))
    print(
        {name: len(pairs) for name, pairs in by_source.items()}, dict(dropped), f"{len(mono)} monolingual", flush=True
    )
    model = _reused(options) or vocabulary.train(_sample(by_source, mono), options.vocabulary, options.bundle)
    processor = vocabulary.load(model)
    for name, pairs in by_source.items():
        write_bitext(name, encoded(pairs, processor), options.bundle)
    write_bitext(DEVELOPMENT, encoded(_development(options.data, options.development), processor), options.bundle)
    save(_encoded(mono, processor), options.bundle / f"{MONOLINGUAL}.xz")
    weights = {name: sources[name].weight for name in by_source}
    counts = {name: len(pairs) for name, pairs in by_source.items()}
    if rough := [] if options.lines or not options.rough else _rough(options.data / ROUGH):
        write_bitext(SYNTHETIC, encoded(rough, processor), options.bundle)
        weights[SYNTHETIC] = options.rough
    write_meta(Meta(processor.get_piece_size(), weights, counts, len(mono), len(rough)), options.bundle)
    print(f"{options.bundle}: {sum(file.stat().st_size for file in options.bundle.iterdir()) / 2**20:.1f} MiB")


def _reused(options: argparse.Namespace) -> Path | None:
    """The vocabulary of an earlier bundle, beside the new texts: what a model that goes on with it must have."""
    if options.pieces is None:
        return None
    pieces = options.pieces.read_bytes() if options.pieces.suffix == ".model" else member(options.pieces, VOCABULARY)
    (options.bundle / VOCABULARY).write_bytes(pieces)
    return Path(options.bundle / VOCABULARY)


def select(pairs: Iterable[Pair], sources: Mapping[str, Source], dropped: Counter[str]) -> dict[str, list[Pair]]:
    """The pairs that are kept, by source and in the order of ``sources``; ``dropped`` counts the faults of the others.

    Of a source with a limit the first pairs are taken.
    """
    accepted: dict[str, list[Pair]] = {name: [] for name in sources}
    for pair in pairs:
        source = sources.get(pair.source)
        if source is None or len(accepted[source.name]) >= source.limit:
            continue
        if reason := fault(pair.french, pair.english):
            dropped[reason] += 1
        else:
            accepted[source.name].append(pair)
    return {name: rows for name, rows in accepted.items() if rows}


def encoded(pairs: Sequence[Pair], processor: sentencepiece.SentencePieceProcessor) -> Bitext:
    """Both sides of the pairs, as numbers."""
    return Bitext(
        _encoded([pair.french for pair in pairs], processor), _encoded([pair.english for pair in pairs], processor)
    )


def _encoded(lines: Sequence[str], processor: sentencepiece.SentencePieceProcessor) -> Ragged:
    chunks = (lines[start : start + CHUNK] for start in range(0, len(lines), CHUNK))
    return pack(text for chunk in chunks for text in processor.encode(list(chunk), num_threads=2))


def _pairs(file: Path, limit: int) -> Iterator[Pair]:
    with lzma.open(file, "rt", encoding="utf-8", newline="\n") as lines:
        yield from (pair for line in islice(lines, limit) if (pair := parsed(line)))


def _sentences(file: Path) -> Iterator[str]:
    with lzma.open(file, "rt", encoding="utf-8", newline="\n") as lines:
        for line in lines:
            text = " ".join(line.split())
            if text and text.count(" ") < LONGEST:
                yield text


def _rough(file: Path) -> list[Pair]:
    """Back-translations that are at hand already (French, tab, English); none where the file is not there."""
    if not file.exists():
        return []
    with lzma.open(file, "rt", encoding="utf-8", newline="\n") as lines:
        pairs = (parsed(f"{SYNTHETIC}\t{line}") for line in lines)
        return [pair for pair in pairs if pair and not fault(pair.french, pair.english)]


def _development(folder: Path, lines: int | None) -> list[Pair]:
    sides = [(folder / f"{DEVELOPMENT}.{code}").read_text("utf-8").splitlines()[:lines] for code in ("fr", "en")]
    return [Pair(DEVELOPMENT, french, english) for french, english in zip(*sides, strict=True)]


def _sample(by_source: Mapping[str, Sequence[Pair]], mono: Sequence[str]) -> Iterator[str]:
    """Lines to learn the vocabulary from, every source in proportion to what remains of it after its limit."""
    everything = sum(len(pairs) for pairs in by_source.values())
    step = -(-everything // LEARNED_FROM)
    for pairs in by_source.values():
        for pair in pairs[::step]:
            yield from (pair.french, pair.english)
    yield from mono[:: max(1, 2 * len(mono) // LEARNED_FROM)]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Prepares text for training.")
    parser.add_argument("--data", type=Path, default=Path("../shared/mt"), help="folder of the text")
    parser.add_argument("--bundle", type=Path, default=Path("training/bundle"), help="folder to write")
    parser.add_argument("--vocabulary", type=int, default=8_000, help="pieces")
    parser.add_argument(
        "--pieces", type=Path, help="take the vocabulary of this file or package instead of learning one"
    )
    parser.add_argument(
        "--rough", type=float, default=0.3, help="weight of Apertium's back-translations; 0: make better"
    )
    parser.add_argument("--lines", type=int, help="read no more of the parallel text, for a rehearsal")
    parser.add_argument("--mono", type=int, help="take no more sentences for back-translation")
    parser.add_argument("--development", type=int, help="use no more lines of the development set, for a rehearsal")
    parser.add_argument("--without", action="append", default=[], metavar="SOURCE", help="leave a source out")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
