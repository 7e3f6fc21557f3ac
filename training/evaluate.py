"""Scores of a package on the development set: ``python -m training.evaluate models/FILE --data DIR > scores.md``.

The package is installed into a folder that goes away and decoded as ``enregard translate`` decodes it. What is printed
is Markdown; ``training.package --scores`` puts it into the package's README.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from sacrebleu.metrics.bleu import BLEU
from sacrebleu.metrics.chrf import CHRF

from pipeline.commands.filters import find_engine, translate
from pipeline.config import Config
from pipeline.errors import EnregardError
from pipeline.language.counterparts import NAME
from pipeline.language.knowledge import words
from pipeline.language.quantities import find_quantities
from pipeline.translation.quality import CODES, check_translation
from training.bundle import DEVELOPMENT
from training.errors import TrainingError


class Kept(NamedTuple):
    """How many segments have something, and in how many of them it was kept."""

    segments: int
    kept: int

    def __str__(self) -> str:
        share = self.kept / self.segments if self.segments else 1.0
        return f"{share:.1%} of {self.segments}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the scores; 1 when package or data cannot be read, or BLEU is below the floor."""
    options = _options(arguments)
    try:
        sources = _lines(options.source or options.data / f"{DEVELOPMENT}.fr", options.lines)
        references = [] if options.source else _lines(options.data / f"{DEVELOPMENT}.en", options.lines)
        begun = time.perf_counter()
        hypotheses = translated(sources, options.package)
        seconds = time.perf_counter() - begun
    except (EnregardError, TrainingError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    if options.output:
        options.output.write_text("".join(f"{line}\n" for line in hypotheses), "utf-8")
    words = sum(len(line.split()) for line in sources)
    name = options.source.name if options.source else DEVELOPMENT
    print(f"{name}, {len(sources)} segments, {words / seconds:.0f} words a second\n")
    print("\n".join([*scored(hypotheses, references), *checked(sources, hypotheses)]))
    return int(bool(references) and BLEU().corpus_score(hypotheses, [references]).score < options.floor)


def translated(lines: Sequence[str], package: Path) -> list[str]:
    """What ``enregard translate`` makes of the lines with ``package`` alone. Raises EnregardError."""
    if not package.is_file():
        raise TrainingError(f"{package}: there is no such file. Make it with `python -m training.package`.")
    config = Config()
    with TemporaryDirectory() as data:
        alone = replace(config, data=Path(data), translate=replace(config.translate, engine="argos"))
        return list(translate(lines, find_engine(alone, {"ARGOS_PACKAGE": str(package)}), alone))


def scored(hypotheses: Sequence[str], references: Sequence[str]) -> list[str]:
    """A line of Markdown for BLEU and one for chrF, each with its signature; none without references."""
    if not references:
        return []
    lines = []
    for metric in (BLEU(), CHRF()):
        score = metric.corpus_score(list(hypotheses), [list(references)])
        lines.append(f"- {score.name} {score.score:.1f} (`{metric.get_signature()}`)")
    return lines


def checked(sources: Sequence[str], hypotheses: Sequence[str]) -> list[str]:
    """What the checks of ``pipeline.translation.quality`` see, as lines of Markdown."""
    codes = [{code for code, _ in check_translation(*pair)} for pair in zip(sources, hypotheses, strict=True)]
    counts = Counter(code for codes in codes for code in codes)
    with_numbers = [codes for source, codes in zip(sources, codes, strict=True) if find_quantities(source, "fr")]
    translated = words("names", "common", "fr")
    with_names = [codes for source, codes in zip(sources, codes, strict=True) if set(NAME.findall(source)) - translated]
    return [
        f"- numbers kept: {_kept(with_numbers, 'W606')}",
        f"- names kept: {_kept(with_names, 'W608')}",
        *(f"- {CODES[code]}: {counts[code]}" for code in CODES if counts[code]),
    ]


def _kept(segments: Sequence[set[str]], code: str) -> Kept:
    return Kept(len(segments), sum(code not in codes and "W601" not in codes for codes in segments))


def _lines(file: Path, count: int | None) -> list[str]:
    return file.read_text("utf-8").splitlines()[:count]


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Scores a package.")
    parser.add_argument("package", type=Path)
    parser.add_argument("--data", type=Path, default=Path("../shared/mt"), help="folder of the development set")
    parser.add_argument("--lines", type=int, help="only so many")
    parser.add_argument("--source", type=Path, help="French lines without references instead: only the checks")
    parser.add_argument("--floor", type=float, default=0.0, help="fail when BLEU is lower")
    parser.add_argument("--output", type=Path, help="write the translations there")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
