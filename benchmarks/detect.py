"""Share of right languages, and speed: ``python -m benchmarks.detect [--check [FLOORS]]``.

Fragments of 1 to 15 words come from ``detect/fragments.tsv``, sentences (of at least four words: the data also has
list numbers and names) from ``split`` and ``mine``, in ``../shared/dev`` or the folder that ENREGARD_DEV names. Every
text is judged by itself, as ``enregard detect`` does. A few of the sentences that count as wrong are in a third
language indeed.

Rivals: langdetect and py3langid, each as it comes and told that the text is French or English.

Speed: *fresh* are sentences never seen before; *usual repetition* are 40 documents of 40 such sentences, each with
the same 30 lines of a site around it, through ``detect`` with context and spans (57 of 100 segments are fresh). All
speeds are by processor time: other work on the machine does not count.
"""

import argparse
import json
import re
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from langdetect import DetectorFactory
from langdetect.detector_factory import PROFILES_DIRECTORY
from langdetect.lang_detect_exception import LangDetectException
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from benchmarks.floors import DEFAULT, DEV, absent, check
from pipeline.config import DetectConfig
from pipeline.language import detect, identify
from pipeline.records import Segment, Segmentation

Sample = tuple[str, str]  # language, text
SIZES = ("1", "2", "3", "5", "8", "15", "sentence")
SITE = 30  # lines that every page of a site repeats


def main(arguments: Sequence[str] | None = None) -> int:
    """Prints the tables; 1 when a figure is below its floor."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", nargs="?", type=Path, const=DEFAULT, metavar="FLOORS")
    parser.add_argument("--slow", action="store_true", help="langdetect on everything, not on every tenth text")
    options = parser.parse_args(arguments)
    if absent(DEV / "detect"):
        return 0
    samples = load()
    print(f"{'':28}" + "".join(f"{size:>9}" for size in SIZES) + f"{'texts/s':>10}")
    figures: dict[str, float] = {}
    for name, classify, step in rivals(1 if options.slow else 10):
        shares, speed = measure(classify, {size: batch[::step] for size, batch in samples.items()})
        print(f"{name:28}" + "".join(f"{100 * share:9.2f}" for share in shares.values()) + f"{speed:10.0f}")
        if name == "enregard":
            figures = {f"detect.{'' if size == 'sentence' else 'words'}{size}": value for size, value in shares.items()}
    fresh, usual = speeds([text for _, text in samples["sentence"]])
    print(f"\nenregard, a second of one core: {fresh:.0f} fresh sentences, {usual:.0f} segments as usual")
    return 1 if options.check and check(figures, options.check) else 0


def load() -> dict[str, list[Sample]]:
    """The samples by size: numbers of words, and ``sentence``."""
    samples: dict[str, list[Sample]] = {size: [] for size in SIZES}
    for line in (DEV / "detect" / "fragments.tsv").read_text("utf-8").splitlines()[1:]:
        size, language, text = line.split("\t", 2)
        samples[size].append((language, text))
    sentences = [
        (language, sentence)
        for language in ("fr", "en")
        for line in (DEV / "split" / f"paragraphs.{language}.jsonl").read_text("utf-8").splitlines()
        for sentence in json.loads(line)["sentences"]
    ]
    for name in ("left.fr", "right.en"):
        sentences += [(name[-2:], line) for line in (DEV / "mine" / name).read_text("utf-8").splitlines()]
    samples["sentence"] = [sample for sample in sentences if len(re.findall(r"[^\W\d_]{2,}", sample[1])) >= 4]
    return samples


def rivals(step: int) -> list[tuple[str, Callable[[Sequence[str]], list[str]], int]]:
    """Name, classifier of many texts, and which share of the texts it is asked (every ``step``-th)."""
    config = DetectConfig()
    identifier = identify.load(config)
    free, limited = LanguageIdentifier.from_model_file(MODEL_FILE), LanguageIdentifier.from_model_file(MODEL_FILE)
    limited.set_languages(["fr", "en"])
    factory = DetectorFactory()
    factory.load_profile(PROFILES_DIRECTORY)
    return [
        ("enregard", lambda texts: [language.code for language in detect.detect_lines(texts, identifier, config)], 1),
        ("py3langid", lambda texts: [free.classify(text)[0] for text in texts], 1),
        ("py3langid, fr or en", lambda texts: [limited.classify(text)[0] for text in texts], 1),
        ("langdetect", lambda texts: [_langdetect(factory, text, {}) for text in texts], step),
        (
            "langdetect, fr or en",
            lambda texts: [_langdetect(factory, text, {"fr": 0.5, "en": 0.5}) for text in texts],
            step,
        ),
    ]


def _langdetect(factory: DetectorFactory, text: str, prior: dict[str, float]) -> str:
    detector = factory.create()
    detector.seed = 0
    if prior:
        detector.set_prior_map(prior)
    detector.append(text)
    try:
        return str(detector.detect())
    except LangDetectException:
        return "und"


def measure(
    classify: Callable[[Sequence[str]], list[str]], samples: dict[str, list[Sample]]
) -> tuple[dict[str, float], float]:
    """The share of right answers for each size, and texts a second over all of them."""
    classify(["warm up"])
    start = time.process_time()
    answers = {size: classify([text for _, text in batch]) for size, batch in samples.items()}
    seconds = time.process_time() - start
    shares = {
        size: sum(code == answer for (code, _), answer in zip(batch, answers[size], strict=True)) / len(batch)
        for size, batch in samples.items()
    }
    return shares, sum(map(len, samples.values())) / seconds


def speeds(sentences: Sequence[str]) -> tuple[float, float]:
    """Texts a second: fresh sentences one by one, and whole documents with the usual repetition."""
    config = DetectConfig()
    different = list(dict.fromkeys(sentences))
    first, second = identify.load(config), identify.load(config)
    detect.detect_lines(["warm up", "chauffe"], first, config)
    start = time.process_time()
    detect.detect_lines(different, first, config)
    fresh = len(different) / (time.process_time() - start)
    for remembered in (detect.letters, detect._frame, detect._long_pieces):
        remembered.cache_clear()
    documents = [_document(different[:SITE] + different[at : at + 40]) for at in range(SITE, SITE + 1600, 40)]
    start = time.process_time()
    count = sum(len(result.segments) for result in detect.detect(documents, second, config))
    return fresh, count / (time.process_time() - start)


def _document(lines: Sequence[str]) -> Segmentation:
    segments, at = [], 0
    for line in lines:
        segments.append(Segment("d", f"d:{at}", "body", at, at + len(line), line))
        at += len(line) + 1
    return Segmentation("d", (), tuple(segments))


if __name__ == "__main__":
    raise SystemExit(main())
