"""BLEU, chrF and speed of a translation engine on newstest2013, French to English (needs sacrebleu).

Run as ``python -m benchmarks.translate --lines 500 --engine apertium``. The data is read from ``../shared/mt`` or from
the folder that ``ENREGARD_MT`` names; it is not part of the project.

Measured on 2 cores that had other work too (Apertium 3.8.3, fr-es 0.9.4, eng-spa 0.8.1):

=======================  =====  =====  =====  ============  =======
engine                   lines   BLEU   chrF  sentences/s   words/s
=======================  =====  =====  =====  ============  =======
apertium                   500   21.0   52.5           334     6011
apertium, ``--plain``      500   21.8   52.8           424     7640
apertium                  3000   13.6   45.7           369     7591
apertium, ``--plain``     3000   14.1   46.0           262     5393
argos, our own package    3000   26.3   53.3            37      765
=======================  =====  =====  =====  ============  =======

The official Argos package has not been measured: it was not at hand.

``--checks`` counts instead how often each check of ``pipeline.translation.quality`` sees something in the human
reference. Of 3,000 references: W602 0.03 %, W604 0.03 %, W606 1.1 %, W607 1.0 %, W608 1.6 %, W609 0.7 %, W611 2.6 %,
W612 0.03 %, and no others.
"""

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from benchmarks import floors
from pipeline.config import PROJECT, Config, TranslateConfig
from pipeline.translation import packages
from pipeline.translation.argos import Argos
from pipeline.translation.choose import choose
from pipeline.translation.quality import CODES, check_translation
from pipeline.translation.translate import Engine, in_order

WHOLE = 3_000  # lines of the development set


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the figures; 1 when the engine is missing or a figure below its floor."""
    options = _options(arguments)
    folder = Path(os.environ.get("ENREGARD_MT", PROJECT.parent / "shared" / "mt"))
    try:
        french, english = (_lines(folder / f"newstest2013.{code}", options.lines) for code in ("fr", "en"))
    except FileNotFoundError as error:
        print(
            f"{error.filename}: not here, nothing measured. Set ENREGARD_MT to the folder of newstest2013.",
            file=sys.stderr,
        )
        return 0
    if options.checks:
        return _checks(french, english)
    engines = ["argos"] if options.package else [options.engine] if options.engine else ["argos", "apertium"]
    return max(_engine(french, english, options, engine) for engine in engines)


def _engine(sources: list[str], references: list[str], options: argparse.Namespace, named: str) -> int:
    config = Config()
    section = replace(config.translate, engine=named, mark_unknown=not options.plain)
    engine = (
        _package(options.package, section)
        if options.package
        else choose(replace(config, translate=section), os.environ)
    )
    if engine is None:
        print("no engine is at hand. Run `make model`.", file=sys.stderr)
        return 1
    start = time.perf_counter()
    translations = [output.text for output in in_order(sources, engine, section)]
    seconds = time.perf_counter() - start
    words = sum(len(line.split()) for line in sources)
    print(f"{engine.signature}  {len(sources)} lines in {seconds:.1f} s")
    metrics = BLEU(), CHRF()
    bleu, chrf = (metric.corpus_score(translations, [references]).score for metric in metrics)
    print(f"BLEU {bleu:.1f}  chrF {chrf:.1f}")
    print("\n".join(str(metric.get_signature()) for metric in metrics))
    print(f"{len(sources) / seconds:.0f} sentences/s  {words / seconds:.0f} words/s")
    _print_counts(sources, translations)
    name = f"translate.{engine.signature.engine}"
    whole = options.check and len(sources) == WHOLE and not options.plain
    return floors.check({f"{name}.bleu": bleu, f"{name}.chrf": chrf}, options.check) if whole else 0


def _package(file: Path, section: TranslateConfig) -> Engine:
    """The engine with one package, whatever else is installed; it is loaded before its folder goes away."""
    with TemporaryDirectory() as data:
        engine = Argos(packages.install(file, Path(data)), section)
        engine.translate(["Un"])
    return engine


def _checks(sources: list[str], references: list[str]) -> int:
    print(f"{len(sources)} human translations")
    _print_counts(sources, references)
    return 0


def _print_counts(sources: list[str], texts: list[str]) -> None:
    codes = Counter(code for pair in zip(sources, texts, strict=True) for code, _ in check_translation(*pair))
    for code, meaning in CODES.items():
        print(f"{code} {codes[code]:6} {codes[code] / len(sources):7.2%}  {meaning}")


def _lines(file: Path, count: int) -> list[str]:
    return file.read_text("utf-8").splitlines()[:count]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measures a translation engine.")
    parser.add_argument("--lines", type=int, default=WHOLE)
    parser.add_argument("--check", nargs="?", type=Path, const=floors.DEFAULT, metavar="FLOORS")
    parser.add_argument("--engine", help="default: argos, with the best package at hand, and apertium")
    parser.add_argument("--package", type=Path, help="measure this Argos package")
    parser.add_argument("--plain", action="store_true", help="without Apertium's marks of unknown words")
    parser.add_argument("--checks", action="store_true", help="count what the checks see in the reference")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
