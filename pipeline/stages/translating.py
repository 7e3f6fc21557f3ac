"""Texts to translations, each distinct text once; what is wrong with them, and how likely they are to be usable."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline import work
from pipeline.batches import batched
from pipeline.config import TranslateConfig
from pipeline.corpus import store
from pipeline.crew import PASSED_ON
from pipeline.records import Event, Finding, Signature, Translation, digest
from pipeline.stages.job import Job
from pipeline.translation import choose, quality, terminology, translate, usability

TRANSLATIONS = 64
CHECKS = 512
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


def check_pending(job: Job) -> None:
    """Findings and score of each translation that was not checked by the rules in force."""
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
    batches = (("", some) for some in batched(rows, CHECKED_AT_ONCE))
    findings: dict[str, list[Finding]] = {}
    for _, outcome in job.crew.map(work.check_translations, batches, len(batch)):
        if isinstance(outcome, Exception):
            raise outcome
        findings |= outcome
    return findings
