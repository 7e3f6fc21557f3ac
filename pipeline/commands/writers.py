"""How each format of an export is written, and what is counted meanwhile."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from pipeline.commands.common import writing, writing_files
from pipeline.errors import NotFoundError
from pipeline.export.dataset import write_dataset
from pipeline.export.distinct import REPEATED, distinct
from pipeline.export.lines import as_jsonl, as_tsv, moses
from pipeline.export.linked import LinkedTexts
from pipeline.export.pages import write_pages
from pipeline.export.pair_links import with_links
from pipeline.export.parquet import write_parquet
from pipeline.export.selection import (
    DOUBTFUL,
    LIKELY,
    MACHINE,
    RESIDUE,
    ExportPair,
    base,
    turned,
)
from pipeline.export.tei import write_tei
from pipeline.export.tmx import as_tmx
from pipeline.export.vertical import write_vertical
from pipeline.export.xces import write_xces
from pipeline.export.xliff import as_xliff
from pipeline.outfiles import replacing_folder
from pipeline.wording import Wording

CROSSING = "crossing"
BY_PEOPLE, CORRECTED, BY_MACHINE = WRITTEN = ("by people", "corrected by reviewers", "by machine")
LEFT_OUT = {
    MACHINE: "by machine (--machine takes them)",
    RESIDUE: "web residue or code (--role)",
    DOUBTFUL: f"scored below {LIKELY} (--min-score)",
    REPEATED: "nearly the same as a pair before",
    CROSSING: "only in the texts, not in the alignment: they cross others or share a sentence with them",
}
Pairs = Iterator[ExportPair]
Writer = Callable[[Pairs, "Target", "PairCounter"], None]


@dataclass(frozen=True, slots=True)
class Target:
    """Where an export goes. ``languages`` are those of formats that know two; ``header`` is that of an import.

    ``roles`` are those of sentences in formats that hold whole texts, ``wording`` the language of what pages say.
    """

    connection: Connection
    output: Path | None
    title: str
    languages: tuple[str, str]
    scores: bool
    header: Mapping[str, Any] | None
    roles: frozenset[str]
    wording: str


class PairCounter:
    """How many pairs were taken and who wrote them, and how many were left out and why.

    ``others`` are left out because of their languages, ``alike`` because both sides have the same one, ``left_out`` the
    rest, by the reason.
    """

    def __init__(self) -> None:
        self.pairs = 0
        self.others = 0
        self.alike = 0
        self.written_by: Counter[str] = Counter()
        self.left_out: Counter[str] = Counter()

    def counting(self, pairs: Pairs) -> Pairs:
        """The pairs, counted as they are taken."""
        for pair in pairs:
            self.pairs += 1
            self.written_by[_writer(pair)] += 1
            yield pair

    def contents(self) -> str:
        """Who wrote what was taken, and what was left out."""
        writers = [f"{self.written_by[who]:,} {who}" for who in WRITTEN if self.written_by[who]]
        reasons = [f"{self.left_out[why]:,} {LEFT_OUT[why]}" for why in LEFT_OUT if self.left_out[why]]
        return ", ".join(writers) + (f"; left out: {', '.join(reasons)}" if reasons else "")

    def within(self, pairs: Pairs, languages: tuple[str, str]) -> Pairs:
        """Those in two languages, the first of them on the left."""
        for pair in pairs:
            facing = turned(pair, languages)
            if facing is None:
                self.pairs, self.others = self.pairs - 1, self.others + 1
                self.written_by[_writer(pair)] -= 1
            else:
                yield facing

    def once(self, pairs: Pairs) -> Pairs:
        """Those that are not nearly the same as one before them."""
        for pair in distinct(pairs):
            if pair is None:
                self.left_out[REPEATED] += 1
            else:
                yield pair

    def bilingual(self, pairs: Pairs) -> Pairs:
        """Those with another language on either side: a unit of a memory that names one twice is half a unit."""
        for pair in pairs:
            if base(pair.left.language) == base(pair.right.language):
                self.pairs, self.alike = self.pairs - 1, self.alike + 1
                self.written_by[_writer(pair)] -= 1
            else:
                yield pair


def _writer(pair: ExportPair) -> str:
    """Who wrote the two texts, one of WRITTEN."""
    return BY_MACHINE if pair.by_machine else CORRECTED if pair.corrected else BY_PEOPLE


def in_words(pairs: int) -> str:
    """A number of pairs in words.

    >>> in_words(1), in_words(1200)
    ('1 pair', '1,200 pairs')
    """
    return f"{pairs:,} pair{'s' * (pairs != 1)}"


def _some(pairs: Pairs) -> Pairs:
    """The pairs, of which there is one at least: nothing is written for none."""
    first = next(pairs, None)
    if first is None:
        raise NotFoundError("no pair fits, so nothing was written. Widen the choice, or see `enregard export --help`.")
    return chain([first], pairs)


def _file(lines: Callable[[Pairs], Iterator[str]]) -> Writer:
    """A writer of one file that holds pairs in whatever languages."""

    def write(pairs: Pairs, target: Target, _count: PairCounter) -> None:
        nonempty = _some(pairs)
        with writing(target.output) as out:
            out.writelines(lines(nonempty))

    return write


def _jsonl(pairs: Pairs, target: Target, count: PairCounter) -> None:
    _file(as_jsonl)(with_links(target.connection, pairs), target, count)


def _tmx(pairs: Pairs, target: Target, count: PairCounter) -> None:
    nonempty = _some(count.bilingual(pairs))
    with writing(target.output) as out:
        out.writelines(as_tmx(nonempty, target.header))


def _xliff(pairs: Pairs, target: Target, count: PairCounter) -> None:
    nonempty = _some(count.within(pairs, target.languages))
    with writing(target.output) as out:
        out.writelines(as_xliff(nonempty, target.languages))


def _moses(pairs: Pairs, target: Target, count: PairCounter) -> None:
    files = moses_files(target.output or Path(), target.languages)
    nonempty = _some(count.within(pairs, target.languages))
    with writing_files(files[: 3 if target.scores else 2]) as [left, right, *scores]:
        for pair in nonempty:
            lines = moses(pair)
            left.write(lines[0])
            right.write(lines[1])
            for out in scores:
                out.write(f"{'' if pair.score is None else f'{pair.score:.4f}'}\n")


def moses_files(output: Path, languages: Sequence[str]) -> list[Path]:
    """The files of a Moses export: a side each, and the scores."""
    return [output.with_name(f"{output.name}.{end}") for end in (*languages, "scores")]


def _html(pairs: Pairs, target: Target, _count: PairCounter) -> None:
    nonempty = _some(pairs)
    with replacing_folder(target.output or Path()) as folder:
        write_pages(nonempty, folder, target.title, Wording(target.wording))


def _hf(pairs: Pairs, target: Target, _count: PairCounter) -> None:
    nonempty = _some(pairs)
    with replacing_folder(target.output or Path()) as folder:
        write_dataset(nonempty, folder, target.title)


def _parquet(pairs: Pairs, target: Target, _count: PairCounter) -> None:
    nonempty = _some(pairs)
    with writing(target.output) as out:
        write_parquet(nonempty, out.buffer, target.title)


def _vertical(linked: LinkedTexts, folder: Path, target: Target, count: PairCounter) -> None:
    left_out = write_vertical(linked, folder, target.title, (target.output or Path()).resolve())
    if left_out:
        count.left_out[CROSSING] = left_out


def _linked(write: Callable[[LinkedTexts, Path, Target, PairCounter], None]) -> Writer:
    """A writer of a folder that holds whole texts, and apart from them how they are aligned."""

    def write_all(pairs: Pairs, target: Target, count: PairCounter) -> None:
        nonempty = _some(count.bilingual(pairs))
        with (
            replacing_folder(target.output or Path()) as folder,
            LinkedTexts(target.connection, target.roles) as linked,
        ):
            linked.read(nonempty)
            write(linked, folder, target, count)

    return write_all


WRITERS: dict[str, Writer] = {
    "tmx": _tmx,
    "xliff": _xliff,
    "tsv": _file(as_tsv),
    "jsonl": _jsonl,
    "moses": _moses,
    "html": _html,
    "hf": _hf,
    "vertical": _linked(_vertical),
    "tei": _linked(lambda linked, folder, target, _: write_tei(linked, folder, target.title)),
    "xces": _linked(lambda linked, folder, _target, _count: write_xces(linked, folder)),
    "parquet": _parquet,
}
