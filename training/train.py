"""Trains the model within a given time: ``python -m training.train --bundle DIR --run DIR --minutes 24``.

Three phases: a model that translates both ways (Ding et al. 2021); its translations of the monolingual English, which
become further pairs with genuine English; the model from French to English, which starts from the first one. A run that
was cut goes on where it was.
"""

import argparse
import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch

from training import ragged, snapshot
from training.bundle import DEVELOPMENT, MONOLINGUAL, Bitext, Meta, read_bitext, read_meta, write_bitext
from training.decode import back_translated
from training.errors import TrainingError
from training.fit import Fit, Lessons, Place
from training.model import Translator
from training.reread import reread
from training.schedule import Minutes, shared
from training.settings import options, settings, shape
from training.sources import SYNTHETIC
from training.tokens import Pairs, Texts

LONGEST = 200  # tokens of the longer side: longer pairs are left out
DECODED = 4  # times the tokens of a batch are translated at once: nothing is kept for gradients


@dataclass(frozen=True, slots=True)
class Job:
    """What every phase needs. ``begun`` is when the clock started."""

    chosen: argparse.Namespace
    meta: Meta
    device: torch.device
    development: Bitext
    begun: float = field(default_factory=time.monotonic)

    @property
    def minutes(self) -> Minutes:
        """How long each phase may take."""
        return shared(self.total, self.chosen.both if self.meta.monolingual else 0.0)

    @property
    def total(self) -> float:
        """Minutes for everything: what the file ``minutes`` in the run's folder says, else the option."""
        file = self.chosen.run / "minutes"
        return float(file.read_text()) if file.exists() else float(self.chosen.minutes)

    def spent(self) -> float:
        """Minutes since the start."""
        return (time.monotonic() - self.begun) / 60

    def note(self, table: Mapping[str, object]) -> None:
        """One more line for the log, and on the screen."""
        line = json.dumps(table)
        print(line, flush=True)
        with (self.chosen.run / "log.jsonl").open("a", encoding="utf-8") as log:
            log.write(line + "\n")

    def place(self, name: str) -> Place:
        """Where the phase ``name`` keeps what it makes."""
        return Place(name, self.chosen.run, self.note, self.chosen.branch)

    def fit(self, name: str, parallel: Mapping[str, Bitext]) -> Fit:
        """A new model to train, or the one that an earlier run left, in the phase ``name``."""
        how = settings(self.chosen)
        torch.manual_seed(how.seed)
        model = Translator(shape(self.chosen, self.meta.vocabulary), how.dropout, torch.bfloat16)
        earlier = self.chosen.start or self.place("both").snapshot
        if name == "forward" and earlier.exists():
            _started(model, earlier)
        lessons = _lessons(parallel, self.meta.weights, self.development, self.device, name == "both")
        return Fit(model.to(self.device), lessons, how, self.place(name))


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes ``snapshot/`` and ``log.jsonl`` into the run's folder; 1 when the bundle is not whole."""
    namespace = options(arguments)
    try:
        _train(namespace)
    except TrainingError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _train(namespace: argparse.Namespace) -> None:
    job = _job(namespace)
    parallel = {name: _short(read_bitext(name, namespace.bundle)) for name in job.meta.pairs}
    synthetic = _synthetic(job, parallel)
    if synthetic is not None and len(synthetic):
        parallel[SYNTHETIC] = synthetic
    resumed = job.place("forward").state.exists()
    fit = job.fit("forward", parallel)
    spent = job.spent()
    fit.run(lambda: job.minutes.forward if resumed else job.total - spent)
    job.note({"phase": "end", "minutes": round(job.spent(), 2)})


def _job(namespace: argparse.Namespace) -> Job:
    meta = read_meta(namespace.bundle)
    namespace.run.mkdir(parents=True, exist_ok=True)
    if namespace.threads:
        torch.set_num_threads(namespace.threads)
    torch.set_float32_matmul_precision("high")
    torch._dynamo.config.suppress_errors = True  # what cannot be compiled runs as it is
    torch.backends.cuda.enable_cudnn_sdp(False)  # it plans anew for every length
    device = torch.device(namespace.device or ("cuda" if torch.cuda.is_available() else "cpu"))
    job = Job(namespace, meta, device, _short(read_bitext(DEVELOPMENT, namespace.bundle)))
    named = torch.cuda.get_device_name(device) if device.type == "cuda" else "processor"
    values = {name: str(value) if isinstance(value, Path) else value for name, value in vars(namespace).items()}
    job.note({"phase": "start", "device": named, "torch": torch.__version__, "options": values})
    return job


def _started(model: Translator, file: Path) -> None:
    """Takes over the weights of a package or a snapshot. Raises TrainingError when it is of another shape."""
    trained_shape, weights = reread(file) if file.is_file() else snapshot.load(file)[:2]
    if trained_shape != model.shape:
        raise TrainingError(f"{file}: a model of another shape ({trained_shape}). Start without it.")
    model.load_state_dict({name: torch.from_numpy(weight) for name, weight in weights.items()})


def _synthetic(job: Job, parallel: Mapping[str, Bitext]) -> Bitext | None:
    """Back-translated text: what an earlier run left, what the bundle has, or made now; None when none is wanted."""
    run = job.chosen.run
    for folder in (run, job.chosen.bundle):
        if (folder / f"{SYNTHETIC}.en.xz").exists():
            return _short(read_bitext(SYNTHETIC, folder))
    if not job.minutes.both:
        return None
    model = job.fit("both", parallel).run(lambda: job.minutes.both)
    until = time.monotonic() + 60 * job.minutes.translating
    english = ragged.load(job.chosen.bundle / f"{MONOLINGUAL}.xz")
    tokens = DECODED * job.chosen.tokens
    pairs = _short(back_translated(model, english, tokens, lambda: time.monotonic() < until))
    write_bitext(SYNTHETIC, pairs, run)
    job.note({"phase": "translating", "minutes": round(job.spent(), 2), "pairs": len(pairs)})
    return pairs


def _lessons(
    parallel: Mapping[str, Bitext],
    weights: Mapping[str, float],
    development: Bitext,
    device: torch.device,
    both: bool,
) -> Lessons:
    """Every source one after the other, the synthetic one last, on the device; ``both``: and again the other way."""
    names = sorted(parallel, key=lambda name: name == SYNTHETIC)
    counts = [len(parallel[name]) for name in names]
    genuine = sum(len(parallel[name]) for name in names if name != SYNTHETIC)
    whole = Bitext(
        ragged.joined([parallel[name].french for name in names]),
        ragged.joined([parallel[name].english for name in names]),
    )
    often = [weights.get(name, 1.0) for name in names]
    facing = _pairs(development, device)
    if both:
        turned = Bitext(ragged.joined([whole.french, whole.english]), ragged.joined([whole.english, whole.french]))
        return Lessons(_pairs(turned, device), 2 * counts, 2 * often, facing)
    return Lessons(_pairs(whole, device, genuine), counts, often, facing)


def _pairs(bitext: Bitext, device: torch.device, genuine: int | None = None) -> Pairs:
    return Pairs(Texts(bitext.french, device), Texts(bitext.english, device), genuine)


def _short(bitext: Bitext) -> Bitext:
    """The pairs that are not empty and not longer than ``LONGEST`` tokens."""
    longer = np.maximum(bitext.french.lengths, bitext.english.lengths)
    shorter = np.minimum(bitext.french.lengths, bitext.english.lengths)
    keep = (longer <= LONGEST) & (shorter > 0)
    return Bitext(ragged.kept(bitext.french, keep), ragged.kept(bitext.english, keep))


if __name__ == "__main__":
    raise SystemExit(main())
