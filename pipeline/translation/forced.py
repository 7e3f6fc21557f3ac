"""Terms that a decoder has to use: where the attention says that a term stands, it is set, and decoding goes on there.

The translation up to the word that attends to the French term is kept, the agreed English term is put after it as the
model's own pieces, and the decoder goes on from there: it inflects the term (*concern* with *s*) and fits the rest of
the sentence to it (prefix-constrained decoding, Wuebker et al. 2016; where to cut by attention, as Dinu et al. 2019
find terms). Several places are tried; what has lost least and is likeliest is taken.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple, Protocol

from pipeline.translation.fidelity import count_losses
from pipeline.translation.inflection import in_form
from pipeline.translation.terminology import TermUse, renders
from pipeline.translation.translate import Output

PLACES = 3  # in a draft that are tried for one term
NEAR = 0.5  # of the greatest attention, from which words beside the most attentive one belong to it
SPACE = "▁"  # with which SentencePiece begins a word
JOINED = "@@"  # with which byte pairs end that go on


class Draft(NamedTuple):
    """A decoded translation: its pieces, and the attention (target, source) of each."""

    tokens: list[str]
    attention: list[list[float]]


class Decoder(Protocol):
    """What forcing asks of an engine."""

    def encode(self, text: str) -> list[str]:
        """A text as the model's pieces."""

    def decode(self, tokens: list[str]) -> str:
        """Pieces as a text."""

    def draft(self, sources: Sequence[list[str]], prefixes: Sequence[list[str]]) -> list[Draft]:
        """For each source its likeliest translation that begins with the prefix. Raises EngineError."""

    def rate(self, sources: Sequence[list[str]], targets: Sequence[list[str]]) -> list[float]:
        """The mean log-probability of each target. Raises EngineError."""


@dataclass(frozen=True, slots=True)
class Forcing:
    """A text on its way: its pieces, the terms that stand in it, and the best translation so far.

    ``draft`` is None before the first, ``done`` says that nothing more is to be tried.
    """

    text: str
    tokens: list[str]
    uses: Sequence[TermUse]
    draft: Draft | None = None
    translation: str = ""
    done: bool = False

    def instead_of(self, output: Output, decoder: Decoder) -> Output:
        """The forced translation where it has more of the terms than ``output``, else that.

        Its score is that of the French text or of the one with the terms in English, whichever is higher: that the
        model would not have chosen a term says nothing against it.
        """
        if self.draft is None or len(self.missing(self.translation)) >= len(self.missing(output.text)):
            return output
        sources = [self.tokens, decoder.encode(_with_english(self))]
        return Output(self.translation, max(decoder.rate(sources, [self.draft.tokens] * 2)))

    def missing(self, translation: str) -> list[TermUse]:
        """The terms that a translation does not have as agreed."""
        return [use for use in self.uses if not renders(use, self.text, translation)]


def force(forcings: Sequence[Forcing], decoder: Decoder) -> list[Forcing]:
    """Each with a draft that has as many of its terms as can be had; one term a round, all texts together."""
    if not forcings:
        return []
    drafts = decoder.draft([forcing.tokens for forcing in forcings], [[] for _ in forcings])
    standing = [_advanced(forcing, [draft], decoder) for forcing, draft in zip(forcings, drafts, strict=True)]
    while pending := [at for at, forcing in enumerate(standing) if not forcing.done]:
        prefixes = [_prefixes(standing[at], decoder) for at in pending]
        sources = [standing[at].tokens for at, tried in zip(pending, prefixes, strict=True) for _ in tried]
        decoded = iter(decoder.draft(sources, [prefix for tried in prefixes for prefix in tried]))
        for at, tried in zip(pending, prefixes, strict=True):
            standing[at] = _advanced(standing[at], [next(decoded) for _ in tried], decoder)
    return [_put_in(forcing, decoder) for forcing in standing]


def attended_words(draft: Draft, text: str, span: tuple[int, int], decoder: Decoder) -> list[float]:
    """How much of the attention of each word of the draft lies in the ``span`` of offsets of the French text."""
    shares = _attended_pieces(draft, text, span, decoder)
    return [sum(shares[start:end]) / (end - start) for start, end in pairwise(_word_starts(draft.tokens))]


def _put_in(forcing: Forcing, decoder: Decoder) -> Forcing:
    """With what is still missing in the place of the word that attends to it: the decoder would not have it there."""
    missing = forcing.missing(forcing.translation)
    if not missing or forcing.draft is None or not forcing.draft.tokens:
        return forcing
    use, draft = missing[0], forcing.draft
    words = _word_starts(draft.tokens)
    group = _group(_greatest(_attended(forcing, use, draft, decoder), words))
    begun = _set(draft.tokens, words[group.start], in_form(use, forcing.text)[-1], decoder)
    return _advanced(forcing, [Draft([*begun, *draft.tokens[words[group.stop] :]], [])], decoder)


def _advanced(forcing: Forcing, drafts: Sequence[Draft], decoder: Decoder) -> Forcing:
    """With the best of ``drafts`` where it has more of the terms than the one before; else there is no more to do."""
    if not drafts:
        return replace(forcing, done=True)
    drafts = [draft for draft in drafts if draft.tokens] or drafts
    texts = [decoder.decode(draft.tokens) for draft in drafts]
    rated = _rated(forcing, drafts, decoder) if drafts[1:] else [0.0]
    ranks = [
        (len(forcing.missing(text)), count_losses(forcing.text, text), -rate)
        for text, rate in zip(texts, rated, strict=True)
    ]
    best = min(range(len(drafts)), key=lambda at: ranks[at])
    missing = ranks[best][0]
    if forcing.draft is not None and missing >= len(forcing.missing(forcing.translation)):
        return replace(forcing, done=True)
    return replace(forcing, draft=drafts[best], translation=texts[best], done=not missing)


def _rated(forcing: Forcing, drafts: Sequence[Draft], decoder: Decoder) -> list[float]:
    """How likely drafts are, of the French text and of the one that has the terms in English already."""
    sources, count = [forcing.tokens, decoder.encode(_with_english(forcing))], len(drafts)
    rates = decoder.rate([source for source in sources for _ in drafts], [draft.tokens for draft in drafts] * 2)
    return [rates[at] + rates[count + at] for at in range(count)]


def _with_english(forcing: Forcing) -> str:
    """The French text with its terms in English: a draft with a part of a term twice is unlikely to come of it."""
    text = forcing.text
    for use in reversed(forcing.uses):
        text = text[: use.start] + in_form(use, forcing.text)[-1] + text[use.end :]
    return text


def _prefixes(forcing: Forcing, decoder: Decoder) -> list[list[str]]:
    """Beginnings that end in the first missing term of the draft, at the places where it may stand."""
    draft = forcing.draft
    if draft is None:
        return []
    words = _word_starts(draft.tokens)
    missing = forcing.missing(forcing.translation)
    placed = [(_places(_attended(forcing, use, draft, decoder), words, _length(use)), use) for use in missing]
    placed = sorted(((starts, use) for starts, use in placed if starts), key=lambda entry: entry[0][0])
    if not placed:
        return []
    starts, use = placed[0]
    forms = in_form(use, forcing.text)
    tried = [(start, forms[0]) for start in starts] + [(starts[0], form) for form in forms[1:]]
    return [_set(draft.tokens, start, form, decoder) for start, form in dict.fromkeys(tried)]


def _attended(forcing: Forcing, use: TermUse, draft: Draft, decoder: Decoder) -> list[float]:
    """How much each piece of the draft attends to the term."""
    return _attended_pieces(draft, forcing.text, (use.start, use.end), decoder)


def _attended_pieces(draft: Draft, text: str, span: tuple[int, int], decoder: Decoder) -> list[float]:
    """How much each piece of the draft attends to a span: its pieces are counted by what stands before them."""
    first, last = (len(decoder.encode(text[:end])) for end in span)
    return [sum(row[first:last]) for row in draft.attention[: len(draft.tokens)]]


def _word_starts(tokens: Sequence[str]) -> list[int]:
    """Where words begin in a list of pieces, and where the last one ends."""
    if any(token.startswith(SPACE) for token in tokens):
        starts = [at for at, token in enumerate(tokens) if at == 0 or token.startswith(SPACE)]
    else:
        starts = [at for at in range(len(tokens)) if at == 0 or not tokens[at - 1].endswith(JOINED)]
    return [*starts, len(tokens)]


def _length(use: TermUse) -> int:
    """How many words a French term has."""
    return len(re.findall(r"\w+", use.term.source))


def _places(attended: Sequence[float], words: Sequence[int], length: int) -> list[int]:
    """Where a term of ``length`` words may begin in the draft.

    Before the most attentive words or at any of them, and as many words before as the term has more than one.
    """
    greatest = _greatest(attended, words)
    if not greatest:
        return []
    order = sorted(range(len(greatest)), key=lambda word: -greatest[word])
    begin = _group(greatest).start
    before = range(begin - 1, max(-1, begin - length), -1)
    return [words[word] for word in dict.fromkeys([*dict.fromkeys([begin, *order][:PLACES]), *before])]


def _greatest(attended: Sequence[float], words: Sequence[int]) -> list[float]:
    """The greatest attention within each word."""
    return [max(attended[start:end], default=0.0) for start, end in pairwise(words)]


def _group(greatest: Sequence[float]) -> range:
    """The most attentive word with those before it that are nearly so."""
    best = max(range(len(greatest)), key=lambda word: greatest[word])
    begin = best
    while begin and greatest[begin - 1] >= NEAR * greatest[best]:
        begin -= 1
    return range(begin, best + 1)


def _set(tokens: Sequence[str], start: int, form: str, decoder: Decoder) -> list[str]:
    """The pieces before ``start``, then the term; marks that open the word there, such as a quotation mark, stay."""
    end = start
    while end < len(tokens) and not any(letter.isalnum() for letter in tokens[end]):
        end += 1
    mark = decoder.decode(list(tokens[start:end])).strip() if end < len(tokens) else ""
    written = form[:1].upper() + form[1:] if start == 0 else form
    return [*tokens[:start], *decoder.encode(mark + written)]
