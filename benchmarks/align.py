"""Sentence alignment against gold: ``python -m benchmarks.align [--check]``."""

import sys
from pathlib import Path

from benchmarks.scoring import main, read_beads, read_lines
from pipeline.align.path import align
from pipeline.config import AlignConfig
from pipeline.embedding import use
from pipeline.embedding.embed import Embedder
from pipeline.evaluation.gold import Pairing, Score, lax, strict

SETS = {"de-fr.text-berg": ("de", "fr"), "fr-en.clean": ("fr", "en"), "fr-en.noisy": ("fr", "en")}


def measure(folder: Path) -> dict[str, Score]:
    """Strict and lax scores of each set that is there."""
    embedder, rows = use.load(), {}
    for name, languages in SETS.items():
        documents = [_document(gold, languages, embedder) for gold in sorted((folder / name).glob("*.beads"))]
        rows[f"align.{name}.strict"] = strict(documents)
        rows[f"align.{name}.lax"] = lax(documents)
    return rows


def _document(gold: Path, languages: tuple[str, str], embedder: Embedder) -> tuple[list[Pairing], list[Pairing]]:
    left, right = (read_lines(gold.with_suffix(f".{language}")) for language in languages)
    beads = align(left, right, embedder, AlignConfig())
    return [(bead.left, bead.right) for bead in beads], read_beads(gold)


if __name__ == "__main__":
    sys.exit(main("align", measure))
