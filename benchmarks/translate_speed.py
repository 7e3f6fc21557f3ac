"""Words a second of one Argos package: ours, argostranslate's own ``translate``, and CTranslate2 alone.

Run as ``python -m benchmarks.translate_speed models/FILE``, on newstest2013 (see ``benchmarks.translate``).
Each of the three runs in a process of its own, has its model loaded and one sentence translated before the clock
starts, and gets the same sentences. CTranslate2 alone gets them cut into tokens, all at once, and its tokens are not
put together again.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

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
Timing = tuple[float, list[str]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the speeds; 1 when ours is not fast enough, or says something else, with ``--check``."""
    options = _options(arguments)
    if options.one:
        seconds, lines = RUNS[options.one](options.package, sys.stdin.read().splitlines())
        print(json.dumps({"seconds": seconds, "made": lines}))
        return 0
    folder = Path(os.environ.get("ENREGARD_MT", PROJECT.parent / "shared" / "mt"))
    try:
        sources, references = (
            (folder / f"newstest2013.{code}").read_text("utf-8").splitlines()[: options.lines] for code in ("fr", "en")
        )
    except FileNotFoundError as error:
        print(f"{error.filename}: not here, nothing measured. Set ENREGARD_MT.", file=sys.stderr)
        return 0
    timings = {way: _measured(way, options.package, sources) for way in WAYS}
    short = _told(timings, sources, references)
    return short if options.check else 0


def _measured(way: str, package: Path, sources: list[str]) -> Timing:
    command = [sys.executable, "-m", "benchmarks.translate_speed", "--one", way, str(package)]
    process = subprocess.run(
        command, input="\n".join(sources), capture_output=True, text=True, check=False, cwd=PROJECT
    )
    if process.returncode:
        raise SystemExit(f"{way}: {process.stderr}")
    table = json.loads(process.stdout.splitlines()[-1])
    return table["seconds"], table["made"]


def _told(timings: dict[str, Timing], sources: list[str], references: list[str]) -> int:
    words = sum(len(line.split()) for line in sources)
    metric = BLEU()
    bleu = {}
    for way, (seconds, lines) in timings.items():
        print(f"{way:16} {seconds:7.1f} s {words / seconds:8.0f} words/s", end="")
        if lines:
            bleu[way] = metric.corpus_score(lines, [references]).score
            same = sum(line == reference for line, reference in zip(lines, timings["enregard"][1], strict=True)) / len(
                lines
            )
            print(f"  BLEU {bleu[way]:.1f}  {same:.1%} as ours", end="")
        print()
    ours = timings["enregard"][0]
    faster, of_raw = timings["argostranslate"][0] / ours, timings["ctranslate2"][0] / ours
    print(f"{faster:.1f} times argostranslate, {of_raw:.2f} of CTranslate2 alone; {metric.get_signature()}")
    return int(faster < FASTER or of_raw < OF_RAW or bleu["argostranslate"] - bleu["enregard"] > LOST)


def _ours(file: Path, sources: list[str]) -> Timing:
    with TemporaryDirectory() as data:
        config = replace(Config(), data=Path(data))
        engine = Argos(packages.install(file, config.data), config.translate)
        return _timed(lambda lines: [output.text for output in in_order(lines, engine, config.translate)], sources)


def _stock(file: Path, sources: list[str]) -> Timing:
    with stock(file) as translate:
        return _timed(lambda lines: [translate(line) for line in lines], sources)


def _raw(file: Path, sources: list[str]) -> Timing:
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


def _timed(translate: Callable[[list[str]], list[str]], sources: list[str]) -> Timing:
    translate(sources[:1])
    start = time.perf_counter()
    lines = translate(sources)
    return time.perf_counter() - start, lines


RUNS: dict[str, Callable[[Path, list[str]], Timing]] = dict(zip(WAYS, (_ours, _stock, _raw), strict=True))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compares the speed of three ways to decode a package.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--lines", type=int, default=1_000)
    parser.add_argument("--check", action="store_true", help="fail when ours is too slow, or worse")
    parser.add_argument("--one", choices=WAYS, help=argparse.SUPPRESS)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
