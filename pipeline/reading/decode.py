"""Bytes to text: which encoding a file is in, and how sure that is.

A byte order mark is believed; then UTF-16 and UTF-32 show by their zeros, and UTF-8 by being valid. What is left is an
old single-byte file. A detector that knows all the world's encodings mistakes French for Polish or Romanian (charset
normalizer reads Windows-1252 French as cp1250), so the encodings that French and English were written in are scored
first, by whether the letters they give stand where letters stand; only when none convinces is the detector asked.
"""

import codecs
import re
from dataclasses import dataclass

from pipeline.errors import InputError

MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
WIDE = ("utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")
WESTERN = ("cp1252", "iso8859-15", "mac-roman", "cp850")  # in the order that ties are settled
NAMES = {"utf-8-sig": "utf-8", "cp1252": "windows-1252", "iso8859-15": "iso-8859-15"}
SAMPLE = 200_000

FRENCH = "àâäæçéèêëîïôöœùûüÿ"
MARKS_OF_PRINT = "\u00a0«»“”‘’–—…•€£°§©®™ªº²³·"
_LETTERS = FRENCH + "áíóúñìòãåøßþð"
_HIGH = re.compile(r"[^\x00-\x7f]")
_GOOD = re.compile(rf"[{_LETTERS}{MARKS_OF_PRINT}]|(?<![a-z{FRENCH}])[{FRENCH.upper()}]|(?<=\d)[½¼¾]|[¡¿](?=[A-Z])")
_STRANGE_RUN = re.compile(rf"[^\x00-\x7f{MARKS_OF_PRINT}]{{3,}}")
_ESCAPED = re.compile(r"[\udc80-\udcff]+")
_WEB = re.compile(r"(?i)(?:iso|windows|cp|koi8|macintosh|x-mac|shift|euc|gb|big5|latin|x-sjis)[\w-]*")
_BITEXT = re.compile(r"\ufeff?\s*(?:<[?!][^>]*>\s*)*<(?:\w+:)?(tmx|xliff)\b", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text, the name of the encoding it was in, whether that was a guess, and how many bytes made no sense."""

    text: str
    encoding: str
    guessed: bool = False
    replaced: int = 0


def decode(data: bytes, declared: str = "") -> Decoded:
    """``data`` as text. ``declared`` is what the file says of itself (HTML), believed where the bytes bear it out.

    Raises InputError E103 where the bytes are no text in any encoding.
    """
    decoded = _marked(data) or _wide(data) or _utf8(data) or _declared(data, declared) or _mixed(data) or _single(data)
    if decoded is None or _mostly_control(decoded.text) or _mostly_one_byte(data):
        raise InputError("E103", "It is binary data, not text. Remove it, or convert it to a document format.")
    return decoded


def _marked(data: bytes) -> Decoded | None:
    for mark, codec in MARKS:
        if data.startswith(mark):
            text = data.decode(codec, "replace")
            return Decoded(text, NAMES.get(codec, codec), replaced=text.count("\ufffd"))
    return None


def _wide(data: bytes) -> Decoded | None:
    """UTF-16 and UTF-32 without a mark: text in them has zeros, in every second or in three of four places."""
    sample = data[:SAMPLE]
    if sample.count(0) < len(sample) // 20 or len(sample) < 2:
        return None
    readings = [(_plausible(data[: SAMPLE // 4 * 4].decode(codec, "replace")), codec) for codec in reversed(WIDE)]
    share, codec = max(readings)
    if share < 0.85:
        return None
    text = data.decode(codec, "replace")
    return Decoded(text, codec, guessed=True, replaced=text.count("\ufffd"))


def _plausible(text: str) -> float:
    """The share of characters that Latin, Greek, Cyrillic, Hebrew and Arabic texts are made of."""
    likely = sum(1 for c in text if " " <= c <= "\u06ff" or c in "\n\r\t" or "\u2000" <= c <= "\u20cf")
    return likely / max(len(text), 1)


def _utf8(data: bytes) -> Decoded | None:
    """Valid UTF-8. Surrogates written as if they were characters (CESU-8) are joined or replaced."""
    try:
        return Decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    joined = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return Decoded(joined, "utf-8", replaced=joined.count("\ufffd") - text.count("\ufffd"))


def _declared(data: bytes, declared: str) -> Decoded | None:
    """What a page says of itself, if it names an encoding of the web and every byte is possible in it."""
    if not _WEB.fullmatch(declared):
        return None
    try:
        codec = codecs.lookup(declared).name
        codec = "cp1252" if codec == "iso8859-1" else codec  # as all browsers read it
        return Decoded(data.decode(codec), NAMES.get(codec, codec))
    except (LookupError, UnicodeError):
        return None


def _mixed(data: bytes) -> Decoded | None:
    """UTF-8 with a few bytes that are not: those are read as Windows-1252 where that gives a French letter."""
    escaped = data.decode("utf-8", "surrogateescape")
    bad = sum(map(len, _ESCAPED.findall(escaped)))
    if bad * 4 > len(_HIGH.findall(escaped)):
        return None
    text = _ESCAPED.sub(_as_french, escaped)
    return Decoded(text, "utf-8", guessed=True, replaced=text.count("\ufffd"))


def _as_french(match: re.Match[str]) -> str:
    """A lone stray byte as the French letter it is in Windows-1252; a run of them is a broken sequence."""
    letter = match[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")
    return letter if len(letter) == 1 and letter in FRENCH + FRENCH.upper() + MARKS_OF_PRINT else "\ufffd"


def _single(data: bytes) -> Decoded | None:
    """The most likely single-byte encoding, by the letters that it gives; a general detector where none convinces."""
    sample = data[:SAMPLE]
    scored = [(_score(sample.decode(codec, "replace")), -rank) for rank, codec in enumerate(WESTERN)]
    score, rank = max(scored)
    codec = WESTERN[-rank]
    if score < 0.6:
        import charset_normalizer  # takes long to load, for what is rarely needed

        match = charset_normalizer.from_bytes(sample).best()
        if match is None and score < 0.0:
            return None
        codec = match.encoding if match is not None and match.encoding != "ascii" else codec
    text = data.decode(codec, "replace")
    return Decoded(text, NAMES.get(codec, codec.replace("_", "-")), guessed=True, replaced=text.count("\ufffd"))


def _score(text: str) -> float:
    """In -2..1.1: how far the non-ASCII characters of ``text`` stand where French and English have them."""
    high = len(_HIGH.findall(text))
    good = len(_GOOD.findall(text))
    strange = sum(len(run) for run in _STRANGE_RUN.findall(text))
    frequent = sum(map(text.count, "éèàêç’"))
    return (2 * good - high - strange + frequent / 10) / max(high, 1)


def _mostly_control(text: str) -> bool:
    sample = text[:SAMPLE]
    controls = len(_CONTROL.findall(sample))
    return controls > 3 and controls * 50 > len(sample)


def _mostly_one_byte(data: bytes) -> bool:
    """Whether one byte beyond ASCII is most of the data, as white is of a picture."""
    sample = data[:SAMPLE]
    return any(sample.count(byte) * 2 > len(sample) for byte in set(sample[::1000]) if byte > 0x7F)


def bitext_root(text: str) -> str:
    """``tmx`` or ``xliff`` where a text begins as such a file does, else nothing.

    >>> bitext_root('<?xml version="1.0"?>\\n<!DOCTYPE tmx SYSTEM "tmx14.dtd">\\n<tmx version="1.4">')
    'tmx'
    """
    match = _BITEXT.match(text)
    return match[1].lower() if match else ""
