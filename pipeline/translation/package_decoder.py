"""An Argos package as a decoder: texts to the model's pieces, pieces to their likeliest translations, by CTranslate2.

The package's metadata and tokenizer are argostranslate's own; the pieces go straight to CTranslate2, in batches by
tokens.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.embedding.threads import SHARED_OUT, processors
from pipeline.errors import EngineError, PackageError
from pipeline.translation.forced import Draft
from pipeline.translation.packages import Package

if TYPE_CHECKING:
    import ctranslate2

BATCH_TOKENS = 1_024
MAX_DECODED = 256
LENGTH_PENALTY = 0.2  # as argostranslate decodes


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """One of the likeliest translations of a text: number ``rank`` of what CTranslate2 gives.

    The first ``prefix`` tokens are those that the package wants before every target. What CTranslate2 holds is read
    when it is asked for.
    """

    result: Any
    rank: int
    prefix: int = 0

    @property
    def tokens(self) -> list[str]:
        """The target's pieces."""
        return list(self.result.hypotheses[self.rank][self.prefix :])

    @property
    def draft(self) -> Draft:
        """The target's pieces with their attention."""
        return Draft(self.tokens, self.result.attention[self.rank][self.prefix :])

    @property
    def steps(self) -> int:
        """Tokens that the decoder chose: the end of the sentence is one, unless the limit cut it off."""
        length = len(self.result.hypotheses[self.rank])
        return length + 1 if length < MAX_DECODED else length

    @property
    def total(self) -> float:
        """The sum of the log-probabilities; CTranslate2's score is that over steps ** penalty."""
        return float(self.result.scores[self.rank] * self.steps**LENGTH_PENALTY)


@dataclass
class PackageDecoder:
    """The model and the tokenizer of a package, loaded when they are first asked for.

    Whatever asks for them raises PackageError where they cannot be loaded.
    """

    package: Package
    beam: int

    def encode(self, text: str) -> list[str]:
        """A text as the model's pieces."""
        return list(self._tokenizer.encode(text))

    def decode(self, tokens: list[str]) -> str:
        """Pieces as a text."""
        return str(self._tokenizer.decode(tokens)).strip()

    def draft(self, sources: Sequence[list[str]], prefixes: Sequence[list[str]]) -> list[Draft]:
        """For each source its likeliest translation that begins with the prefix. Raises EngineError."""
        return [likeliest.draft for likeliest, *_ in self.likeliest(sources, self.beam, prefixes)]

    def likeliest(
        self, sources: Sequence[list[str]], count: int, prefixes: Sequence[list[str]] = ()
    ) -> list[list[Hypothesis]]:
        """For each source its ``count`` likeliest targets, by a beam of that width. Raises EngineError.

        They cost no more than the likeliest alone. With ``prefixes`` each target begins with one.
        """
        if not sources:
            return []
        first = [self._prefix] if self._prefix else []
        begun = [[*first, *prefix] for prefix in prefixes or [[]] * len(sources)]
        with self._decoding():
            results = self._translator.translate_batch(
                list(sources),
                target_prefix=begun if any(begun) else None,
                replace_unknowns=True,
                max_batch_size=_batch_tokens(sources),
                batch_type="tokens",
                beam_size=count,
                num_hypotheses=count,
                length_penalty=LENGTH_PENALTY,
                max_decoding_length=MAX_DECODED,
                return_scores=True,
                return_attention=True,
            )
        return [
            [
                Hypothesis(result, rank, int(bool(first) and target[:1] == first))
                for rank, target in enumerate(result.hypotheses)
            ]
            for result in results
        ]

    def rate(self, sources: Sequence[list[str]], targets: Sequence[list[str]]) -> list[float]:
        """The mean log-probability of each target, end of sentence included. Raises EngineError."""
        first = [self._prefix] if self._prefix else []
        with self._decoding():
            results = self._translator.score_batch(
                list(sources),
                [[*first, *target] for target in targets],
                max_batch_size=BATCH_TOKENS,
                batch_type="tokens",
            )
        return [sum(result.log_probs) / max(1, len(result.log_probs)) for result in results]

    @contextmanager
    def _decoding(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, ValueError) as error:
            raise EngineError(
                f"{self.package.path}: decoding failed ({error}). Try `enregard model verify`."
            ) from error

    @cached_property
    def _argos(self) -> Any:
        """argostranslate's own view of the package."""
        with _elsewhere():
            from argostranslate.package import Package as ArgosPackage  # type: ignore[import-untyped]
        try:
            return ArgosPackage(self.package.path)
        except (OSError, ValueError, KeyError) as error:
            raise broken(self.package, error) from error

    @cached_property
    def _tokenizer(self) -> Any:
        tokenizer = getattr(self._argos, "tokenizer", None)
        try:
            tokenizer.encode("Un")  # type: ignore[union-attr]
        except (AttributeError, ImportError, RuntimeError, OSError) as error:
            raise broken(self.package, error) from error
        return tokenizer

    @cached_property
    def _prefix(self) -> str:
        return str(getattr(self._argos, "target_prefix", "") or "")

    @cached_property
    def _translator(self) -> "ctranslate2.Translator":
        import ctranslate2

        inter, intra = threads(_cores())
        model = str(self.package.path / "model")
        try:
            return ctranslate2.Translator(
                model, device="cpu", compute_type="int8", inter_threads=inter, intra_threads=intra
            )
        except (RuntimeError, ValueError) as error:
            raise broken(self.package, error) from error


def threads(cores: int) -> tuple[int, int]:
    """How many batches to decode at once, and with how many threads each.

    One thread a batch on small machines: threads that wait for each other lose much when the machine has other work.

    >>> [threads(cores) for cores in (1, 2, 4, 16)]
    [(1, 1), (2, 1), (4, 1), (8, 2)]
    """
    intra = 1 if cores <= 4 else 2
    return cores // intra, intra


def _cores() -> int:
    """Processors for this process: one where it is one of several that share them."""
    return 1 if SHARED_OUT.is_set() else processors()


def broken(package: Package, error: Exception) -> PackageError:
    """What is raised for a package that cannot be loaded."""
    return PackageError(
        f"{package.path}: the package cannot be loaded ({error}). "
        "Run `enregard model verify`, or remove it and install it again."
    )


def _batch_tokens(tokens: Sequence[Sequence[str]]) -> int:
    """Tokens of a batch that is decoded at once: fewer where there are too few texts to keep every core at work."""
    batches = threads(_cores())[0]
    return min(BATCH_TOKENS, max(map(len, tokens)) + sum(map(len, tokens)) // batches)


@contextmanager
def _elsewhere() -> Iterator[None]:
    """argostranslate makes folders in the user's home while it is imported: send them to a folder that goes away."""
    names = ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "ARGOS_PACKAGES_DIR", "ARGOS_TRANSLATE_PACKAGE_DIR")
    before = {name: os.environ.get(name) for name in names}
    with tempfile.TemporaryDirectory(prefix="enregard-") as folder:
        os.environ.update({name: str(Path(folder) / name.lower()) for name in names})
        try:
            yield
        finally:
            for name, value in before.items():
                os.environ.pop(name)
                os.environ.update({name: value} if value is not None else {})
