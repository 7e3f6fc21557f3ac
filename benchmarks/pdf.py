"""How PDFs come out whole: ``python -m benchmarks.pdf [--check [FLOORS]] [--errors] [--keep FOLDER]``.

The PDFs are made here (``benchmarks.layouts``) out of sentences of the gold set, so that their paragraphs are known. A
paragraph is right where it comes out as one block, letter by letter; a boundary where a segment ends at the end of a
sentence. Boundaries are counted where their sentence is in the text; the end of one that is not counts as missed.
"""

import argparse
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.floors import DEFAULT, check
from benchmarks.layouts import Paragraphs, Printed, print_all
from pipeline.config import ReadConfig, SegmentConfig
from pipeline.reading.manifest import Manifest
from pipeline.reading.read import read_bytes
from pipeline.records import Document, Reading
from pipeline.segmenting import segment

STRAIGHT = str.maketrans("’‘“”", "''\"\"")


class Counts(NamedTuple):
    """Of one PDF or of many: what is right, what was found, and what there is."""

    paragraphs_right: int
    paragraphs: int
    ends_right: int
    ends_found: int
    ends: int

    @property
    def f1(self) -> float:
        """Of the boundaries of sentences."""
        return 2 * self.ends_right / max(self.ends_found + self.ends, 1)

    @property
    def share(self) -> float:
        """Of the paragraphs."""
        return self.paragraphs_right / max(self.paragraphs, 1)


def main() -> int:
    """Print the figures of each PDF and of each producer; with ``--check``, how many lie below their floors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", nargs="?", const=DEFAULT, type=Path, metavar="FLOORS")
    parser.add_argument("--errors", action="store_true", help="print the paragraphs that are wrong")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the PDFs there")
    options = parser.parse_args()
    counts: dict[str, list[Counts]] = {}
    for printed in print_all():
        if options.keep:
            options.keep.mkdir(exist_ok=True)
            (options.keep / f"{printed.name}.pdf").write_bytes(printed.data)
        document = read(printed)
        count = measure(printed, document)
        print(f"{printed.name:30} paragraphs {count.share:.3f}  boundaries {count.f1:.3f}", flush=True)
        counts.setdefault(printed.name.partition("-")[0], []).append(count)
        for paragraph in wrong(printed.paragraphs, document.text) if options.errors else ():
            print("    -", paragraph)
    counts["all"] = [count for producer in counts.values() for count in producer]
    figures: dict[str, float] = {}
    for producer, of_producer in counts.items():
        total = Counts(*map(sum, zip(*of_producer, strict=True)))
        figures |= {f"pdf.{producer}.paragraphs": total.share, f"pdf.{producer}.sentences": total.f1}
        print(f"{producer}: {len(of_producer)} PDFs, paragraphs {total.share:.4f}, boundaries {total.f1:.4f}")
    return check(figures, options.check) if options.check else 0


def read(printed: Printed) -> Document:
    """What the product reads in a PDF."""
    [result] = read_bytes(printed.data, f"{printed.name}.pdf", ReadConfig(), Manifest())
    if not isinstance(result, Reading):
        raise SystemExit(f"{printed.name}: {result.reason}")
    return result.document


def measure(printed: Printed, document: Document) -> Counts:
    """The counts of one PDF."""
    text = compact(document.text)
    ends = _segment_ends(document, printed.language)
    spans = [_find(text, sentence) for paragraph in printed.paragraphs for sentence in paragraph]
    located = [span for span in spans if span]
    right = sum(end in ends for _, end in located)
    listed = sorted(ends)
    inside = sum(bisect_left(listed, end) - bisect_right(listed, start) for start, end in located)
    paragraphs = len(printed.paragraphs)
    return Counts(
        paragraphs - len(wrong(printed.paragraphs, document.text)), paragraphs, right, right + inside, len(spans)
    )


def wrong(paragraphs: Paragraphs, text: str) -> list[str]:
    """The paragraphs that are not a block of their own."""
    blocks = {compact(line) for line in text.split("\n")}
    return [" ".join(paragraph) for paragraph in paragraphs if compact(" ".join(paragraph)) not in blocks]


def compact(text: str) -> str:
    """A text without spaces, its quotation marks straight: fonts differ in which they have."""
    return "".join(text.translate(STRAIGHT).split())


def _find(text: str, sentence: str) -> tuple[int, int] | None:
    start = text.find(compact(sentence))
    return None if start < 0 else (start, start + len(compact(sentence)))


def _segment_ends(document: Document, language: str) -> set[int]:
    """Offsets in the text without spaces at which segments end."""
    [segmentation] = segment.segment([document], lambda _: language, SegmentConfig())
    return set(_compacted(document.text, [item.end for item in segmentation.segments]))


def _compacted(text: str, offsets: Sequence[int]) -> list[int]:
    positions = []
    count = offset_before = 0
    for offset in sorted(offsets):
        count += len(compact(text[offset_before:offset]))
        offset_before = offset
        positions.append(count)
    return positions


if __name__ == "__main__":
    raise SystemExit(main())
