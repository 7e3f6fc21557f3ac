"""An Argos package decoded by CTranslate2, without argostranslate's own sentence splitting.

argostranslate translates paragraph by paragraph and splits sentences with libraries that are large, that reach for the
network or that are under the AGPL. Here the project's segments go straight to the decoder, in batches by tokens; the
package's metadata and tokenizer are argostranslate's own.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.config import TranslateConfig
from pipeline.errors import EngineError, PackageError
from pipeline.provenance import decided_by
from pipeline.records import Signature
from pipeline.translation import packages
from pipeline.translation.fidelity import added_loop, count_losses, lost_quotes
from pipeline.translation.forced import Draft, Forcing, force
from pipeline.translation.packages import Package, identity
from pipeline.translation.quotes import find_quoted, mend_elisions, restore_marks
from pipeline.translation.terminology import NO_TERMS, Glossary, renders
from pipeline.translation.translate import Output, split_peoples

if TYPE_CHECKING:
    import ctranslate2

BATCH_TOKENS = 1_024
MAX_TOKENS = 250  # models are trained on sentences; beyond this they truncate or loop
MAX_DECODED = 256
LENGTH_PENALTY = 0.2  # as argostranslate decodes
ALTERNATIVES = 8  # translations of a text that are looked at where the first has lost something


@dataclass
class Argos:
    """The engine ``argos``: loads its package when it is first asked for a translation.

    Scores are mean log-probabilities of the tokens, end of sentence included.
    """

    package: Package
    config: TranslateConfig
    glossary: Glossary = NO_TERMS
    signature: Signature = field(init=False)

    def __post_init__(self) -> None:
        self.signature = Signature(
            "translate",
            "argos",
            version("argostranslate"),
            self.package.name,
            identity(self.package),
            {
                "compute_type": "int8",
                "beam": self.config.beam,
                "length_penalty": LENGTH_PENALTY,
                "alternatives": ALTERNATIVES,
                "max_chars": self.config.max_chars,
                **decided_by("argos"),
            },
        )

    def translate(self, texts: Sequence[str]) -> list[Output]:
        """One output for each text. Raises EngineError when decoding fails, PackageError when loading does.

        From French to English, where the likeliest translation has lost a number, a name, an address or a quotation
        mark, or loops, the one of the ``ALTERNATIVES`` likeliest is taken that has lost least; where that one still
        loops, the text itself. A term of the glossary that the outcome lacks is forced upon the decoder; quotation
        marks that this one lacks are put back where their places are plain.
        """
        french = self.package.source == "fr"
        worded = [split_peoples(mend_elisions(text), capital=True) if french else text for text in texts]
        tokens = [_chunks(self._tokenizer.encode(text)) for text in worded]
        decoded = (hypotheses[0] for hypotheses in self._decode(list(chain.from_iterable(tokens)), self.config.beam, 1))
        outputs = [self._output(list(islice(decoded, len(chunks)))) for chunks in tokens]
        if not french or self.package.target != "en":
            return outputs
        doubtful = [at for at, text in enumerate(texts) if len(tokens[at]) == 1 and _losses(text, outputs[at])]
        again = self._decode([tokens[at][0] for at in doubtful], ALTERNATIVES, ALTERNATIVES)
        for at, hypotheses in zip(doubtful, again, strict=True):
            likely = [outputs[at], *(self._output([hypothesis]) for hypothesis in hypotheses)]
            outputs[at] = min(likely, key=lambda output: _losses(texts[at], output))
        outputs = self._with_terms(worded, tokens, outputs)
        for at, text in enumerate(texts):
            if len(tokens[at]) == 1 and lost_quotes(text, outputs[at].text):
                outputs[at] = outputs[at]._replace(text=self._marked(text, outputs[at].text))
        pairs = zip(texts, outputs, strict=True)
        return [Output(text, None) if added_loop(text, output.text) else output for text, output in pairs]

    def _with_terms(
        self, texts: Sequence[str], tokens: Sequence[list[list[str]]], outputs: list[Output]
    ) -> list[Output]:
        """The outputs, with the terms that they lack; a text that the model takes in several chunks stays as it is."""
        forcings = {
            at: Forcing(text, tokens[at][0], uses)
            for at, text in enumerate(texts)
            if len(tokens[at]) == 1
            and (uses := self.glossary.uses(text))
            and not all(renders(use, text, outputs[at].text) for use in uses)
        }
        changed = list(outputs)
        for at, forcing in zip(forcings, force(list(forcings.values()), self), strict=True):
            changed[at] = forcing.instead_of(outputs[at], self)
        return changed

    def _marked(self, text: str, translation: str) -> str:
        """The translation with the quotation marks that it lost, found by translating what they enclose by itself."""
        passages = [_chunks(self._tokenizer.encode(passage))[0] for passage in find_quoted(text)]
        decoded = self._decode(passages, self.config.beam, 1)
        return restore_marks(text, translation, [self._output(hypotheses).text for hypotheses in decoded])

    def encode(self, text: str) -> list[str]:
        """A text as the model's pieces."""
        return list(self._tokenizer.encode(text))

    def decode(self, tokens: list[str]) -> str:
        """Pieces as a text."""
        return self._detokenized(tokens).strip()

    def draft(self, sources: Sequence[list[str]], prefixes: Sequence[list[str]]) -> list[Draft]:
        """For each source its likeliest translation that begins with the prefix. Raises EngineError."""
        results = self._results(list(sources), prefixes, beam_size=self.config.beam, return_attention=True)
        targets = [(result.hypotheses[0], result.attention[0]) for result in results]
        first = [int(bool(self._prefix) and tokens[:1] == [self._prefix]) for tokens, _ in targets]
        return [
            Draft(tokens[begin:], attention[begin:]) for (tokens, attention), begin in zip(targets, first, strict=True)
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

    def _decode(self, tokens: list[list[str]], beam: int, hypotheses: int) -> list[list[tuple[list[str], float]]]:
        """For each list of source tokens its likeliest targets, each with the sum of its log-probabilities."""
        results = self._results(tokens, [[]] * len(tokens), beam_size=beam, num_hypotheses=hypotheses)
        return [
            [
                (target, _total(score, len(target)))
                for target, score in zip(result.hypotheses, result.scores, strict=True)
            ]
            for result in results
        ]

    def _results(self, tokens: list[list[str]], prefixes: Sequence[list[str]], **options: Any) -> list[Any]:
        """What CTranslate2 makes of lists of source tokens, each target with its prefix."""
        if not tokens:
            return []
        first = [self._prefix] if self._prefix else []
        begun = [[*first, *prefix] for prefix in prefixes]
        with self._decoding():
            return list(
                self._translator.translate_batch(
                    tokens,
                    target_prefix=begun if any(begun) else None,
                    replace_unknowns=True,
                    max_batch_size=BATCH_TOKENS,
                    batch_type="tokens",
                    length_penalty=LENGTH_PENALTY,
                    max_decoding_length=MAX_DECODED,
                    return_scores=True,
                    **options,
                )
            )

    @contextmanager
    def _decoding(self) -> Iterator[None]:
        try:
            yield
        except (RuntimeError, ValueError) as error:
            raise EngineError(
                f"{self.package.path}: decoding failed ({error}). Try `enregard model verify`."
            ) from error

    def _output(self, decoded: list[tuple[list[str], float]]) -> Output:
        text = " ".join(self._detokenized(tokens).strip() for tokens, _ in decoded)
        steps = sum(_steps(len(tokens)) for tokens, _ in decoded)
        return Output(text, sum(total for _, total in decoded) / steps) if steps else Output("", None)

    def _detokenized(self, tokens: list[str]) -> str:
        return str(self._tokenizer.decode(tokens[1:] if self._prefix and tokens[:1] == [self._prefix] else tokens))

    @cached_property
    def _argos(self) -> Any:
        """argostranslate's own view of the package."""
        with _elsewhere():
            from argostranslate.package import Package as ArgosPackage  # type: ignore[import-untyped]
        try:
            return ArgosPackage(self.package.path)
        except (OSError, ValueError, KeyError) as error:
            raise _broken(self.package, error) from error

    @cached_property
    def _tokenizer(self) -> Any:
        tokenizer = getattr(self._argos, "tokenizer", None)
        try:
            tokenizer.encode("Un")  # type: ignore[union-attr]
        except (AttributeError, ImportError, RuntimeError, OSError) as error:
            raise _broken(self.package, error) from error
        return tokenizer

    @cached_property
    def _prefix(self) -> str:
        return str(getattr(self._argos, "target_prefix", "") or "")

    @cached_property
    def _translator(self) -> "ctranslate2.Translator":
        import ctranslate2

        inter, intra = threads(len(os.sched_getaffinity(0)))
        model = str(self.package.path / "model")
        try:
            return ctranslate2.Translator(
                model, device="cpu", compute_type="int8", inter_threads=inter, intra_threads=intra
            )
        except (RuntimeError, ValueError) as error:
            raise _broken(self.package, error) from error


def install(file: Path, data: Path) -> Package:
    """Install a package that loads and translates. Raises PackageError for any other."""
    return packages.install(file, data, _translate_once)


def _translate_once(package: Package) -> None:
    """Raises EngineError, PackageError among them, where nothing can be translated."""
    try:
        Argos(package, TranslateConfig()).translate(["Oui."])
    except (RuntimeError, ValueError, OSError, KeyError, TypeError, IndexError, MemoryError) as error:
        raise _broken(package, error) from error


def threads(cores: int) -> tuple[int, int]:
    """How many batches to decode at once, and with how many threads each.

    One thread a batch on small machines: threads that wait for each other lose much when the machine has other work.

    >>> [threads(cores) for cores in (1, 2, 4, 16)]
    [(1, 1), (2, 1), (4, 1), (8, 2)]
    """
    intra = 1 if cores <= 4 else 2
    return cores // intra, intra


def _losses(text: str, output: Output) -> int:
    return count_losses(text, output.text)


def _chunks(tokens: list[str]) -> list[list[str]]:
    return [tokens[start : start + MAX_TOKENS] for start in range(0, len(tokens), MAX_TOKENS)]


def _steps(length: int) -> int:
    """Tokens that the decoder chose: the end of the sentence is one, unless the limit cut it off."""
    return length + 1 if length < MAX_DECODED else length


def _total(score: float, length: int) -> float:
    """The sum of log-probabilities, from CTranslate2's score: that is the sum over length ** penalty."""
    return score * float(_steps(length) ** LENGTH_PENALTY)


def _broken(package: Package, error: Exception) -> PackageError:
    return PackageError(
        f"{package.path}: the package cannot be loaded ({error}). "
        "Run `enregard model verify`, or remove it and install it again."
    )


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
