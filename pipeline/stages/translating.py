"""Texts to translations, each distinct text once; what is wrong with them, and how likely they are to be usable."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline import work
from pipeline.batches import batched
from pipeline.config import TranslateConfig
from pipeline.corpus import store
from pipeline.crew import PASSED_ON
from pipeline.records import Signature, Translation, digest
from pipeline.stages.batch import BatchStage, Bench, Finished, Loaded
from pipeline.stages.job import Job
from pipeline.translation import choose, quality, terminology, translate, usability
from pipeline.work import Tools

TRANSLATIONS = 64
SOURCES = 256  # texts that a worker translates at once
CHECKS = 256
CHECKED_AT_ONCE = 32
HOPELESS = 20  # texts that an engine fails on before any succeeds, after which the run ends


def translate_pending(job: Job) -> None:
    """Translate each distinct text that has no translation by the engine in force.

    Raises what an engine raises that fails on every text.
    """
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
    if job.maker.is_elsewhere:
        keys = (f"{source} {digest(text)}" for text in pending)
        job.make(TRANSLATE, keys, len(pending))
        pending = []
    translations = _translations(job, pending, engine, config)
    for batch in batched(job.track("translate", translations, len(pending)), TRANSLATIONS):
        store.save_translations(job.corpus, batch)
    faced = store.face_translations(job.corpus, request)
    if store.forget_superseded(job.corpus, engine.signature) or faced:
        job.changed = True


def _translatable(bench: Bench, keys: Sequence[str]) -> Iterator[Loaded[work.Translatable]]:
    """The texts of keys, which are a language and the hash of a text."""
    by_language: dict[str, list[str]] = {}
    for key in keys:
        language, text_hash = key.split(" ")
        by_language.setdefault(language, []).append(text_hash)
    for language, hashes in by_language.items():
        engine = bench.tools.engines[language]
        for text_hash, text in store.load_texts_by_hash(bench.corpus, language, hashes).items():
            subject = digest("translation", text, engine.signature.key if engine else "")
            yield Loaded(f"{language} {text_hash}", work.Translatable(language, text), subject)


def _save_translations(bench: Bench, batch: Sequence[Finished[work.Translatable, Translation]]) -> None:
    store.save_translations(bench.corpus, [text.result for text in batch])


def _engines(tools: Tools) -> Signature:
    """What all engines together make is made under."""
    signatures = [engine.signature for engine in tools.engines.values() if engine]
    return Signature("translate", ", ".join(map(str, signatures)), digest(*(signature.key for signature in signatures)))


TRANSLATE: BatchStage[work.Translatable, Translation] = BatchStage(
    "translate", SOURCES, SOURCES, _engines, _translatable, work.translate_texts, _save_translations, "translation"
)


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


def check_pending(job: Job) -> None:
    """Findings and score of each translation that was not checked by the rules in force."""
    shifts = store.load_shifts(job.corpus)
    signature = CHECK.signature(job.tools)
    total = store.count_unchecked(job.corpus, signature)
    job.make(CHECK, store.pending_checks(job.corpus, signature), total)
    _heed_verdicts(job, shifts)


def _checkable(bench: Bench, keys: Sequence[str]) -> Iterator[Loaded[work.Checkable]]:
    for row in store.load_checkable(bench.corpus, keys):
        terms = terminology.signed_terms(row.settings)
        languages = row.language, row.target
        item = work.Checkable(row.id, row.source or "", row.text, row.score, languages, terms, row.signature_id)
        yield Loaded(row.id, item, row.id)


def _save_checks(bench: Bench, batch: Sequence[Finished[work.Checkable, work.Checked]]) -> None:
    shifts = store.load_shifts(bench.corpus) or {}
    scores = {}
    for item in batch:
        bench.tools.embedder.take(item.result.readings)
        rating, shift = item.result.rating, shifts.get(item.item.signature_id, 0.0)
        scores[item.key] = usability.score(rating.log_odds, shift), rating.evidence
    findings = {item.key: item.result.findings for item in batch}
    store.save_checks(bench.corpus, findings, CHECK.signature(bench.tools), scores)


CHECK: BatchStage[work.Checkable, work.Checked] = BatchStage(
    "check",
    CHECKS,
    CHECKED_AT_ONCE,
    lambda _: quality.signature(),
    _checkable,
    work.check_translations,
    _save_checks,
    "translation",
)


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
