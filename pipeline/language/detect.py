"""Segments -> segments with their language, and with the stretches inside them that are in another one.

What a text's own letters and words say is one thing (``Identifier``, a model), what is decided is another (this module,
no model). A document is a chain: each segment has a hidden language, which tends to be that of the segment before it,
and its text is what is seen. The forward-backward algorithm (Rabiner 1989) gives each segment the language that its own
text, its neighbours and the whole document support together: a headline of five words borrows from its document, a
French sentence in an English article does not need to.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Protocol

from pipeline.config import DetectConfig, settings
from pipeline.language.identify import Likelihoods
from pipeline.provenance import sign
from pipeline.records import UNKNOWN, Language, Segment, Segmentation, Signature, Span

MEMORY = 16_384  # texts whose letters and pieces are remembered
HALVES = -0.98  # for ``stay``: of headlines that were cut in two halves, so many are in two languages

# Where a language switch can stand inside a sentence: quotation marks, brackets, slashes and bars, dashes.
_CUT = re.compile(r"[«»“”„‟\"()\[\]{}|/—–‹›]|(?<=\s)[-'‘](?=\S|\s)|(?<=\S)[’'](?=\s)|(?<=\s)-(?=\s)")
# What is set off from the sentence that holds it: pairs of the same marks, never one inside another.
_SET_OFF = re.compile(r"«[^«»]*»|“[^“”]*”|„[^„“”]*[“”]|\"[^\"]*\"|\([^()]*\)|\[[^\[\]]*\]|(?<=\s)[–—][^–—]+[–—](?=\s)")
_ADDRESS = re.compile(r"(?:https?://|www\.|[@#]\w)|[^@]+@[^@]+\.\w|.*\w\.(?:com|org|net|fr|info|eu|uk)\b")
_MAYBE_ADDRESS = re.compile(r"@|#|://|www\.|\.(?:com|org|net|fr|info|eu|uk)\b")
_WORD = re.compile(r"[^\W\d_]{2,}")
_STOPPED = re.compile(r"[.!?…:;,]\W*\Z")


class Identifier(Protocol):
    """A model that tells languages apart by letters and words. The same text must always get the same evidence."""

    @property
    def name(self) -> str:
        """The engine's name, for signatures."""
        ...

    @property
    def version(self) -> str:
        """The versions of everything that the evidence depends on."""
        ...

    def evidence(self, texts: Sequence[str]) -> list[Likelihoods | None]:
        """One for each text, in order: None for a text without letters."""
        ...


def detect(
    segmentations: Iterable[Segmentation], identifier: Identifier, config: DetectConfig
) -> Iterator[Segmentation]:
    """Each segmentation with ``language`` and ``spans`` set on every segment; no document influences another.

    Code is in no language.
    """
    for segmentation in segmentations:
        texts = ["" if segment.role == "code" else segment.text for segment in segmentation.segments]
        evidence = _evidence(texts, identifier, config)
        languages = _document(segmentation.segments, evidence, config)
        segments = [
            replace(segment, language=language)
            for segment, language in zip(segmentation.segments, languages, strict=True)
        ]
        spans = _spans(segments, identifier, config)
        marked = [
            replace(segment, spans=inside) if inside else segment
            for segment, inside in zip(segments, spans, strict=True)
        ]
        yield replace(segmentation, segments=tuple(marked))


def detect_lines(lines: Sequence[str], identifier: Identifier, config: DetectConfig) -> list[Language]:
    """The language of each line by itself: lines are not one document, so nothing is borrowed."""
    evidence = _evidence(lines, identifier, config)
    return [
        _decide(likelihoods, _flat(likelihoods, config), config) if likelihoods else _unknown()
        for likelihoods in evidence
    ]


def profile(segments: Sequence[Segment]) -> dict[str, float]:
    """The share of letters in each language, largest first. Segments of unknown language do not count."""
    sizes: Counter[str] = Counter()
    for segment in segments:
        inside = {
            span: sum(map(str.isalpha, segment.text[span.start - segment.start : span.end - segment.start]))
            for span in segment.spans
        }
        for span, size in inside.items():
            sizes[span.language.code] += size
        if segment.language:
            sizes[segment.language.code] += sum(map(str.isalpha, segment.text)) - sum(inside.values())
    del sizes[UNKNOWN]
    total = sum(sizes.values())
    return {code: size / total for code, size in sizes.most_common() if size}


def signature(identifier: Identifier, config: DetectConfig) -> Signature:
    """What an identification depends on."""
    return sign("detect", identifier.name, {**settings(config), "identifier": identifier.version})


@lru_cache(maxsize=MEMORY)
def letters(text: str) -> str:
    """The part of a text that can tell its language: no addresses, and nothing unless a word of two letters is there.

    >>> letters("Voir https://example.org/the-page"), letters("10 % / 3"), letters("0")
    ('Voir', '', '')
    """
    if _MAYBE_ADDRESS.search(text):
        text = " ".join(word for word in text.split() if not _ADDRESS.match(word))
    return text if _WORD.search(text) else ""


def _spans(segments: Sequence[Segment], identifier: Identifier, config: DetectConfig) -> Iterator[tuple[Span, ...]]:
    """For each segment the stretches between quotation marks, brackets, dashes or slashes in another language.

    A stretch counts when it has ``config.span_letters`` letters and is ``config.span_confidence`` sure against the
    odds, which favour the segment's language. Neighbours in one language become one span.
    """
    pieces = [_stretches(segment, config) for segment in segments]
    texts = [
        letters(segment.text[slice(*piece)])
        for segment, own_pieces in zip(segments, pieces, strict=True)
        for piece in own_pieces
    ]
    answers = iter(identifier.evidence(texts))
    for segment, own_pieces in zip(segments, pieces, strict=True):
        evidence = [(piece, likelihoods) for piece in own_pieces if (likelihoods := next(answers))]
        yield tuple(_merged(_foreign(segment, evidence, config), segment)) if evidence else ()


def _stretches(segment: Segment, config: DetectConfig) -> tuple[tuple[int, int], ...]:
    known = segment.language is not None and segment.language.code != UNKNOWN
    return _long_pieces(segment.text, config.span_letters) if known else ()


def _foreign(
    segment: Segment, evidence: Sequence[tuple[tuple[int, int], Likelihoods]], config: DetectConfig
) -> Iterator[Span]:
    own = segment.language.code if segment.language else UNKNOWN
    favoured = config.stay >= 0.5  # then letters that speak for the segment's own language settle it
    for (start, end), likelihoods in evidence:
        if favoured and _likeliest(likelihoods) == own:
            continue
        language = _decide(likelihoods, _prior(likelihoods, {own: config.stay}, config), config)
        wide = language.code in config.languages or end - start >= 2 * config.span_letters
        if wide and language.code not in (own, UNKNOWN) and language.confidence >= config.span_confidence:
            yield Span(segment.start + start, segment.start + end, language)


def _evidence(texts: Sequence[str], identifier: Identifier, config: DetectConfig) -> list[Likelihoods | None]:
    """The evidence of each text. Where a sentence holds a quotation or a gloss, its own words speak if clear."""
    evidence = identifier.evidence([letters(text) for text in texts])
    frames = {i: frame for i, text in enumerate(texts) if (frame := _frame(text, config.span_letters))}
    stretches = {
        i: [letters(texts[i][slice(*piece)]) for piece in _long_pieces(texts[i], config.span_letters)] for i in frames
    }
    answers = iter(identifier.evidence([stretch for inside in stretches.values() for stretch in inside]))
    mixed = [i for i, inside in stretches.items() if _disagree(evidence[i], [next(answers) for _ in inside])]
    for i, likelihoods in zip(mixed, identifier.evidence([frames[i] for i in mixed]), strict=True):
        if likelihoods and _clear(likelihoods, config):
            evidence[i] = likelihoods
    return evidence


@lru_cache(maxsize=MEMORY)
def _frame(text: str, least: int) -> str:
    """What is left of a text without what is set off in it; empty when nothing is, or when too little is left."""
    if not _SET_OFF.search(text):
        return ""
    frame = _SET_OFF.sub(" ", text)
    return letters(frame) if _long_enough(frame, least) else ""


def _disagree(whole: Likelihoods | None, stretches: Sequence[Likelihoods | None]) -> bool:
    return whole is not None and any(inner and _likeliest(inner) != _likeliest(whole) for inner in stretches)


def _likeliest(likelihoods: Likelihoods) -> str:
    return max(likelihoods.logs, key=lambda code: likelihoods.logs[code])


def _clear(likelihoods: Likelihoods, config: DetectConfig) -> bool:
    alone = _decide(likelihoods, _flat(likelihoods, config), config)
    return alone.confidence >= config.span_confidence and not likelihoods.foreign


@lru_cache(maxsize=MEMORY)
def _long_pieces(text: str, least: int) -> tuple[tuple[int, int], ...]:
    if not _CUT.search(text):
        return ()
    return tuple(piece for piece in _pieces(text) if _long_enough(text[slice(*piece)], least))


def _pieces(text: str) -> list[tuple[int, int]]:
    """What lies between the cuts, without the marks and white space around it."""
    edges = [0, *(edge for cut in _CUT.finditer(text) for edge in cut.span()), len(text)]
    pieces = []
    for start, end in zip(edges[::2], edges[1::2], strict=True):
        inner = text[start:end]
        left = start + len(inner) - len(inner.lstrip(" \t\u00a0\u202f,;:.!?"))
        right = start + len(inner.rstrip(" \t\u00a0\u202f,;:"))
        if left < right:
            pieces.append((left, right))
    return pieces


def _long_enough(text: str, least: int) -> bool:
    return len(text) >= least and len(_WORD.findall(text)) >= 2 and sum(map(str.isalpha, text)) >= least


def _merged(spans: Iterable[Span], segment: Segment) -> Iterator[Span]:
    """Neighbours in one language with no word between them become one, less sure than neither."""
    current: Span | None = None
    for span in spans:
        between = segment.text[current.end - segment.start : span.start - segment.start] if current else ""
        if current and current.language.code == span.language.code and not _WORD.search(between):
            surer = min(current.language, span.language, key=lambda language: language.confidence)
            current = Span(current.start, span.end, surer)
            continue
        if current:
            yield current
        current = span
    if current:
        yield current


def _document(
    segments: Sequence[Segment], evidence: Sequence[Likelihoods | None], config: DetectConfig
) -> list[Language]:
    """The forward-backward pass over the segments that have letters; the others are unknown."""
    lettered = [(segment, likelihoods) for segment, likelihoods in zip(segments, evidence, strict=True) if likelihoods]
    if not lettered:
        return [_unknown() for _ in segments]
    states = _states([likelihoods for _, likelihoods in lettered], config)
    emissions = [_emission(likelihoods, states) for _, likelihoods in lettered]
    shares = _shares([len(segment.text) for segment, _ in lettered], emissions, config)
    sizes = Counter(segment.block for segment in segments)
    stays = [_stay(left[0], right[0], sizes[left[0].block], config) for left, right in pairwise(lettered)]
    context = _context(emissions, stays, shares)
    decided = iter(
        [
            _decide(likelihoods, dict(zip(states, around, strict=True)), config)
            for (_, likelihoods), around in zip(lettered, context, strict=True)
        ]
    )
    return [next(decided) if likelihoods else _unknown() for likelihoods in evidence]


def _states(evidence: Sequence[Likelihoods], config: DetectConfig) -> list[str]:
    """The corpus's languages, and each other language that some segment of the document is clearly in."""
    foreign = {likelihoods.foreign for likelihoods in evidence if likelihoods.foreign}
    return [*config.languages, *sorted(foreign - set(config.languages))]


def _shares(sizes: Sequence[int], emissions: Sequence[Sequence[float]], config: DetectConfig) -> list[float]:
    """How much of the document is in each language by its segments' own letters; none is ever ruled out."""
    alone = [_normal(emission) for emission in emissions]
    weights = [
        sum([size * emission[i] for size, emission in zip(sizes, alone, strict=True)]) for i in range(len(emissions[0]))
    ]
    even = config.floor / len(weights)
    return [even + (1 - config.floor) * weight / sum(sizes) for weight in weights]


def _stay(left: Segment, right: Segment, size: int, config: DetectConfig) -> float:
    """Neighbours in one block of ``size`` segments share their language more often than neighbours in two.

    Residue goes its own way. The two halves of a headline in two languages, with a slash between them, hardly ever
    share theirs: they would not have been cut.
    """
    if left.block == right.block:
        if _STOPPED.search(left.text):
            return config.stay
        return HALVES if size == 2 and right.start - left.end > 1 else config.stay_residue
    return config.stay_residue if "boilerplate" in (left.role, right.role) else config.stay_across


def _emission(likelihoods: Likelihoods, states: Sequence[str]) -> list[float]:
    lowest = min(likelihoods.logs.values())
    logs = [likelihoods.logs.get(state, lowest) for state in states]
    best = max(logs)
    return [math.exp(log - best) for log in logs]


def _context(
    emissions: Sequence[Sequence[float]], stays: Sequence[float], shares: Sequence[float]
) -> list[list[float]]:
    """For each segment the prior that its neighbours on both sides and the document give, its own letters left out."""
    forward = _pass(emissions, stays, shares)
    backward = _pass(emissions[::-1], stays[::-1], shares)[::-1]
    # Both passes carry the document's shares once; one of them is divided out.
    return [
        _normal([left * right / share for left, right, share in zip(a, b, shares, strict=True)])
        for a, b in zip(forward, backward, strict=True)
    ]


def _pass(emissions: Sequence[Sequence[float]], stays: Sequence[float], shares: Sequence[float]) -> list[list[float]]:
    """The predicted distribution before each segment is seen, from one side."""
    predicted = [list(shares)]
    for emission, stay in zip(emissions, stays, strict=False):
        filtered = _normal([p * e for p, e in zip(predicted[-1], emission, strict=True)])
        predicted.append(_moved(filtered, stay, shares))
    return predicted


def _moved(language: Sequence[float], stay: float, shares: Sequence[float]) -> list[float]:
    """The language of the next segment: with a chance of ``stay`` this one, else any; below 0, rather any other."""
    if stay < 0:
        return _normal([1 + stay * p for p in language])
    return [stay * p + (1 - stay) * share for p, share in zip(language, shares, strict=True)]


def _normal(values: Sequence[float]) -> list[float]:
    total = sum(values) or 1.0
    return [value / total for value in values]


def _flat(likelihoods: Likelihoods, config: DetectConfig) -> dict[str, float]:
    return _prior(likelihoods, {}, config)


def _prior(likelihoods: Likelihoods, shares: Mapping[str, float], config: DetectConfig) -> dict[str, float]:
    """``shares``, with what they leave spread evenly over the corpus's other languages and the foreign one."""
    states = (*config.languages, likelihoods.foreign) if likelihoods.foreign else config.languages
    unshared = [state for state in states if state not in shares]
    left_over = 1 - sum(shares.values())
    return {**shares, **{state: left_over / len(unshared) for state in unshared}}


def _decide(likelihoods: Likelihoods, prior: Mapping[str, float], config: DetectConfig) -> Language:
    """The likeliest language of one text, given what its surroundings expect."""
    lowest = min(likelihoods.logs.values())
    own = {state: likelihoods.logs.get(state, lowest) for state in prior}
    scores = {state: log + math.log(max(prior[state], 1e-9)) for state, log in own.items()}
    top, best = max((score, state) for state, score in scores.items())
    confidence = 1 / sum([math.exp(score - top) for score in scores.values()])
    method = likelihoods.method if own[best] == max(own.values()) else "context"
    if confidence < config.min_confidence:
        return Language(UNKNOWN, round(confidence, 4), method)
    return Language(best, round(confidence, 4), method)


def _unknown() -> Language:
    return Language(UNKNOWN, 0.0, "none")
