"""The command that measures a corpus: its stages, its engines, its beads."""

import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, TextIO

import click
from sqlalchemy import Connection

from db import queries_evaluation as queries
from db.place import Place
from pipeline.commands.common import CORPUS, OUTPUT, PATH, Number, tell, writing
from pipeline.commands.database import reading
from pipeline.config import Config
from pipeline.errors import EngineError, NotFoundError, UsageError
from pipeline.evaluation import gold
from pipeline.evaluation.gold import Pairing, Score
from pipeline.evaluation.translations import TranslationScore, compare
from pipeline.imports.lines import read_tsv
from pipeline.imports.units import Bad, ImportRequest, Unit
from pipeline.records import digest
from pipeline.translation.choose import choose
from pipeline.translation.translate import in_order

ENGINES = ("argos", "apertium")
SECONDS = 3_600.0  # in which a large corpus answers
_STOP = re.compile(r"(?<=[.!?…])\s+")


@dataclass(frozen=True, slots=True)
class AlignmentScore:
    """The beads of two documents against a gold standard: how many are right (``gold``), and how many the corpus has.

    ``unknown`` rows of the standard fit no segment.
    """

    file: str
    documents: tuple[str, str]
    gold: int
    proposed: int
    unknown: int
    strict: Score
    lax: Score


@click.command()
@click.option("--gold", "golds", multiple=True, type=PATH, help="Right beads: a table of left and right texts (.tsv).")
@click.option(
    "--pairs", type=click.IntRange(0), default=1000, show_default=True, help="Human pairs to measure engines on."
)
@click.option("--min-score", type=Number(0, 1), default=0.9, show_default=True, help="Score of those pairs, at least.")
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@OUTPUT
@CORPUS
@click.pass_obj
def evaluate(  # noqa: PLR0913, PLR0917 -- one a flag
    config: Config,
    golds: Sequence[Path],
    pairs: int,
    min_score: float,
    as_json: bool,
    output: Path | None,
    corpus: Place,
) -> None:
    """Say how good the corpus is: what each stage left out, how good the engines are, how right the beads.

    Engines are measured on pairs of the corpus that people translated (BLEU and chrF). Beads are measured against
    --gold: a row a bead, as `enregard align --format tsv` and `enregard export --format tsv` write them, put right by
    hand; sentences of one side stand one after the other in a cell.
    """
    with reading(corpus, SECONDS) as connection:
        build = queries.get_last_build(connection)
        languages = config.translate.source, config.translate.target
        human = queries.find_human_pairs(connection, languages, min_score, pairs) if pairs else []
        aligned = [_aligned(connection, file, languages) for file in golds]
    stages = build.summary["stages"] if build else {}
    scores = [_engine(config, name, human) for name in ENGINES] if human else []
    engines = [score for score in scores if score is not None]
    if pairs and not human:
        tell(f"No pair that people translated scores {min_score:g} or more: engines were not measured.")
    elif pairs and not engines:
        tell("No translation engine is at hand: none was measured. `make model` gets one.")
    with writing(output) as out:
        if as_json:
            facts = {"stages": stages, "translation": [engine._asdict() for engine in engines]}
            json.dump(facts | {"alignment": list(map(_named, aligned))}, out, ensure_ascii=False, indent=2)
            out.write("\n")
        else:
            _print(stages, engines, aligned, out)


def _engine(config: Config, name: str, human: Sequence[tuple[str, str]]) -> TranslationScore | None:
    """The scores of one engine, or None where it is not at hand. Marks of unknown words are left out."""
    section = replace(config.translate, engine=name, mark_unknown=False)
    try:
        engine = choose(replace(config, translate=section), os.environ)
    except EngineError:
        return None
    if engine is None:
        return None
    sources, references = zip(*human, strict=True)
    translations = [translation.text for translation in in_order(sources, engine, section)]
    return compare(str(engine.signature), translations, references)


def _aligned(connection: Connection, file: Path, languages: tuple[str, str]) -> AlignmentScore:
    """The beads of the corpus against those of a file. Raises UsageError or NotFoundError where it has none of them."""
    rows = [(unit.left.text, unit.right.text) for unit in _gold_rows(file, languages)]
    sides = tuple(zip(*rows, strict=True))
    documents = [queries.get_document_with(connection, list(map(digest, _sentences(texts)))) for texts in sides]
    left, right = documents
    if left is None or right is None or left == right:
        raise NotFoundError(f"{file}: no two documents of the corpus hold its texts. Was it made from this corpus?")
    segments = [queries.find_segment_texts(connection, document) for document in (left, right)]
    places = [gold.locate(texts, [text for _, text in held]) for texts, held in zip(sides, segments, strict=True)]
    right_beads = [(ours, theirs) for ours, theirs in zip(*places, strict=True) if ours and theirs]
    numbers = [{key: place for place, (key, _) in enumerate(held)} for held in segments]
    proposed = gold.within(_as_places(queries.find_bead_members(connection, (left, right)), numbers), right_beads)
    unknown = sum(ours is None or theirs is None for ours, theirs in zip(*places, strict=True))
    scored = [(proposed, right_beads)]
    return AlignmentScore(
        str(file), (left, right), len(right_beads), len(proposed), unknown, gold.strict(scored), gold.lax(scored)
    )


def _sentences(texts: Sequence[str]) -> list[str]:
    """The texts and what stands between stops in them: some of it is what the corpus has for a segment."""
    lines = [" ".join(text.split()) for text in texts]
    return lines + [sentence for line in lines for sentence in _STOP.split(line)]


def _gold_rows(file: Path, languages: tuple[str, str]) -> list[Unit]:
    request = ImportRequest(file, *languages)
    units = [row for row in read_tsv(request) if isinstance(row, (Unit, Bad))]
    rows = [unit for unit in units if isinstance(unit, Unit)]
    if not rows:
        reason = f" Line {units[0].line}: {units[0].reason}." if units and isinstance(units[0], Bad) else ""
        raise UsageError(f"{file}: no row with a left and a right text.{reason}")
    return rows


def _as_places(rows: Sequence[queries.BeadMember], numbers: Sequence[Mapping[str, int]]) -> list[Pairing]:
    """Beads as places of their segments in either document."""
    pairings: dict[str, tuple[list[int], list[int]]] = {}
    for row in rows:
        sides = pairings.setdefault(row.alignment_id, ([], []))
        for side, places in zip(sides, numbers, strict=True):
            if row.segment_id in places:
                side.append(places[row.segment_id])
    return [(tuple(sorted(ours)), tuple(sorted(theirs))) for ours, theirs in pairings.values()]


def _named(score: AlignmentScore) -> dict[str, Any]:
    return asdict(score) | {"strict": score.strict._asdict(), "lax": score.lax._asdict()}


def _print(
    stages: Mapping[str, Any], engines: Sequence[TranslationScore], aligned: Sequence[AlignmentScore], out: TextIO
) -> None:
    """Three tables, as far as there is something in them."""
    out.writelines(f"{line}\n" for line in _lines(stages, engines, aligned))


def _lines(
    stages: Mapping[str, Any], engines: Sequence[TranslationScore], aligned: Sequence[AlignmentScore]
) -> Iterator[str]:
    if stages:
        yield f"{'stage':12}{'in':>9}{'out':>9}  left out"
    for name, counts in stages.items():
        reasons = ", ".join(f"{reason} {number:,}" for reason, number in counts["left_out"].items())
        yield f"{name:12}{counts['in']:9,}{counts['out']:9,}  {reasons}".rstrip()
    if engines:
        yield ""
        yield f"{'BLEU':>6}{'chrF':>7}{'pairs':>8}  engine"
    for engine in engines:
        yield f"{engine.bleu:6.1f}{engine.chrf:7.1f}{engine.sentences:8,}  {engine.engine}"
    for signature in (engines[0].bleu_signature, engines[0].chrf_signature) if engines else ():
        yield f"  {signature}"
    if aligned:
        yield ""
        yield f"{'':8}{'precision':>10}{'recall':>8}{'F1':>8}"
    for score in aligned:
        fits = f", {score.unknown:,} rows fit no segment" if score.unknown else ""
        yield f"{score.file}: {score.gold:,} right beads, {score.proposed:,} found{fits}"
        for name, figures in (("strict", score.strict), ("lax", score.lax)):
            yield f"{name:8}{figures.precision:10.4f}{figures.recall:8.4f}{figures.f1:8.4f}"
