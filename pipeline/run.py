"""The order of the stages: what is pending goes through its stage and into the corpus, one transaction a batch.

Each step asks the store what is pending under its signature, runs the stage on that alone and saves as it goes; so an
interrupted run loses the batch in flight and no more, and a second run with nothing changed does nothing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from db import place as places
from db.place import DatabaseServer, Place
from pipeline import VERSION, cluster, provenance
from pipeline import config as configuration
from pipeline.cluster import DaskMaker
from pipeline.config import Config
from pipeline.corpus import access, layout, store
from pipeline.corpus.store import Corpus
from pipeline.crew import Crew, crew_size
from pipeline.embedding import threads, use
from pipeline.reading import inputs
from pipeline.reading.manifest import Manifest
from pipeline.records import Event
from pipeline.stages import links, mining, pairing, texts, translating
from pipeline.stages.batch import Here
from pipeline.stages.job import Job, Progress
from pipeline.translation import glossary
from pipeline.work import Tools, borrowed


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: whether anything changed, seconds a stage took, and a note where translation was left out."""

    corpus: Place
    changed: bool
    seconds: Mapping[str, float]
    note: str = ""
    failures: int = 0  # documents, pairs and texts that a stage failed on


def build(seeds: Path, corpus: Place, config: Config, progress: Progress, environ: Mapping[str, str]) -> Outcome:
    """Bring the corpus at ``corpus`` in step with the documents in ``seeds`` (a folder, a file, or ``-``).

    Waits while another run holds the corpus. Raises StoreError if ``corpus`` is something else, ConfigError if the
    manifest or the glossary cannot be read, UsageError if a cluster is asked for that cannot be, and EngineError if an
    engine is asked for by name and is not there.
    """
    if config.cluster:
        cluster.check_engine(config.cluster, places.resolve(corpus))
    manifest = inputs.manifest_of(seeds)
    listing = glossary.find_glossary(config.translate, [seeds if seeds.is_dir() else seeds.parent, Path()])
    with threads.single(), access.open_for_writing(corpus, progress) as engine:
        rules = {stage: provenance.rules(stage) for stage in provenance.STAGES}
        settings = {**configuration.settings(config), "data": str(config.data), "rules": rules}
        opened = store.start_run(engine, store.run_name(), VERSION, settings)
        vectors = layout.vectors_of(corpus)
        tools = Tools(config, environ, vectors, listing)
        crew = Crew(crew_size(config.workers), tools, partial(borrowed, config, vectors))
        maker = _maker(opened, corpus, crew, tools, progress)
        job = Job(opened, corpus, config, tools, crew, maker, progress)
        for problem in listing.problems:
            progress(Event("read", note=problem))
        store.forget_failures(opened)
        try:
            _ = job.tools.engines  # an engine that was asked for and is missing is said at once
            _tell_unknown_languages(job)
            _tell_changed_rules(job, rules)
            with crew, maker:
                _stages(job, seeds, manifest)
        except BaseException as error:
            store.finish_run(opened, "interrupted" if isinstance(error, KeyboardInterrupt) else "failed", {})
            raise
        finally:
            job.tools.close()
        store.finish_run(opened, "done", _summary(job))
    return Outcome(corpus, job.changed, job.seconds, job.note, job.failures)


def _maker(corpus: Corpus, place: Place, crew: Crew[Tools], tools: Tools, progress: Progress) -> Here | DaskMaker:
    """Who makes the batches of the run: this process with its crew, or the workers of a cluster."""
    server, config = places.resolve(place), tools.config
    if not config.cluster or not isinstance(server, DatabaseServer):
        return Here(crew)
    kit = cluster.Kit(server, corpus.run, config, tools.listing)
    return DaskMaker(config.cluster, crew_size(config.workers), kit, progress)


def _tell_unknown_languages(job: Job) -> None:
    """Say of which languages texts are read and shown, but compared with nothing."""
    for code in configuration.language_order(job.config):
        if code not in use.LANGUAGES:
            known = ", ".join(use.LANGUAGES)
            note = f"[detect] languages: the embedder does not know {code!r}; its texts face nothing. It knows {known}."
            job.progress(Event("read", note=note))


def _tell_changed_rules(job: Job, rules: Mapping[str, str]) -> None:
    """Say why results are made again that no document and no setting asks for."""
    before = store.last_rules(job.corpus)
    if before == {}:
        note = "This corpus was made by an older version. Everything is made again; verdicts stay."
        job.progress(Event("read", note=note))
    changed = [stage for stage, current in rules.items() if before and before.get(stage) != current]
    if changed:
        note = f"The rules of {', '.join(changed)} have changed. What they made is made again."
        job.progress(Event("read", note=note))


def _summary(job: Job) -> dict[str, object]:
    """What is written down of a run: how it went, and what went in and out of each stage over the whole corpus."""
    counts = {} if job.changed else store.last_counts(job.corpus)
    translated = [code for code, engine in job.tools.engines.items() if engine or code == job.config.translate.source]
    counts = counts or store.count_stages(job.corpus, translated)
    outcome = {"seconds": dict(job.seconds), "changed": job.changed, "note": job.note, "failures": job.failures}
    return {**outcome, "stages": counts}


def _stages(job: Job, seeds: Path, manifest: Manifest) -> None:
    for name, step in _steps(seeds, manifest):
        with job.stage(name):
            step(job)


def _steps(seeds: Path, manifest: Manifest) -> tuple[tuple[str, Callable[[Job], None]], ...]:
    return (
        ("read", lambda job: texts.read_files(job, seeds, manifest)),
        ("duplicates", texts.mark_duplicates),
        ("segment", texts.segment_pending),
        ("detect", texts.detect_pending),
        ("translate", translating.translate_pending),
        ("check", translating.check_pending),
        ("pair", pairing.pair_documents),
        ("align", pairing.align_pending),
        ("repeats", pairing.tag_repeats),
        ("mine", mining.mine_passages),
        ("link", links.link_words),
    )
