"""Words a second of one Argos package: ours, argostranslate's own ``translate``, and CTranslate2 alone.

Run as ``python -m benchmarks.translate_speed models/FILE``, on newstest2013 (see ``benchmarks.translate``).
Each of the three runs in a process of its own, has its model loaded and one sentence translated before the clock
starts, and gets the same sentences. CTranslate2 alone gets them cut into tokens, all at once, and its tokens are not
put together again. On a machine with other work, ``--repeat`` has them take turns, and processor time says more than
the clock.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from operator import eq
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import ctranslate2
import sentencepiece
from sacrebleu.metrics.bleu import BLEU

from benchmarks.stock_argos import stock
from pipeline.config import PROJECT, Config
from pipeline.translation import packages
from pipeline.translation.argos import Argos
from pipeline.translation.package_decoder import BATCH_TOKENS, LENGTH_PENALTY, MAX_DECODED, threads
from pipeline.translation.translate import in_order

FASTER, OF_RAW, LOST = 4.0, 0.85, 0.2  # times argostranslate, part of CTranslate2 alone, BLEU
WAYS = ("enregard", "argostranslate", "ctranslate2")


class DecodingTime(NamedTuple):
    """Seconds by the clock and of processors, and the translations, where there are some."""

    seconds: float
    processor: float
    lines: list[str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the speeds; 1 when ours is not fast enough, or says something else, with ``--check``."""
    options = _options(arguments)
    if options.one:
        print(json.dumps(RUNS[options.one](options.package, sys.stdin.read().splitlines())))
        return 0
    folder = Path(os.environ.get("ENREGARD_MT", PROJECT.parent / "shared" / "mt"))
    try:
        sources, references = (
            (folder / f"newstest2013.{code}").read_text("utf-8").splitlines()[: options.lines] for code in ("fr", "en")
        )
    except FileNotFoundError as error:
        print(f"{error.filename}: not here, nothing measured. Set ENREGARD_MT.", file=sys.stderr)
        return 0
    ways = [way for way in WAYS if way not in options.without]
    turns = [{way: _measured(way, options.package, sources) for way in ways} for _ in range(options.repeat)]
    timings = {way: _added([turn[way] for turn in turns]) for way in ways}
    short = _told(timings, options.repeat * sum(len(line.split()) for line in sources), references)
    return short if options.check else 0


def _measured(way: str, package: Path, sources: list[str]) -> DecodingTime:
    command = [sys.executable, "-m", "benchmarks.translate_speed", "--one", way, str(package)]
    process = subprocess.run(
        command, input="\n".join(sources), capture_output=True, text=True, check=False, cwd=PROJECT
    )
    if process.returncode:
        raise SystemExit(f"{way}: {process.stderr}")
    return DecodingTime(*json.loads(process.stdout.splitlines()[-1]))


def _added(turns: Sequence[DecodingTime]) -> DecodingTime:
    """What all turns took; the translations are those of the last."""
    return DecodingTime(sum(turn.seconds for turn in turns), sum(turn.processor for turn in turns), turns[-1].lines)


def _told(timings: dict[str, DecodingTime], words: int, references: list[str]) -> int:
    metric = BLEU()
    bleu = {}
    for way, (seconds, processor, lines) in timings.items():
        print(f"{way:16} {seconds:7.1f} s {words / seconds:8.0f} words/s, {processor:7.1f} s of processors", end="")
        if lines:
            bleu[way] = metric.corpus_score(lines, [references]).score
            same = sum(map(eq, lines, timings["enregard"].lines)) / len(lines)
            print(f"  BLEU {bleu[way]:.1f}  {same:.1%} as ours", end="")
        print()
    ours, raw = timings["enregard"], timings["ctranslate2"]
    of_raw = raw.seconds / ours.seconds
    print(f"{of_raw:.2f} of CTranslate2 alone, {raw.processor / ours.processor:.2f} by processor time")
    print(metric.get_signature())
    if (stock_argos := timings.get("argostranslate")) is None:
        return int(of_raw < OF_RAW)
    faster = stock_argos.seconds / ours.seconds
    print(f"{faster:.1f} times argostranslate")
    return int(faster < FASTER or of_raw < OF_RAW or bleu["argostranslate"] - bleu["enregard"] > LOST)


def _ours(file: Path, sources: list[str]) -> DecodingTime:
    with TemporaryDirectory() as data:
        config = replace(Config(), data=Path(data))
        engine = Argos(packages.install(file, config.data), config.translate)
        return _timed(lambda lines: [output.text for output in in_order(lines, engine, config.translate)], sources)


def _stock(file: Path, sources: list[str]) -> DecodingTime:
    with stock(file) as translate:
        return _timed(lambda lines: [translate(line) for line in lines], sources)


def _raw(file: Path, sources: list[str]) -> DecodingTime:
    with TemporaryDirectory() as data:
        path = packages.install(file, Path(data)).path
        processor = sentencepiece.SentencePieceProcessor(model_file=str(path / "sentencepiece.model"))
        inter, intra = threads(len(os.sched_getaffinity(0)))
        translator = ctranslate2.Translator(
            str(path / "model"), compute_type="int8", inter_threads=inter, intra_threads=intra
        )
        tokens = {line: processor.encode(line, out_type=str) for line in sources}

        def decode(lines: list[str]) -> list[str]:
            translator.translate_batch(
                [tokens[line] for line in lines],
                max_batch_size=BATCH_TOKENS,
                batch_type="tokens",
                beam_size=Config().translate.beam,
                length_penalty=LENGTH_PENALTY,
                max_decoding_length=MAX_DECODED,
            )
            return []

        return _timed(decode, sources)


def _timed(translate: Callable[[list[str]], list[str]], sources: list[str]) -> DecodingTime:
    translate(sources[:1])
    start, used = time.perf_counter(), time.process_time()
    lines = translate(sources)
    return DecodingTime(time.perf_counter() - start, time.process_time() - used, lines)


RUNS: dict[str, Callable[[Path, list[str]], DecodingTime]] = dict(zip(WAYS, (_ours, _stock, _raw), strict=True))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compares the speed of three ways to decode a package.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--lines", type=int, default=1_000)
    parser.add_argument("--repeat", type=int, default=1, help="so many turns of each")
    parser.add_argument("--without", action="append", default=[], choices=["argostranslate"], help="leave it out")
    parser.add_argument("--check", action="store_true", help="fail when ours is too slow, or worse")
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
