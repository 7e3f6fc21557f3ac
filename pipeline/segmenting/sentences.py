"""Text -> sentences, as exact offsets.

nupunkt (an implementation of Punkt, Kiss and Strunk 2006) is asked first: it was the best of three kept libraries
that give offsets, and the only one linear on hostile input (``benchmarks/split.py`` has the figures). On top stands
``RULES``, an ordered table: every place where a sentence may end is a ``Junction``, the first rule with an opinion
decides, and where none has one nupunkt's answer stands.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from pipeline.segmenting import lexicon

Verdict = bool | None
SHORT = 5  # letters: a longer word is no abbreviation unless it is listed
WINDOW = 80  # characters looked at on either side of a junction: bounds the work on hostile text

# A stop, its closing marks and footnote digits, then the gap. The gap is bounded; more white space is skipped later.
_STOP = re.compile(
    r"(?P<stop>[.!?…‽。！？؟]+)"
    r"(?P<close>(?:[\u00a0\u202f ]?»|[”’\"'\)\]›]|\[\d{1,3}\]|[¹²³⁰-⁹]+|(?<=[^\W\d]{2}[.!?…])\d{1,2}(?=\s))*)"
    r"(?P<gap>\s*)"
)
_WIDE = "。！？"
_STUCK = re.compile(
    r"[«“‘\"'(\[]{0,3}[^\W\d_a-zß-ÿ][^\W\d_]{0,40}[\s,’']"
)  # a word with a capital, and no dot after it
_OPENERS = re.compile(r"[«“‘„‹\"'\(\[¿¡—–-][\s«“‘„‹\"'\(\[¿¡]{0,4}")
_ELISION = re.compile(r"(?:[cdjlmnst]|qu|lorsqu|puisqu)['’](?=\w)", re.IGNORECASE)
_NOT_WORD = re.compile(r"[^\w’'.&-]+")
_WORD_AFTER = re.compile(r"[^\W_]+(?:[’'](?=[^\W\d])|)")
_DOMAIN = re.compile(r"\w+\.\w{2,}|[a-z]+[A-Z]\w*|[a-z]+\d+\b")
_INITIAL = re.compile(r"(?:\A|[\s.(«“\"'’-])[^\W\d_]\Z")
_QUANTITY = re.compile(r"\d\s?(?:[mcdkµ]?m|[mk]?g|[mcdh]?l|km/h|[kMGT]?Wh?|[KMGT]?o|ha|h|kHz|MHz|°C)\Z")
_SEVERAL = re.compile(r"[^()\s]+\s[^()]+")
_LIST = re.compile(r":(?=\s[-–—•]\s[\"“«]?[^\W\d_a-zß-ÿ])")  # the first point of a list
_ROMAN = r"(?=[IVXLC])(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})"
_ORDINAL = rf"\d{{1,4}}(?:{lexicon.ordinal_ending()})?"
_CODED = rf"(?:[LRDA]\.?\s?\*?)?{_ORDINAL}(?:[.-]\d{{1,4}})*(?:\s(?:bis|ter|quater))?"  # L. 121-1 bis
_NUMBERED = rf"(?:premier|unique|{_CODED}|{_ROMAN}|[A-Z]\d{{0,3}})"
_REFERENCE = re.compile(rf"(?:\A|[^\w.])([^\W\d_]{{1,6}})\.\s?{_NUMBERED}\Z")
_AS_NUMBER = re.compile(rf"(?:[LRDA]\.?\s?)?\*?\d|(?:[B-HJ-XZ]|{_ROMAN}(?<!\bI)|I(?=\s?[,;:)]))(?![\w’'-])")
_LONE_NUMBER = re.compile(r"\d[\d.]*(?:er|re|e|ème|bis|ter)?\s?(?:[,;:)\].]|\Z|[vr]°|et\b|and\b|à\b|to\b)")
# A colon in the same clause: what stands before it says who speaks next
_SPEAKER = re.compile(r"(?:[^.!?…:;«»“”\"]|(?<=\b[^\W\d_])\.|(?<=\b[A-Z][a-zé])\.|(?<=\b[A-Z][a-zé]{2})\.){1,70}:\s")
_WHOLE_BRACKET = re.compile(r"[^()]*[.!?…][\"”»’]?\)|[^()]*\Z")
_ACRONYM = re.compile(r"(?:[^\W\d_]\.-?)+[^\W\d_]\Z")
_PLAIN = re.compile(
    r"[^\W\d_]{4}\Z|(?:\A|[^\w.])(?=\w*[aeiouyàâéèêëîïôöùûüœæ])[^\W\d_A-ZÀ-Þ]{2,3}\Z|’[^\W\d_]{2,3}\Z|\b[A-ZÀ-Þ](?=[^\W\d_A-ZÀ-Þ]*[aeiouyàâéèêëîïôöùûüœæ])[^\W\d_A-ZÀ-Þ]{2}\Z"
)
_SPACED_QUOTE = re.compile(r"\s([\"'])(?=\s)")
_CONSONANTS = re.compile(r"[^aeiouyàâäéèêëîïôöùûüœæ\d\W]{2,5}\Z", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Junction:
    """A place where a sentence may end: what stands before, the marks, and what stands after (windows of the text)."""

    before: str  # since the last boundary, at most WINDOW characters, without the stop
    word: str  # the last word of it, with dots inside it
    stop: str
    close: str
    gap: str
    opener: str  # opening marks before the next word
    after: str
    next: str  # the first word of it (an elided article ends with its apostrophe)
    language: str
    base: bool  # nupunkt's answer

    @property
    def opens(self) -> bool:
        """Whether the next word is one that begins sentences and not names."""
        return lexicon.opens(self.next, self.language)

    @property
    def abbreviated(self) -> bool:
        """Whether the word before is known to be shortened."""
        return lexicon.abbreviation(self.word, self.language) or bool(_ACRONYM.search(self.word))


def ends_without_gap(j: Junction) -> Verdict:
    """A missing space: ``to the UN.On the other hand`` ends, ``example.Com``, ``3.5`` and ``U.S.A`` do not."""
    if j.gap or j.stop[-1] in _WIDE:
        return None
    bracket = j.before[-1:] in (")", "]", "»", "”")
    shortened = not bracket and (lexicon.abbreviation(j.word, j.language) or len(j.word) < 2 or "." in j.word)
    spelled = re.match(r"[^\W\d_][^\W\d_]*[\s,’']", j.after)
    capital = j.after[:1].isupper() and (j.after[1:2].islower() or j.opens)
    return bool((j.close or not shortened) and capital and spelled and not j.word[-1:].isdigit())


def continues_in_lower_case(j: Junction) -> Verdict:
    """A small letter goes on with the sentence, unless it begins a name such as ``example.org``, or a quotation."""
    if not j.after[:1].islower():
        return None
    if j.stop[0] not in ".?!" or len(j.stop) > 1 or not j.gap or j.abbreviated:
        return False
    bracketed = j.opener == "(" and _SEVERAL.match(j.after)
    return bool(bracketed) or j.opener[:1] in ("«", "“") or bool(not j.opener and _DOMAIN.match(j.after))


def cjk_stop(j: Junction) -> Verdict:
    """Full-width stops always end a sentence."""
    return True if j.stop[-1] in _WIDE else None


def elided_passage(j: Junction) -> Verdict:
    """``[...]`` and ``(…)`` mark an omission inside a sentence."""
    return False if j.stop[0] in ".…" and j.before[-1:] in ("[", "(") and j.close[:1] in ("]", ")") else None


def marked_word(j: Junction) -> Verdict:
    """A mark of doubt in brackets, ``(?)`` or ``(sic!)``, is no end."""
    return False if j.close == ")" and j.stop in "?!" and j.before[-1:] == "(" else None


def bracketed_word(j: Junction) -> Verdict:
    """A single bracketed word after a stop, ``Union. (BNU)``, belongs to what precedes it."""
    return False if j.opener.startswith("(") and re.match(r"[\w&.-]{1,12}\)", j.after) else None


def bracket_after_abbreviation(j: Junction) -> Verdict:
    """``Vallon Ltd. (the “Buyer”)`` goes on: only a whole sentence in brackets is one of its own."""
    if not j.opener.startswith("(") or j.stop != "." or j.close or not j.abbreviated:
        return None
    return bool(j.after[:1].isupper() and j.opens and _WHOLE_BRACKET.match(j.after))


def enumerator(j: Junction) -> Verdict:
    """``1. First``, ``(B.) Second``, ``N3. Third``, ``Art. 4. - Fourth``: the label belongs to its item."""
    bracket = j.close in (")", "]") and j.before[:1] in ("(", "[")
    return False if j.stop == "." and (bracket or not j.close) and _enumerator().search(j.before) else None


def reference(j: Junction) -> Verdict:
    """``See art. 5. The judge``: the number of a reference is the end of it, and here of the sentence."""
    if j.stop != "." or j.close or not j.after[:1].isupper():
        return None
    cited = _REFERENCE.search(j.before)
    if cited is None or (len(cited[1]) == 1 and cited[1].isupper()):  # an initial
        return None
    cites = lexicon.before_number(cited[1], j.language) or lexicon.before_lone_number(cited[1], j.language)
    return True if cites else None


def reported_speech(j: Junction) -> Verdict:
    """``"Why?" Mary Smith asked.`` goes on; ``"Why?" Mary asked: "How?"`` does not, for Mary begins anew."""
    quoted = j.stop[-1] in "!?" and j.close[-1:] in ("”", "»", '"', "’", "'")
    reported = quoted and not j.opener and _reporting().match(j.after)
    return False if reported and not _SPEAKER.match(j.after) else None


def title_of_person(j: Junction) -> Verdict:
    """``M. Durand``, ``Dr. Who``, ``St. Paul``: a title is followed by its name."""
    return False if j.stop == "." and not j.close and lexicon.is_title(j.word, j.language) else None


def before_number(j: Junction) -> Verdict:
    """``art. 5``, ``Nov. 21``, ``bât. B``, ``Bull. civ. IV``: an abbreviation before a number goes on.

    So does a short word that nupunkt holds for one, where the number after it begins nothing: ``xyl. 3, p. 4``.
    """
    if j.stop != "." or j.close or j.opener or not _AS_NUMBER.match(j.after):
        return None
    if lexicon.before_number(j.word, j.language):
        return None if len(j.word) == 1 and j.after[1:2] == "." else False  # initials
    short = lexicon.before_lone_number(j.word, j.language) or (not j.base and len(j.word) <= SHORT)
    return False if short and _LONE_NUMBER.match(j.after) else None


def unit(j: Junction) -> Verdict:
    """``152 mm. Then``: the symbol of a unit has no stop of its own."""
    return True if j.stop == "." and _QUANTITY.search(j.before) and j.after[:1].isupper() else None


def initial(j: Junction) -> Verdict:
    """``J. R. Smith`` goes on; ``Plan B. The`` ends, and so does ``hepatitis B. Mary``."""
    if j.stop != "." or j.close or "." in j.word or not _INITIAL.search(j.before):
        return None
    if j.after[:1].isupper() and lexicon.labelled(j.before[:-1]):
        return True
    return j.opens and not j.before[-3:-1].endswith(".") and bool(re.search(r"\w\s\w\Z", j.before))


def abbreviation(j: Junction) -> Verdict:
    """``etc.``, ``Inc.``, ``U.S.`` end a sentence only before a word that begins sentences, ``e.g.`` never."""
    if j.stop != "." or j.close:
        return None
    if lexicon.never_ends(j.word, j.language):
        return False
    if j.abbreviated or _CONSONANTS.fullmatch(j.word):
        return j.opens or bool(j.opener and j.opener[0] in "«“") or _closed(j)
    return None


def _closed(j: Junction) -> bool:
    """Whether a name after the abbreviation begins a sentence: it does after ``etc.`` and after ``la R.A.T.P.``."""
    if not j.after[:1].isupper():
        return False
    if lexicon.closes(j.before, j.word, j.language):
        return not lexicon.goes_on(j.next, j.language)
    spelled = j.word.count(".") > 1 and _ACRONYM.search(j.word)
    return bool(spelled and lexicon.leads_to_acronym(j.before[: -len(j.word)], j.language))


def capital_after_stop(j: Junction) -> Verdict:
    """A stop, then a word that begins sentences, a new quotation, or a number after a word: the plain case."""
    after = j.after[:1]
    if j.opens or j.stop[0] in "!?…" or len(j.stop) > 1 or j.close or j.opener or _PLAIN.search(j.word):
        return after.isalnum() or bool(after and j.opener)
    return None


def as_nupunkt_says(j: Junction) -> Verdict:
    """What is left: unknown short words before a name. Numbers before a capital end a sentence."""
    return j.base or (j.word[-1:].isdigit() and j.after[:1].isupper())


RULES: tuple[Callable[[Junction], Verdict], ...] = (
    cjk_stop,
    ends_without_gap,
    elided_passage,
    marked_word,
    continues_in_lower_case,
    bracketed_word,
    bracket_after_abbreviation,
    enumerator,
    reference,
    reported_speech,
    title_of_person,
    before_number,
    unit,
    initial,
    abbreviation,
    capital_after_stop,
    as_nupunkt_says,
)


def decide(junction: Junction) -> bool:
    """The opinion of the first rule that has one."""
    return next((verdict for rule in RULES if (verdict := rule(junction)) is not None), False)


def split(text: str, language: str) -> list[tuple[int, int]]:
    """Offsets of the sentences of ``text`` (end exclusive), without surrounding white space, in order.

    Every character that is not white space lies in exactly one of them. ``language`` is a BCP 47 code; French and
    English have rules of their own, all others get the common ones. Time grows linearly with the text.
    """
    cuts = sorted({0, len(text), *_stops(text, language), *_line_ends(text), *_list_starts(text)})
    sentences = [span for start, end in pairwise(cuts) if (span := trim(text, start, end))]
    return [cut for span in sentences for cut in _headline(text, span, language)]


def shorten(text: str, span: tuple[int, int], limit: int) -> list[tuple[int, int]]:
    """``span`` in pieces of at most ``limit`` characters: cut after a clause mark, else at a space, else hard."""
    start, end = span
    pieces = []
    while end - start > limit:
        cut = _clause_end(text, start, start + limit)
        pieces.append((start, cut))
        start = cut
    return [piece for cut in [*pieces, (start, end)] if (piece := trim(text, *cut))]


def trim(text: str, start: int, end: int) -> tuple[int, int] | None:
    """The span without white space at either end, or None when nothing is left."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return (start, end) if start < end else None


def _stops(text: str, language: str) -> Iterator[int]:
    base: frozenset[int] = _base_ends(text)
    last = 0
    for match in _STOP.finditer(text):
        stop, end = match.start(), match.end("close")
        if match.end() == len(text):
            break
        if not match["gap"] and match["stop"][-1] not in _WIDE and not _STUCK.match(text, end):
            continue
        end = _spaced_quote(text, end, last)
        junction = _junction(text, (last, stop, end), match, language, end in base or match.end("stop") in base)
        if decide(junction):
            last = end
            yield end


def _junction(text: str, at: tuple[int, int, int], match: re.Match[str], language: str, base: bool) -> Junction:
    last, stop, end = at
    ahead = text[end : end + WINDOW]
    after = ahead.lstrip()
    opener = _OPENERS.match(after)
    before = text[max(last, stop - WINDOW) : stop].lstrip()
    after = after[opener.end() :] if opener else after
    following = _WORD_AFTER.match(after)
    return Junction(
        before=before,
        word=_last_word(before),
        stop=match["stop"],
        close=text[match.end("stop") : end],
        gap=match["gap"],
        opener=opener.group() if opener else "",
        after=after,
        next=following.group() if following else "",
        language=language,
        base=base,
    )


def _last_word(text: str) -> str:
    tail = text[-1:].strip() and text.rsplit(maxsplit=1)[-1]
    word = _NOT_WORD.split(tail)[-1].lstrip("'’-.")
    elided = _ELISION.match(word)
    return word[elided.end() :] if elided else word


def _spaced_quote(text: str, end: int, last: int) -> int:
    """A straight quotation mark between two spaces closes when an odd number of them stands before it."""
    mark = _SPACED_QUOTE.match(text, end)
    if mark is None:
        return end
    before = text[max(last, end - 1_000) : end]
    count = before.count('"') if mark[1] == '"' else len(re.findall(r"(?:\A|\s)'(?=\s)", before))
    return mark.end() if count % 2 else end


def _base_ends(text: str) -> frozenset[int]:
    from nupunkt import sent_spans  # takes long to load

    return frozenset(len(text[start:end].rstrip()) + start for start, end in sent_spans(text))


def _line_ends(text: str) -> Iterator[int]:
    return (match.end() for match in re.finditer(r"\n", text))


def _list_starts(text: str) -> Iterator[int]:
    return (match.end() for match in _LIST.finditer(text))


def _headline(text: str, span: tuple[int, int], language: str) -> list[tuple[int, int]]:
    """A headline without a stop, glued to the sentence after it (``Prices rise again The latest figures show ...``)."""
    start, end = span
    head = text[start : min(end, start + lexicon.HEADLINE_CHARS)]
    if not (head[:1].isupper() or head[:1].isdigit() or head[:1] in "\"«“'"):
        return [span]
    for match in _glue(language).finditer(head):
        cue = match.lastgroup or ""
        long = end - start - match.end() >= lexicon.AFTER_HEADLINE_CHARS
        if long and lexicon.follows_headline(head[: match.start()], match[cue], cue):
            return [(start, start + match.start()), (start + match.end(), end)]
    return [span]


@cache
def _enumerator() -> re.Pattern[str]:
    """``1``, ``IV``, ``b``, ``N12``, ``2.3``, ``§ 4``, ``Art. 5 bis``: where a sentence or a list begins."""
    return re.compile(
        rf"(?:\A|[:;]\s)\s*[\[(]?(?:\d{{1,3}}(?:\.\d{{1,3}}){{0,3}}|[A-Za-z]|[A-Z]{{1,2}}[.-]?\d{{1,3}}|[ivx]{{1,4}}|{_ROMAN}"
        rf"|(?:§§?|n[°º]|{lexicon.label()})\s?{_NUMBERED})\Z"
    )


@cache
def _reporting() -> re.Pattern[str]:
    """Up to three words of a name, then the verb."""
    return re.compile(rf"(?:[^\W\d_][\w’'.-]*\s){{1,3}}{lexicon.reporting_verb()}\b")


@cache
def _glue(language: str) -> re.Pattern[str]:
    """White space between a word (or a closing mark) and a word that can follow a headline."""
    openers = lexicon.headline_openers(language)
    return re.compile(rf"(?<=[\w%»”\")])(?<!\s\")\s+(?=(?:{openers}|(?P<quoted>(?<=»\s)«|(?!))))")


def _clause_end(text: str, start: int, limit: int) -> int:
    half = start + (limit - start) // 2
    for marks in (";:", ",—–", " \u00a0\t"):
        cut = max(text.rfind(mark, half, limit) for mark in marks)
        if cut > start:
            return cut + 1
    return limit
