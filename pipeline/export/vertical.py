"""Pairs as corpora for Manatee (NoSketch Engine, KonText) and what else reads verticals: a token a line.

A corpus for each language, and for what machines wrote in it, with its registry file, and a mapping for each two that
face each other. Texts that translate each other stand at the same place of their corpora, so that few links cross.
"""

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from db.queries_export import About
from pipeline.export.linked import LinkedTexts, Span, TextKey, TextSentence, file_name, language_code, paragraphs
from pipeline.export.mapping import Mapped, in_order, mapping_lines, turned
from pipeline.export.markup import clean
from pipeline.export.tokens import tokenize
from pipeline.language.cldr import language_name
from pipeline.language.lemmas import is_known, lemma
from pipeline.records import HUMAN

FOLDERS = ("vertical", "registry", "alignment")
KINDS = {"bitext": 2.0, "translation": 1.0, "passage": 1.0}  # what a link weighs, before its score
_WORDS = re.compile(r"[^a-z0-9]+")
_SPACE = re.compile(r"\s+")
DOCUMENT = ("id", "title", "date", "outlet", "author", "url", "licence", "path", "origin")
SENTENCE = ("id", "origin", "corrected")


@dataclass
class LanguageCorpus:
    """A corpus of one language: its name, and where each sentence stands in it."""

    name: str
    language: str
    size: int = 0
    numbers: dict[TextKey, dict[Span, int]] = field(default_factory=dict)


def write_vertical(linked: LinkedTexts, folder: Path, title: str, target: Path) -> int:
    """The folders ``vertical``, ``registry`` and ``alignment``, and how to compile them, all for ``target``.

    Gives the number of links that no mapping holds, because they cross others or share sentences with them.
    """
    for name in FOLDERS:
        (folder / name).mkdir()
    stem = _WORDS.sub("_", target.name.lower()).strip("_") or "corpus"
    corpora: dict[str, LanguageCorpus] = {}
    with ExitStack() as stack:
        outs: dict[str, TextIO] = {}
        for text in _in_order(linked):
            key = _corpus_of(text)
            if key not in corpora:
                corpora[key] = LanguageCorpus(f"{stem}_{key}", language_code(text.language))
                path = folder / "vertical" / f"{stem}_{key}.vert"
                outs[key] = stack.enter_context(path.open("w", encoding="utf-8", newline="\n"))
            outs[key].writelines(_vertical(linked, text, corpora[key]))
    left_out, aligned = _write_mappings(linked, corpora, folder / "alignment")
    for corpus in corpora.values():
        registry = _registry(corpus, sorted(aligned.get(corpus.name, ())), title, target)
        (folder / "registry" / corpus.name).write_text("".join(registry), "utf-8")
    (folder / "README.txt").write_text("".join(_readme(corpora.values(), target)), "utf-8")
    return left_out


def _corpus_of(text: TextKey) -> str:
    """What is put to the name of the corpus that holds a text."""
    return language_code(text.language) + ("" if text.origin == HUMAN else "_mt")


def _in_order(linked: LinkedTexts) -> list[TextKey]:
    """Texts so that those which translate each other are at the same place of the corpora of their languages."""
    groups: dict[TextKey, list[TextKey]] = {text: [text] for text in linked.texts}
    for pair in sorted(linked.pairs, key=lambda pair: (-pair.links, pair.left, pair.right)):
        left, right = groups[pair.left], groups[pair.right]
        if left is not right and not set(map(_corpus_of, left)) & set(map(_corpus_of, right)):
            left += right
            groups |= dict.fromkeys(right, left)
    paths = {text: (about.path, text) for text, about in linked.texts.items()}
    return sorted(linked.texts, key=lambda text: (min(map(paths.__getitem__, groups[text])), text))


def _vertical(linked: LinkedTexts, text: TextKey, corpus: LanguageCorpus) -> Iterator[str]:
    about = linked.texts[text]
    numbers = corpus.numbers.setdefault(text, {})
    yield _tag("doc", _document(text, about))
    for role, sentences in paragraphs(linked.sentences(text)):
        yield _tag("p", {"role": role})
        for sentence in sentences:
            numbers[sentence.span] = corpus.size
            corpus.size += 1
            yield from _sentence(sentence, text)
        yield "</p>\n"
    yield "</doc>\n"


def _sentence(sentence: TextSentence, text: TextKey) -> Iterator[str]:
    origin = sentence.origin if text.origin == HUMAN else text.origin
    yield _tag("s", {"id": f"{text.document}:{sentence.id[1:]}", "origin": origin, "corrected": sentence.reviewer})
    with_lemma = is_known(text.language)
    for token in tokenize(clean(sentence.text), text.language):
        columns = [token.text, *([lemma(token.text, text.language)] if with_lemma else [])]
        yield ("<g/>\n" if token.glued else "") + "\t".join(map(_escaped, columns)) + "\n"
    yield "</s>\n"


def _document(text: TextKey, about: About) -> dict[str, str | None]:
    named = {name: getattr(about, name) for name in DOCUMENT if name not in {"id", "origin"}}
    return {"id": file_name(text, about), **named, "origin": text.origin}


def _tag(name: str, attributes: Mapping[str, str | None]) -> str:
    given = "".join(f' {key}="{_escaped(value)}"' for key, value in attributes.items() if value)
    return f"<{name}{given}>\n"


def _escaped(text: str) -> str:
    """Text in one line that begins no tag and ends no attribute."""
    flat = _SPACE.sub(" ", clean(text)).strip()
    return flat.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")


def _write_mappings(
    linked: LinkedTexts, corpora: Mapping[str, LanguageCorpus], folder: Path
) -> tuple[int, dict[str, set[str]]]:
    """A file each way for each two corpora; how many links are in none, and which corpora face which."""
    links: dict[tuple[str, str], set[Mapped]] = {}
    unfit = 0
    for pair in linked.pairs:
        left, right = _corpus_of(pair.left), _corpus_of(pair.right)
        for link in linked.links(pair):
            left_range = _numbered(link.left, corpora[left].numbers[pair.left])
            right_range = _numbered(link.right, corpora[right].numbers[pair.right])
            if left_range is None or right_range is None or left == right:
                unfit += 1
                continue
            mapped = Mapped(*left_range, *right_range, KINDS.get(link.kind, 1.0) + (link.score or 0.0))
            key = (left, right) if left < right else (right, left)
            links.setdefault(key, set()).add(mapped if left < right else turned(mapped))
    aligned: dict[str, set[str]] = {}
    for (left, right), mapped_links in sorted(links.items()):
        chain = in_order(mapped_links)
        unfit += len(mapped_links) - len(chain)
        one_corpus, other_corpus = corpora[left], corpora[right]
        sizes = one_corpus.size, other_corpus.size
        aligned.setdefault(one_corpus.name, set()).add(other_corpus.name)
        aligned.setdefault(other_corpus.name, set()).add(one_corpus.name)
        forth, back = f"{one_corpus.name}-{other_corpus.name}", f"{other_corpus.name}-{one_corpus.name}"
        (folder / forth).write_text("".join(mapping_lines(chain, sizes)), "utf-8")
        (folder / back).write_text("".join(mapping_lines(list(map(turned, chain)), sizes[::-1])), "utf-8")
    return unfit, aligned


def _numbered(spans: tuple[Span, ...], numbers: Mapping[Span, int]) -> tuple[int, int] | None:
    """The numbers of sentences that follow one another, None where they do not."""
    ordered = sorted(numbers[span] for span in spans if span in numbers)
    if len(ordered) < len(spans) or not ordered or ordered[-1] - ordered[0] != len(ordered) - 1:
        return None
    return ordered[0], ordered[-1]


def _registry(corpus: LanguageCorpus, facing: list[str], title: str, target: Path) -> Iterator[str]:
    """The configuration of a corpus."""
    name = language_name(corpus.language, "en")
    yield f'NAME "{_quoted(title)} ({name})"\n'
    yield f'PATH "{_quoted(str(target))}/data/{corpus.name}"\n'
    yield f'VERTICAL "{_quoted(str(target))}/vertical/{corpus.name}.vert"\n'
    yield f'ENCODING "UTF-8"\nLANGUAGE "{name}"\nDOCSTRUCTURE "doc"\n'
    if facing:
        mappings = (f"{_quoted(str(target))}/alignment/{corpus.name}-{corpus_facing}" for corpus_facing in facing)
        yield f'ALIGNSTRUCT "s"\nALIGNED "{",".join(facing)}"\nALIGNDEF "{",".join(mappings)}"\n'
    yield "\nATTRIBUTE word\n" + ("ATTRIBUTE lemma\n" if is_known(corpus.language) else "")
    yield from _structure("doc", DOCUMENT)
    yield from _structure("p", ("role",))
    yield from _structure("s", SENTENCE)
    yield '\nSTRUCTURE g {\n\tDISPLAYTAG 0\n\tDISPLAYBEGIN "_EMPTY_"\n}\n'


def _structure(name: str, attributes: tuple[str, ...]) -> Iterator[str]:
    yield f"\nSTRUCTURE {name} {{\n"
    yield from (f"\tATTRIBUTE {attribute}\n" for attribute in attributes)
    yield "}\n"


def _quoted(text: str) -> str:
    return _SPACE.sub(" ", clean(text)).replace('"', "'").replace("\\", "/")


def _readme(corpora: Iterable[LanguageCorpus], target: Path) -> Iterator[str]:
    names = " ".join(corpus.name for corpus in corpora)
    yield f"Corpora for Manatee (NoSketch Engine, KonText): {names}\n\n"
    yield "To compile them, with their alignment (ALIGNDEF in the registry files):\n\n"
    yield f"    mkdir -p {shlex.quote(f'{target}/data')}\n"
    yield f"    export MANATEE_REGISTRY={shlex.quote(f'{target}/registry')}\n"
    yield f"    for corpus in {names}; do compilecorp --no-ske --recompile-corpus $corpus; done\n\n"
    yield f"Where the folder has moved, put its new place into the registry files instead of {target}\n"
