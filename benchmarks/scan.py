"""How scans are recognised: ``python -m benchmarks.scan [--check [FLOORS]] [--errors] [--all]``.

PDFs that are made out of known sentences (``benchmarks.layouts``) become pictures: clean at 300 dots an inch, and as a
copier gives them, at 200, a little askew, blurred and speckled. Measured are the character error rate (edits over
characters of the original; quotation marks straight, white space one) and the paragraphs that come out as one block,
give or take a tenth of their characters.
"""

import argparse
import difflib
import io
import os
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from shutil import which
from typing import NamedTuple

import numpy as np
import pypdfium2
from PIL import Image, ImageFilter

from benchmarks.floors import DEFAULT, check
from benchmarks.layouts import Printed, print_all
from benchmarks.pdf import STRAIGHT
from pipeline.config import ReadConfig
from pipeline.reading.manifest import Manifest
from pipeline.reading.read import read_bytes
from pipeline.records import Reading

LAYOUTS = ("chromium-article", "chromium-columns", "reportlab-heads")
CLEAN, COPIED = 300, 200  # dots an inch
SKEW, BLUR, SPECKLE = 0.6, 0.7, 12.0  # degrees, pixels, and shades of 256
ALIKE = 0.9  # of the characters of a paragraph


class Recognition(NamedTuple):
    """Counts of one scan or of many."""

    edits: int
    characters: int
    paragraphs_right: int
    paragraphs: int

    @property
    def error_rate(self) -> float:
        """Edits for each character of the original."""
        return self.edits / max(self.characters, 1)

    @property
    def share(self) -> float:
        """Of the paragraphs that are a block of their own."""
        return self.paragraphs_right / max(self.paragraphs, 1)


def main() -> int:
    """Print the figures of each scan and of each kind; with ``--check``, how many lie below their floors."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", nargs="?", const=DEFAULT, type=Path, metavar="FLOORS")
    parser.add_argument("--errors", action="store_true", help="print what was recognised wrongly")
    parser.add_argument("--all", action="store_true", help="every layout of benchmarks.pdf")
    options = parser.parse_args()
    if which("tesseract") is None:
        print("Tesseract is not installed, nothing measured: make ocr", file=sys.stderr)
        return int("CI" in os.environ)
    counts: dict[str, list[Recognition]] = {"clean": [], "copied": []}
    for printed in print_all():
        if not options.all and not printed.name.startswith(LAYOUTS):
            continue
        for kind, measured in counts.items():
            text = read(scan(printed.data, kind), printed.name)
            measured.append(measure(printed, text, options.errors))
            print(
                f"{printed.name:28} {kind:7} errors {measured[-1].error_rate:.4f}  paragraphs {measured[-1].share:.3f}"
            )
    figures: dict[str, float] = {}
    for kind, measured in counts.items():
        total = Recognition(*map(sum, zip(*measured, strict=True)))
        figures |= {f"scan.{kind}.characters": 1 - total.error_rate, f"scan.{kind}.paragraphs": total.share}
        print(f"{kind}: {len(measured)} scans, errors {total.error_rate:.4f}, paragraphs {total.share:.4f}")
    return check(figures, options.check) if options.check else 0


def scan(data: bytes, kind: str) -> bytes:
    """A PDF whose pages are pictures of those of another."""
    document = pypdfium2.PdfDocument(data)
    dots = CLEAN if kind == "clean" else COPIED
    pages = [document[number].render(scale=dots / 72, grayscale=True).to_pil() for number in range(len(document))]
    document.close()
    pages = pages if kind == "clean" else [_copied(page, number) for number, page in enumerate(pages)]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], resolution=dots)
    return out.getvalue()


def _copied(page: Image.Image, seed: int) -> Image.Image:
    """A page as a copier gives it."""
    askew = page.rotate(SKEW if seed % 2 else -SKEW, Image.Resampling.BICUBIC, fillcolor=255)
    shades = np.asarray(askew.filter(ImageFilter.GaussianBlur(BLUR)), np.float32)
    speckled = shades + np.random.default_rng(seed).normal(0, SPECKLE, shades.shape)
    return Image.fromarray(speckled.clip(0, 255).astype(np.uint8))


def read(data: bytes, name: str) -> str:
    """What the product reads in a scan."""
    [result] = read_bytes(data, f"{name}.pdf", ReadConfig(), Manifest())
    if not isinstance(result, Reading):
        raise SystemExit(f"{name}: {result.reason}")
    return result.document.text


def measure(printed: Printed, text: str, errors: bool = False) -> Recognition:
    """The counts of one scan."""
    paragraphs = [_plain(" ".join(paragraph)) for paragraph in printed.paragraphs]
    blocks = [_plain(line) for line in text.split("\n") if line.strip()]
    if errors:
        _print_errors(" ".join(paragraphs), " ".join(blocks))
    right = sum(_stands_alone(paragraph, blocks) for paragraph in paragraphs)
    original = " ".join(paragraphs)
    return Recognition(edits(original, " ".join(blocks)), len(original), right, len(paragraphs))


def _plain(text: str) -> str:
    return " ".join(text.translate(STRAIGHT).split())


def _stands_alone(paragraph: str, blocks: Sequence[str]) -> bool:
    """Whether a block has about as many characters as a paragraph, nearly all of them its own."""
    near = [block for block in blocks if abs(len(block) - len(paragraph)) <= (1 - ALIKE) * len(paragraph) + 2]
    letters = Counter(paragraph)
    likely = [block for block in near if (letters - Counter(block)).total() <= (1 - ALIKE) * len(paragraph) + 2]
    return any(edits(paragraph, block) <= (1 - ALIKE) * len(paragraph) + 2 for block in likely)


def edits(left: str, right: str) -> int:
    """Levenshtein's distance: the least number of characters put in, taken out or changed.

    >>> edits("marche", "marché"), edits("port", "sports")
    (1, 2)
    """
    codes = np.frombuffer(right.encode("utf-32-le"), np.uint32)
    steps = np.arange(len(codes) + 1)
    row = steps.copy()
    for number, character in enumerate(left, 1):
        changed = np.minimum(row[1:] + 1, row[:-1] + (codes != ord(character)))
        # taking out costs one a character: a running minimum of what is left of that cost
        row = np.minimum.accumulate(np.concatenate(([number], changed)) - steps) + steps
    return int(row[-1])


def _print_errors(original: str, recognized: str) -> None:
    matcher = difflib.SequenceMatcher(None, original.split(), recognized.split(), autojunk=False)
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation != "equal":
            print("    ", " ".join(original.split()[a:b]), "->", " ".join(recognized.split()[c:d]))


if __name__ == "__main__":
    raise SystemExit(main())
