"""The records that flow through the pipeline: frozen, slotted, standard library only.

Every record has a *key* made from its own data, so a second run finds what an earlier one made. A document's key comes
from its text; a segment's from its document and its place in it; a translation's and an alignment's from the things
they relate and the *signature* that says how they were made.

Offsets count code points in ``Document.text``; ``end`` is exclusive: ``document.text[s.start:s.end] == s.text``.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Role = Literal["title", "heading", "body", "caption", "code", "boilerplate", "separator"]
Markup = Literal["title", "heading", "code", "caption", "quotation"]
Kind = Literal["translation", "bitext", "passage", "related"]
Grade = Literal["translation", "partial", "comparable", "duplicate", "contained"]

ALIGNABLE: frozenset[Role] = frozenset({"title", "heading", "body", "caption"})
UNKNOWN = "und"  # BCP 47: undetermined
HUMAN = "human"


def digest(*texts: str) -> str:
    """The first 16 hexadecimal digits of the SHA-256 of ``parts``, each ended by a unit separator."""
    joined = "".join(text + "\x1f" for text in texts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Signature:
    """How a result was made: the same signature on the same text gives the same result.

    ``settings`` holds JSON-able values only. ``model_sha256`` is the hash of the model's files, or empty. ``key`` is 16
    hexadecimal digits that change whenever anything in the signature does; it is asked for so often that it is kept.
    """

    stage: str
    engine: str
    version: str
    model: str = ""
    model_sha256: str = ""
    settings: Mapping[str, object] = field(default_factory=dict)
    key: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        settings = json.dumps(dict(self.settings), sort_keys=True, default=list, ensure_ascii=False)
        key = digest(self.stage, self.engine, self.version, self.model, self.model_sha256, settings)
        object.__setattr__(self, "key", key)

    def __str__(self) -> str:
        """One line for people, such as ``argos-1.11.0+translate-fr_en-1_9``."""
        return f"{self.engine}-{self.version}" + (f"+{self.model}" if self.model else "")


@dataclass(frozen=True, slots=True)
class Language:
    """What language a text is in: a BCP 47 code (``und`` if nobody can tell), a confidence in 0..1, and the method."""

    code: str
    confidence: float
    method: str


@dataclass(frozen=True, slots=True)
class Source:
    """One file (or one row of a table) that a document came from.

    ``path`` is relative to the seeds folder, with ``/``; a row of a table adds ``#row``. ``sha256`` is of the bytes.
    """

    path: str
    sha256: str
    size: int
    media_type: str
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a file's own markup says that a stretch of its text is: ``text[start:end]``, whole lines."""

    start: int
    end: int
    markup: Markup


@dataclass(frozen=True, slots=True)
class Document:
    """A text with what is known about it. Two files with one text are one document with two sources.

    ``marks`` are in the order of the text and do not overlap; text without markup has none.
    """

    text: str
    title: str | None = None
    date: str | None = None  # ISO 8601, as precise as known
    outlet: str | None = None
    author: str | None = None
    url: str | None = None
    licence: str | None = None
    marks: tuple[Mark, ...] = ()

    @property
    def key(self) -> str:
        """16 hexadecimal digits of the hash of the text."""
        return digest(self.text)


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, title, separator, piece of code or of web residue: ``text[start:end]`` of its document."""

    document: str
    role: Role
    start: int
    end: int

    @property
    def key(self) -> str:
        """``document:start-end``."""
        return f"{self.document}:{self.start}-{self.end}"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a segment in another language than the segment's own. Offsets are in the document's text."""

    start: int
    end: int
    language: Language


@dataclass(frozen=True, slots=True)
class Segment:
    """A sentence, headline or other unit of text: an exact slice of its document.

    ``block`` is the key of its block. ``language`` is None until detection has run.
    """

    document: str
    block: str
    role: Role
    start: int
    end: int
    text: str
    language: Language | None = None
    spans: tuple[Span, ...] = ()

    @property
    def key(self) -> str:
        """``document:start-end``."""
        return f"{self.document}:{self.start}-{self.end}"

    @property
    def code(self) -> str:
        """The code of its language; ``und`` where nobody can tell, and before detection."""
        return self.language.code if self.language else UNKNOWN


@dataclass(frozen=True, slots=True)
class Translation:
    """One text in another language: made once for each (text, engine, model, settings).

    ``source`` is the source text itself; every segment with that text shares the translation. ``score`` is the
    length-normalised log-probability (at most 0), or None where an engine has none.
    """

    source: str
    language: str
    target: str
    text: str
    score: float | None
    signature: Signature

    @property
    def key(self) -> str:
        """Changes with the source text, the target language and the signature."""
        return digest("translation", self.source, self.target, self.signature.key)

    @property
    def origin(self) -> str:
        """``mt:`` and the signature: machine text never passes for a person's."""
        return f"mt:{self.signature}"


@dataclass(frozen=True, slots=True)
class DocumentPair:
    """Two documents that face each other, with the grade and the evidence for it."""

    left: str
    right: str
    grade: Grade
    score: float
    evidence: Mapping[str, float]
    signature: Signature

    @property
    def key(self) -> str:
        """Changes with the two documents: a pair that other rules find again keeps its alignments."""
        return digest("pair", self.left, self.right)


@dataclass(frozen=True, slots=True)
class Bead:
    """One step of an alignment: indices of left and right sentences (either may be empty) and a score in 0..1."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    score: float
    features: Mapping[str, float] = field(default_factory=dict)

    @property
    def shape(self) -> str:
        """Such as ``1:2``."""
        return f"{len(self.left)}:{len(self.right)}"


@dataclass(frozen=True, slots=True)
class Alignment:
    """Left and right segments that say the same thing (or one side empty: an insertion or a deletion).

    ``left`` and ``right`` are keys of segments, in order. For kind ``translation`` the right side is a translation:
    ``right`` is empty and ``translation`` is its key. ``findings`` are (code, value) of what the two sides contradict.
    """

    kind: Kind
    left: tuple[str, ...]
    right: tuple[str, ...]
    score: float
    signature: Signature
    features: Mapping[str, float] = field(default_factory=dict)
    translation: str | None = None
    findings: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """Changes with the segments on both sides, the translation and the signature."""
        sides = (" ".join(self.left), " ".join(self.right), self.translation or "")
        return digest("alignment", self.kind, *sides, self.signature.key)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something measured about a record: a stable code (``E...`` or ``W...``), the record's key, and what was seen."""

    code: str
    subject: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What reading one input gave: where it came from, the document, what was repaired, and what a manifest expects.

    ``languages`` and ``translation_of`` (paths of sources) are hints from the manifest or from the file's name.
    """

    source: Source
    document: Document
    findings: tuple[Finding, ...] = ()
    languages: tuple[str, ...] = ()
    translation_of: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """An input that could not be used: its path, a stable code and a reason that says what to do."""

    path: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class FileResult:
    """All that one file gave; ``fingerprint`` changes when anything does that it was read by."""

    file: str
    fingerprint: str
    results: tuple[Reading | Skip, ...]


@dataclass(frozen=True, slots=True)
class Segmentation:
    """The blocks and segments of one document, in the order of the text."""

    document: str
    blocks: tuple[Block, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True)
class Event:
    """Progress: ``done`` of ``total`` units of a stage, or a ``note`` for the person who waits."""

    stage: str
    done: int = 0
    total: int = 0
    note: str = ""
