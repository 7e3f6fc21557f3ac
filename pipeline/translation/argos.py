"""An Argos package decoded by CTranslate2, without argostranslate's own sentence splitting.

argostranslate translates paragraph by paragraph and splits sentences with libraries that are large, that reach for the
network or that are under the AGPL. Here the project's segments go straight to the decoder, in batches by tokens; the
package's metadata and tokenizer are argostranslate's own.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from importlib.metadata import version
from itertools import chain, islice
from pathlib import Path
from typing import ClassVar

from pipeline.config import TranslateConfig
from pipeline.provenance import decided_by
from pipeline.records import Signature
from pipeline.translation import packages
from pipeline.translation.fidelity import added_loop, count_losses, lost_quotes
from pipeline.translation.forced import Draft, Forcing, attended_words, force
from pipeline.translation.package_decoder import LENGTH_PENALTY, Hypothesis, PackageDecoder, broken
from pipeline.translation.packages import Package, identity
from pipeline.translation.quotes import Attended, find_quotations, mend_elisions, restore_marks
from pipeline.translation.terminology import NO_TERMS, Glossary, renders
from pipeline.translation.translate import Output, split_peoples

MAX_TOKENS = 250  # models are trained on sentences; beyond this they truncate or loop
ALTERNATIVES = 8  # translations of a text that are looked at where the likeliest have lost something


@dataclass
class Argos:
    """The engine ``argos``: loads its package when it is first asked for a translation.

    Scores are mean log-probabilities of the tokens, end of sentence included.
    """

    package: Package
    config: TranslateConfig
    glossary: Glossary = NO_TERMS
    signature: Signature = field(init=False)
    batch_chars: ClassVar[int] = 60_000  # enough batches that all cores are at work most of the time

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
        mark, or loops, the one of the ``beam`` likeliest is taken that has lost least, and where all of them have lost
        something, that of the ``ALTERNATIVES`` likeliest; where that one still loops, the text itself. A term of the
        glossary that the outcome lacks is forced upon the decoder; quotation marks that this one lacks are put back
        where their places are plain.
        """
        french = self.package.source == "fr"
        worded = [split_peoples(mend_elisions(text), capital=True) if french else text for text in texts]
        tokens = [_chunks(self._decoder.encode(text)) for text in worded]
        decoded = iter(self._decoder.likeliest(list(chain.from_iterable(tokens)), self.config.beam))
        hypotheses = [list(islice(decoded, len(chunks))) for chunks in tokens]
        outputs = [self._output([likeliest for likeliest, *_ in chunks]) for chunks in hypotheses]
        if not french or self.package.target != "en":
            return outputs
        losing = [at for at, chunks in enumerate(tokens) if len(chunks) == 1 and _losses(texts[at], outputs[at])]
        for at in losing:
            outputs[at] = _least_lost(texts[at], self._marked(worded[at], hypotheses[at][0]))
        losing = [at for at in losing if _losses(texts[at], outputs[at])]
        wider = self._decoder.likeliest([tokens[at][0] for at in losing], ALTERNATIVES)
        for at, alternatives in zip(losing, wider, strict=True):
            outputs[at] = _least_lost(texts[at], chain([outputs[at]], self._marked(worded[at], alternatives)))
        outputs = self._with_terms(worded, tokens, outputs)
        pairs = zip(texts, outputs, strict=True)
        return [Output(text, None) if added_loop(text, output.text) else output for text, output in pairs]

    def _marked(self, text: str, hypotheses: Iterable[Hypothesis]) -> Iterator[Output]:
        """The hypotheses as outputs, with the quotation marks that they lost."""
        for hypothesis in hypotheses:
            yield self._with_marks(text, self._output([hypothesis]), hypothesis.draft)

    def _with_marks(self, text: str, output: Output, draft: Draft) -> Output:
        """The output with the quotation marks that it lost, where the attention of its draft says their places."""
        if not output.text or not lost_quotes(text, output.text):
            return output
        attention = [
            Attended(*(attended_words(draft, text, span, self._decoder) for span in quotation.spans(text)))
            for quotation in find_quotations(text)
        ]
        return output._replace(text=restore_marks(text, output.text, attention))

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
        for at, forcing in zip(forcings, force(list(forcings.values()), self._decoder), strict=True):
            changed[at] = forcing.instead_of(outputs[at], self._decoder)
            if forcing.draft is not None and changed[at] is not outputs[at]:
                changed[at] = self._with_marks(texts[at], changed[at], forcing.draft)
        return changed

    def _output(self, chosen: Sequence[Hypothesis]) -> Output:
        """What the chosen hypotheses of the chunks of a text say."""
        text = " ".join(self._decoder.decode(hypothesis.tokens) for hypothesis in chosen)
        steps = sum(hypothesis.steps for hypothesis in chosen)
        return Output(text, sum(hypothesis.total for hypothesis in chosen) / steps) if steps else Output("", None)

    @cached_property
    def _decoder(self) -> PackageDecoder:
        return PackageDecoder(self.package, self.config.beam)


def install(file: Path, data: Path) -> Package:
    """Install a package that loads and translates. Raises PackageError for any other."""
    return packages.install(file, data, _translate_once)


def _translate_once(package: Package) -> None:
    """Raises EngineError, PackageError among them, where nothing can be translated."""
    try:
        Argos(package, TranslateConfig()).translate(["Oui."])
    except (RuntimeError, ValueError, OSError, KeyError, TypeError, IndexError, MemoryError) as error:
        raise broken(package, error) from error


def _least_lost(text: str, outputs: Iterable[Output]) -> Output:
    """The first of the outputs that has lost nothing, else the first that has lost least."""
    kept: list[tuple[int, int, Output]] = []
    for output in outputs:
        losses = _losses(text, output)
        if not losses:
            return output
        kept.append((losses, len(kept), output))
    return min(kept)[-1]


def _losses(text: str, output: Output) -> int:
    return count_losses(text, output.text)


def _chunks(tokens: list[str]) -> list[list[str]]:
    return [tokens[start : start + MAX_TOKENS] for start in range(0, len(tokens), MAX_TOKENS)]
