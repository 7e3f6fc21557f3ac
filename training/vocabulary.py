"""The SentencePiece vocabulary that both languages share, and how text is normalised before it is cut.

Normalisation is ours rather than NFKC, which would turn ``m²`` into ``m2``: letters are composed, spaces are one space,
and quotation marks and apostrophes have one form, because in this data they differ by source and not by meaning.
There is no byte fallback: a character that the vocabulary lacks is ``<unk>``, which decoders that are told to
``replace_unknowns`` (argostranslate and this project) copy from the source, and bytes they would have to learn to copy.
"""

import unicodedata
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path

import sentencepiece

from training.errors import TrainingError
from training.ids import FIRST, TAG

SPACES = "\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
REMOVED = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"
PLAIN = {"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "‟": '"', "…": "...", "‑": "-", "‐": "-"}
LIGATURES = {"ﬁ": "fi", "ﬂ": "fl", "ﬀ": "ff", "ﬃ": "ffi", "ﬄ": "ffl"}
MARKS = "\u0300\u0301\u0302\u0303\u0308\u030a\u030c\u0327"


def rules() -> dict[str, str]:
    """What is replaced by what before text is cut into pieces; the longest match goes first."""
    table = {space: " " for space in SPACES} | dict.fromkeys(REMOVED, "") | PLAIN | LIGATURES
    for space in " \u00a0\u202f\u2009":
        table |= {f"«{space}": '"', f"{space}»": '"'}
    return table | {"«": '"', "»": '"'} | dict(_composed())


def _composed() -> Iterator[tuple[str, str]]:
    letters = "abcdefghijklmnopqrstuvwxyz"
    for letter, mark in product(letters + letters.upper(), MARKS):
        whole = unicodedata.normalize("NFC", letter + mark)
        if len(whole) == 1:
            yield letter + mark, whole


def rules_table() -> str:
    """The rules as SentencePiece reads them: code points in hexadecimal, a tab between the two sides."""
    return "".join(f"{_hexadecimal(before)}\t{_hexadecimal(after)}\n" for before, after in sorted(rules().items()))


def _hexadecimal(text: str) -> str:
    return " ".join(f"{ord(character):X}" for character in text)


def train(lines: Iterable[str], size: int, folder: Path) -> Path:
    """Writes ``sentencepiece.model`` with ``size`` pieces, learned from ``lines``, and returns its path.

    A unigram model (Kudo 2018). Digits stand alone, so that numbers are copied figure by figure. Raises TrainingError
    when ``lines`` are too few for so many pieces.
    """
    table = folder / "rules.tsv"
    table.write_text(rules_table(), "utf-8")
    try:
        sentencepiece.SentencePieceTrainer.train(
            sentence_iterator=iter(lines),
            model_prefix=str(folder / "sentencepiece"),
            model_type="unigram",
            vocab_size=size,
            character_coverage=0.9999,
            split_digits=True,
            control_symbols=[TAG],
            normalization_rule_tsv=str(table),
            num_threads=2,
            max_sentence_length=2_000,
            minloglevel=2,
        )
    except RuntimeError as error:
        raise TrainingError(f"no vocabulary of {size} pieces could be learned ({error}). Ask for fewer.") from error
    table.unlink()
    (folder / "sentencepiece.vocab").unlink()
    return folder / "sentencepiece.model"


def load(file: Path) -> sentencepiece.SentencePieceProcessor:
    """The vocabulary in ``file``. Raises TrainingError when its first pieces are not those that the model counts on."""
    processor = sentencepiece.SentencePieceProcessor(model_file=str(file))
    if tuple(processor.id_to_piece(number) for number in range(len(FIRST))) != FIRST:
        raise TrainingError(f"{file}: not a vocabulary made by training.prepare. Prepare the bundle again.")
    return processor


def pieces(processor: sentencepiece.SentencePieceProcessor) -> list[str]:
    """Every piece, in the order of their numbers."""
    return [processor.id_to_piece(number) for number in range(processor.get_piece_size())]
