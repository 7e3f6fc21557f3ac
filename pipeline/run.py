"""The order of the stages: what is pending goes through its stage and into the corpus, one transaction a batch.

Each step asks the store what is pending under its signature, runs the stage on that alone and saves as it goes; so an
interrupted run loses the batch in flight and no more, and a second run with nothing changed does nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import chain, combinations
from pathlib import Path
from typing import TypeVar

from db.place import Place
from pipeline import VERSION, provenance, work
from pipeline import config as configuration
from pipeline.align import duplicates, pairs, passages, path, repeats, sections, streams, words
from pipeline.align.candidates import Outline, Reader, Remembered, outline, unpacked
from pipeline.align.results import result_key
from pipeline.batches import batched
from pipeline.config import Config, TranslateConfig
from pipeline.corpus import access, cuts, layout, linking, store
from pipeline.corpus.codes import FAILED
from pipeline.corpus.store import Corpus
from pipeline.crew import PASSED_ON, Crew, crew_size
from pipeline.embedding import threads, use
from pipeline.errors import EnregardError, StoreError
from pipeline.imports import load
from pipeline.language import detect
from pipeline.reading import inputs, read
from pipeline.reading.manifest import Manifest
from pipeline.reading.text_columns import BITEXT
from pipeline.records import (
    ALIGNABLE,
    Alignment,
    Event,
    FileResult,
    Finding,
    Segment,
    Signature,
    Skip,
    Translation,
    digest,
)
from pipeline.segmenting import segment
from pipeline.translation import choose, glossary, quality, terminology, translate, usability
from pipeline.work import Tools, borrowed

DOCUMENTS = 20  # documents in one transaction
TRANSLATIONS = 64
CHECKS = 512
CHECKED_AT_ONCE = 32
ALIGNED = ("translation", "partial")  # grades of document pairs whose sentences are aligned
LONGEST = 300  # characters of what is said of a failure
HOPELESS = 20  # texts that an engine fails on before any succeeds, after which the run ends
UNFINISHED = ""  # what a stage has seen that is to be done again
Item = TypeVar("Item")
Result = TypeVar("Result")

Progress = Callable[[Event], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: whether anything changed, seconds a stage took, and a note where translation was left out."""

    corpus: Place
    changed: bool
    seconds: Mapping[str, float]
    note: str = ""
    failures: int = 0  # documents, pairs and texts that a stage failed on


@dataclass
class Job:
    """One run under way."""

    corpus: Corpus
    place: Place
    config: Config
    tools: Tools
    crew: Crew[Tools]
    progress: Progress
    seconds: dict[str, float] = field(default_factory=dict)
    changed: bool = False
    note: str = ""
    failures: int = 0

    def attempt(self, stage: str, subject: str, work: Callable[[], Item], kind: str = "document") -> Item | None:
        """What ``work`` gives; where it fails, None and a finding about ``subject``: the run goes on without it."""
        try:
            return work()
        except PASSED_ON:
            raise
        except Exception as error:  # noqa: BLE001 (whatever one document does to a stage, the others go on)
            self.fail(stage, subject, error, kind)
            return None

    def fail(self, stage: str, subject: str, error: Exception, kind: str = "document") -> None:
        """A stage failed on something, which is left as it was: the next run tries again."""
        message = " ".join(f"{stage}: {type(error).__name__}: {error}".split())[:LONGEST]
        store.save_failure(self.corpus, Finding(FAILED, subject, message), kind)
        self.failures += 1

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Takes the time of a stage."""
        begun = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.monotonic() - begun

    def track(self, stage: str, items: Iterable[Item], total: int) -> Iterator[Item]:
        """Passes ``items`` through and tells how far the stage is."""
        for number, item in enumerate(items, 1):
            yield item
            self.changed = True
            self.progress(Event(stage, number, total))


def build(seeds: Path, corpus: Place, config: Config, progress: Progress, environ: Mapping[str, str]) -> Outcome:
    """Bring the corpus at ``corpus`` in step with the documents in ``seeds`` (a folder, a file, or ``-``).

    Waits while another run holds the corpus. Raises StoreError if ``corpus`` is something else, ConfigError if the
    manifest or the glossary cannot be read, and EngineError if an engine is asked for by name and is not there.
    """
    manifest = inputs.manifest_of(seeds)
    listing = glossary.find_glossary(config.translate, [seeds if seeds.is_dir() else seeds.parent, Path()])
    with threads.single(), access.open_for_writing(corpus, progress) as engine:
        rules = {stage: provenance.rules(stage) for stage in provenance.STAGES}
        settings = {**configuration.settings(config), "data": str(config.data), "rules": rules}
        opened = store.start_run(engine, store.run_name(), VERSION, settings)
        vectors = layout.vectors_of(corpus, config.data)
        tools = Tools(config, environ, vectors, listing)
        crew = Crew(crew_size(config.workers), tools, partial(borrowed, config, vectors))
        job = Job(opened, corpus, config, tools, crew, progress)
        for problem in listing.problems:
            progress(Event("read", note=problem))
        store.forget_failures(opened)
        try:
            _ = job.tools.engines  # an engine that was asked for and is missing is said at once
            _tell_unknown_languages(job)
            _tell_changed_rules(job, rules)
            with crew:
                _stages(job, seeds, manifest)
        except BaseException as error:
            store.finish_run(opened, "interrupted" if isinstance(error, KeyboardInterrupt) else "failed", {})
            raise
        finally:
            job.tools.close()
        store.finish_run(opened, "done", _summary(job))
    return Outcome(corpus, job.changed, job.seconds, job.note, job.failures)


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
        ("read", lambda job: _read(job, seeds, manifest)),
        ("duplicates", _duplicates),
        ("segment", _segment),
        ("detect", _detect),
        ("translate", _translate),
        ("check", _check),
        ("pair", _pair),
        ("align", _align),
        ("repeats", _repeats),
        ("mine", _mine),
        ("link", _link),
    )


# Reading


def _read(job: Job, seeds: Path, manifest: Manifest) -> None:
    stored = store.known_files(job.corpus)
    report = layout.report_of(job.place)
    reports = [report] if layout.is_report(report) else []
    of_corpus = [*layout.files_of(job.place), *reports, *([job.tools.listing.file] if job.tools.listing.file else [])]
    present = inputs.find_inputs(seeds, manifest, job.config.read, of_corpus)
    if not present.files and stored:
        raise StoreError(
            f"{seeds}: there is no document in it, but the corpus holds {len(stored)}. Nothing was changed: is a disk "
            "missing? To empty the corpus, delete its file."
        )
    for entry in present.misspelt():
        job.progress(Event("read", note=f"manifest.toml: {entry!r} fits no file here. Is it misspelt?"))
    signature = read.signature(job.config.read)
    for batch in batched(_changed(job, present, stored), DOCUMENTS):
        store.save_readings(job.corpus, batch, signature)
        job.changed = True
    missing = present.missing(stored)
    if missing or store.has_orphans(job.corpus):
        store.forget(job.corpus, missing)
        job.changed = True


def _changed(job: Job, present: inputs.Inputs, stored: Mapping[str, str]) -> Iterator[FileResult]:
    """What each new or changed file gives."""
    results = inputs.read_inputs(present, job.config.read, stored, job.crew.share(len(present.files)))
    for number, (name, result) in enumerate(results, 1):
        if result and (result := _imported(job, present.files[name], result)):
            yield result
        job.progress(Event("read", number, len(present.files)))


def _imported(job: Job, path: Path | Skip, result: FileResult) -> FileResult | None:
    """A result as it is; that of a file of bitext is imported instead, or says why it cannot be."""
    whole = [(skip.path, skip.code) for skip in result.results if isinstance(skip, Skip)] == [(result.file, BITEXT)]
    if not whole or isinstance(path, Skip) or path == inputs.STANDARD_INPUT:
        return result
    languages = job.config.translate.source, job.config.translate.target
    try:
        outcome = load.load_beside(path, result.file, result.fingerprint, languages, job.corpus)
    except EnregardError as error:
        return FileResult(result.file, result.fingerprint, (Skip(result.file, BITEXT, str(error)),))
    left_out = f", {outcome.bad:,} left out" if outcome.bad else ""
    job.progress(Event("read", note=f"{result.file}: {outcome.units:,} pairs imported as bitext{left_out}."))
    job.changed = True
    return None


# Documents


def _duplicates(job: Job) -> None:
    texts = store.load_texts(job.corpus)
    fingerprint = digest(duplicates.signature().key, *texts)
    if store.stage_seen(job.corpus, "duplicates") == fingerprint:
        return
    originals = job.attempt("duplicates", "duplicates", lambda: duplicates.originals(texts), "source")
    if originals is not None:
        store.save_duplicates(job.corpus, originals, fingerprint)
        job.changed = True


def _segment(job: Job) -> None:
    signature = segment.signature(job.config.segment)
    pending = store.pending_segmentation(job.corpus, signature)
    documents = ((key, store.load_document(job.corpus, key)) for key in pending)
    segmentations = _each(job, "segment", job.crew.map(work.segment_document, documents, len(pending)))
    for batch in batched(job.track("segment", segmentations, len(pending)), DOCUMENTS):
        store.save_segmentations(job.corpus, batch, signature)


def _detect(job: Job) -> None:
    signature = detect.signature(job.tools.identifier, job.config.detect)
    pending = store.pending_detection(job.corpus, signature)
    segmentations = ((key, store.load_segmentation(job.corpus, key)) for key in pending)
    detected = _each(job, "detect", job.crew.map(work.detect_languages, segmentations, len(pending)))
    for batch in batched(job.track("detect", detected, len(pending)), DOCUMENTS):
        store.save_detections(job.corpus, batch, signature)


def _each(job: Job, stage: str, outcomes: Iterable[tuple[str, Result | Exception]]) -> Iterator[Result]:
    """What was made of each document, less those that the stage failed on."""
    for key, outcome in outcomes:
        if isinstance(outcome, Exception):
            job.fail(stage, key, outcome)
        else:
            yield outcome


# Translations


def _translate(job: Job) -> None:
    engines, config = job.tools.engines, job.config.translate
    if store.prune_translations(job.corpus) or store.forget_languages(job.corpus, config.target, engines):
        job.changed = True
    for source, engine in engines.items():
        if engine:
            _translate_from(source, job, engine)
        elif source == config.source and len(engines) == 1:
            job.note = (
                "No translation engine is at hand: translation was left out. `make corpus` gets one and fills the gap."
            )
        elif config.engine != "none" and store.count_texts(job.corpus, source):
            missing = choose.missing(replace(job.config, translate=replace(config, source=source)))
            job.note = f"{job.note} {missing[:1].upper()}{missing[1:]}".strip()


def _translate_from(source: str, job: Job, engine: translate.Engine) -> None:
    """Translate what is in one language."""
    config = replace(job.config.translate, source=source)
    request = store.Wanted(source, config.target, engine.signature, _signed(source, job, engine))
    pending = store.pending_texts(job.corpus, request)
    translations = _translations(job, pending, engine, config)
    for batch in batched(job.track("translate", translations, len(pending)), TRANSLATIONS):
        store.save_translations(job.corpus, batch)
    faced = store.face_translations(job.corpus, request)
    if store.forget_superseded(job.corpus, engine.signature) or faced:
        job.changed = True


def _signed(source: str, job: Job, engine: translate.Engine) -> dict[str, Signature]:
    """The texts that agreed terms apply to, with the signature that names them: another term makes no difference."""
    listed = translate.glossary_of(engine)
    texts = store.load_sources(job.corpus, source) if listed.terms else ()
    signatures = ((text, listed.sign(engine.signature, translate.prepare(text))) for text in texts)
    return {text: signature for text, signature in signatures if signature is not engine.signature}


def _translations(
    job: Job, texts: Sequence[str], engine: translate.Engine, config: TranslateConfig
) -> Iterator[Translation]:
    """Translations of ``texts``. Where the engine breaks down, they are halved until the text to blame stands alone."""
    batches, succeeded = [list(texts)], False
    while batches:
        remaining = dict.fromkeys(batches.pop())
        try:
            for translation in translate.translate(list(remaining), engine, config):
                del remaining[translation.source]
                succeeded = True
                yield translation
        except PASSED_ON:
            raise
        except Exception as error:
            if job.failures >= HOPELESS and not succeeded:
                raise
            culprits, middle = list(remaining), len(remaining) // 2
            if middle:
                batches += [culprits[middle:], culprits[:middle]]
            else:
                key = digest("translation", *culprits, engine.signature.key)
                job.fail("translate", key, error, "translation")


def _check(job: Job) -> None:
    signature, shifts = quality.signature(), store.load_shifts(job.corpus)
    checked, total = 0, store.count_unchecked(job.corpus, signature)
    while batch := store.pending_checks(job.corpus, signature, CHECKS):
        findings = _findings(job, batch)
        store.save_checks(job.corpus, findings, signature, _scores(job, batch, findings, shifts or {}))
        checked += len(batch)
        job.changed = True
        job.progress(Event("check", checked, total))
    _heed_verdicts(job, shifts)


def _heed_verdicts(job: Job, shifts: Mapping[str, float] | None) -> None:
    """Shift the scores of each engine's translations by what reviewers said of some; ``shifts`` are those in force."""
    verdicts: dict[str, list[usability.ScoredVerdict]] = {}
    for row in store.judged_translations(job.corpus):
        usable = usability.is_usable(row.verdict, row.text, row.correction)
        if usable is not None and "log_odds" in row.features:
            verdict = usability.ScoredVerdict(row.features["log_odds"], usable)
            verdicts.setdefault(row.signature_id, []).append(verdict)
    anew = {signature: usability.shift(said) for signature, said in verdicts.items()}
    anew = {signature: shift for signature, shift in anew.items() if shift}
    if anew != shifts:
        store.save_shifts(job.corpus, anew, usability.score)
        job.changed = True


def _scores(
    job: Job,
    batch: Sequence[store.UncheckedRow],
    findings: Mapping[str, Sequence[Finding]],
    shifts: Mapping[str, float],
) -> dict[str, tuple[float, dict[str, float]]]:
    """For each translation how likely it is to be usable, and what of the evidence is kept."""
    attempts = [
        usability.Attempt(
            row.source or "",
            row.text,
            row.score,
            [(finding.code, finding.value) for finding in findings[row.id] if finding.code != quality.NOT_AGREED],
        )
        for row in batch
    ]
    ratings = usability.rate(attempts, job.tools.embedder)
    return {
        row.id: (usability.score(rating.log_odds, shifts.get(row.signature_id, 0.0)), rating.evidence)
        for row, rating in zip(batch, ratings, strict=True)
    }


def _findings(job: Job, batch: Sequence[store.UncheckedRow]) -> dict[str, list[Finding]]:
    """What is wrong with each translation of a batch."""
    rows = (
        work.Checkable(
            row.id, row.source or "", row.text, (row.language, row.target), terminology.signed_terms(row.settings)
        )
        for row in batch
    )
    parts = (("", part) for part in batched(rows, CHECKED_AT_ONCE))
    findings: dict[str, list[Finding]] = {}
    for _, outcome in job.crew.map(work.check_translations, parts, len(batch)):
        if isinstance(outcome, Exception):
            raise outcome
        findings |= outcome
    return findings


# Alignments


def _pair(job: Job) -> None:
    config, embedder = job.tools.aligning, job.tools.embedder
    hints, state = store.load_hints(job.corpus), store.load_state(job.corpus)
    signature = pairs.signature(embedder, config)
    rules = signature.key, duplicates.signature().key
    fingerprint = digest(*rules, *chain.from_iterable(state.items()), *(" ".join(hint) for hint in hints))
    if store.stage_seen(job.corpus, "pair") == fingerprint:
        return
    failures = job.failures
    remembered = _remembered(job, state, signature)
    outlines = [outline for document in remembered.values() for outline in document.outlines]
    reader = Reader(embedder, partial(_texts, job), embedder.results)
    languages = job.tools.compared_languages
    facing = job.attempt(
        "pair", "pair", lambda: pairs.pair_outlines(outlines, hints, reader, config, languages), "source"
    )
    if facing is None:
        return
    facing += [
        pairs.self_pair(key, document.within, signature) for key, document in remembered.items() if document.within
    ]
    texts, originals = store.load_texts(job.corpus), store.load_originals(job.corpus)
    doubles = job.attempt("pair", "repeats", lambda: duplicates.repeats(texts, originals, facing), "source")
    facing += doubles or []
    store.save_pairs(job.corpus, facing, ALIGNED, fingerprint if job.failures == failures else UNFINISHED)
    job.changed = True


def _remembered(job: Job, state: Mapping[str, str], signature: Signature) -> dict[str, Remembered]:
    """What pairing remembers of each document; those that it does not know are read.

    ``state`` maps documents to what decides their segments.
    """
    results = job.tools.embedder.results
    keys = {document: result_key(signature.key.encode(), line.encode()) for document, line in state.items()}
    kept = results.find_results("outline", keys.values())
    unread = [document for document, key in keys.items() if key not in kept]
    failed: dict[str, Remembered] = {}
    _read_ahead(job, unread)
    for batch in batched(unread, DOCUMENTS):
        segments = store.load_alignable(job.corpus, sorted(ALIGNABLE), batch)
        fresh: dict[bytes, bytes] = {}
        for document in batch:
            failures = job.failures
            remembered = _outlined(job, document, segments.get(document, []))
            if job.failures == failures:
                fresh[keys[document]] = remembered.packed()
            else:
                failed[document] = remembered
        results.save_results("outline", fresh)
        kept.update(fresh)
    results.drop_results("outline", keys.values())
    if not unread:
        job.progress(Event("pair", len(keys), len(keys)))
    return {document: failed.get(document) or unpacked(document, kept[key]) for document, key in keys.items()}


def _read_ahead(job: Job, documents: Sequence[str]) -> None:
    """Have the embedder read the texts of documents; what it fails on is tried again by itself, and then told."""
    embedder, claimed, done = job.tools.embedder, set[bytes](), set[str]()

    def plans() -> Iterator[tuple[str, list[list[str]]]]:
        for batch in batched(documents, DOCUMENTS):
            segments = store.load_alignable(job.corpus, sorted(ALIGNABLE), batch)
            for document in batch:
                of_document = segments.get(document, [])
                for item in pairs.select_items(document, of_document, detect.profile(of_document)):
                    yield document, embedder.plan(item.texts, claimed)

    for document, outcome in job.crew.map(work.read_texts, plans(), len(documents)):
        if not isinstance(outcome, Exception):
            for rows in outcome:
                embedder.keep(rows)
        done.add(document)
        job.progress(Event("pair", len(done), len(documents)))


def _outlined(job: Job, document: str, segments: Sequence[Segment]) -> Remembered:
    """Read a document as pairing and the later stages ask for it, joints included: so that nothing is read twice."""
    embedder = job.tools.embedder
    items = [
        item
        for item in pairs.select_items(document, segments, detect.profile(segments))
        if job.attempt("pair", document, partial(embedder.features, item.texts, joined=True)) is not None
    ]
    config, languages = job.tools.aligning, job.tools.compared_languages
    within = job.attempt("pair", document, partial(sections.within_document, segments, embedder, config, languages))
    share = sections.cover(segments, within) if within else 0.0
    return Remembered(tuple(outline(item.key, item.language, item.texts) for item in items), share)


def _texts(job: Job, document: Outline) -> Sequence[str]:
    """The texts of a document in one language."""
    segments = store.load_alignable(job.corpus, sorted(ALIGNABLE), [document.key])[document.key]
    return [segment.text for segment in segments if segment.code == document.language]


def _align(job: Job) -> None:
    config = job.tools.aligning
    signature = path.signature(job.tools.embedder, config)
    cuts.carry_cuts(job.corpus)
    pending = store.pending_pairs(job.corpus, signature, ALIGNED)
    if not pending:
        return
    named: dict[str, dict[str, Segment]] = {}
    outcomes = job.crew.map(work.align_pair, _facing(job, pending, named), len(pending))
    for pair, (key, outcome) in job.track("align", zip(pending, outcomes, strict=True), len(pending)):
        if isinstance(outcome, Exception):
            job.fail("align", key, outcome)
            continue
        beads, taken = outcome
        job.tools.embedder.take(taken)
        store.save_alignments(job.corpus, pair.id, beads, named.pop(pair.id), signature)


def _facing(
    job: Job, pending: Sequence[store.PairRow], named: dict[str, dict[str, Segment]]
) -> Iterator[tuple[str, work.FacingSides]]:
    """The two sides of each pair, under the key of the left document; ``named`` gets the segments of each by key."""
    judged = cuts.confirmed_texts(job.corpus)
    for pair in pending:
        keys = pair.left_document_id, pair.right_document_id
        documents = store.load_alignable(job.corpus, sorted(ALIGNABLE), keys)
        sides = documents[keys[0]], documents[keys[1]]
        named[pair.id] = {item.key: item for segments in documents.values() for item in segments}
        yield keys[0], work.FacingSides(sides, cuts.bound_beads(job.corpus, keys, sides, judged))


def _repeats(job: Job) -> None:
    """Tag the beads that say nearly what an earlier one says."""
    signature = repeats.signature()
    fingerprint = digest(signature.key, *store.bead_keys(job.corpus))
    if store.stage_seen(job.corpus, "repeats") == fingerprint:
        return
    repeated = job.attempt(
        "repeats", "repeats", lambda: list(repeats.find_repeats(store.iter_beads(job.corpus))), "source"
    )
    if repeated is not None:
        store.save_repeats(job.corpus, repeated, signature, fingerprint)
        job.changed = True


def _mine(job: Job) -> None:
    config, languages = job.config.mine, job.tools.compared_languages
    embedder = job.tools.embedder
    signature = passages.signature(embedder, config)
    aligned = store.load_aligned(job.corpus)
    state = [*chain.from_iterable(store.load_state(job.corpus).items()), *(" ".join(pair) for pair in aligned)]
    fingerprint = digest(signature.key, *languages, *state)
    if store.stage_seen(job.corpus, "mine") == fingerprint:
        return
    documents = store.load_alignable(job.corpus, sorted(ALIGNABLE))
    by_language = {
        code: [streams.stream(key, segments, code) for key, segments in documents.items()] for code in languages
    }
    mined = job.attempt(
        "mine",
        "mine",
        lambda: [
            passage
            for left, right in combinations(languages, 2)
            for passage in passages.find_passages(by_language[left], by_language[right], aligned, embedder, config)
        ],
        "source",
    )
    if mined is None:
        return
    alignments = [
        Alignment(
            passage.kind,
            passage.left,
            passage.right,
            passage.score,
            signature,
            passage.features,
            findings=passage.findings,
        )
        for passage in mined
    ]
    by_key = {item.key: item for segments in documents.values() for item in segments}
    store.save_passages(job.corpus, alignments, by_key, fingerprint)
    job.changed = True
    embedder.close(prune=True)
    job.progress(Event("mine", len(documents), len(documents)))


# Words


def _link(job: Job) -> None:
    """Last, because whatever else a run makes is used without the links of its words."""
    if linking.prune(job.corpus):
        job.changed = True
    signature = words.signature(job.tools.embedder)
    for done, total in linking.link_pending(job.corpus, signature, partial(_links, job)):
        job.changed = True
        job.progress(Event("link", done, total))


def _links(job: Job, batch: Sequence[linking.Unlinked]) -> dict[str, linking.Links]:
    """Links by the hash of the two texts, less the pairs that linking fails on."""
    linker = job.tools.linker
    try:
        return words.packed_by_key({pair.pair_hash: (pair.left, pair.right) for pair in batch}, linker)
    except PASSED_ON:
        raise
    except Exception:  # noqa: BLE001 (one after the other, to find the pair to blame)
        links: dict[str, linking.Links] = {}
        for pair in batch:
            texts = {pair.pair_hash: (pair.left, pair.right)}
            links |= (
                job.attempt("link", pair.alignment_id, partial(words.packed_by_key, texts, linker), "alignment") or {}
            )
        return links
